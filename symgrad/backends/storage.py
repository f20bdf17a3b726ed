"""Where each scheduled value lives: in a named scalar, in a row that is used again each trip, or in an array.

In: a plan and its loop nests. Out: for each value that needs memory, the axes that its array keeps.

    for i:                 e[i, j] is written in one j loop and read in the next one: a row `e[j]`
        for j: e = exp(x[i, j] - m);  s += e
        for j: dx[i, j] = e / s
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from symgrad.backends.access import Along, Coords, Fixed
from symgrad.backends.nest import Form, Group, Loop, Plan, Statement
from symgrad.backends.schedule import reads_of
from symgrad.ir.core import Value

Axes = tuple[int, ...]
Path = tuple[int, ...]


def arrays(plan: Plan, groups: Sequence[Group]) -> dict[Value, Axes]:
    """The axes kept by the array of each value that has one; a value without an entry is a scalar."""
    found = list(paths(groups))
    made: dict[Value, tuple[Statement, Path]] = {}
    common: dict[Value, int] = {}
    found_anywhere: set[Value] = set()
    pieces: dict[
        Value, dict[Coords, Path]
    ] = {}  # of values that are cut: what has a trip, or none, to itself
    apart: set[Value] = set()
    for statement, path in found:
        if statement.writes.value in plan.cut:
            pieces.setdefault(statement.writes.value, {})[statement.writes.coords] = path
        elif statement.form in (Form.MAP, Form.FOLD, Form.SCAN):
            alone = statement.first if statement.form is Form.FOLD else len(statement.loops)
            made[statement.writes.value] = statement, path[:alone]
            common[statement.writes.value] = alone
    for statement, path in found:
        for element in reads_of(statement, plan):
            if element.value in pieces and pieces[element.value].get(element.coords) != path:
                apart.add(element.value)
            if element.value in made:
                writer, at = made[element.value]
                common[element.value] = min(common[element.value], shared_loops(at, path))
                if not _follows(element.coords, writer.writes.coords):
                    found_anywhere.add(element.value)
    kept = dict(_kept(plan, made, common, found_anywhere))
    kept.update((value, tuple(range(value.type.rank))) for value in apart)
    return kept


def _follows(coords: Coords, written: Coords) -> bool:
    """Whether an element that has no loop is read where it is written: not so at an index of the data."""
    return all(c == w for c, w in zip(coords, written, strict=True) if isinstance(w, Fixed))


def _kept(
    plan: Plan,
    made: Mapping[Value, tuple[Statement, Path]],
    common: Mapping[Value, int],
    found_anywhere: Set[Value],
) -> Iterator[tuple[Value, Axes]]:
    for value in plan.buffers:
        yield value, tuple(range(value.type.rank))
    for value, (statement, path) in made.items():
        if value in plan.buffers:
            continue
        if value in found_anywhere:
            yield value, tuple(range(value.type.rank))
            continue
        coords = statement.writes.coords
        kept = tuple(a for a, c in enumerate(coords) if isinstance(c, Along) and c.loop >= common[value])
        if common[value] < len(path) or kept:
            yield value, kept


def paths(
    groups: Sequence[Group], path: Path = (), counter: list[int] | None = None
) -> Iterator[tuple[Statement, Path]]:
    """Each statement with the loops that it stands in, by number."""
    counter = [0] if counter is None else counter
    for group in groups:
        if isinstance(group, Loop):
            counter[0] += 1
            yield from paths(group.body, (*path, counter[0]), counter)
        else:
            for statement in group.statements:
                yield statement, path


def shared_loops(a: Path, b: Path) -> int:
    """How many loops two paths have in common."""
    count = 0
    while count < min(len(a), len(b)) and a[count] == b[count]:
        count += 1
    return count
