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

from symgrad.backends.access import Along, Coords, Lookup
from symgrad.backends.nest import Form, Group, Plan, Statement
from symgrad.backends.schedule import elements
from symgrad.backends.storage import Axes, Path, paths, shared_loops
from symgrad.ir.core import Value


@dataclass
class _Use:
    """One reading of an array."""

    number: int
    path: Path
    coords: Coords


@dataclass
class _Array:
    """Who writes and reads an array."""

    writes: list[Statement] = field(default_factory=list)
    reads: list[_Use] = field(default_factory=list)


def share(
    plan: Plan, groups: Sequence[Group], arrays: Mapping[Value, Axes], handed_on: Mapping[Value, Value]
) -> dict[Value, Value]:
    """Which array each value's array becomes: chains are followed to their end.

    `handed_on`: for the arrays that the loop carries, what takes their places on the next trip.
    """
    found: dict[Value, _Array] = {}
    order = list(paths(groups))
    for number, (statement, path) in enumerate(order):
        found.setdefault(plan.owner(statement.writes.value), _Array()).writes.append(statement)
        indices = (c.index for c in statement.writes.coords if isinstance(c, Lookup))
        for read in (*statement.reads, *indices):
            for element in elements(read, plan):
                uses = found.setdefault(plan.owner(element.value), _Array()).reads
                uses.append(_Use(number, path, element.coords))
    fixed = {plan.owner(v) for v in plan.memory} | set(plan.memory) | plan.results
    taken: dict[Value, Value] = {}
    recent: dict[tuple[Path, Coords], list[Value]] = {}  # read in this body at these coordinates
    for number, (statement, path) in enumerate(order):
        for read in statement.reads:
            for element in elements(read, plan):
                if (element.value in arrays or element.value in handed_on) and element.value not in fixed:
                    recent.setdefault((path, element.coords), []).append(element.value)
        out, coords = statement.writes.value, statement.writes.coords
        if statement.form is not Form.MAP or out not in arrays:
            continue
        for old in recent.get((path, coords), []):
            ours = plan.owner(handed_on[old]) is out if old in handed_on else _made_here(found[old])
            if old not in taken and old.type == out.type and ours and _last(found[old], number, path, coords):
                taken[old] = out
                break
    for value in reversed(taken):  # later ones first: their ends are known
        taken[value] = taken.get(taken[value], taken[value])
    return taken


def _made_here(array: _Array) -> bool:
    """Whether the array is one of this block, whole before it is read."""
    forms = (Form.MAP, Form.SCAN, Form.CALL, Form.FOLD)
    return bool(array.writes) and all(s.form in forms for s in array.writes)


def _last(array: _Array, number: int, path: Path, coords: Coords) -> bool:
    """Whether nothing reads an element after the statement `number` has overwritten it."""
    for use in array.reads:
        if use.path == path and use.coords == coords:
            continue  # the element has a name by now
        if use.number >= number:
            return False
        for loop in range(shared_loops(use.path, path)):
            if _at(use.coords, loop).isdisjoint(_at(coords, loop)):
                return False
    return True


def _at(coords: Coords, loop: int) -> set[tuple[int, Along]]:
    return {(axis, c) for axis, c in enumerate(coords) if isinstance(c, Along) and c.loop == loop}
