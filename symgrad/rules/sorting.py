"""Sorting is a permutation, and a triangle a selection: linear, once the order is known.

In: nothing. Out: a rule for each of sort, argsort, tril, triu. Elements that tie keep their order.

    y = sort(x)      dx[argsort(x)] += dy
"""

from __future__ import annotations

from symgrad.ir.build import arange, argsort, getitem, reshape, tril, triu
from symgrad.ir.core import Gather, Index
from symgrad.ir.ops import op
from symgrad.rules.declare import AddAt, Array, jvp, nondiff, transpose, vjp


def _origin(x: Array, axis: int) -> tuple[Index, tuple[Array, ...]]:
    """Where in `x` each element of sort(x) comes from."""
    order = argsort(x, axis=axis)
    places = [order if i == axis else _along(x, i) for i in range(x.ndim)]
    return (Gather(),) * x.ndim, tuple(places)


def _along(x: Array, axis: int) -> Array:
    """The positions along one axis, to be broadcast over the others."""
    extent = x.shape[axis]
    return reshape(arange(x, extent), tuple(extent if i == axis else 1 for i in range(x.ndim)))


@vjp(op.sort)
def _to_unsorted(g: Array, y: Array, x: Array, *, axis: int) -> AddAt:
    return AddAt(g, *_origin(x, axis))


@jvp(op.sort)
def _of_unsorted(t: Array, y: Array, x: Array, *, axis: int) -> Array:
    index, places = _origin(x, axis)
    return getitem(t, index, *places)


transpose(op.tril, 0, lambda g, x, *, k: tril(g, k=k))
transpose(op.triu, 0, lambda g, x, *, k: triu(g, k=k))
nondiff(op.argsort, op.searchsorted)
