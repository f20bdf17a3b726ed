"""Frozen data that are cheap to make.

In: a class with fields. Out: what `dataclasses.dataclass(frozen=True, slots=True)` makes of it, for the type
checker: mypy refuses every assignment to a field. At run time none is intercepted; a frozen dataclass proper
calls `object.__setattr__` for each field of each object, and a compiler makes a hundred thousand of them.

    @dataclass(frozen=True, slots=True)
    class At: position: Dim        ->    At(n).position = 3 is an error of mypy; equal and hashed by fields
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

T = TypeVar("T")

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import replace as replace
else:

    def replace(data: T, /, **other: object) -> T:
        """`data` with `other` fields, as `dataclasses.replace` has it, whose checks are left to mypy."""
        cls = data.__class__
        for name in _given(cls):
            if name not in other:
                other[name] = getattr(data, name)
        return cls(**other)

    @cache
    def _given(cls: type) -> tuple[str, ...]:
        return tuple(f.name for f in dataclasses.fields(cls) if f.init)

    def dataclass(*, frozen: bool, slots: bool, eq: bool = True) -> Callable[[type[T]], type[T]]:
        assert frozen and slots, "for frozen data with slots; others are of dataclasses"

        def made(cls: type[T]) -> type[T]:
            by_fields = eq and cls.__dict__.get("__hash__") is None
            return dataclasses.dataclass(slots=True, eq=eq, unsafe_hash=by_fields)(cls)

        return made
