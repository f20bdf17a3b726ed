"""Which elements of an array statements read and write, and whether two such sets can meet.

In: equations of one block, the versions of an array in it, the scope of its integers. Out: sets of elements,
an interval for each axis; `apart` is True only if it is proved that two sets have no element in common.

    read x[:i], write x[i]: apart on axis 0.    In later trips x[i'], i' > i: apart as well.
    read Z[i, i + d - 1], write Z[k, k + d]: apart on no axis, but on different diagonals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from math import gcd

from symgrad.ad.numbers import Scope
from symgrad.ad.proofs import constant_of
from symgrad.ir.core import Arg, At, AtArg, Block, Eqn, Index, NewAxis, Span, Value
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass
from symgrad.ir.indexing import index_of
from symgrad.ir.regions import COND, FOR, WHILE

WRITES = ("setitem", "add_at")


@dataclass(frozen=True, slots=True)
class Piece:
    """Elements of one axis: from `low` to `high`, all of them `anchor` plus a multiple of `step`."""

    low: Dim
    high: Dim
    anchor: Dim
    step: int


Elements = tuple[Piece | None, ...]  # None: perhaps the whole axis. (): perhaps the whole array
WHOLE: Elements = ()


def apart(a: Elements, b: Elements, scope: Scope) -> bool:
    """Is it sure that no element is in both?"""
    axes = [(x, y) for x, y in zip(a, b, strict=False) if x is not None and y is not None]
    return any(_known(x, y, scope) for x, y in axes) or any(
        _known(of(x, u), of(y, v), scope)
        for (x, y), (u, v) in combinations(axes, 2)
        for of in (_diagonal, _antidiagonal)
    )


def _diagonal(p: Piece, q: Piece) -> Piece:
    """The differences of two positions: triangular programs fill a matrix one diagonal after the other."""
    return Piece(q.low - p.high, q.high - p.low, 0, 1)


def _antidiagonal(p: Piece, q: Piece) -> Piece:
    """Their sums."""
    return Piece(q.low + p.low, q.high + p.high, 0, 1)


def _known(x: Piece, y: Piece, scope: Scope) -> bool:
    """Each pair is asked about for each plan: what atoms are does not change."""
    known = scope.facts.apart
    if (x, y) not in known:
        known[x, y] = _apart(x, y, scope)
    return known[x, y]


def _apart(x: Piece, y: Piece, scope: Scope) -> bool:
    sure = scope.facts.nonnegative
    if sure(y.low - x.high - 1) or sure(x.low - y.high - 1):
        return True
    if x.low == x.high and y.low == y.high and scope.facts.nonzero(x.low - y.low):
        return True
    distance = x.anchor - y.anchor
    steps = [] if isinstance(distance, int) else [c for mono, c in distance.terms if mono]
    common = gcd(x.step, y.step, *steps)
    return common > 1 and constant_of(distance) % common != 0


def moved(elements: Elements, to: Callable[[Dim], Dim]) -> Elements:
    """The set with every integer in it replaced."""
    return tuple(p and Piece(to(p.low), to(p.high), to(p.anchor), p.step) for p in elements)


def selected(index: Index, operands: Iterable[Arg], base: Value, scope: Scope) -> Elements:
    """What `base[index]` selects."""
    pieces: list[Piece | None] = []
    dynamic = iter(operands)
    for item in index:
        if isinstance(item, NewAxis):
            continue
        if isinstance(item, Span):
            pieces.append(_span(item, scope))
        elif isinstance(item, At):
            pieces.append(_point(scope.dim(item.position)))
        else:
            operand = next(dynamic)
            size = scope.dim(base.type.shape[len(pieces)])
            pieces.append(_dynamic(operand, size, scope) if isinstance(item, AtArg) else None)
    return tuple(pieces)


def _point(position: Dim) -> Piece:
    return Piece(position, position, position, 0)


def _span(item: Span, scope: Scope) -> Piece:
    start = scope.dim(item.start)
    end = start + item.step * (scope.nonempty(item.extent) - 1)
    return Piece(*((start, end) if item.step > 0 else (end, start)), start, abs(item.step))


def _dynamic(operand: Arg, size: Dim, scope: Scope) -> Piece | None:
    """A position that the run computes: negative ones count from the end."""
    position = scope.number(operand)
    if scope.facts.nonnegative(position):
        return _point(position)
    return _point(position + size) if scope.facts.nonnegative(-1 - position) else None


def reads(eqn: Eqn, array: Value, scope: Scope) -> Iterator[Elements]:
    """The elements of `array` that an equation reads, in its regions too."""
    for number, arg in enumerate(eqn.args):
        if arg is not array:
            continue
        if eqn.op.name == "getitem" and number == 0:
            yield selected(index_of(eqn.attrs), eqn.args[1:], array, scope)
            continue
        blocks = held(eqn, number)
        if blocks is None:
            yield WHOLE
            continue
        for block, param in blocks:
            yield from block_reads(block.eqns, block.results, param, scope.inside(eqn, block))


def block_reads(
    eqns: Iterable[Eqn], results: Iterable[Arg], array: Value, scope: Scope
) -> Iterator[Elements]:
    if any(r is array for r in results):
        yield WHOLE
    for eqn in eqns:
        if any(a is array for a in eqn.args):
            yield from reads(eqn, array, scope)


def held(eqn: Eqn, number: int) -> list[tuple[Block, Value]] | None:
    """The params that an operand of a region equation is throughout; None where it is only its beginning."""
    if eqn.op is COND:
        return [(r, r.params[number - 1]) for r in eqn.regions] if number else None
    lead, first = (3, 1) if eqn.op is FOR else (0, 0)
    if eqn.op not in (FOR, WHILE) or number < lead + len(eqn.outs):
        return None
    blocks = [(r, r.params[number - lead + first]) for r in eqn.regions]
    return blocks


@dataclass(frozen=True, slots=True)
class Step:
    """One equation that makes a version of an array from the one before; `number`: its place in the block."""

    number: int
    eqn: Eqn
    before: Value
    after: Value


def steps(end: Arg, start: Value, made: Mapping[Value, tuple[int, Eqn]]) -> list[Step] | None:
    """How `start` becomes `end`, in order; None if it is replaced on the way, or nobody can tell."""
    found: list[Step] = []
    while end is not start:
        if not isinstance(end, Value) or end not in made:
            return None
        number, eqn = made[end]
        before = _before(eqn, end)
        if not isinstance(before, Value):
            return None
        found.append(Step(number, eqn, before, end))
        end = before
    return found[::-1]


def _before(eqn: Eqn, out: Value) -> Arg | None:
    """The operand that `out` is a later version of."""
    if eqn.op.name in WRITES or eqn.op.name == "copy":
        return eqn.args[0]
    if eqn.op not in (FOR, WHILE, COND):
        return None
    place = eqn.outs.index(out)
    if eqn.op is COND:
        starts = {a for block in eqn.regions for a in [_origin(eqn, block, block.results[place])]}
        return starts.pop() if len(starts) == 1 else None
    body, first = eqn.regions[-1], 1 if eqn.op is FOR else 0
    end = body.results[place + bool(eqn.attrs.get("exits"))]
    if steps(end, body.params[first + place], _made(body)) is None:
        return None
    return eqn.args[(3 if eqn.op is FOR else 0) + place]


def _origin(eqn: Eqn, block: Block, end: Arg) -> Arg | None:
    """The operand of a branch that its result is a later version of."""
    made = _made(block)
    while isinstance(end, Value) and end in made:
        before = _before(made[end][1], end)
        if before is None:
            return None
        end = before
    return eqn.args[1 + block.params.index(end)] if end in block.params else None


def _made(block: Block) -> dict[Value, tuple[int, Eqn]]:
    return {o: (k, e) for k, e in enumerate(block.eqns) for o in e.outs}


def written(step: Step, scope: Scope) -> Iterator[Elements]:
    """The elements that one step may change."""
    eqn = step.eqn
    if eqn.op.name in WRITES:
        yield selected(index_of(eqn.attrs), eqn.args[2:], step.before, scope)
    elif eqn.op.name != "copy":
        place = eqn.outs.index(step.after)
        for block in eqn.regions[-1:] if eqn.op is not COND else eqn.regions:
            yield from _changed(eqn, block, place, scope)


def _changed(eqn: Eqn, block: Block, place: int, scope: Scope) -> Iterator[Elements]:
    end = block.results[place + bool(eqn.attrs.get("exits"))]
    made = _made(block)
    start = end
    while isinstance(start, Value) and start in made:
        before = _before(made[start][1], start)
        assert before is not None, "asked of a resolved step"
        start = before
    assert isinstance(start, Value)
    inside = steps(end, start, made)
    assert inside is not None
    if inside:
        inner = scope.inside(eqn, block)
        for step in inside:
            yield from written(step, inner)
