"""What can go wrong, and where: the error tree and the caret message.

In: a message, the user's statement (`Loc`), why it is refused, what to write instead.
Out: an exception whose text a person can act on:

    model.py:12:9: `yield` in a differentiated function
         12 |         yield x
            |         ^^^^^^^
      why: a generator has no single output to differentiate
      try: collect the values in an array and return it
"""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loc:
    """Where an equation comes from: the user's statement, for echoes and carets.

    `line` and `col` count from 1, as editors do; `text` is the whole statement on one line,
    `source` the raw line that the caret points into.
    """

    file: str
    line: int
    col: int
    end_col: int
    text: str
    source: str = ""

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}:{self.line}:{self.col}"

    def caret(self) -> str:
        """The source line with the offending columns underlined."""
        source = self.source or self.text
        if not source:
            return ""
        end = min(max(self.end_col, self.col + 1), len(source) + 1)
        underline = " " * (self.col - 1) + "^" * max(1, end - self.col)
        return f"{self.line:>7} | {source}\n        | {underline}"


class SymgradError(Exception):
    """The root of every error of this package.

    Attributes
    ----------
    filename, lineno, col : the place in the user's source (None, 0, 0 where there is none)
    """

    def __init__(self, message: str, loc: Loc | None = None, *, why: str = "", instead: str = "") -> None:
        self.message = message
        self.loc = loc
        self.why = why
        self.instead = instead
        self.filename = loc.file if loc else None
        self.lineno = loc.line if loc else 0
        self.col = loc.col if loc else 0
        super().__init__(self._text())

    def __str__(self) -> str:
        return self._text()  # OSError and LookupError have a form of their own

    def _text(self) -> str:
        lines = [f"{self.loc}: {self.message}" if self.loc else self.message]
        if self.loc and (caret := self.loc.caret()):
            lines.append(caret)
        if self.why:
            lines.append(f"  why: {self.why}")
        if self.instead:
            lines.append(f"  try: {self.instead}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.loc, self.why, self.instead))


def _rebuild(cls: type[SymgradError], message: str, loc: Loc | None, why: str, instead: str) -> SymgradError:
    return cls(message, loc, why=why, instead=instead)


class UnsupportedSyntaxError(SymgradError):
    """A construct outside the accepted language."""


class NotDifferentiableError(SymgradError, TypeError):
    """A derivative was asked for where there is none: an integer argument, a non-scalar output."""


class NoRule(SymgradError, LookupError):
    """An operation that has no derivative rule, or that the compiler does not know."""


class SourceUnavailableError(SymgradError, OSError):
    """The function's source text cannot be found."""


class ShapeError(SymgradError, ValueError):
    """Shapes that do not fit together."""


class OutOfBoundsError(ShapeError, IndexError):
    """An index that is not among the positions of an axis, found when the program ran."""


class CheckError(SymgradError, AssertionError):
    """`check_grads` found a derivative that disagrees with the numerical one."""
