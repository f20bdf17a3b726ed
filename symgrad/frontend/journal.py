"""What the interpretation of a region changes, so that it can be undone, and done again, exactly.

In: tensors, containers and names, just before they change. Out: their states before and after.
A region is interpreted on the state of its surroundings; when it ends, everything is as it was, and only
its results are taken over. A trial of a loop body that guessed wrong is forgotten the same way.

    with scope:  y.arg is setitem(y, ...)          after it: y.arg as before; scope.inside() has it again
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symgrad.frontend.values import Rows, RowsState, Tensor, now
from symgrad.ir.core import Arg
from symgrad.ir.dims import Dim

State = tuple[Arg, int, int, str, str, tuple[Tensor, ...]]


def state_of(t: Tensor) -> State:
    return t.arg, t.version, t.seen, t.name, t.stale, t.kin


def set_state(t: Tensor, state: State) -> None:
    t.arg, t.version, t.seen, t.name, t.stale, t.kin = state


@dataclass(slots=True, eq=False)
class Journal:
    """States before the first change, in the order of the changes; the roots of what was read."""

    tensors: dict[Tensor, State] = field(default_factory=dict)
    containers: dict[int, tuple[Any, Any]] = field(default_factory=dict)  # the object and a copy of it
    born: dict[int, int] = field(default_factory=dict)  # of these: when the object was made
    began: int = field(default_factory=now)
    reads: dict[Tensor, None] = field(default_factory=dict)
    lists: dict[Rows, RowsState] = field(default_factory=dict)
    appended: dict[Rows, Dim | None] = field(default_factory=dict)  # at most so many items; None: any number

    def note(self, t: Tensor) -> None:
        if t not in self.tensors:
            self.tensors[t] = state_of(t)

    def note_container(self, container: Any, born: int = -1) -> None:
        """What was made since this journal began nobody has seen before: it stays as it is."""
        if id(container) not in self.containers and born < self.began:
            self.containers[id(container)] = (container, container.copy())
            self.born[id(container)] = born

    def note_rows(self, rows: Rows) -> None:
        if rows not in self.lists:
            self.lists[rows] = rows.state()

    def count(self, rows: Rows, items: Dim | None) -> None:
        """At most so many items more were appended."""
        before = self.appended.get(rows, 0)
        self.appended[rows] = None if before is None or items is None else before + items

    def swap(self) -> None:
        """Everything as it was before; a second call makes everything as it was after."""
        for t, state in self.tensors.items():
            self.tensors[t] = state_of(t)
            set_state(t, state)
        for rows, was in self.lists.items():
            self.lists[rows] = rows.state()
            rows.columns, rows.start, rows.stop, rows.open = was
        for key, (container, other) in self.containers.items():
            self.containers[key] = (container, container.copy())
            container.clear()
            if isinstance(container, list):
                container.extend(other)
            else:
                container.update(other)

    def written(self, before: int) -> list[Tensor]:
        """The roots older than `before` that hold something new, when the state is the one before."""
        return [
            t
            for t, state in self.tensors.items()
            if t.view is None and t.born < before and t.version != state[1]
        ]

    def merge_into(self, outer: Journal) -> None:
        """A transaction that succeeded is part of the one around it."""
        for t, state in self.tensors.items():
            outer.tensors.setdefault(t, state)
        for key, pair in self.containers.items():
            if self.born[key] < outer.began:
                outer.containers.setdefault(key, pair)
                outer.born.setdefault(key, self.born[key])
        for rows, was in self.lists.items():
            outer.lists.setdefault(rows, was)
        for rows, items in self.appended.items():
            outer.count(rows, items)
        outer.reads |= self.reads
