"""Lists and dicts whose items a region replaces: items that are carried and joined like names.

In: a container before and after a region. Out: its items as a tuple, for what carries and joins values; a
container of other items. How many there are, and under which keys, no region may change.

    st = [0.0, 1.0]; for v in x: st[0] += v * st[1]       the loop carries st[0]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from symgrad.frontend.context import Lowering
from symgrad.frontend.regions import Scope
from symgrad.frontend.structure import is_instance
from symgrad.frontend.values import Val

Container = list[Val] | dict[Any, Val]
PREFIX = "."  # of what stands for a container among names


@dataclass(slots=True, eq=False)
class Held:
    """A container, and the keys of the items that a loop replaces."""

    container: Container
    keys: list[Any]

    def items(self) -> tuple[Val, ...]:
        held: Any = self.container
        return tuple(held[key] for key in self.keys)

    def put(self, low: Lowering, values: Sequence[Val]) -> None:
        low.change(self.container)
        held: Any = self.container
        for key, value in zip(self.keys, values, strict=True):
            held[key] = value


def items(container: Container) -> tuple[Val, ...]:
    """What it holds, in order."""
    return tuple(container.values() if isinstance(container, dict) else container)


def put(low: Lowering, container: Container, values: Sequence[Val]) -> None:
    """Replace what it holds."""
    Held(container, list(_places(container))).put(low, values)


def moved(container: Container, other: Container) -> list[Any]:
    """The keys under which a region has put another item."""
    pairs = zip(_places(container), items(container), items(other), strict=True)
    return [key for key, before, after in pairs if before is not after]


def replaced(scope: Scope) -> Iterator[tuple[Container, Container]]:
    """The older containers that the region gave other items, and what they are inside; asked outside."""
    for container, other in scope.changed_containers():
        if not isinstance(container, set) and _places(container) == _places(other):
            yield container, other


def _places(container: Container) -> Sequence[object]:
    return list(container) if isinstance(container, dict) else range(len(container))


def attributes(v: Val) -> dict[str, Val] | None:
    """The dict of an object that the program made."""
    held: dict[str, Val] | None = v.__dict__ if is_instance(v) else None
    return held


def called(low: Lowering, container: Container, names: dict[str, Val]) -> str:
    """What stands for the container among names: its own name, marked."""
    held = ((n, v) for n, v in names.items() if n.isidentifier())
    found = (n for n, v in held if v is container or attributes(v) is container)
    return PREFIX + next(found, "item")
