"""Elementwise functions of NumPy and `math`: which op each is, and the composites of a few.

In: calls such as np.tanh(x), math.hypot(x, y), np.clip(x, 0, 1). Out: elementwise equations.
"""

from __future__ import annotations

import math

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.index import getitem
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import (
    as_bool,
    as_tensor,
    cast,
    elementwise,
    floats,
    power,
    result_dtype,
    scaled,
)
from symgrad.frontend.registry import HANDLERS, Lower, handles
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.dims import Extent

# fmt: off
NUMPY_UNARY = """
    negative absolute sign exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal sin cos tan
    arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh floor ceil trunc rint sinc isnan isinf
    isfinite logical_not invert i0
"""
NUMPY_BINARY = """
    add subtract multiply divide maximum minimum floor_divide remainder fmod arctan2 hypot logaddexp
    copysign less less_equal greater greater_equal equal not_equal logical_and logical_or logical_xor
    bitwise_and bitwise_or bitwise_xor left_shift right_shift
"""
MATH = {  # functions of `math`, whose results are Python floats
    "exp": "exp", "exp2": "exp2", "expm1": "expm1", "log1p": "log1p", "log2": "log2", "log10": "log10",
    "sqrt": "sqrt", "cbrt": "cbrt", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "arcsin",
    "acos": "arccos", "atan": "arctan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
    "fabs": "absolute", "erf": "erf", "erfc": "erfc", "lgamma": "gammaln", "gamma": "gamma",
    "isnan": "isnan", "isinf": "isinf",
    "isfinite": "isfinite", "atan2": "arctan2", "copysign": "copysign", "fmod": "fmod", "pow": "power",
}
MATH_TO_INT = ("floor", "ceil", "trunc")
# fmt: on


def _numpy(name: str, count: int) -> Lower:
    if count == 1:
        return lambda low, x: elementwise(low, name, x)
    return lambda low, x1, x2: elementwise(low, name, x1, x2)


def _scalar(low: Lowering, v: Val, name: str) -> Tensor:
    """What `math` takes: one number, as a float64."""
    t = as_tensor(low, v)
    if t.rank:
        low.refuse(
            f"math.{name} of an array",
            why="the functions of math take one number",
            instead=f"np.{MATH.get(name, name)}, element by element",
            error=ShapeError,
        )
    return Tensor(cast(low, t, "float64"), weak=True)


def _math(name: str, op: str) -> Lower:
    def unary(low: Lowering, x: Val) -> Tensor:
        return elementwise(low, op, _scalar(low, x, name), operator=True)

    def binary(low: Lowering, x: Val, y: Val) -> Tensor:
        return elementwise(low, op, _scalar(low, x, name), _scalar(low, y, name), operator=True)

    return binary if name in ("atan2", "copysign", "fmod", "pow") else unary


def math_to_int(low: Lowering, name: str, x: Val) -> Val:
    """`math.floor` and its kin give a Python int."""
    if isinstance(x, Extent):
        return x
    return Tensor(cast(low, elementwise(low, name, _scalar(low, x, name)), "int64"), weak=True)


def _math_to_int(name: str) -> Lower:
    return lambda low, x: math_to_int(low, name, x)


def _register() -> None:
    for name in NUMPY_UNARY.split():
        handles(getattr(np, name), pure=True)(_numpy(name, 1))
    for name in NUMPY_BINARY.split():
        handles(getattr(np, name), pure=True)(_numpy(name, 2))
    for name, op in MATH.items():
        if hasattr(math, name):  # math.cbrt and exp2 came with Python 3.11
            handles(getattr(math, name), pure=True)(_math(name, op))
    for name in MATH_TO_INT:
        handles(getattr(math, name), pure=True)(_math_to_int(name))


_register()


def _outer(function: np.ufunc) -> Lower:
    """`np.add.outer(a, b)`: the function of every element of one with every element of the other."""

    def outer(low: Lowering, A: Val, B: Val) -> Val:
        a, b = as_tensor(low, A), as_tensor(low, B)
        spread = getitem(low, a, (slice(None),) * a.rank + (None,) * b.rank) if a.rank and b.rank else a
        return HANDLERS[function].lower(low, spread, b)

    return outer


def _register_outer() -> None:
    for name in (*NUMPY_BINARY.split(), "power"):
        handles(getattr(np, name).outer, pure=True)(_outer(getattr(np, name)))


_register_outer()


@handles(np.fix, pure=True)
def fix(low: Lowering, x: Val) -> Val:
    return elementwise(low, "trunc", floats(low, x))


@handles(np.fabs, pure=True)
def fabs(low: Lowering, x: Val) -> Val:
    return elementwise(low, "absolute", floats(low, x))


@handles(np.positive, pure=True)
def positive(low: Lowering, x: Val) -> Val:
    return Tensor(low.arg(as_tensor(low, x)))


@handles(np.power, pure=True)
def np_power(low: Lowering, x1: Val, x2: Val) -> Val:
    return power(low, x1, x2, operator=False)


@handles(np.float_power, pure=True)
def float_power(low: Lowering, x1: Val, x2: Val) -> Val:
    a, b = (Tensor(cast(low, as_tensor(low, v), "float64")) for v in (x1, x2))
    return power(low, a, b, operator=False)


@handles(math.dist, pure=True)
def math_dist(low: Lowering, p: Val, q: Val) -> Val:
    gaps = (elementwise(low, "subtract", a, b, operator=True) for a, b in zip(p, q, strict=True))
    return math_hypot(low, *gaps)


@handles(math.fsum, pure=True)
def math_fsum(low: Lowering, seq: Val) -> Val:
    out: Val = 0.0
    for v in seq:
        out = elementwise(low, "add", out, _scalar(low, v, "fsum"), operator=True)
    return out


@handles(math.log, pure=True)
def math_log(low: Lowering, x: Val, base: Val = None) -> Val:
    top = elementwise(low, "log", _scalar(low, x, "log"), operator=True)
    if base is None:
        return top
    bottom: Val = math.log(base) if isinstance(base, int | float) else math_log(low, base)
    return elementwise(low, "divide", top, bottom, operator=True)


@handles(math.hypot, pure=True)
def math_hypot(low: Lowering, *coordinates: Val) -> Val:
    parts = [_scalar(low, c, "hypot") for c in coordinates]
    out = parts[0]
    for part in parts[1:]:
        out = elementwise(low, "hypot", out, part, operator=True)
    return out if len(parts) > 1 else elementwise(low, "absolute", out, operator=True)


@handles(math.radians, pure=True)
def math_radians(low: Lowering, x: Val) -> Val:
    return elementwise(low, "multiply", _scalar(low, x, "radians"), math.pi / 180.0, operator=True)


@handles(math.degrees, pure=True)
def math_degrees(low: Lowering, x: Val) -> Val:
    return elementwise(low, "multiply", _scalar(low, x, "degrees"), 180.0 / math.pi, operator=True)


@handles(np.deg2rad, np.radians, pure=True)
def deg2rad(low: Lowering, x: Val) -> Val:
    return scaled(low, x, math.pi / 180.0)


@handles(np.rad2deg, np.degrees, pure=True)
def rad2deg(low: Lowering, x: Val) -> Val:
    return scaled(low, x, 180.0 / math.pi)


@handles(np.fmax, pure=True)
def fmax(low: Lowering, x1: Val, x2: Val) -> Val:
    return _ignoring_nan(low, "maximum", x1, x2)


@handles(np.fmin, pure=True)
def fmin(low: Lowering, x1: Val, x2: Val) -> Val:
    return _ignoring_nan(low, "minimum", x1, x2)


def _ignoring_nan(low: Lowering, name: str, x: Val, y: Val) -> Val:
    both = elementwise(low, name, x, y)
    inner = where(low, elementwise(low, "isnan", y), x, both)
    return where(low, elementwise(low, "isnan", x), y, inner)


@handles(np.heaviside, pure=True)
def heaviside(low: Lowering, x1: Val, x2: Val) -> Val:
    x = floats(low, x1)
    positive_or_nan = where(low, elementwise(low, "greater", x, 0), 1.0, x)
    at_zero = where(low, elementwise(low, "equal", x, 0), x2, positive_or_nan)
    return where(low, elementwise(low, "less", x, 0), 0.0, at_zero)


@handles(np.nan_to_num, pure=True)
def nan_to_num(
    low: Lowering, x: Val, copy: Val = True, nan: Val = 0.0, posinf: Val = None, neginf: Val = None
) -> Val:
    t = as_tensor(low, x)
    if not constant(low, copy, "copy"):
        low.refuse("np.nan_to_num(..., copy=False)", instead="x[...] = np.nan_to_num(x)")
    if np.dtype(t.dtype).kind != "f":
        return Tensor(low.arg(t))
    info = np.finfo(t.dtype)
    out = where(low, elementwise(low, "isnan", t), nan, t)
    up = elementwise(low, "equal", t, math.inf)
    down = elementwise(low, "equal", t, -math.inf)
    out = where(low, up, float(info.max) if posinf is None else posinf, out)
    return where(low, down, float(info.min) if neginf is None else neginf, out)


@handles(np.where, pure=True)
def np_where(low: Lowering, condition: Val, x: Val = None, y: Val = None) -> Val:
    """With a condition only, the places where it is true."""
    if x is None and y is None:
        return low.calling(low.frame, np.nonzero, [condition], {})
    return where(low, condition, x, y)


def where(low: Lowering, condition: Val, x: Val, y: Val) -> Tensor:
    """A choice by value, element by element."""
    c = as_bool(low, as_tensor(low, condition))
    a, b = as_tensor(low, x), as_tensor(low, y)
    dtype = result_dtype([a, b])
    return Tensor(low.emit("where", [c, cast(low, a, dtype), cast(low, b, dtype)]))


def choose(low: Lowering, condition: Tensor, x: Val, y: Val) -> Val:
    """`x if condition else y` for two numbers: a choice by value."""
    a, b = as_tensor(low, x), as_tensor(low, y)
    if a.rank or b.rank or a.weak is not b.weak or a.dtype != b.dtype:
        if not (a.rank or b.rank) and {a.dtype, b.dtype} <= {"float64", "int64"} and a.weak and b.weak:
            a, b = Tensor(cast(low, a, "float64"), weak=True), Tensor(cast(low, b, "float64"), weak=True)
        elif not (a.rank or b.rank) and a.dtype == b.dtype == "float64":
            a, b = Tensor(low.arg(a)), Tensor(low.arg(b))
        else:
            low.refuse(
                "a conditional expression that the data decide, between values of different types",
                why="the result would have no type that is known at compile time",
                instead="np.where(c, x, y)",
            )
    return Tensor(low.emit("where", [as_bool(low, condition), low.arg(a), low.arg(b)]), weak=a.weak)


@handles(np.select)
def select(low: Lowering, condlist: Val, choicelist: Val, default: Val = 0) -> Val:
    out: Val = default
    for c, x in zip(reversed(condlist), reversed(choicelist), strict=True):
        out = where(low, c, x, out)
    return out


@handles(np.clip, method="clip", pure=True)
def clip(
    low: Lowering, a: Val, a_min: Val = None, a_max: Val = None, *, min: Val = None, max: Val = None
) -> Val:
    lowest = min if a_min is None else a_min
    highest = max if a_max is None else a_max
    if lowest is None and highest is None:
        return Tensor(low.arg(as_tensor(low, a)))
    if highest is None:
        return elementwise(low, "maximum", a, lowest)
    if lowest is None:
        return elementwise(low, "minimum", a, highest)
    return elementwise(low, "clip", a, lowest, highest)


@handles(np.round, np.around, method="round", pure=True)
def np_round(low: Lowering, a: Val, decimals: Val = 0) -> Val:
    t = as_tensor(low, a)
    if np.dtype(t.dtype).kind != "f":
        return Tensor(low.arg(t))
    digits = constant(low, decimals, "the number of decimals")
    if digits == 0:
        return elementwise(low, "rint", t)
    factor = 10.0 ** abs(digits)
    first, second = ("multiply", "divide") if digits > 0 else ("divide", "multiply")
    return elementwise(low, second, elementwise(low, "rint", elementwise(low, first, t, factor)), factor)


@handles(np.real, pure=True)
def real(low: Lowering, val: Val) -> Val:
    return as_tensor(low, val)


@handles(np.isclose)
def isclose(low: Lowering, a: Val, b: Val, rtol: Val = 1e-5, atol: Val = 1e-8) -> Val:
    distance = elementwise(low, "absolute", elementwise(low, "subtract", a, b))
    bound = elementwise(low, "add", elementwise(low, "multiply", elementwise(low, "absolute", b), rtol), atol)
    return elementwise(low, "less_equal", distance, bound)
