"""Where a cotangent can be exactly 0, and why: by chance, or because nothing reads the element.

In: the equations of a derivative, in order. Out: for each value a `State`: how its elements can be 0, and
which elements differ from the others. Elements are told apart as in `ad.dependence`.

    dv[0] = 0.0             row 0 is 0 by choice: the primal overwrites it
    part = dv[1:-1]         apart from row 0: 0 by chance only, so `ad.strict` guards nothing
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum

from symgrad.ad.dependence import WRITES, Elements, Piece, apart, selected
from symgrad.ad.numbers import Scope
from symgrad.ir.core import Arg, Block, Const, Eqn, Kind, Value
from symgrad.ir.dims import Dim, symbols
from symgrad.ir.frozen import dataclass
from symgrad.ir.indexing import index_of
from symgrad.ir.regions import CALL, COND, FOR, WHILE


class Zero(IntEnum):
    """How a cotangent can come to be exactly 0."""

    NEVER = 0  # the seed, and what constants make of it
    BY_CHANCE = 1  # a factor that is data
    BY_CHOICE = 2  # a `where`, a `max`, a branch, elements that were not read


Parts = tuple[tuple[Elements, Zero], ...]
_MOST = 16  # parts of one array: beyond, they are no longer told apart
_TRIPS = 4  # until what a loop carries no longer changes: else anything is thought possible


@dataclass(frozen=True, slots=True)
class State:
    """`base` holds for the elements that no part names; a later part holds before an earlier one."""

    base: Zero
    parts: Parts = ()

    @property
    def worst(self) -> Zero:
        return max((zero for _, zero in self.parts), default=self.base) if self.parts else self.base

    def of(self, elements: Elements, scope: Scope) -> Zero:
        """How some of the elements can be 0."""
        found = Zero.NEVER
        for named, zero in reversed(self.parts):
            if named == elements and None not in named:
                return max(found, zero)
            if not apart(named, elements, scope):
                found = max(found, zero)
        return max(found, self.base)

    def written(self, elements: Elements, zero: Zero) -> State:
        """The state when these elements have been written."""
        if None in elements:  # perhaps not all of them
            return self if zero <= self.base else _limited(self.base, (*self.parts, (elements, zero)))
        rest = tuple((e, z) for e, z in self.parts if e != elements)
        return _limited(self.base, rest if not rest and zero is self.base else (*rest, (elements, zero)))


def _limited(base: Zero, parts: Parts) -> State:
    if len(parts) > _MOST:
        return State(max(base, *(zero for _, zero in parts)))
    return State(base, parts)


class Zeros:
    """The states of the values of a derivative; equations are looked at when a state is asked for.

    Few are: most equations have no singular points. `given` are values with states of other derivatives.
    """

    def __init__(self, scope: Scope, given: Given | None = None) -> None:
        self.scope = scope
        self.given: Given = given or {}
        self.known: Known = {}
        self.waiting: list[Eqn] = []

    def of(self, arg: Arg) -> State:
        """What is known of an operand."""
        if isinstance(arg, Value) and arg not in self.known:
            for value, (outer, operand) in self.given.items():
                self.known[value] = outer.of(operand)
            self.given = {}
            _note(self.known, self.waiting, self.scope)
            self.waiting.clear()
        return _state_of(arg, self.known)


Known = dict[Value, State]
Given = Mapping[Value, tuple[Zeros, Arg]]


def _state_of(arg: Arg, known: Known) -> State:
    """By chance where nothing is known."""
    if isinstance(arg, Const):
        return State(Zero.BY_CHOICE if arg.value == 0 else Zero.NEVER)
    return known.get(arg, _UNKNOWN)


_UNKNOWN = State(Zero.BY_CHANCE)


def _note(zeros: Known, eqns: Iterable[Eqn], scope: Scope) -> None:
    """Extend `zeros` over equations of the derivative program."""
    for eqn in eqns:
        if eqn.op is COND:
            sides = [_through(eqn, block, eqn.args[1:], zeros, scope) for block in eqn.regions]
            zeros.update((out, _combined(s, max, scope)) for out, *s in zip(eqn.outs, *sides, strict=True))
        elif eqn.op is CALL:
            zeros.update(zip(eqn.outs, _through(eqn, eqn.regions[0], eqn.args, zeros, scope), strict=True))
        elif eqn.op in (FOR, WHILE):
            zeros.update(zip(eqn.outs, _after_trips(eqn, zeros, scope), strict=True))
        elif eqn.outs and eqn.outs[0].type.is_float:
            zeros.update(dict.fromkeys(eqn.outs, _state(eqn, zeros, scope)))


def _state(eqn: Eqn, zeros: Known, scope: Scope) -> State:
    states = [_state_of(a, zeros) for a in eqn.args if a.type.is_float]
    name = eqn.op.name
    if not states:
        return _UNKNOWN
    if name in WRITES:
        base = eqn.args[0]
        assert isinstance(base, Value)
        place = selected(index_of(eqn.attrs), eqn.args[2:], base, scope)
        old, zero = states[0], states[1].worst
        if name == "setitem":
            return old.written(place, zero)
        zero = _sum([old.of(place, scope), zero])
        told = old.base is Zero.NEVER or zero < old.base or any(e == place for e, _ in old.parts)
        return old.written(place, zero) if told else old  # a sum is 0 by choice no more than its addends
    if name == "getitem" and isinstance(eqn.args[0], Value):
        return State(states[0].of(selected(index_of(eqn.attrs), eqn.args[1:], eqn.args[0], scope), scope))
    if name == "copy":
        return states[0]
    combine = _sum if name in ("add", "subtract") else max
    if eqn.op.kind is not Kind.ELEMENTWISE:
        return State(combine([s.worst for s in states]))
    floats = [a for a in eqn.args if a.type.is_float]
    same = [a.type.shape == eqn.out.type.shape for a in floats]
    return _combined(
        [s if here else State(s.worst) for s, here in zip(states, same, strict=True)], combine, scope
    )


def _combined(states: Sequence[State], combine: Callable[[list[Zero]], Zero], scope: Scope) -> State:
    """The state of an element of each."""
    places = dict(part for state in states for part in state.parts)
    parts = tuple((e, combine([s.of(e, scope) for s in states])) for e in places)
    return _limited(combine([s.base for s in states]), parts)


def _sum(zeros: Sequence[Zero]) -> Zero:
    """A sum is 0 by choice only where each addend is; two that are not 0 can cancel."""
    return Zero.NEVER if max(zeros) is Zero.NEVER else max(Zero.BY_CHANCE, min(zeros))


def _through(eqn: Eqn, block: Block, args: Sequence[Arg | State], zeros: Known, scope: Scope) -> list[State]:
    """The results of a region, told of outside it."""
    inner = scope.inside(eqn, block)
    first = len(block.params) - len(args)
    known = {
        p: a if isinstance(a, State) else _state_of(a, zeros)
        for p, a in zip(block.params[first:], args, strict=True)
    }
    _note(known, block.eqns, inner)
    since = inner.since

    def told(piece: Piece | None) -> Piece | None:
        return piece if piece is not None and all(_is_older(d, since) for d in _dims(piece)) else None

    found = []
    for result in block.results:
        state = _state_of(result, known)
        found.append(_limited(state.base, tuple((tuple(map(told, e)), z) for e, z in state.parts)))
    return found


def _dims(piece: Piece) -> tuple[Dim, ...]:
    return piece.low, piece.high, piece.anchor


def _is_older(dim: Dim, since: int) -> bool:
    return all(int(name[1:]) < since for name in symbols(dim))


def _after_trips(eqn: Eqn, zeros: Known, scope: Scope) -> list[State]:
    """What a loop carries, after any number of trips."""
    count = len(eqn.outs)
    operands = eqn.args[3 if eqn.op is FOR else 0 :]
    carried = [_state_of(a, zeros) for a in operands[:count]]
    for _ in range(_TRIPS):
        ends = _through(eqn, eqn.regions[-1], [*carried, *operands[count:]], zeros, scope)[-count:]
        after = [_combined(pair, max, scope) for pair in zip(carried, ends, strict=True)]
        if after == carried:
            return carried
        carried = after
    return [State(Zero.BY_CHOICE)] * count
