"""All tables in one place, and what kind of library a function comes from.

In: a function. Out: whether it is NumPy's (known or not), a helper of generated text, or a transform of
this package. Importing this module fills the registry.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

import numpy as np

from symgrad.frontend import (
    checkpoints,
    containers,
    creation,
    einsum,
    grids,
    growing_tapes,
    joins,
    known,
    linalg,
    matrices,
    norms,
    pointwise,
    pybuiltins,
    reductions,
    running,
    sequences,
    shaping,
    sorting,
    spelled,
    spelled_along,
    spelled_bins,
    spelled_factors,
    spelled_writes,
    statistics,
    systems,
)
from symgrad.frontend.context import Lowering
from symgrad.frontend.index import write
from symgrad.frontend.promote import as_tensor, elementwise
from symgrad.frontend.reductions import grouped
from symgrad.frontend.registry import HANDLERS, Handler, Lower, name_of
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.core import Kind
from symgrad.ir.ops import OPS

TABLES = (
    checkpoints, containers, creation, einsum, grids, joins, known, linalg, matrices, norms, pointwise,
    pybuiltins, reductions, running, sequences, shaping, sorting, spelled, spelled_along,
    spelled_bins, spelled_factors, spelled_writes, statistics, systems,
)  # fmt: skip


def handler_of(fn: Any) -> Handler | None:
    """The handler of a function that the compiler knows."""
    try:
        handler = HANDLERS.get(fn)
    except TypeError:  # not hashable
        return None
    if handler is None and (isinstance(fn, np.ufunc) or _module(fn).startswith("scipy.special")):
        from symgrad.frontend import special  # start-up: SciPy is imported for programs that use it

        assert special
        handler = HANDLERS.get(fn)
    if handler is None and _module(fn).startswith("scipy.linalg"):
        from symgrad.frontend import scipy_linalg  # start-up, as above

        assert scipy_linalg
        handler = HANDLERS.get(fn)
    if handler is None and _module(fn).startswith("scipy.integrate"):
        from symgrad.frontend import scipy_integrate  # start-up, as above

        assert scipy_integrate
        handler = HANDLERS.get(fn)
    return handler


def _module(fn: Any) -> str:
    module = getattr(fn, "__module__", None)
    if not isinstance(module, str):
        module = type(fn).__module__
    owner = getattr(fn, "__self__", None)
    return (
        _module(owner) if owner is not None and not inspect.ismodule(owner) and module != "math" else module
    )


def is_numeric_library(fn: Any) -> bool:
    """A function or class of NumPy, SciPy, Python's own modules or others like them, without a handler."""
    return _module(fn).partition(".")[0] in _NUMERIC


# fmt: off
_NUMERIC = frozenset((
    "numpy", "scipy", "math", "cmath", "builtins", "random", "itertools", "functools",
    "jax", "jaxlib", "torch", "autograd", "cupy", "tensorflow",
))
# fmt: on


def is_runtime(fn: Any) -> bool:
    """A helper that generated text imports."""
    return _module(fn) in ("symgrad.runtime", "symgrad")


def is_transform(fn: Any) -> bool:
    """grad and its kin, called on a function while the program is lowered."""
    module = _module(fn)
    if module not in ("symgrad.api", "symgrad.derivative"):
        return False
    return getattr(sys.modules[module], getattr(fn, "__name__", ""), None) is fn  # not a doctest's function


AT_ONCE = {  # what these do, in terms of what is followed
    "jvp": "sg.grad(f)(x) @ v, where f gives one number",
    "vjp": "sg.grad of the sum of what f gives times the weights",
    "jacobian": "sg.grad of each of the results, in a loop",
    "jacrev": "sg.grad of each of the results, in a loop",
    "jacfwd": "sg.grad of each of the results, in a loop",
    "hessian": "sg.grad of sg.grad(f)(x)[i], in a loop over i",
    "hvp": "sg.grad of sg.grad(f)(x) @ p",
    "along": "sg.grad(f)(x) @ v, where f gives one number",
    "fwdandbwd": "sg.value_and_grad(f)(x)",
}


def is_computed_at_once(fn: Any) -> bool:
    """A derivative of another kind than a gradient, which no program is spliced in for."""
    return type(fn).__module__ in ("symgrad.jacobians", "symgrad.directional", "symgrad.pairs")


def runtime_handler(fn: Any) -> Handler:
    """`symgrad.runtime.NAME` is the op of that name."""
    name = fn.__name__
    op = OPS.get(name)
    lower: Lower
    if name == "add_at":
        lower = _add_at
    elif op is None:
        lower = _unknown(name)
    elif name in ("tape", "push"):
        lower = growing_tapes.tape if name == "tape" else growing_tapes.push
    elif name == "polygamma":
        lower = _polygamma
    elif name == "solve_triangular":
        lower = _solve_triangular
    elif op.kind in (Kind.GROUPED, Kind.REDUCTION):
        lower = _grouped(name, op.kind is Kind.REDUCTION)
    elif name in ("copy", "stop_gradient"):
        lower = _kept(name)
    else:
        lower = _pointwise(name)
    return Handler(lower, name_of(fn), False, inspect.signature(lower))


def _pointwise(name: str) -> Lower:
    def lower(low: Lowering, *operands: Val) -> Tensor:
        return elementwise(low, name, *operands)

    return lower


def _kept(name: str) -> Lower:
    def lower(low: Lowering, x: Val) -> Val:
        t = as_tensor(low, x)
        return Tensor(low.emit(name, [low.arg(t)]), weak=t.weak, is_array=t.is_array)

    return lower


def _grouped(name: str, reduction: bool) -> Lower:
    def reduce(low: Lowering, x: Val, axis: Val = None, keepdims: Val = False) -> Tensor:
        return grouped(low, name, x, axis, keepdims)

    def keep(low: Lowering, x: Val, axis: Val = None) -> Tensor:
        return grouped(low, name, x, axis)

    return reduce if reduction else keep


def _polygamma(low: Lowering, n: Val, x: Val) -> Tensor:
    return low.make("polygamma", as_tensor(low, x), n=n)


def _solve_triangular(low: Lowering, a: Val, b: Val, lower: Val = False, trans: Val = False) -> Tensor:
    return low.make("solve_triangular", as_tensor(low, a), as_tensor(low, b), lower=lower, trans=trans)


def _add_at(low: Lowering, x: Tensor, key: Val, value: Val) -> None:
    write(low, x, key, value, "add_at")


def _unknown(name: str) -> Lower:
    def lower(low: Lowering, *operands: Val) -> Val:
        low.refuse(f"symgrad.{name} inside a differentiated function")

    return lower
