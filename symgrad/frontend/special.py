"""scipy.special: which op each function is, and composites that stay finite.

In: calls such as scipy.special.expit(x), logsumexp(x, axis=1). Out: equations. Imported only when a
program uses scipy.special.
"""

from __future__ import annotations

import math

from scipy import special

from symgrad.frontend.context import Lowering
from symgrad.frontend.pointwise import where
from symgrad.frontend.promote import elementwise, floats, scaled
from symgrad.frontend.reductions import grouped
from symgrad.frontend.registry import Lower, handles
from symgrad.frontend.values import Val

# fmt: off
SAME = {
    "expit": "sigmoid", "log_expit": "log_sigmoid", "erf": "erf", "erfc": "erfc", "gammaln": "gammaln",
    "psi": "digamma", "digamma": "digamma", "xlogy": "xlogy", "exp2": "exp2", "expm1": "expm1",
    "log1p": "log1p", "cbrt": "cbrt",
}
# fmt: on


def _op(name: str) -> Lower:
    if name == "xlogy":
        return lambda low, x, y: elementwise(low, name, x, y)
    return lambda low, x: elementwise(low, name, x)


def _register() -> None:
    done: set[object] = set()
    for name, op in SAME.items():
        function = getattr(special, name)
        if function not in done:  # psi and digamma are one function
            done.add(function)
            handles(function, pure=True)(_op(op))


_register()


@handles(special.logsumexp)
def logsumexp(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return grouped(low, "logsumexp", a, axis, keepdims)


@handles(special.softmax)
def softmax(low: Lowering, x: Val, axis: Val = None) -> Val:
    return grouped(low, "softmax", x, axis)


@handles(special.log_softmax)
def log_softmax(low: Lowering, x: Val, axis: Val = None) -> Val:
    return grouped(low, "log_softmax", x, axis)


@handles(special.logit, pure=True)
def logit(low: Lowering, x: Val) -> Val:
    t = floats(low, x)
    return elementwise(
        low,
        "subtract",
        elementwise(low, "log", t),
        elementwise(low, "log1p", elementwise(low, "negative", t)),
    )


@handles(special.ndtr, pure=True)
def ndtr(low: Lowering, x: Val) -> Val:
    return scaled(low, elementwise(low, "erfc", scaled(low, x, -math.sqrt(0.5))), 0.5)


@handles(special.xlog1py, pure=True)
def xlog1py(low: Lowering, x: Val, y: Val) -> Val:
    product = elementwise(low, "multiply", x, elementwise(low, "log1p", y))
    at_zero = elementwise(
        low,
        "logical_and",
        elementwise(low, "equal", x, 0),
        elementwise(low, "logical_not", elementwise(low, "isnan", y)),
    )
    return where(low, at_zero, 0.0, product)


@handles(special.entr, pure=True)
def entr(low: Lowering, x: Val) -> Val:
    t = floats(low, x)
    inside = elementwise(low, "negative", elementwise(low, "xlogy", t, t))
    return where(low, elementwise(low, "less", t, 0), -math.inf, inside)
