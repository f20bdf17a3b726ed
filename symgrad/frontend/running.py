"""Running sums and products, differences of neighbours, and the reductions that ufuncs have as methods.

In: calls such as np.cumsum(x), np.diff(x, prepend=0.0), np.add.reduce(x). Out: `cumsum`, `cumprod` and
reduction equations, slices.

    np.diff(x)  ->  x[1:] - x[:-1]
"""

from __future__ import annotations

import numpy as np

from symgrad.frontend.context import Lowering
from symgrad.frontend.index import getitem
from symgrad.frontend.joins import concatenate
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import as_tensor, elementwise
from symgrad.frontend.reductions import np_max, np_min, np_prod, np_sum, of_dtype, one_axis, summable
from symgrad.frontend.registry import handles
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.dims import product


@handles(np.cumsum, method="cumsum", pure=True)
def cumsum(low: Lowering, a: Val, axis: Val = None, dtype: Val = None) -> Val:
    return _cumulative(low, "cumsum", a, axis, dtype)


@handles(np.cumprod, method="cumprod", pure=True)
def cumprod(low: Lowering, a: Val, axis: Val = None, dtype: Val = None) -> Val:
    return _cumulative(low, "cumprod", a, axis, dtype)


def _cumulative(low: Lowering, name: str, a: Val, axis: Val, dtype: Val) -> Tensor:
    t = of_dtype(low, summable(low, a), dtype)
    if axis is None and t.rank != 1:
        t = Tensor(low.emit("reshape", [low.arg(t)], shape=(product(low.shape(t)),)))
    at = one_axis(low, t.rank, 0 if axis is None else axis)
    return Tensor(low.emit(name, [low.arg(t)], axis=at))


@handles(np.diff, pure=True)
def diff(low: Lowering, a: Val, n: Val = 1, axis: Val = -1, prepend: Val = None, append: Val = None) -> Val:
    t = as_tensor(low, a)
    at = one_axis(low, t.rank, axis)
    if prepend is not None or append is not None:
        ends = [None if v is None else _end(low, v, t, at) for v in (prepend, append)]
        t = concatenate(low, [v for v in (ends[0], t, ends[1]) if v is not None], at)
    for _ in range(constant(low, n, "n")):
        before = (slice(None),) * at
        later, earlier = (
            getitem(low, t, (*before, slice(1, None))),
            getitem(low, t, (*before, slice(None, -1))),
        )
        t = elementwise(low, "not_equal" if t.dtype == "bool" else "subtract", later, earlier)
    return t


def _end(low: Lowering, v: Val, like: Tensor, axis: int) -> Tensor:
    """What is put before or after: an array, or a number along all other axes."""
    t = as_tensor(low, v)
    if t.rank:
        return t
    shape = tuple(1 if i == axis else d for i, d in enumerate(low.shape(like)))
    return Tensor(low.emit("full", [low.arg(t)], shape=shape))


@handles(np.add.reduce, pure=True)
def add_reduce(low: Lowering, array: Val, axis: Val = 0, *, keepdims: Val = False) -> Val:
    return np_sum(low, array, axis, keepdims=keepdims)


@handles(np.multiply.reduce, pure=True)
def multiply_reduce(low: Lowering, array: Val, axis: Val = 0, *, keepdims: Val = False) -> Val:
    return np_prod(low, array, axis, keepdims=keepdims)


@handles(np.maximum.reduce, pure=True)
def maximum_reduce(low: Lowering, array: Val, axis: Val = 0, *, keepdims: Val = False) -> Val:
    return np_max(low, array, axis, keepdims=keepdims)


@handles(np.minimum.reduce, pure=True)
def minimum_reduce(low: Lowering, array: Val, axis: Val = 0, *, keepdims: Val = False) -> Val:
    return np_min(low, array, axis, keepdims=keepdims)


@handles(np.add.accumulate, pure=True)
def add_accumulate(low: Lowering, array: Val, axis: Val = 0) -> Val:
    return cumsum(low, array, axis)


@handles(np.multiply.accumulate, pure=True)
def multiply_accumulate(low: Lowering, array: Val, axis: Val = 0) -> Val:
    return cumprod(low, array, axis)
