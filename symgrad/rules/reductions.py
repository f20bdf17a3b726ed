"""Reductions over axes: sum, prod, max, min, logsumexp, norm; and the running sum and product.

In: nothing. Out: a rule for each. `kept` puts the reduced axes back as ones, so that the cotangent of the
result broadcasts against the operand.
"""

from __future__ import annotations

from symgrad.ir.build import (
    arange,
    broadcast_to,
    cast,
    concatenate,
    cumprod,
    cumsum,
    equal,
    exp,
    filled,
    getitem,
    reshape,
    sum,
    where,
)
from symgrad.ir.build import transpose as permute
from symgrad.ir.core import Span, full_span
from symgrad.ir.dims import product
from symgrad.ir.ops import op
from symgrad.rules.declare import Array, jvp, nondiff, transpose, vjp
from symgrad.rules.elementwise import nonzero
from symgrad.rules.shaping import inverse, row

Axes = tuple[int, ...]


def kept(g: Array, x: Array, axis: Axes) -> Array:
    """`g`, a reduction of `x`, with the reduced axes put back as ones."""
    return reshape(g, tuple(1 if i in axis else d for i, d in enumerate(x.shape)))


def _spread(g: Array, x: Array, *, axis: Axes, keepdims: bool) -> Array:
    return broadcast_to(kept(g, x, axis), x.shape)


transpose(op.sum, 0, _spread)


def _share(y: Array, x: Array, axis: Axes) -> tuple[Array, Array]:
    """Where the extremum is attained, and how often."""
    mask = equal(x, kept(y, x, axis))
    return mask, sum(cast(mask, x.dtype), axis, keepdims=True)


def _to_extremum(g: Array, y: Array, x: Array, *, axis: Axes, keepdims: bool) -> Array:
    mask, count = _share(y, x, axis)
    return where(mask, kept(g, x, axis) / count, 0.0)


def _of_extremum(t: Array, y: Array, x: Array, *, axis: Axes, keepdims: bool) -> Array:
    mask, count = _share(y, x, axis)
    return sum(where(mask, t, 0.0), axis, keepdims) / reshape(count, y.shape)


for _op in (op.max, op.min):
    vjp(_op, note="a tie is split")(_to_extremum)
    jvp(_op)(_of_extremum)


@vjp(op.logsumexp)
def _to_summands(g: Array, y: Array, x: Array, *, axis: Axes, keepdims: bool) -> Array:
    return kept(g, x, axis) * exp(x - kept(y, x, axis))


@jvp(op.logsumexp)
def _of_summands(t: Array, y: Array, x: Array, *, axis: Axes, keepdims: bool) -> Array:
    return sum(t * exp(x - kept(y, x, axis)), axis, keepdims)


@vjp(op.norm, note="0 at {0} = 0")
def _to_sides(g: Array, y: Array, x: Array, *, axis: Axes, keepdims: bool) -> Array:
    return kept(g / nonzero(y), x, axis) * x


@jvp(op.norm)
def _of_sides(t: Array, y: Array, x: Array, *, axis: Axes, keepdims: bool) -> Array:
    return sum(t * x, axis, keepdims) / nonzero(y)


def _flipped(x: Array, axis: int) -> Array:
    index = tuple(Span(d - 1, -1, d) if i == axis else full_span(d) for i, d in enumerate(x.shape))
    return getitem(x, index)


def _last(x: Array, axis: Axes) -> tuple[int, ...]:
    """The permutation that puts `axis` at the end."""
    return (*(i for i in range(x.ndim) if i not in axis), *axis)


def _before(x: Array, axis: int) -> Array:
    """The product of the elements before each one."""
    one = filled(x, 1.0, x.dtype, tuple(1 if i == axis else d for i, d in enumerate(x.shape)))
    shifted = getitem(concatenate(one, x, axis=axis), tuple(map(full_span, x.shape)))
    return cumprod(shifted, axis=axis)


def _without(x: Array, axis: Axes) -> Array:
    """For each element the product of all the others, without a division: exact where there are zeros."""
    if not axis:
        return filled(x, 1.0, x.dtype, x.shape)
    perm = _last(x, axis)
    moved = permute(x, perm)
    last = x.ndim - len(axis)
    flat = reshape(moved, (*moved.shape[:last], product(moved.shape[last:])))
    others = _before(flat, last) * _flipped(_before(_flipped(flat, last), last), last)
    return permute(reshape(others, moved.shape), inverse(perm))


@vjp(op.prod)
def _to_factors(g: Array, y: Array, x: Array, *, axis: Axes, keepdims: bool) -> Array:
    return kept(g, x, axis) * _without(x, axis)


@jvp(op.prod)
def _of_factors(t: Array, y: Array, x: Array, *, axis: Axes, keepdims: bool) -> Array:
    return sum(t * _without(x, axis), axis, keepdims)


transpose(op.cumsum, 0, lambda g, x, *, axis: _flipped(cumsum(_flipped(g, axis), axis=axis), axis))


def _products_without(x: Array, axis: int) -> Array:
    """[..., i, k]: the running product up to k with element i left out, 0 where i comes after k.

    Quadratic in the extent: it is needed for the second derivative of prod, and exact where there are zeros.
    """
    n = x.shape[axis]
    i, k = reshape(arange(x, n), (n, 1)), reshape(arange(x, n), (1, n))
    last = row(permute(x, _last(x, (axis,))))
    return where(i <= k, cumprod(where(equal(i, k), 1.0, last), axis=x.ndim), 0.0)


@vjp(op.cumprod)
def _to_running(g: Array, y: Array, x: Array, *, axis: int) -> Array:
    perm = _last(x, (axis,))
    return permute(sum(row(permute(g, perm)) * _products_without(x, axis), (x.ndim,)), inverse(perm))


@jvp(op.cumprod)
def _of_running(t: Array, y: Array, x: Array, *, axis: int) -> Array:
    perm = _last(x, (axis,))
    column = reshape(permute(t, perm), (*(x.shape[p] for p in perm), 1))
    return permute(sum(column * _products_without(x, axis), (x.ndim - 1,)), inverse(perm))


nondiff(op.argmax, op.argmin, op.any, op.all)
