"""Arrays that take over the memory of arrays that are read for the last time.

In: a plan, its loop nests, which values have arrays, what a trip hands on for each array that it got. Out:
for each value whose array is another's, that other.

    a = np.dot(x, w)                          a = np.dot(x, w)
    h[i, j] = tanh(a[i, j])             ->    a[i, j] = tanh(a[i, j])

    for t in range(n):                        for t in range(n):
        v_2[i] = v[i] + dt * f[i]       ->        v[i] = v[i] + dt * f[i]
        v, v_2 = v_2, v

A statement may write where its loop body has just read if nothing reads the old element later: not in a later
group, not in another trip of a loop that both stand in. What the same trip still reads has a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.backends.access import Along, Coords, apart
from symgrad.backends.nest import Form, Group, Plan, Statement
from symgrad.backends.schedule import elements, reads_of
from symgrad.backends.storage import Axes, Path, paths, shared_loops
from symgrad.ir.core import Value
from symgrad.ir.types import Shape


@dataclass
class _Use:
    """One reading of an array."""

    number: int
    path: Path
    coords: Coords
    trips: Shape


@dataclass
class _Array:
    """Who writes and reads an array."""

    writes: list[Statement] = field(default_factory=list)
    whole: int = -1  # the number of the last of these
    reads: list[_Use] = field(default_factory=list)


def share(
    plan: Plan, groups: Sequence[Group], arrays: Mapping[Value, Axes], handed_on: Mapping[Value, Value]
) -> dict[Value, Value]:
    """Which array each value's array becomes: chains are followed to their end.

    `handed_on`: for the arrays that the loop carries, what takes their places on the next trip.
    """
    order = list(paths(groups))
    if not any(s.form is Form.MAP and s.writes.value in arrays for s, _ in order):
        return {}
    found: dict[Value, _Array] = {}
    for number, (statement, path) in enumerate(order):
        array = found.setdefault(plan.owner(statement.writes.value), _Array())
        array.writes.append(statement)
        array.whole = number
        for element in reads_of(statement, plan):
            uses = found.setdefault(plan.owner(element.value), _Array()).reads
            uses.append(_Use(number, path, element.coords, statement.loops))
    pieces: dict[Value, list[tuple[int, Path, Statement]]] = {}  # the statements of a value cut in parts
    for number, (statement, path) in enumerate(order):
        pieces.setdefault(statement.writes.value, []).append((number, path, statement))
    fixed = {plan.owner(v) for v in plan.memory} | set(plan.memory) | plan.results
    taken: dict[Value, Value] = {}
    takes: set[Value] = set()
    recent: dict[tuple[Path, Coords], dict[Value, None]] = {}  # read in this body at these coordinates
    until: dict[tuple[Path, Coords, Shape], dict[Value, int]] = {}  # and still read by this statement
    for number, (statement, path) in enumerate(order):
        for read in statement.reads:
            for element in elements(read, plan):
                if (element.value in arrays or element.value in handed_on) and element.value not in fixed:
                    recent.setdefault((path, element.coords), {}).setdefault(element.value)
        out, coords = statement.writes.value, statement.writes.coords
        if statement.form is not Form.MAP or out not in arrays or out in takes:
            continue
        here, known = recent.get((path, coords), {}), until.setdefault((path, coords, statement.loops), {})
        for old in here:
            if known.get(old, -1) >= number and len(pieces[out]) == 1:
                continue
            ours = plan.owner(handed_on[old]) is out if old in handed_on else _made_here(found[old])
            if old in taken or old.type != out.type or not ours or pieces[out][0][0] < found[old].whole:
                continue
            known[old] = max(
                _read_until(found[old], number, path, part) for number, path, part in pieces[out]
            )
            if known[old] < 0:
                taken[old] = out
                takes.add(out)
                del here[old]
                break
    for value in reversed(taken):  # later ones first: their ends are known
        taken[value] = taken.get(taken[value], taken[value])
    return taken


def _made_here(array: _Array) -> bool:
    """Whether the array is one of this block, whole before it is read."""
    forms = (Form.MAP, Form.SCAN, Form.CALL, Form.FOLD)
    return bool(array.writes) and all(s.form in forms for s in array.writes)


def _read_until(array: _Array, number: int, path: Path, statement: Statement) -> int:
    """Which statement reads an element after the statement `number` has overwritten it; -1 if none does."""
    coords = statement.writes.coords
    for use in array.reads:
        if use.path == path and use.coords == coords:
            continue  # the element has a name by now
        if apart(use.coords, coords, use.trips, statement.loops):
            continue
        if use.number >= number:
            return use.number
        for loop in range(shared_loops(use.path, path)):
            if _at(use.coords, loop).isdisjoint(_at(coords, loop)):
                return number
    return -1


def _at(coords: Coords, loop: int) -> set[tuple[int, Along]]:
    return {(axis, c) for axis, c in enumerate(coords) if isinstance(c, Along) and c.loop == loop}
