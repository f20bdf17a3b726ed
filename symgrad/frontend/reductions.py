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
from symgrad.frontend.dtypes import dtype_of
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


def summable(low: Lowering, a: Val) -> Tensor:
    """Small integers and bools are added as NumPy adds them: in 64 bits."""
    t = as_tensor(low, a)
    kind = np.dtype(t.dtype).kind
    wide = {"b": "int64", "i": "int64", "u": "uint64"}.get(kind, t.dtype)
    return t if wide == t.dtype else Tensor(cast(low, t, wide))


def _of_dims(a: Val) -> bool:
    return isinstance(a, tuple | list) and len(a) > 0 and all(map(is_dim, a))


def of_dtype(low: Lowering, t: Tensor, dtype: Val) -> Tensor:
    """`dtype=`: what is reduced is converted first."""
    return t if dtype is None else Tensor(cast(low, t, dtype_of(low, dtype, t.dtype)))


def _selected(low: Lowering, t: Tensor, where: Val, instead: Val) -> Tensor:
    """`where=`: other elements are replaced by what leaves the result alone."""
    if where is True:
        return t
    chosen = as_bool(low, as_tensor(low, where))
    return Tensor(low.emit("where", [chosen, low.arg(t), low.arg(as_tensor(low, instead))]))


def _joined(low: Lowering, name: str, out: Tensor, initial: Val) -> Tensor:
    """`initial=`: one more number that is reduced."""
    return out if initial is None else elementwise(low, name, out, initial)


@handles(np.sum, method="sum", pure=True)
def np_sum(
    low: Lowering, a: Val, axis: Val = None, dtype: Val = None, *, keepdims: Val = False, initial: Val = None,
    where: Val = True,
) -> Val:  # fmt: skip
    t = of_dtype(low, summable(low, a), dtype)
    t = _selected(low, t, where, Tensor(low.const(0, t.dtype)))
    return _joined(low, "add", reduce(low, "sum", t, axis, keepdims), initial)


@handles(np.prod, method="prod", pure=True)
def np_prod(
    low: Lowering, a: Val, axis: Val = None, dtype: Val = None, *, keepdims: Val = False, initial: Val = None,
    where: Val = True,
) -> Val:  # fmt: skip
    if _of_dims(a) and axis is None and initial is None and where is True:
        return product(tuple(a))
    t = of_dtype(low, summable(low, a), dtype)
    t = _selected(low, t, where, Tensor(low.const(1, t.dtype)))
    return _joined(low, "multiply", reduce(low, "prod", t, axis, keepdims), initial)


@handles(math.prod, pure=True)
def math_prod(low: Lowering, iterable: Val, *, start: Val = 1) -> Val:
    if _of_dims(iterable) and start == 1:
        return product(tuple(iterable))
    out: Val = start
    for v in iterable:
        out = elementwise(low, "multiply", out, v, operator=True)
    return out


@handles(np.max, np.amax, method="max", pure=True)
def np_max(
    low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False, initial: Val = None, where: Val = True
) -> Val:
    return _extreme(low, "max", a, axis, keepdims, initial, where)


@handles(np.min, np.amin, method="min", pure=True)
def np_min(
    low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False, initial: Val = None, where: Val = True
) -> Val:
    return _extreme(low, "min", a, axis, keepdims, initial, where)


def _extreme(low: Lowering, name: str, a: Val, axis: Val, keepdims: Val, initial: Val, where: Val) -> Tensor:
    t = as_tensor(low, a)
    if where is not True:
        if initial is None:
            low.refuse(f"`where=` of np.{name} without `initial=`", why="NumPy refuses it too")
        if not t.type.is_float:
            low.refuse(f"`where=` of np.{name} of integers", instead=f"np.{name}(np.where(condition, x, c))")
        t = _selected(low, t, where, Tensor(low.const(-math.inf if name == "max" else math.inf, t.dtype)))
    out = reduce(low, name, t, axis, keepdims)
    return _joined(low, "maximum" if name == "max" else "minimum", out, initial)


@handles(np.any, method="any", pure=True)
def np_any(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False, where: Val = True) -> Val:
    t = _selected(low, Tensor(as_bool(low, as_tensor(low, a))), where, False)
    return reduce(low, "any", t, axis, keepdims)


@handles(np.all, method="all", pure=True)
def np_all(low: Lowering, a: Val, axis: Val = None, *, keepdims: Val = False, where: Val = True) -> Val:
    t = _selected(low, Tensor(as_bool(low, as_tensor(low, a))), where, True)
    return reduce(low, "all", t, axis, keepdims)


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
def np_mean(
    low: Lowering, a: Val, axis: Val = None, dtype: Val = None, *, keepdims: Val = False, where: Val = True
) -> Tensor:
    t = of_dtype(low, floats(low, a) if dtype is None else as_tensor(low, a), dtype)
    if not t.type.is_float:
        low.refuse(f"`dtype={t.dtype}` of np.mean", why="the mean would be cut off", instead="a float dtype")
    return divided(
        low,
        reduce(low, "sum", _selected(low, t, where, Tensor(low.const(0, t.dtype))), axis, keepdims),
        counted(low, t, axis, keepdims, where),
    )


def counted(low: Lowering, t: Tensor, axis: Val, keepdims: Val, where: Val) -> Val:
    """How many elements are reduced: known from the shape, or counted where `where=` selects."""
    if where is True:
        return count(low, t, axis)
    chosen = broadcast_like(low, Tensor(as_bool(low, as_tensor(low, where))), t)
    number = reduce(low, "sum", Tensor(cast(low, chosen, "int64")), axis, keepdims)
    return Tensor(cast(low, number, t.dtype))


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


def _centred(
    low: Lowering, a: Val, axis: Val, dtype: Val, ddof: Val, correction: Val, keepdims: Val, where: Val
) -> tuple[Tensor, Val]:
    """Distances from the mean (0 where `where=` leaves one out), and what their squares are divided by."""
    t = of_dtype(low, floats(low, a), dtype)
    less = constant(low, ddof, "ddof") or constant(low, correction, "correction")
    centred = elementwise(low, "subtract", t, np_mean(low, t, axis, keepdims=True, where=where))
    centred = _selected(low, centred, where, Tensor(low.const(0, t.dtype)))
    number = counted(low, t, axis, keepdims, where)
    return centred, elementwise(low, "subtract", number, less) if isinstance(
        number, Tensor
    ) else number - less


@handles(np.var, method="var", pure=True)
def np_var(
    low: Lowering, a: Val, axis: Val = None, dtype: Val = None, *, ddof: Val = 0, correction: Val = 0,
    keepdims: Val = False, where: Val = True,
) -> Tensor:  # fmt: skip
    centred, number = _centred(low, a, axis, dtype, ddof, correction, keepdims, where)
    return divided(low, reduce(low, "sum", elementwise(low, "square", centred), axis, keepdims), number)


@handles(np.std, method="std", pure=True)
def np_std(
    low: Lowering, a: Val, axis: Val = None, dtype: Val = None, *, ddof: Val = 0, correction: Val = 0,
    keepdims: Val = False, where: Val = True,
) -> Tensor:  # fmt: skip
    """A norm, whose derivative is 0 at 0, where that of the root of the variance is 0 / 0."""
    centred, number = _centred(low, a, axis, dtype, ddof, correction, keepdims, where)
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
