"""Masks of bools as subscripts: the positions where they are true, as many as the data say.

In: a mask. Out: an integer array with a length of its own, so that `x[mask]` is `x[positions]`: an ordinary
array, whose length two uses of one mask share. A number written through a mask is a choice by value.

    x[x > 0]           ->  getitem(x, positions), positions: int64[k], k = sum(x > 0)
    y[y > 1.0] = 0.5   ->  where(y > 1.0, 0.5, y)
"""

from __future__ import annotations

import numpy as np

from symgrad.frontend.context import Lowering
from symgrad.frontend.extents import named
from symgrad.frontend.promote import literal
from symgrad.frontend.registry import handles
from symgrad.frontend.solver import Bounds
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.core import Arg, Gather, Span
from symgrad.ir.dims import Dim, product


def is_mask(key: Val) -> bool:
    return isinstance(key, Tensor) and key.dtype == "bool" and key.rank > 0


def positions(low: Lowering, mask: Tensor, extent: Dim | None = None) -> Arg:
    """Where a mask of one axis is true: the scatter of 0, 1, 2, ... to the places that cumsum counts."""
    arg = low.arg(mask)
    size = low.shape(mask)[0]
    if extent is not None:
        size = low.solver.equal(size, extent)
    key = ("positions", arg)
    if key in low.scalars:
        return low.scalars[key]
    ones = low.emit("cast", [arg], dtype="int64")
    count = low.emit("sum", [ones], axis=(0,), keepdims=False)
    total = named(low, Tensor(count), Bounds(0, size))
    number = low.arg(low.extent(total))
    order = low.emit("subtract", [low.emit("cumsum", [ones], axis=0), low.const(1, "int64")])
    place = low.emit("where", [arg, order, number])  # what is not selected goes to a slot that is cut off
    value = low.emit("where", [arg, low.emit("iota", (), shape=(size,)), low.const(0, "int64")])
    slots = low.emit("full", [low.const(0, "int64")], shape=(total + 1,))
    filled = low.emit("add_at", [slots, value, place], index=(Gather(),))
    out = low.emit("getitem", [filled], index=(Span(0, 1, total),))
    low.scalars[key] = out
    return out


def flat(low: Lowering, t: Tensor) -> Tensor:
    """All elements on one axis."""
    if t.rank == 1:
        return t
    return Tensor(low.emit("reshape", [low.arg(t)], shape=(product(low.shape(t)),)))


def chosen(low: Lowering, t: Tensor, mask: Tensor, new: Arg) -> Arg:
    """The array with a number where the mask is true."""
    arg = low.arg(mask)
    rest = t.rank - mask.rank
    for a, b in zip(low.shape(mask), low.shape(t), strict=False):
        low.solver.equal(a, b)
    if rest:
        arg = low.emit("reshape", [arg], shape=(*low.shape(mask), *(1,) * rest))
    return low.emit("where", [arg, new, low.arg(t)])


@handles(np.flatnonzero)
def flatnonzero(low: Lowering, a: Val) -> Val:
    return Tensor(positions(low, flat(low, _true(low, a))))


@handles(np.nonzero)
def nonzero(low: Lowering, a: Val) -> Val:
    t = _true(low, a)
    if t.rank != 1:
        low.refuse(f"np.nonzero of an array of {t.rank} axes", instead="np.flatnonzero(x)")
    return (Tensor(positions(low, t)),)


def _true(low: Lowering, a: Val) -> Tensor:
    t = a if isinstance(a, Tensor) else literal(low, np.asarray(a))
    return t if t.dtype == "bool" else Tensor(low.emit("not_equal", [low.arg(t), low.const(0, t.dtype)]))
