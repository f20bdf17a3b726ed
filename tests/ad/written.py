"""Random programs of loops that write arrays in place and read them, as texts.

`loops(seed)` gives the text of `f(x, A, p)`: a vector, a square matrix, an integer array of places. Indices
stay within bounds by construction; values stay tame, since every element is set to the sine of something.
"""

from __future__ import annotations

import random
from typing import Any

SIZE = 5


class Text:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.indices: list[str] = []

    def pick(self, *options: Any) -> Any:
        return self.random.choice(options)

    def say(self, line: str) -> None:
        self.lines.append("    " * (1 + len(self.indices)) + line)

    def place(self) -> str:
        """An index: a loop's, one beside it (loops leave out both ends), one from the data, a number."""
        if not self.indices:
            return str(self.pick("0", "2", "-1"))
        i = self.pick(*self.indices)
        return str(self.pick(i, i, i, f"{i} - 1", f"{i} + 1", f"p[{i}]", f"n - 1 - {i}", "0", "-1", "2"))

    def part(self) -> str:
        i = self.pick(*self.indices) if self.indices else "2"
        return str(self.pick(f":{i}", f"{i}:", f"{i} + 1:", f"{i}::-1", f"{i}::2", ":", "::2", "1::2"))

    def number(self) -> str:
        return str(
            self.pick(
                f"x[{self.place()}]",
                f"x[{self.place()}]",
                f"y[{self.place()}]",
                f"A[{self.place()}, {self.place()}]",
                f"np.sum(np.sin(x[{self.part()}]))",
                f"np.sum(x[{self.part()}] ** 2)",
                f"A[{self.place()}, {self.part()}].sum()",
                f"(A[{self.place()}, {(k := self.part())}] @ x[{k}])",
                f"(A[{k}, {self.place()}] @ A[{self.place()}, {k}])",
                "s",
            )
        )

    def statement(self) -> None:
        value = f"np.sin({self.number()} {self.pick('+', '*', '-')} {self.number()})"
        element = f"A[{self.place()}, {self.place()}]"
        target = self.pick(f"x[{self.place()}]", f"y[{self.place()}]", element, "s")
        if self.pick(True, False, False):
            row = self.pick(f"x[{self.part()}]", f"A[{self.place()}, {self.part()}]", f"A[{self.part()}, 1]")
            self.say(f"{row} {self.pick('=', '*=', '+=')} {value}")
        else:
            self.say(f"{target} {self.pick('=', '=', '+=', '*=')} {value}")

    def body(self, depth: int) -> None:
        for _ in range(self.pick(1, 1, 2, 3)):
            kind = self.pick("statement", "statement", "loop", "branch")
            if kind == "loop" and depth:
                self.loop(depth)
            elif kind == "branch":
                self.say(f"if {self.number()} > 0.1:")
                self.indices.append(self.pick(*self.indices) if self.indices else "2")
                self.statement()
                self.indices.pop()
            else:
                self.statement()

    def loop(self, depth: int) -> None:
        i = "ijk"[len(set(self.indices) & set("ijk"))]
        outer = [o for o in self.indices if o in "ijk"]
        ranges = ["1, n - 1", "n - 2, 0, -1", "1, n - 1, 2"]
        ranges += [r for o in outer for r in (f"1, {o}", f"{o}, n - 1", f"{o} + 1, n - 1", f"{o}, 0, -1")]
        if not outer and self.pick(True, False, False):
            self.say(f"for t in range({self.pick(2, 3)}):")
            self.indices.append("1")
            self.loop(depth)
            self.indices.pop()
            return
        self.say(f"for {i} in range({self.pick(*ranges)}):")
        self.indices.append(i)
        self.body(depth - 1)
        self.indices.pop()


def loops(seed: int) -> str:
    text = Text(seed)
    text.lines.append("def f(x, A, p):")
    text.say("n = len(x)")
    text.say("y = x * 0.5")
    text.say("s = 0.3")
    for _ in range(text.pick(1, 1, 2)):
        text.loop(2)
    text.say("return np.sum(x * x) + np.sum(np.cos(A)) + s * np.sum(y)")
    return "\n".join(text.lines) + "\n"
