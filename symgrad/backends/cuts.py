"""Statements over a whole array that read one written in parts: cut where the parts meet.

In: a plan. Out: the plan in which such a statement is one for the rows that the longest part has, which then
shares the loop of that part, and one for each row beside it.

    for j in range(n - 1): z[j + 1] = x[j + 1] * y[j]           t[0] = y[0] + h * z[0]
    for j in range(n): t[j] = y[j] + h * z[j]             ->    for j in range(n - 1):
                                                                    z[j + 1] = x[j + 1] * y[j]
                                                                    t[j + 1] = y[j + 1] + h * z[j + 1]

What is read where it is computed is cut if and only if its readers are: they share its loop. A result is not
cut: it may take the place of an array that is still read, and would need another one if it were made earlier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import chain, repeat

from symgrad.backends.access import Along, Coord, Coords, Fixed, Lookup, Operand, Read, Turned
from symgrad.backends.filled import ROWS
from symgrad.backends.nest import Form, Plan, Statement
from symgrad.backends.schedule import elements, reads_of
from symgrad.ir.core import Value
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass, replace

# What would keep others from a loop is left whole; so often is looked again at what hangs on it.
_ROUNDS = 4
_ASSIGNS = (Form.STORE, Form.MAP)
_MAKES = (Form.MAP, Form.FOLD, Form.SCAN)


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of an axis that one loop writes."""

    axis: int
    start: Dim
    extent: Dim


@dataclass(frozen=True, slots=True)
class _Cut:
    """Trips `first` to `first + extent` of a loop, with few before and after."""

    loop: int
    first: int
    extent: Dim
    after: int


def cut_parts(plan: Plan) -> Plan:
    """The plan with statements cut where the parts of what they read meet."""
    if not any(s.form is Form.STORE and s.loops for s in plan.statements):
        return plan
    arrays, whole = _readings(plan)
    results = {plan.owner(r) for r in plan.results}
    free = {s.writes.value for s in plan.statements if s.form is Form.MAP} - results
    made = [s for s in plan.statements if s.form in _MAKES and s.writes.value not in arrays]
    for _ in range(_ROUNDS):
        cuts = _cuts(plan, free)
        _with_operands(cuts, [s for s in made if s.writes.value in free], whole)
        held = {v for v, cut in cuts.items() if any(cuts.get(r) != cut for r in whole.get(v, ()))}
        for s in made:
            if s.writes.value not in cuts:
                held.update(r for r in whole.get(s.writes.value, ()) if r in cuts)
        if not held:
            break
        free -= held
    else:
        return plan
    if arrays.isdisjoint(cuts):
        return plan
    pieces = (
        _pieces(s, cuts[s.writes.value]) if s.form is Form.MAP and s.writes.value in cuts else [s]
        for s in plan.statements
    )
    return replace(
        plan,
        statements=tuple(chain.from_iterable(pieces)),
        buffers=plan.buffers | (arrays & cuts.keys()),
        cut=frozenset(cuts),
    )


def _with_operands(
    cuts: dict[Value, _Cut], made: Sequence[Statement], whole: Mapping[Value, Sequence[Value]]
) -> None:
    """Cut alike what only cut statements read: it is computed where they are."""
    for s in reversed(made):
        asked = {cuts.get(r) for r in whole.get(s.writes.value, ())}
        cut = asked.pop() if len(asked) == 1 and s.writes.value not in cuts else None
        if cut is None or cut.loop >= len(s.loops):
            continue
        if s.loops[cut.loop] == cut.first + cut.extent + cut.after:
            cuts[s.writes.value] = cut


def _readings(plan: Plan) -> tuple[set[Value], dict[Value, list[Value]]]:
    """The values that need memory: results, and what is read elsewhere than where it is computed.

    And who reads a value where it is computed: whatever is not cut alike could share its loop no more.
    """
    found = set(plan.buffers)
    whole: dict[Value, list[Value]] = {}
    for s in plan.statements:
        for e in reads_of(s, plan):
            if all(map(_along_all, repeat(s), e.coords, e.value.type.shape)):
                whole.setdefault(e.value, []).append(s.writes.value)
            else:
                found.add(e.value)
    return found, whole


def _cuts(plan: Plan, free: Set[Value]) -> dict[Value, _Cut]:
    """Where each of these values would be cut, in the order of the statements."""
    cuts: dict[Value, _Cut] = {}
    parts: dict[Value, _Part] = {}
    for s in plan.statements:
        cut = _cut(s, parts, plan) if s.form is Form.MAP and s.writes.value in free else None
        owner = plan.owner(s.writes.value)
        found = _part(s if cut is None else _pieces(s, cut)[cut.first]) if s.form in _ASSIGNS else None
        if found is not None:
            parts[owner] = found
        elif all(isinstance(c, Along) for c in s.writes.coords):  # not a row or two
            parts.pop(owner, None)
        if cut is not None:
            cuts[s.writes.value] = cut
    return cuts


def _along_all(s: Statement, c: Coord, extent: Dim) -> bool:
    """Whether a coordinate follows a loop over the whole axis."""
    if isinstance(c, Along):
        return c == Along(c.loop) and c.loop < len(s.loops) and s.loops[c.loop] == extent
    return c == Fixed(0) and extent == 1


def _part(s: Statement) -> _Part | None:
    """The rows that a statement writes, if it follows one loop along one axis and the others whole."""
    shape = s.writes.value.type.shape
    found = []
    for axis, c in enumerate(s.writes.coords):
        if not isinstance(c, Along) or c.step != 1:
            return None
        if c.start != 0 or s.loops[c.loop] != shape[axis]:
            found.append(_Part(axis, c.start, s.loops[c.loop]))
    return found[0] if len(found) == 1 else None


def _cut(s: Statement, parts: Mapping[Value, _Part], plan: Plan) -> _Cut | None:
    """Where most of what the statement reads is cut."""
    votes: Counter[_Cut] = Counter()
    for read in s.reads:
        for e in elements(read, plan):
            part = parts.get(plan.owner(e.value))
            c = e.coords[part.axis] if part is not None and len(e.coords) > part.axis else None
            if part is None or not isinstance(c, Along) or c.step != 1 or c.loop >= len(s.loops):
                continue
            first = part.start - c.start
            after = s.loops[c.loop] - (first + part.extent)
            if not isinstance(first, int) or not isinstance(after, int):
                continue
            if first >= 0 and after >= 0 and 0 < first + after <= ROWS:
                votes[_Cut(c.loop, first, part.extent, after)] += 1
    return max(votes, key=lambda v: votes[v], default=None)


def _pieces(s: Statement, cut: _Cut) -> list[Statement]:
    """The statement for each row before the cut, for the rows of the part, for each row after."""
    k = cut.loop
    fewer = s.loops[:k] + s.loops[k + 1 :]
    before = [_restricted(s, k, row, True, fewer) for row in range(cut.first)]
    same = _restricted(s, k, cut.first, False, (*s.loops[:k], cut.extent, *s.loops[k + 1 :]))
    end = cut.first + cut.extent
    after = [_restricted(s, k, end + row, True, fewer) for row in range(cut.after)]
    return [*before, same, *after]


def _restricted(s: Statement, loop: int, first: Dim, alone: bool, loops: tuple[Dim, ...]) -> Statement:
    """The statement from trip `first` of a loop on, or in this trip alone."""
    reads: Iterable[Operand] = (_moved(r, loop, first, alone) for r in s.reads)
    writes = _moved(s.writes, loop, first, alone)
    assert isinstance(writes, Read)
    return replace(s, loops=loops, reads=tuple(reads), writes=writes)


def _moved(read: Operand, loop: int, first: Dim, alone: bool) -> Operand:
    if not isinstance(read, Read):
        return read
    coords: Coords = tuple(_moved_coord(c, loop, first, alone) for c in read.coords)
    return Read(read.value, coords)


def _moved_coord(c: Coord, loop: int, first: Dim, alone: bool) -> Coord:
    if isinstance(c, Along):
        start = c.start + first * c.step if c.loop == loop else c.start
        if alone and c.loop == loop:
            return Fixed(start)
        return Along(c.loop - 1 if alone and c.loop > loop else c.loop, c.step, start)
    if isinstance(c, Turned):
        return replace(c, inner=_moved_coord(c.inner, loop, first, alone))
    if isinstance(c, Lookup):
        index = _moved(c.index, loop, first, alone)
        assert isinstance(index, Read)
        return Lookup(index, c.step, c.start)
    return c
