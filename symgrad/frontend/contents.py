"""Lists and dicts whose items a region replaces: items that are carried and joined like names.

In: a container before and after a region. Out: its items as a tuple, for what carries and joins values; a
container of other items. How many there are, and under which keys, no region may change.

    st = [0.0, 1.0]; for v in x: st[0] += v * st[1]       the loop carries st[0]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symgrad.frontend.context import Lowering
from symgrad.frontend.regions import Scope
from symgrad.frontend.values import Val

Container = list[Val] | dict[Any, Val]
PREFIX = "."  # of what stands for a container among names


def items(container: Container) -> tuple[Val, ...]:
    """What it holds, in order."""
    return tuple(container.values() if isinstance(container, dict) else container)


def put(low: Lowering, container: Container, values: Sequence[Val]) -> None:
    """Replace what it holds."""
    low.change(container)
    if isinstance(container, dict):
        container.update(zip(list(container), values, strict=True))
    else:
        container[:] = values


def replaced(scope: Scope) -> Iterator[tuple[Container, Container]]:
    """The older containers that the region gave other items, and what they are inside; asked outside."""
    for container, other in scope.changed_containers():
        if not isinstance(container, set) and _places(container) == _places(other):
            yield container, other


def _places(container: Container) -> Sequence[object]:
    return list(container) if isinstance(container, dict) else range(len(container))


def called(low: Lowering, container: Container, names: dict[str, Val]) -> str:
    """What stands for the container among names: its own name, marked."""
    found = (n for n, v in names.items() if v is container and n.isidentifier())
    return PREFIX + next(found, "item")
