"""Ops that move, copy or select elements: linear, so the rule is the transposed map.

In: nothing. Out: a rule for each. Sums over what a broadcast repeated, and casts, are the engine's.
"""

from __future__ import annotations

from symgrad.ir.build import getitem, reshape, roll, where
from symgrad.ir.build import transpose as permute
from symgrad.ir.core import Span, full_span
from symgrad.ir.dims import Dim
from symgrad.ir.ops import op
from symgrad.rules.declare import ALL, Array, nondiff, transpose


def inverse(perm: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that undoes `perm`."""
    return tuple(sorted(range(len(perm)), key=perm.__getitem__))


def row(v: Array) -> Array:
    """(..., k) as (..., 1, k)."""
    return reshape(v, (*v.shape[:-1], 1, v.shape[-1]))


def _split(g: Array, *xs: Array, axis: int) -> tuple[Array, ...]:
    """The piece of `g` that came from each operand."""
    start: Dim = 0
    pieces = []
    for x in xs:
        index = tuple(Span(start, 1, d) if i == axis else full_span(d) for i, d in enumerate(x.shape))
        pieces.append(getitem(g, index))
        start = start + x.shape[axis]
    return tuple(pieces)


# fmt: off
transpose(op.where, (1, 2),   lambda g, c, x, y: (where(c, g, 0.0), where(c, 0.0, g)))  # select, never c * g
transpose(op.cast, 0,         lambda g, x, *, dtype: g)
transpose(op.copy, 0,         lambda g, x: g)
transpose(op.recall, 0,       lambda g, x: g)
transpose(op.full, 0,         lambda g, x, *, shape: g)
transpose(op.broadcast_to, 0, lambda g, x, *, shape: g)
transpose(op.reshape, 0,      lambda g, x, *, shape: reshape(g, x.shape))
transpose(op.transpose, 0,    lambda g, x, *, perm: permute(g, inverse(perm)))
transpose(op.roll, 0,         lambda g, x, *, axis, by: roll(g, axis=axis, by=-by))
transpose(op.concatenate, ALL, _split)
# fmt: on

nondiff(op.iota, op.extent, op.literal, op.eye)
