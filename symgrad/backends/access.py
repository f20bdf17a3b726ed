"""Where an element lies: coordinates of reads and writes, composed through views.

In: a value and coordinates along its axes. Out: the array that really holds the element (or computes it),
with coordinates of its own. Transposes, broadcasts, slices, axes of extent 1 are only coordinates, no work:

    y[i, j] with y = x[1:, ::2].T      is  x[1 + j, 2 * i]
    y[i] with y = np.roll(x, 1)        is  x[(i - 1) % n]

A coordinate is written in loop variables by their number, outermost 0, so that two reads are the same element
exactly if they are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import overload

from symgrad.ir.core import Arg, At, AtArg, Const, Eqn, Gather, Index, Kind, NewAxis, Span, Value
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.indexing import advanced_position, index_of
from symgrad.ir.types import Shape


@dataclass(frozen=True, slots=True)
class Along:
    """`start + step * (loop variable number `loop`)`."""

    loop: int
    step: int = 1
    start: Dim = 0


@dataclass(frozen=True, slots=True)
class Fixed:
    """One position."""

    at: Dim


@dataclass(frozen=True, slots=True)
class Lookup:
    """`start + step * index`, where `index` is an element of an integer value, known to be in range."""

    index: Read
    step: int = 1
    start: Dim = 0


@dataclass(frozen=True, slots=True)
class Turned:
    """`start + step * (inner % extent)`: what leaves an axis at one end comes in at the other."""

    inner: Coord
    extent: Dim
    step: int = 1
    start: Dim = 0


Coord = Along | Fixed | Lookup | Turned
Coords = tuple[Coord, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """An element of a value."""

    value: Value
    coords: Coords


Operand = Read | Const
Producers = Mapping[Value, Eqn]

# The furthest element, in trips, that an addition waits for.
REACH = 4


def affine(coord: Coord, start: Dim, step: int) -> Coord:
    """The coordinate `start + step * coord`."""
    if isinstance(coord, Fixed):
        return Fixed(start + coord.at * step)
    if isinstance(coord, Along):
        return Along(coord.loop, coord.step * step, start + coord.start * step)
    return replace(coord, step=coord.step * step, start=start + coord.start * step)


def looked_up(coord: Coord) -> Read | None:
    """The element of an integer value that a coordinate follows."""
    while isinstance(coord, Turned):
        coord = coord.inner
    return coord.index if isinstance(coord, Lookup) else None


def broadcast_coords(shape: Shape, coords: Coords) -> Coords:
    """The coordinates in an operand of this shape of what broadcasts to `coords`."""
    tail = coords[len(coords) - len(shape) :]
    return tuple(Fixed(0) if dim == 1 else c for dim, c in zip(shape, tail, strict=True))


def operand(arg: Arg, coords: Coords) -> Operand:
    """The element of an elementwise operand that `coords` of the result need."""
    return arg if isinstance(arg, Const) else Read(arg, broadcast_coords(arg.type.shape, coords))


@overload
def whole(arg: Value) -> Read: ...
@overload
def whole(arg: Arg) -> Operand: ...
def whole(arg: Arg) -> Operand:
    """All elements of a value: axis number k along loop number k."""
    return arg if isinstance(arg, Const) else Read(arg, _all_along(arg.type.rank))


@cache
def _all_along(rank: int) -> Coords:
    return tuple(map(Along, range(rank)))


def dims_of(coord: Coord) -> tuple[Dim, ...]:
    """The extents in a coordinate itself, not in its index."""
    if isinstance(coord, Turned):
        return (coord.start, coord.extent, *dims_of(coord.inner))
    return (coord.at,) if isinstance(coord, Fixed) else (coord.start,)


_VIEWS = frozenset(
    {"transpose", "broadcast_to", "getitem", "full", "copy", "recall", "stop_gradient", "roll"}
)


def is_view(eqn: Eqn) -> bool:
    """Whether the result is the operand seen through other coordinates."""
    if eqn.op.name == "reshape":
        return _ones_aside(eqn.args[0].type.shape) == _ones_aside(eqn.out.type.shape)
    return eqn.op.name in _VIEWS


def _ones_aside(shape: Shape) -> Shape:
    return tuple(d for d in shape if d != 1)


def peel(read: Operand, producers: Producers) -> Operand:
    """The element behind all views."""
    while isinstance(read, Read):
        eqn = producers.get(read.value)
        if eqn is None or eqn.op.kind is Kind.REGION or not is_view(eqn):
            break
        read = _through(eqn, read.coords)
    return read


def _through(eqn: Eqn, coords: Coords) -> Operand:
    source = eqn.args[0]
    if isinstance(source, Const):
        return source
    name = eqn.op.name
    shape = source.type.shape
    if name == "full":
        return Read(source, ())
    if name == "broadcast_to":
        return operand(source, coords)
    if name == "transpose":
        perm = eqn.attrs["perm"]
        assert isinstance(perm, tuple)
        return Read(source, tuple(coords[perm.index(axis)] for axis in range(len(shape))))
    if name == "reshape":
        wide = iter([c for c, d in zip(coords, eqn.out.type.shape, strict=True) if d != 1])
        return Read(source, tuple(Fixed(0) if d == 1 else next(wide) for d in shape))
    if name == "roll":
        axis, by = eqn.attrs["axis"], eqn.attrs["by"]
        assert isinstance(axis, int) and isinstance(by, int)
        return Read(source, (*coords[:axis], _turned(coords[axis], -by, shape[axis]), *coords[axis + 1 :]))
    if name == "getitem":
        return Read(source, selected(index_of(eqn.attrs), eqn.args[1:], coords))
    return Read(source, coords)


def _turned(coord: Coord, by: int, extent: Dim) -> Coord:
    """The coordinate some places further, around the end; twice around the same axis is once."""
    if isinstance(coord, Turned) and (coord.extent, coord.step) == (extent, 1):
        return Turned(affine(coord.inner, coord.start + by, 1), extent)
    return Turned(affine(coord, by, 1), extent)


def selected(index: Index, operands: tuple[Arg, ...], coords: Coords) -> Coords:
    """The coordinates in the operand that an index selects for `coords` of the selection.

    The `operands` of the index have been wrapped: they are in range and not negative.
    """
    at = advanced_position(index) if operands else None
    gathered: Coords = ()
    if at is not None:
        gathers = [a for a, item in zip(operands, _dynamic(index), strict=True) if isinstance(item, Gather)]
        rank = max(a.type.rank for a in gathers)
        gathered, coords = coords[at : at + rank], coords[:at] + coords[at + rank :]
    plain = iter(coords)
    rest = iter(operands)
    out: list[Coord] = []
    for item in index:
        if isinstance(item, NewAxis):
            next(plain)
        elif isinstance(item, Span):
            out.append(affine(next(plain), item.start, item.step))
        elif isinstance(item, At):
            out.append(Fixed(item.position))
        else:
            out.append(_lookup(next(rest), gathered))
    return tuple(out)


def _lookup(index: Arg, gathered: Coords) -> Coord:
    if isinstance(index, Const):
        return Fixed(int(index.value))
    return Lookup(Read(index, broadcast_coords(index.type.shape, gathered)))


def _dynamic(index: tuple[object, ...]) -> Iterator[object]:
    return (item for item in index if isinstance(item, Gather | AtArg))


def resolve(read: Operand, producers: Producers) -> Operand:
    """`peel`, and the same for the elements inside coordinates; an element of `iota` is its own position."""
    read = peel(read, producers)
    if isinstance(read, Read):
        for c in read.coords:
            if looked_up(c) is not None:
                return Read(read.value, tuple([_resolve_coord(c, producers) for c in read.coords]))
    return read


def _resolve_coord(coord: Coord, producers: Producers) -> Coord:
    if isinstance(coord, Turned):
        return replace(coord, inner=_resolve_coord(coord.inner, producers))
    if not isinstance(coord, Lookup):
        return coord
    index = resolve(coord.index, producers)
    if isinstance(index, Const):
        return Fixed(coord.start + coord.step * int(index.value))
    source = producers.get(index.value)
    if source is not None and source.op.name == "iota":
        return affine(index.coords[0], coord.start, coord.step)
    return Lookup(index, coord.step, coord.start)


def loops_in(coords: Coords) -> Iterator[int]:
    """The loop variables that coordinates mention."""
    for c in coords:
        if isinstance(c, Along):
            yield c.loop
        elif isinstance(c, Lookup):
            yield from loops_in(c.index.coords)
        elif isinstance(c, Turned):
            yield from loops_in((c.inner,))


def sources(arg: Arg, producers: Producers) -> tuple[Value, ...]:
    """The value whose elements an operand is made of, through views, and those that say which."""
    if isinstance(arg, Const):
        return ()
    eqn = producers.get(arg)
    if eqn is None or not is_view(eqn):  # itself: so it is with most
        return (arg,)
    return tuple(roots_of(resolve(whole(arg), producers)))


def roots_of(read: Operand) -> Iterator[Value]:
    """The value that an element belongs to, and those that its coordinates read."""
    if isinstance(read, Read):
        yield read.value
        for c in read.coords:
            index = looked_up(c)
            if index is not None:
                yield from roots_of(index)


def delay(target: Coords, ahead: Coords, depth: int) -> int | None:
    """How many trips of loop `depth` lie between an element and the one at `ahead`; None if not a few."""
    found = 0
    if len(target) != len(ahead):  # of an array and of the same reshaped
        return None
    for a, b in zip(target, ahead, strict=True):
        if a == b:
            continue
        if not (isinstance(a, Along) and isinstance(b, Along)) or (a.loop, a.step) != (depth, 1):
            return None
        distance = b.start - a.start
        if found or (b.loop, b.step) != (depth, 1) or not isinstance(distance, int) or abs(distance) > REACH:
            return None
        found = distance
    if found and sum(depth in loops_in((c,)) for c in target) > 1:  # x[i, i]: no trip comes by here again
        return None
    return found


def apart(a: Coords, b: Coords, trips: Shape = (), others: Shape = ()) -> bool:
    """Whether two elements are certainly not the same: they stand in different rows.

    `trips` and `others` are the extents of the loops around the one and the other, as far as they are known.
    """
    if len(a) != len(b):  # of an array and of the same reshaped
        return False
    for x, y in zip(a, b, strict=True):
        if x == y:
            continue
        if isinstance(x, Fixed) and isinstance(y, Fixed):
            distance = x.at - y.at
            if isinstance(distance, int) and distance:
                return True
            continue
        mine, theirs = _rows(x, trips), _rows(y, others)
        if mine is not None and theirs is not None and (_before(mine, theirs) or _before(theirs, mine)):
            return True
    return False


def _rows(c: Coord, trips: Shape) -> tuple[Dim, Dim] | None:
    """The first row that a coordinate comes by, and the one after the last."""
    if isinstance(c, Fixed):
        return c.at, c.at + 1
    if isinstance(c, Along) and c.step == 1 and c.loop < len(trips):
        return c.start, c.start + trips[c.loop]
    return None


def _before(a: tuple[Dim, Dim], b: tuple[Dim, Dim]) -> bool:
    distance = b[0] - a[1]
    return isinstance(distance, int) and distance >= 0
