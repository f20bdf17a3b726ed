"""scipy.special: which op each function is, and composites that stay finite.

In: calls such as scipy.special.expit(x), logsumexp(x, axis=1). Out: equations. Imported only when a
program uses scipy.special.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from symgrad.frontend.context import Lowering
from symgrad.frontend.operators import constant
from symgrad.frontend.pointwise import where
from symgrad.frontend.promote import elementwise, floats, scaled
from symgrad.frontend.reductions import grouped
from symgrad.frontend.registry import Lower, handles, spelled
from symgrad.frontend.values import Val

# fmt: off
SAME = {
    "expit": "sigmoid", "log_expit": "log_sigmoid", "erf": "erf", "erfc": "erfc", "gammaln": "gammaln",
    "psi": "digamma", "digamma": "digamma", "xlogy": "xlogy", "exp2": "exp2", "expm1": "expm1",
    "log1p": "log1p", "cbrt": "cbrt", "erfinv": "erfinv", "ndtri": "ndtri", "log_ndtr": "log_ndtr",
    "erfcx": "erfcx", "i0": "i0", "i1": "i1", "j0": "j0", "j1": "j1", "gamma": "gamma",
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
def logsumexp(low: Lowering, a: Val, axis: Val = None, b: Val = None, keepdims: Val = False) -> Val:
    """With positive weights `b`, the logarithms of these are added first."""
    if b is None:
        return grouped(low, "logsumexp", a, axis, keepdims)
    weighted = elementwise(low, "add", floats(low, a), elementwise(low, "log", floats(low, b)))
    return grouped(low, "logsumexp", weighted, axis, keepdims)


@handles(special.polygamma, pure=True)
def polygamma(low: Lowering, n: Val, x: Val) -> Val:
    """The order is a constant: no derivative by it is known."""
    order = constant(low, n, "the order of polygamma")
    if not isinstance(order, int) or order < 0:
        low.refuse(f"polygamma of order {order!r}", instead="an order of 0, 1, 2, ...")
    if order < 2:
        return elementwise(low, "trigamma" if order else "digamma", x)
    return low.make("polygamma", floats(low, x), n=order)


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


@spelled(special.betaln)
def betaln(a: Val, b: Val) -> Val:
    return special.gammaln(a) + special.gammaln(b) - special.gammaln(a + b)


@spelled(special.beta)
def beta(a: Val, b: Val) -> Val:
    return np.exp(special.gammaln(a) + special.gammaln(b) - special.gammaln(a + b))


@spelled(special.rel_entr)
def rel_entr(x: Val, y: Val) -> Val:
    inside = special.xlogy(x, x) - special.xlogy(x, y)
    return np.where((x > 0) & (y > 0) | (x == 0) & (y >= 0), inside, np.inf)


@spelled(special.kl_div)
def kl_div(x: Val, y: Val) -> Val:
    inside = special.xlogy(x, x) - special.xlogy(x, y) - x + y
    return np.where((x > 0) & (y > 0) | (x == 0) & (y >= 0), inside, np.inf)


@spelled(special.huber)
def huber(delta: Val, r: Val) -> Val:
    size = np.abs(r)
    return np.where(size <= delta, 0.5 * r * r, delta * (size - 0.5 * delta))


@spelled(special.pseudo_huber)
def pseudo_huber(delta: Val, r: Val) -> Val:
    return delta * delta * (np.sqrt(1.0 + (r / delta) ** 2) - 1.0)
