"""Names, positions and expressions for the programs of `numeric`.

In: a `random.Random`. Out: texts, at random: `0.5 * y[i - 1]`, `range(1, n - 2)`, `np.sin(z[i + 1])`.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any


class Texts:
    """The lines so far, the names that are there by their kind, and texts made of them."""

    def __init__(self, rng: Random, steps: int) -> None:
        self.rng, self.left = rng, steps
        self.lines: list[str] = []
        self.indent = 1
        self.vectors, self.numbers = ["x"], ["c"]
        self.wide = ["a"]  # (n, m)
        self.square: list[str] = []  # (m, m)
        self.tiny: list[str] = []  # (n, 3)
        self.small: list[str] = []  # (3, 3)
        self.counters: list[str] = []  # loops around, which end before n
        self.helpers: list[str] = []

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.rng.randrange(len(options))]

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def loop(self, header: str) -> None:
        self.line(header)
        self.indent += 1

    def end(self, count: int = 1) -> None:
        if self.lines[-1].endswith(":"):
            self.line("pass")
        self.indent -= count

    # Expressions: `leaves` are the texts that may be read.

    def value(self, leaves: Sequence[str], depth: int = 2) -> str:
        if depth == 0 or self.chance(0.2):
            return str(self.pick(leaves))
        d = depth - 1
        left, right = self.value(leaves, d), self.value(leaves, d)
        more = self.value(leaves, 0)
        options = [
            f"({left} + {right})", f"({left} - {right})", f"{left} * {right}", f"({left} - {right}) * 0.5",
            f"0.5 * {right}", f"np.sin({left})", f"np.tanh({left}) * {right}", f"np.exp(-{left} * {left})",
            f"{left} / (1.0 + {right} * {right})", f"-{more}", f"({left} - 2.0 * {right} + {more})",
        ]  # fmt: skip
        return str(self.pick(options))

    def choice(self, leaves: Sequence[str]) -> str:
        """An expression, sometimes with a condition of the data."""
        if self.chance(0.15):
            test = f"{self.pick(leaves)} {self.pick(['>', '<'])} {self.pick(['0.1', '-0.2'])}"
            return f"({self.value(leaves, 1)} if {test} else {self.value(leaves, 1)})"
        return self.value(leaves)

    def scalars(self) -> list[str]:
        return [*self.numbers, self.pick(["0.3", "0.7", "-0.4", "2.0"])]

    def at(self, i: str, low: int, high: int) -> str:
        """A position near a counter."""
        shift = self.rng.randint(-low, high)
        return i if shift == 0 else f"{i} {'+' if shift > 0 else '-'} {abs(shift)}"

    def around(self, i: str, low: int, high: int, count: int = 4) -> list[str]:
        """Elements of vectors near position i."""
        return [f"{self.pick(self.vectors)}[{self.at(i, low, high)}]" for _ in range(count)]

    def trips(self, low: int, high: int, extent: str = "n") -> str:
        """A range whose counter stays `low` from the start and `high` from the end; or nearly so."""
        start = low if self.chance(0.93) else max(low - 1, 0)
        stop = f"{extent} - {high}" if high else extent
        return str(
            self.pick(
                [
                    f"range({start}, {stop})" if start else f"range({stop})",
                    f"range({start}, {stop})" if start else f"range({stop})",
                    f"range({stop} - 1, {start - 1}, -1)",
                    f"range({start}, {stop}, 2)",
                    f"range({start} + k, {stop})" if self.chance(0.4) else f"range({start}, {stop})",
                ]
            )
        )

    def counter(self) -> str:
        return next(c for c in ("i", "j", "l", "r", "q", "o") if c not in self.counters)

    def target(self) -> str:
        mine = [v for v in self.vectors if v != "x"]
        return str(self.pick(mine)) if mine and self.chance(0.9) else "x"
