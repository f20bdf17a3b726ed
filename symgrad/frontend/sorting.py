"""Order: sorting, and what is read off a sorted array.

In: calls such as np.sort(x), np.median(x, axis=0), np.quantile(x, 0.9). Out: `sort` and `argsort`
equations, elements of the sorted array, and mixtures of two neighbours.

    np.median(x)  ->  s = sort(x);  (s[n // 2] + s[(n - 1) // 2]) / 2
"""

from __future__ import annotations

import math

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.index import getitem, setitem
from symgrad.frontend.operators import constant
from symgrad.frontend.pointwise import where
from symgrad.frontend.promote import as_tensor, cast, elementwise, floats, result_dtype, scaled
from symgrad.frontend.reductions import axes_of, one_axis
from symgrad.frontend.registry import handles
from symgrad.frontend.shaping import flat, permuted, reshaped
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.dims import Dim, product


@handles(np.sort)
def sort(low: Lowering, a: Val, axis: Val = -1, kind: Val = None, *, stable: Val = None) -> Tensor:
    t, at = _along(low, a, axis)
    return Tensor(low.emit("sort", [low.arg(t)], axis=at))


@handles(method="sort")
def sort_in_place(low: Lowering, a: Tensor, axis: Val = -1, kind: Val = None) -> None:
    setitem(low, a, Ellipsis, sort(low, a, axis))


@handles(np.argsort, method="argsort")
def argsort(low: Lowering, a: Val, axis: Val = -1, kind: Val = None, *, stable: Val = None) -> Tensor:
    """Elements that tie keep their order, which NumPy promises for kind="stable" and allows for others."""
    t, at = _along(low, a, axis)
    return Tensor(low.emit("argsort", [low.arg(t)], axis=at))


def _along(low: Lowering, a: Val, axis: Val) -> tuple[Tensor, int]:
    t = as_tensor(low, a)
    if axis is None:
        return flat(low, t, view=False), 0
    if not t.rank:
        low.refuse("a number is sorted", error=ShapeError)
    return t, one_axis(low, t.rank, axis)


@handles(np.median)
def median(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Tensor:
    ordered, kept = _rows(low, a, axis, keepdims)
    n = low.shape(ordered)[-1]
    middle = _at(low, ordered, n // 2)
    if not (isinstance(n, int) and n % 2):
        middle = scaled(low, elementwise(low, "add", _at(low, ordered, (n - 1) // 2), middle), 0.5)
    return _shaped(low, _unless_nan(low, middle, ordered), kept)


@handles(np.quantile)
def quantile(
    low: Lowering, a: Val, q: Val, axis: Val = None, *, method: Val = "linear", keepdims: Val = False
) -> Tensor:
    return _quantile(low, a, q, 1.0, axis, method, keepdims, "np.quantile")


@handles(np.percentile)
def percentile(
    low: Lowering, a: Val, q: Val, axis: Val = None, *, method: Val = "linear", keepdims: Val = False
) -> Tensor:
    return _quantile(low, a, q, 100.0, axis, method, keepdims, "np.percentile")


def _quantile(
    low: Lowering, a: Val, q: Val, scale: float, axis: Val, method: Val, keepdims: Val, name: str
) -> Tensor:
    """The elements on both sides of the place q * (n - 1), mixed as near as it is to each."""
    if method != "linear":
        low.refuse(f"`method={method!r}` of {name}", instead='"linear"')
    if isinstance(q, list | tuple):
        each = [_quantile(low, a, part, scale, axis, method, keepdims, name) for part in q]
        out: Tensor = low.calling(low.frame, np.stack, [each], {})
        return out
    part = constant(low, q, f"the q of {name}")
    if not isinstance(part, int | float):
        low.refuse(f"{name} at several places at once", instead="a list of numbers, or one call for each")
    part = float(part) / scale
    if not 0.0 <= part <= 1.0:
        low.refuse(f"{name} at {q}", why="it lies outside of the data", error=ShapeError)
    ordered, kept = _rows(low, a, axis, keepdims)
    last = low.shape(ordered)[-1] - 1
    if isinstance(last, int):
        place = part * last
        below = math.floor(place)
        near, far = _at(low, ordered, below), _at(low, ordered, min(below + 1, last))
        share: Val = place - below
    else:
        where_to = elementwise(low, "multiply", last, part, operator=True)
        down = elementwise(low, "floor", where_to)
        index = Tensor(cast(low, down, "int64"))
        next_one = elementwise(low, "minimum", elementwise(low, "add", index, 1), last)
        near, far = getitem(low, ordered, (..., index)), getitem(low, ordered, (..., next_one))
        share = Tensor(cast(low, elementwise(low, "subtract", where_to, down), ordered.dtype))
    step = elementwise(low, "multiply", elementwise(low, "subtract", far, near), share)
    return _shaped(low, _unless_nan(low, elementwise(low, "add", near, step), ordered), kept)


def _rows(low: Lowering, a: Val, axis: Val, keepdims: Val) -> tuple[Tensor, tuple[Dim, ...] | None]:
    """The array sorted along one last axis that holds all that is reduced, and the shape with kept axes."""
    t = floats(low, a)
    axes = axes_of(low, t.rank, axis)
    if not axes:
        low.refuse("a quantile of one number", error=ShapeError)
    rest = tuple(i for i in range(t.rank) if i not in axes)
    shape = low.shape(t)
    for i in axes:
        if shape[i] == 0:
            low.refuse("a quantile of no elements", error=ShapeError)
    moved = permuted(low, t, (*rest, *axes)) if (*rest, *axes) != tuple(range(t.rank)) else t
    if len(axes) > 1:
        size = product(tuple(shape[i] for i in axes))
        moved = reshaped(low, moved, (*(shape[i] for i in rest), size))
    kept = tuple(1 if i in axes else d for i, d in enumerate(shape))
    wanted = kept if constant(low, keepdims, "keepdims") else None
    return Tensor(low.emit("sort", [low.arg(moved)], axis=moved.rank - 1)), wanted


def _at(low: Lowering, ordered: Tensor, place: Dim) -> Tensor:
    out: Tensor = getitem(low, ordered, (..., place))
    return out


def _unless_nan(low: Lowering, value: Tensor, ordered: Tensor) -> Tensor:
    """NaN where there is one: it is sorted to the end."""
    last = getitem(low, ordered, (..., -1))
    out: Tensor = where(low, elementwise(low, "isnan", last), math.nan, value)
    return out


def _shaped(low: Lowering, t: Tensor, shape: tuple[Dim, ...] | None) -> Tensor:
    return t if shape is None else reshaped(low, t, shape)


@handles(np.searchsorted)
def searchsorted(low: Lowering, a: Val, v: Val, side: Val = "left") -> Val:
    """Integers: they say where, and have no derivative."""
    x, y = as_tensor(low, a), as_tensor(low, v)
    if side not in ("left", "right"):
        low.refuse(f"side={side!r} of np.searchsorted", instead='"left" or "right"')
    dtype = result_dtype([Tensor(x.arg), Tensor(y.arg)])
    row = flat(low, y, view=False) if y.rank != 1 else y
    out = low.emit("searchsorted", [cast(low, x, dtype), cast(low, row, dtype)], side=side)
    return reshaped(low, Tensor(out), low.shape(y)) if y.rank != 1 else Tensor(out)
