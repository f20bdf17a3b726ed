"""Arrays put together and taken apart: joins, repetitions, turns, padding.

In: calls such as np.concatenate((a, b)), np.tile(x, 3), np.roll(x, 1), np.pad(x, 1). Out: `concatenate`,
`broadcast_to`, `reshape` and `getitem` equations.

    np.stack([x, y]) -> concatenate(reshape(x, (1, n)), reshape(y, (1, n)), axis=0)
"""

from __future__ import annotations

import ast
import itertools

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.creation import common, filled, iota, shape_of
from symgrad.frontend.index import getitem
from symgrad.frontend.operators import binary, constant
from symgrad.frontend.promote import as_tensor, elementwise
from symgrad.frontend.reductions import axes_of, one_axis
from symgrad.frontend.registry import handles
from symgrad.frontend.shaping import (
    atleast_1d,
    atleast_2d,
    broadcasted,
    expand_dims,
    flat,
    moveaxis,
    permuted,
    reshaped,
)
from symgrad.frontend.solver import Undecided
from symgrad.frontend.values import Rows, Tensor, Val, is_dim
from symgrad.ir.core import Arg, Const
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.types import Shape, broadcast


@handles(np.concatenate, np.concat)
def concatenate(low: Lowering, arrays: Val, axis: Val = 0) -> Val:
    if isinstance(arrays, Rows) and axis == 0 and len(low.shape(arrays.tensor)) > 1:
        shape = low.shape(t := as_tensor(low, arrays))
        return Tensor(low.emit("reshape", [low.arg(t)], shape=(shape[0] * shape[1], *shape[2:])))
    parts = common(low, _parts(low, arrays))
    if axis is None:
        parts, axis = [flat(low, p, view=False) for p in parts], 0
    if not parts or not parts[0].rank:
        low.refuse("numbers are concatenated", instead="np.array([a, b]) or np.stack", error=ShapeError)
    if len(parts) == 1:
        return parts[0]
    return Tensor(
        low.emit("concatenate", [low.arg(p) for p in parts], axis=one_axis(low, parts[0].rank, axis))
    )


def _parts(low: Lowering, arrays: Val) -> list[Val]:
    if isinstance(arrays, list | tuple):
        return list(arrays)
    t = as_tensor(low, arrays)
    extent = constant(low, low.shape(t)[0], "the number of arrays")
    return [getitem(low, t, i) for i in range(extent)]


@handles(np.stack)
def stack(low: Lowering, arrays: Val, axis: Val = 0) -> Val:
    if isinstance(arrays, Rows):
        return moveaxis(low, as_tensor(low, arrays), 0, axis)
    parts = [as_tensor(low, p) for p in _parts(low, arrays)]
    at = one_axis(low, parts[0].rank + 1, axis)
    return concatenate(low, [expand_dims(low, p, at) for p in parts], at)


@handles(np.vstack)
def vstack(low: Lowering, tup: Val) -> Val:
    if isinstance(tup, Rows) and len(low.shape(tup.tensor)) == 2:
        return as_tensor(low, tup)
    return concatenate(low, [atleast_2d(low, p) for p in _parts(low, tup)], 0)


@handles(np.hstack)
def hstack(low: Lowering, tup: Val) -> Val:
    parts = [atleast_1d(low, p) for p in _parts(low, tup)]
    return concatenate(low, parts, 0 if parts[0].rank == 1 else 1)


@handles(np.dstack)
def dstack(low: Lowering, tup: Val) -> Val:
    parts = [atleast_2d(low, p) for p in _parts(low, tup)]
    return concatenate(low, [p if p.rank > 2 else expand_dims(low, p, 2) for p in parts], 2)


@handles(np.column_stack)
def column_stack(low: Lowering, tup: Val) -> Val:
    parts = [as_tensor(low, p) for p in _parts(low, tup)]
    return concatenate(
        low, [p if p.rank > 1 else getitem(low, atleast_1d(low, p), (slice(None), None)) for p in parts], 1
    )


@handles(np.tile)
def tile(low: Lowering, A: Val, reps: Val) -> Val:
    t = as_tensor(low, A)
    counts = shape_of(low, reps)
    rank = max(t.rank, len(counts))
    shape = (1,) * (rank - t.rank) + low.shape(t)
    counts = (1,) * (rank - len(counts)) + counts
    split = tuple(d for s in shape for d in (1, s))
    wide = tuple(d for r, s in zip(counts, shape, strict=True) for d in (r, s))
    return _spread(low, t, split, wide, tuple(r * s for r, s in zip(counts, shape, strict=True)))


@handles(np.repeat, method="repeat")
def repeat(low: Lowering, a: Val, repeats: Val, axis: Val = None) -> Val:
    t = as_tensor(low, a)
    if isinstance(repeats, Tensor | list | tuple):
        low.refuse("np.repeat with a number for each element", instead="indexing with an array of positions")
    (count,) = shape_of(low, repeats)
    if axis is None:
        t, axis = flat(low, t, view=False), 0
    at = one_axis(low, t.rank, axis)
    shape = low.shape(t)
    head, tail = shape[: at + 1], shape[at + 1 :]
    return _spread(low, t, (*head, 1, *tail), (*head, count, *tail), (*shape[:at], shape[at] * count, *tail))


def _spread(low: Lowering, t: Tensor, split: Shape, wide: Shape, target: Shape) -> Tensor:
    arg = low.arg(t)
    if isinstance(arg, Const):
        return Tensor(low.emit("full", [arg], shape=target))
    for name, shape in (("reshape", split), ("broadcast_to", wide), ("reshape", target)):
        if low.solver.shape(arg.type.shape) != shape:
            arg = low.emit(name, [arg], shape=shape)
    return Tensor(arg)


@handles(np.flip)
def flip(low: Lowering, m: Val, axis: Val = None) -> Val:
    t = as_tensor(low, m)
    axes = axes_of(low, t.rank, axis)
    return getitem(low, t, tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(t.rank)))


@handles(np.flipud)
def flipud(low: Lowering, m: Val) -> Val:
    return flip(low, m, 0)


@handles(np.fliplr)
def fliplr(low: Lowering, m: Val) -> Val:
    return flip(low, m, 1)


@handles(np.roll)
def roll(low: Lowering, a: Val, shift: Val, axis: Val = None) -> Val:
    t = as_tensor(low, a)
    if axis is None:
        if t.rank == 1:
            return _rolled(low, t, shift, 0)
        rolled = _rolled(low, flat(low, t, view=False), shift, 0)
        rolled.contiguous = True
        return reshaped(low, rolled, low.shape(t))
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    shifts = shift if isinstance(shift, tuple | list) else (shift,) * len(axes)
    for s, i in zip(shifts, axes, strict=True):
        t = _rolled(low, t, s, one_axis(low, t.rank, i))
    return t


def _rolled(low: Lowering, t: Tensor, shift: Val, axis: int) -> Tensor:
    extent = low.shape(t)[axis]
    head = (slice(None),) * axis
    by = low.arg(shift) if isinstance(shift, Tensor) else shift
    by = int(by.value) if isinstance(by, Const) else shift
    if is_dim(by) and not isinstance(by, Extent):
        return Tensor(low.emit("roll", [low.arg(t)], axis=axis, by=int(by)) if by else low.arg(t))
    first = _comes_first(low, by, extent) if is_dim(by) else None
    if first is None:  # elements one by one
        places = binary(low, ast.Mod, binary(low, ast.Sub, iota(low, extent), by), extent)
        return getitem(low, t, (*head, places))
    if first == 0:
        return Tensor(low.arg(t))
    parts = [getitem(low, t, (*head, slice(first, None))), getitem(low, t, (*head, slice(None, first)))]
    return Tensor(low.emit("concatenate", [low.arg(p) for p in parts], axis=axis))


def _comes_first(low: Lowering, by: Dim, extent: Dim) -> Dim | None:
    """The element that is the first one after a turn by `by`; None where it turns once around, or may."""
    s = low.solver
    try:
        if s.decide(-extent) or by == 0:
            return 0
        first = -by if not s.decide(by) else extent - by
        return first if s.decide(first) and s.decide(extent - first) else None
    except Undecided:
        return None


@handles(np.pad)
def pad(
    low: Lowering, array: Val, pad_width: Val, mode: Val = "constant", *, constant_values: Val = 0
) -> Val:
    t = as_tensor(low, array)
    widths = constant(low, pad_width, "the width of np.pad")
    if isinstance(widths, int):
        pairs = [(widths, widths)] * t.rank
    elif all(isinstance(w, int) for w in widths):
        pairs = [tuple(widths) if len(widths) == 2 else (widths[0],) * 2] * t.rank
    else:
        pairs = [tuple(w) for w in widths]
        pairs = pairs * t.rank if len(pairs) == 1 else pairs
    if mode != "constant":
        return _repeated(low, t, mode, pairs)
    value = constant(low, constant_values, "the value of np.pad")
    for axis, (before, after) in enumerate(pairs):
        shape = list(low.shape(t))
        blocks = []
        for width in (before, after):
            shape[axis] = width
            blocks.append(filled(low, tuple(shape), value, t.dtype) if width else None)
        parts = [p for p in (blocks[0], t, blocks[1]) if p is not None]
        if len(parts) > 1:
            t = Tensor(low.emit("concatenate", [low.arg(p) for p in parts], axis=axis))
    return t


def _repeated(low: Lowering, t: Tensor, mode: Val, pairs: list[tuple[int, int]]) -> Tensor:
    """Padding by elements of the array itself: at which place each one is found, along each axis."""
    for axis, (before, after) in enumerate(pairs):
        n = low.shape(t)[axis]
        at = iota(low, n + before + after)
        at = elementwise(low, "subtract", at, before) if before else at
        if mode == "edge":
            at = elementwise(low, "minimum", elementwise(low, "maximum", at, 0), n - 1)
        elif mode == "wrap":
            at = elementwise(low, "remainder", at, n)
        elif mode in ("reflect", "symmetric"):
            last = 2 * n - (2 if mode == "reflect" else 1)
            period = 2 * n - 2 if mode == "reflect" else 2 * n
            at = elementwise(low, "remainder", at, period)
            at = elementwise(low, "minimum", at, elementwise(low, "subtract", last, at))
        else:
            low.refuse(
                f"`mode={mode!r}` of np.pad", instead='"constant", "edge", "wrap", "reflect", "symmetric"'
            )
        if before or after:
            t = getitem(low, t, (*(slice(None),) * axis, at))
    return t


@handles(np.split, np.array_split)
def split(low: Lowering, ary: Val, indices_or_sections: Val, axis: Val = 0) -> Val:
    t = as_tensor(low, ary)
    at = one_axis(low, t.rank, axis)
    sections = indices_or_sections
    if not isinstance(sections, tuple | list):
        size, count = low.shape(t)[at], constant(low, sections, "the number of parts")
        if isinstance(size, Extent) and size % count != 0:
            size = constant(low, size)
        if size % count != 0:
            low.refuse(f"{size} elements are split in {count} equal parts", error=ShapeError)
        sections = [size // count * i for i in range(1, count)]
    bounds = [None, *sections, None]
    head = (slice(None),) * at
    out = [getitem(low, t, (*head, slice(a, b))) for a, b in itertools.pairwise(bounds)]
    low.owned[id(out)] = out
    return out


@handles(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(
    low: Lowering, x: Val, window_shape: Val, axis: Val = None, *, subok: Val = False, writeable: Val = False
) -> Tensor:
    """A view: what is written into the array shows in the windows."""
    t = as_tensor(low, x)
    if constant(low, writeable, "writeable"):
        low.refuse("`writeable=True` of sliding_window_view", why="windows share elements")
    sizes = list(window_shape) if isinstance(window_shape, tuple | list) else [window_shape]
    places = range(t.rank) if axis is None else axis if isinstance(axis, tuple | list) else (axis,)
    axes = [one_axis(low, t.rank, a) for a in places]
    if len(axes) != len(sizes):
        low.refuse("sliding_window_view of another number of windows than axes", error=ShapeError)

    def read(arg: Arg) -> Arg:
        out = Tensor(arg)
        for at, size in zip(axes, sizes, strict=True):
            starts = iota(low, low.shape(out)[at] - size + 1)
            within = iota(low, size)
            places = elementwise(low, "add", getitem(low, starts, (slice(None), None)), within)
            out = getitem(low, out, (*(slice(None),) * at, places))  # the window beside its place
            order = [a for a in range(out.rank) if a != at + 1]
            out = permuted(low, out, (*order, at + 1))
        return low.arg(out)

    return low.view(t, read, None)


@handles(np.take, method="take")
def take(low: Lowering, a: Val, indices: Val, axis: Val = None) -> Val:
    t = as_tensor(low, a)
    if axis is None:
        return getitem(low, flat(low, t, view=False), indices)
    return getitem(low, t, (*(slice(None),) * one_axis(low, t.rank, axis), indices))


@handles(np.take_along_axis)
def take_along_axis(low: Lowering, arr: Val, indices: Val, axis: Val = -1) -> Val:
    t, index = as_tensor(low, arr), as_tensor(low, indices)
    at = one_axis(low, t.rank, axis)
    if index.rank != t.rank:
        low.refuse("np.take_along_axis with indices of another number of axes", error=ShapeError)
    key = []
    for i, extent in enumerate(low.shape(t)):
        others = tuple(slice(None) if j == i else None for j in range(t.rank))
        key.append(index if i == at else getitem(low, iota(low, extent), others))
    return getitem(low, t, tuple(key))


@handles(np.meshgrid)
def meshgrid(low: Lowering, *xi: Val, indexing: Val = "xy") -> Val:
    axes = [flat(low, as_tensor(low, x), view=False) for x in xi]
    order = list(range(len(axes)))
    if indexing == "xy" and len(axes) > 1:
        order[:2] = [1, 0]
    placed = []
    for number, x in enumerate(axes):
        place = order.index(number)
        placed.append(getitem(low, x, tuple(slice(None) if i == place else None for i in range(len(axes)))))
    target = broadcast(*(low.shape(p) for p in placed), unify=low.solver)
    return tuple(broadcasted(low, p, target) for p in placed)
