"""The final array is the tape: which reads of a carried array find the same elements in it at the end.

In: a loop's body, what its adjoint reads. Out: for each read whether later writes, in the same trip or a
later one, leave its elements alone: then the backward loop reads the array as the loop left it.

    for i in range(n): x[i] = b[i] - L[i, :i] @ x[:i]      dL[i, :i] -= dx[i] * x[:i]     with the final x

What no earlier write has touched is in the array as it was before the loop, likewise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symgrad.ad.dependence import (
    WHOLE,
    Elements,
    Step,
    apart,
    moved,
    reads,
    steps,
    written,
)
from symgrad.ad.loops import Adjoint, Loop
from symgrad.ad.numbers import Scope
from symgrad.ad.proofs import Facts
from symgrad.ir.core import Arg, Eqn, Value, array_of, values
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of, is_basic
from symgrad.ir.ops import OPS
from symgrad.ir.types import STRICT


@dataclass(slots=True)
class Chain:
    """The versions of one carried array in a trip: `param`, one after each step; `final`: after the loop."""

    param: Value
    steps: list[Step]
    final: Value
    origins: list[int]  # the numbers of the body's equations that the steps are
    now: list[list[Elements]]  # what each step may change, in this trip
    later: list[Elements]  # what any step may change in later trips
    start: Arg  # the array before the loop
    before: list[Elements] | None  # what any step may have changed in earlier trips, of an outermost loop

    @property
    def versions(self) -> tuple[Value, ...]:
        return (self.param, *(s.after for s in self.steps))


@dataclass(frozen=True, slots=True)
class Undo:
    """An array whose writes are undone on the way back. `olds`: what each step overwrote; None for a loop.

    `loads`: those that the program does not have, each with the number of the equation that it precedes.
    """

    chain: Chain
    olds: tuple[Value | None, ...]
    loads: tuple[tuple[int, Eqn], ...]


@dataclass(slots=True)
class Versions:
    """Each version's chain and its place in it, and the values that a load gives again (`instead`)."""

    scope: Scope
    of: dict[Value, tuple[Chain, int]] = field(default_factory=dict)
    instead: dict[Value, Eqn] = field(default_factory=dict)
    undone: list[Undo] = field(default_factory=list)
    early: set[Value] = field(default_factory=set)  # versions that are read from the array before the loop
    reruns: bool = True  # may a cheap inner loop run again, in place of its tapes
    _read: dict[tuple[Value, Value, str], tuple[Elements, ...]] = field(default_factory=dict)

    def chains(self) -> list[Chain]:
        return [chain for chain, place in self.of.values() if place == 0]

    def undo_of(self, chain: Chain) -> Undo | None:
        return next((u for u in self.undone if u.chain is chain), None)

    def stays(self, value: Value, eqn: Eqn, group: int) -> bool:
        """Is each element that `eqn` reads of this version still there when statement `group` is adjoined?"""
        key = (value, eqn.outs[0], eqn.op.name)
        if key not in self._read:
            self._read[key] = tuple(reads(eqn, value, self.scope))
        return all(self._stays(e, value, group) for e in self._read[key])

    def _stays(self, elements: Elements, value: Value, group: int) -> bool:
        chain, place = self.of[value]
        if value in self.early:
            return all(apart(elements, w, self.scope) for w in _done(chain, place))
        against = [w for step in chain.now[place:] for w in step] + chain.later
        if self.undo_of(chain) is not None:  # later statements are undone by then, and perhaps this one
            done = sum(origin <= group for origin in chain.origins)
            against = [w for step in chain.now[min(place, done) : max(place, done)] for w in step]
        return all(apart(elements, w, self.scope) for w in against)

    def at_end(self, value: Value, elements: Elements) -> bool:
        """Are these elements of a version still there when the loop is done?"""
        if value not in self.of or self.undo_of(self.of[value][0]) is not None:
            return False
        chain, place = self.of[value]
        against = [w for step in chain.now[place:] for w in step] + chain.later
        return all(apart(elements, w, self.scope) for w in against)

    def with_end(self, end: Value, value: Value) -> Versions:
        """The same, with a value more that is the array of `value` as the loop left it."""
        chain, _ = self.of[value]
        return replace(self, of={**self.of, end: (chain, len(chain.steps))})

    def source(self, value: Value) -> Arg:
        """The array that a version is read from, unless it is undone."""
        chain, _ = self.of[value]
        return chain.start if value in self.early else chain.final

    def from_before(self, adjoint: Adjoint, saved: Sequence[Value]) -> set[Value]:
        """The versions that are not there at the end, of which all that is read was there before the loop."""
        given = self.given(adjoint)
        loads = [e for e in adjoint.primal if e.op.name == "getitem" and e.out in saved]
        asked = {v for e in (*loads, *adjoint.eqns) for v in e.reads if v in self.of} - given
        late = {r for r in adjoint.results if isinstance(r, Value)}
        for eqn in (*adjoint.primal, *adjoint.eqns):
            for v in asked.intersection(eqn.reads):
                chain, place = self.of[v]
                if eqn is not (chain.steps[place].eqn if place < len(chain.steps) else None):
                    found = reads(eqn, v, self.scope)
                    if not all(apart(e, w, self.scope) for e in found for w in _done(chain, place)):
                        late.add(v)
        return asked - late

    def reads(self, eqn: Eqn) -> bool:
        """Does `eqn` read an array that the loop writes?"""
        return any(v in self.of for v in eqn.reads)

    def readable(self, eqn: Eqn, group: int) -> bool:
        """May `eqn`, which reads versions, be run again when statement `group` is adjoined?"""
        found = [v for v in dict.fromkeys(eqn.reads) if v in self.of]
        return bool(found) and all(self.stays(v, eqn, group) for v in found)

    def given(self, adjoint: Adjoint) -> set[Value]:
        """The versions that all equations of the adjoint may read from the array itself."""
        asked = {r for r in adjoint.results if isinstance(r, Value) and r in self.of}
        refused = {r for r in asked if not self._stays(WHOLE, r, -1)}
        for eqn, group in zip(adjoint.eqns, adjoint.groups, strict=True):
            for v in dict.fromkeys(eqn.reads):
                if v in self.of and v not in refused:
                    asked.add(v)
                    if not self.stays(v, eqn, group):
                        refused.add(v)
        return asked - refused

    def until(self, value: Value, group: int) -> int:
        """When what was put into an array is loaded from there: before that is undone, if it is."""
        source = array_of(self.instead[value])
        if source not in self.of:  # a part of an array, which nothing writes to
            return group
        chain, place = self.of[source]
        return group if self.undo_of(chain) is None else max(group, chain.origins[place - 1])

    def overwritten(self) -> list[Value]:
        """What is saved so that writes can be undone."""
        return list(dict.fromkeys(old for u in self.undone for old in u.olds if old is not None))

    def places_needed(self) -> dict[Value, int]:
        """Where these writes were, and the last statement whose adjoint must know it."""
        found: dict[Value, int] = {}
        for u in self.undone:
            for step, origin, old in zip(u.chain.steps, u.chain.origins, u.olds, strict=True):
                for v in values(step.eqn.args[2:]) if old is not None else ():
                    found[v] = max(origin, found.get(v, origin))
        return found


def _done(chain: Chain, place: int) -> list[Elements]:
    """What may have changed by then, since the loop began."""
    assert chain.before is not None, "only an outermost loop reads what was there before it"
    return [w for step in chain.now[:place] for w in step] + chain.before


NO_VERSIONS = Versions(Scope(Facts()))
PLAIN = Versions(Scope(Facts()), reruns=False)  # everything that is not cheap is saved
_MOST = 64  # steps of a chain: each load is compared with each of them


def versions(loop: Loop, finals: Sequence[Value], adjoint: Adjoint, outermost: bool) -> Versions:
    """The versions of the arrays that a loop carries, one chain for each that is only written in parts.

    What earlier trips changed is asked of an `outermost` loop alone.
    """
    scope = adjoint.scope
    out = Versions(scope)
    made = {o: (k, e) for k, e in enumerate(adjoint.primal) for o in e.outs}
    for param, start, end, final in zip(loop.carried_params, loop.carried, loop.yields, finals, strict=True):
        found = steps(end, param, made) if param.type.rank else None
        if not found or len(found) > _MOST:
            continue
        now = [list(written(s, scope)) for s in found]
        later = scope.later()
        after = [moved(w, later) for step in now for w in step]
        earlier = scope.earlier() if outermost else None
        before = None if earlier is None else [moved(w, earlier) for step in now for w in step]
        origins = [adjoint.origins[s.number] for s in found]
        chain = Chain(param, found, final, origins, now, after, start, before)
        out.of[param] = (chain, 0)
        for place, step in enumerate(found, 1):
            out.of[step.after] = (chain, place)
            out.instead.update(_loaded(step))
    return out


def _loaded(step: Step) -> Iterator[tuple[Value, Eqn]]:
    """What an element was set to is there to be loaded."""
    eqn = step.eqn
    if eqn.op.name != "setitem" or not isinstance(eqn.args[1], Value) or not is_basic(index_of(eqn.attrs)):
        return
    value, operands = eqn.args[1], eqn.args[2:]
    load = replace(eqn, op=OPS["getitem"], args=(step.after, *operands), outs=(value,))
    if load.op.infer(tuple(a.type for a in load.args), load.attrs, STRICT) == (value.type,):
        yield value, load
