"""Reductions: sums, means, extrema along axes, and what is made of them.

In: calls such as x.mean(axis=0), np.max(x, keepdims=True). Out: reduction equations; mean, var, std
and their kin spelled with primitives.

    np.mean(x, axis=0)  ->  sum(x, axis=(0,)) / n
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.index import getitem
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import as_bool, as_tensor, cast, elementwise, floats
from symgrad.frontend.registry import handles
from symgrad.frontend.values import Tensor, Val, is_dim
from symgrad.ir.core import Const
from symgrad.ir.dims import Dim, product


def axes_of(low: Lowering, rank: int, axis: Val) -> tuple[int, ...]:
    """`axis=` as a sorted tuple of non-negative ints; None is all of them."""
    if axis is None:
        return tuple(range(rank))
    axis = constant(low, axis, "the axis")
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    if rank == 0 and axis in (0, -1):
        return ()  # NumPy takes the one number for an axis
    found = sorted(one_axis(low, rank, a) for a in axes)
    if len(set(found)) < len(found):
        low.refuse(f"axis={axis!r} names an axis twice", error=ShapeError)
    return tuple(found)


def one_axis(low: Lowering, rank: int, axis: Val) -> int:
    axis = constant(low, axis, "the axis")
    if not isinstance(axis, int | np.integer) or isinstance(axis, bool):
        low.refuse(f"axis={axis!r}", instead="an int")
    if not -rank <= axis < rank:
        low.refuse(f"axis {axis} is out of bounds for an array of {rank} axes", error=ShapeError)
    return int(axis) % rank


def reduce(low: Lowering, name: str, t: Tensor, axis: Val, keepdims: Val) -> Tensor:
    """A reduction; without axes the value itself."""
    axes = axes_of(low, t.rank, axis)
    if not axes:
        return Tensor(low.arg(t))
    return Tensor(low.emit(name, [low.arg(t)], axis=axes, keepdims=bool(constant(low, keepdims, "keepdims"))))


def _summable(low: Lowering, a: Val) -> Tensor:
    """Small integers and bools are added as NumPy adds them: in 64 bits."""
    t = as_tensor(low, a)
    kind = np.dtype(t.dtype).kind
    wide = {"b": "int64", "i": "int64", "u": "uint64"}.get(kind, t.dtype)
    return t if wide == t.dtype else Tensor(cast(low, t, wide))


def _of_dims(a: Val) -> bool:
    return isinstance(a, tuple | list) and len(a) > 0 and all(map(is_dim, a))


@handles(np.sum, method="sum", pure=True)
def np_sum(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return reduce(low, "sum", _summable(low, a), axis, keepdims)


@handles(np.prod, method="prod", pure=True)
def np_prod(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    if _of_dims(a) and axis is None:
        return product(tuple(a))
    return reduce(low, "prod", _summable(low, a), axis, keepdims)


@handles(math.prod, pure=True)
def math_prod(low: Lowering, iterable: Val, *, start: Val = 1) -> Val:
    if _of_dims(iterable) and start == 1:
        return product(tuple(iterable))
    out: Val = start
    for v in iterable:
        out = elementwise(low, "multiply", out, v, operator=True)
    return out


@handles(np.max, np.amax, method="max", pure=True)
def np_max(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return reduce(low, "max", as_tensor(low, a), axis, keepdims)


@handles(np.min, np.amin, method="min", pure=True)
def np_min(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return reduce(low, "min", as_tensor(low, a), axis, keepdims)


@handles(np.any, method="any", pure=True)
def np_any(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return reduce(low, "any", Tensor(as_bool(low, as_tensor(low, a))), axis, keepdims)


@handles(np.all, method="all", pure=True)
def np_all(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return reduce(low, "all", Tensor(as_bool(low, as_tensor(low, a))), axis, keepdims)


@handles(np.argmax, method="argmax", pure=True)
def np_argmax(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return _arg_reduce(low, "argmax", a, axis, keepdims)


@handles(np.argmin, method="argmin", pure=True)
def np_argmin(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return _arg_reduce(low, "argmin", a, axis, keepdims)


def _arg_reduce(low: Lowering, name: str, a: Val, axis: Val, keepdims: Val) -> Tensor:
    t = as_tensor(low, a)
    if not t.rank:
        return Tensor(Const(0, t.type.with_dtype("int64")))
    return reduce(low, name, t, axis, keepdims)


@handles(np.count_nonzero)
def count_nonzero(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return np_sum(low, Tensor(as_bool(low, as_tensor(low, a))), axis, keepdims=keepdims)


def count(low: Lowering, t: Tensor, axis: Val) -> Dim:
    """The number of elements that are reduced."""
    shape = low.shape(t)
    return product(tuple(shape[i] for i in axes_of(low, t.rank, axis)))


def divided(low: Lowering, total: Tensor, by: Val) -> Tensor:
    """A sum over a number of elements, which takes the dtype of the sum."""
    if isinstance(by, int) and by == 1:
        return total
    return elementwise(low, "divide", total, by)


@handles(np.mean, method="mean", pure=True)
def np_mean(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Tensor:
    t = floats(low, a)
    return divided(low, reduce(low, "sum", t, axis, keepdims), count(low, t, axis))


@handles(np.average, pure=True)
def average(low: Lowering, a: Val, axis: Val = None, weights: Val = None, *, keepdims: Val = False) -> Val:
    if weights is None:
        return np_mean(low, a, axis, keepdims=keepdims)
    t, w = floats(low, a), floats(low, weights)
    if w.rank == 1 and t.rank > 1:
        if axis is None:
            low.refuse("np.average with weights of another shape needs an axis", error=ShapeError)
        at = one_axis(low, t.rank, axis)
        w = getitem(low, w, tuple(slice(None) if i == at else None for i in range(t.rank)))
    weighted = reduce(low, "sum", elementwise(low, "multiply", t, w), axis, keepdims)
    ones = reduce(low, "sum", broadcast_like(low, w, t), axis, keepdims)
    return elementwise(low, "divide", weighted, ones)


def broadcast_like(low: Lowering, t: Tensor, like: Tensor) -> Tensor:
    shape = low.shape(like)
    if low.shape(t) == shape:
        return t
    return Tensor(low.emit("broadcast_to", [low.arg(t)], shape=shape))


def _centred(low: Lowering, a: Val, axis: Val, ddof: Val, correction: Val) -> tuple[Tensor, Val]:
    """Distances from the mean, and the number that their squares are divided by."""
    t = floats(low, a)
    less = constant(low, ddof, "ddof") or constant(low, correction, "correction")
    centred = elementwise(low, "subtract", t, np_mean(low, t, axis, keepdims=True))
    return centred, count(low, t, axis) - less


@handles(np.var, method="var", pure=True)
def np_var(
    low: Lowering, a: Val, axis: Val = None, *, ddof: Val = 0, correction: Val = 0, keepdims: Val = False
) -> Tensor:
    centred, number = _centred(low, a, axis, ddof, correction)
    return divided(low, reduce(low, "sum", elementwise(low, "square", centred), axis, keepdims), number)


@handles(np.std, method="std", pure=True)
def np_std(
    low: Lowering, a: Val, axis: Val = None, *, ddof: Val = 0, correction: Val = 0, keepdims: Val = False
) -> Tensor:
    """A norm, whose derivative is 0 at 0, where that of the root of the variance is 0 / 0."""
    centred, number = _centred(low, a, axis, ddof, correction)
    length = grouped(low, "norm", centred, axis, keepdims)
    if isinstance(number, int) and number == 1:
        return length
    root = elementwise(low, "sqrt", Tensor(cast(low, as_tensor(low, number), length.dtype)))
    return elementwise(low, "divide", length, root)


@handles(np.ptp, pure=True)
def ptp(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False) -> Val:
    return elementwise(
        low, "subtract", np_max(low, a, axis, keepdims=keepdims), np_min(low, a, axis, keepdims=keepdims)
    )


@handles(np.cumsum, method="cumsum", pure=True)
def cumsum(low: Lowering, a: Val, axis: Val = None) -> Val:
    return _cumulative(low, "cumsum", a, axis)


@handles(np.cumprod, method="cumprod", pure=True)
def cumprod(low: Lowering, a: Val, axis: Val = None) -> Val:
    return _cumulative(low, "cumprod", a, axis)


def _cumulative(low: Lowering, name: str, a: Val, axis: Val) -> Tensor:
    t = _summable(low, a)
    if axis is None and t.rank != 1:
        t = Tensor(low.emit("reshape", [low.arg(t)], shape=(product(low.shape(t)),)))
    at = one_axis(low, t.rank, 0 if axis is None else axis)
    return Tensor(low.emit(name, [low.arg(t)], axis=at))


@handles(np.diff, pure=True)
def diff(low: Lowering, a: Val, n: Val = 1, axis: Val = -1) -> Val:
    t = as_tensor(low, a)
    at = one_axis(low, t.rank, axis)
    for _ in range(constant(low, n, "n")):
        before = (slice(None),) * at
        later, earlier = (
            getitem(low, t, (*before, slice(1, None))),
            getitem(low, t, (*before, slice(None, -1))),
        )
        t = elementwise(low, "not_equal" if t.dtype == "bool" else "subtract", later, earlier)
    return t


def grouped(low: Lowering, name: str, x: Val, axis: Val, keepdims: Any = None) -> Tensor:
    """softmax and its kin, as one op."""
    t = floats(low, x)
    if not t.rank:
        t = Tensor(low.emit("reshape", [low.arg(t)], shape=(1,)))
        out = grouped(low, name, t, None, False if keepdims is not None else None)
        return out if not out.rank else getitem(low, out, 0)
    axes = axes_of(low, t.rank, axis)
    if keepdims is None:
        return Tensor(low.emit(name, [low.arg(t)], axis=axes))
    return Tensor(low.emit(name, [low.arg(t)], axis=axes, keepdims=bool(constant(low, keepdims, "keepdims"))))
