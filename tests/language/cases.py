"""Every program of this folder: its feature, which is its module's name, its arguments, what it should be."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    """`refused` is how the message begins with which a program is not accepted; "" if it is right."""

    feature: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    refused: str = ""

    @property
    def name(self) -> str:
        return f"{self.feature}-{self.function.__name__}"


def cases() -> list[Case]:
    """All of them, by feature, in the order of their files."""
    found: list[Case] = []
    own = sorted(p for p in Path(__file__).parent.glob("test_*.py") if p.stem != "test_backends")
    for path in own:
        module = importlib.import_module(f"language.{path.stem}")
        feature = path.stem.removeprefix("test_").replace("_", " ")
        programs = getattr(module, "PROGRAMS", ())
        for f, *rest in (p.values for p in programs):
            found.append(Case(feature, f, tuple(rest[0]) if rest else (module.X,)))
        for f, args, message in (p.values for p in getattr(programs, "refusals", ())):
            found.append(Case(feature, f, tuple(args), message))
    return found
