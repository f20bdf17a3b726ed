"""The data between scheduling and text: statements with their loops, and groups of statements as loop nests.

A statement is one equation with its loop extents, outermost first, and the elements that it reads and writes.
Statements that stand in one `Loop` share its loop variable: number k for a loop at depth k.

    h = tanh(a)           Statement(MAP,  loops=(n, m), reads a[i, j],  writes h[i, j])
    s = sum(h, axis=1)    Statement(FOLD, loops=(n, m), reads h[i, j],  writes s[i], first=1)

    Loop(n, [Loop(m, [Straight([h, s])])])
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from symgrad.backends.access import Operand, Read
from symgrad.backends.scalar import Piece
from symgrad.ir.core import Eqn, Symbol, Value
from symgrad.ir.dims import Dim, symbol


class Form(Enum):
    """How a statement runs."""

    MAP = "map"  # out[...] = op(elements)
    FOLD = "fold"  # out[...] = out[...] + element, over the loops from number `first` on
    SCAN = "scan"  # the same over the last loop, keeping each partial result
    STORE = "store"  # a part of out, at coordinates of its own: setitem, a piece of concatenate
    ADD = "add"  # out[...] += element, at coordinates that may repeat
    CALL = "call"  # whole arrays: np.dot, reshape
    REGION = "region"  # for, while, cond: blocks with statements of their own


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One equation as a loop nest of its own. `writes.value` is what it defines or changes."""

    form: Form
    eqn: Eqn
    loops: tuple[Dim, ...]
    reads: tuple[Operand, ...]
    writes: Read
    first: int = 0  # FOLD: the first loop that is summed over; SCAN: the loop that is scanned


@dataclass(frozen=True, slots=True, eq=False)
class Straight:
    """Statements without a further loop, in order."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A loop of number `depth` over what stands in it."""

    depth: int
    extent: Dim
    body: tuple[Group, ...]


Group = Straight | Loop


@dataclass(eq=False)
class Window:
    """Additions to one array, each with the number of trips that it waits."""

    adds: dict[Statement, int]
    target: Read  # what a trip adds to
    loop: Loop | None
    last: Statement
    written_between: bool = False  # arrays that the values may have been loaded from
    waiting: list[tuple[int, Operand, Piece]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """A loop that is to be shared out."""

    start: str  # the range of trips of a part
    stop: str
    sums: tuple[Statement, ...]  # over its trips
    own: frozenset[Value]  # arrays of which each trip has a row to itself
    reach: int  # how many of the next trips add to what a trip adds to
    made: list[str] = field(default_factory=list)  # the lines that make arrays of the part's own

    @property
    def trips(self) -> str:
        return f"{self.start}, {self.stop}"

    @property
    def end(self) -> Dim:
        return symbol(self.stop)


@dataclass(frozen=True, slots=True)
class Plan:
    """Statements in the program's order, and what is not a statement.

    `inline` are cheap equations that are computed where they are read; `buffers` are values that must be
    whole arrays; `memory` maps a value that was written in place to the value whose array it is; `written`
    are values whose array is written to after they were read; `made_here` are the extents that get
    their numbers in this block; `cut` are values that several statements make, each some rows (`cuts`).
    `touched` is for `schedule.reads_of` to remember what it has found.
    """

    statements: tuple[Statement, ...]
    inline: Mapping[Value, Eqn]
    producers: Mapping[Value, Eqn]
    buffers: frozenset[Value]
    memory: Mapping[Value, Value]
    written: frozenset[Value]
    results: frozenset[Value]
    made_here: Mapping[str, Symbol]
    cut: frozenset[Value] = frozenset()
    touched: dict[Statement, tuple[Read, ...]] = field(default_factory=dict, init=False, compare=False)

    def owner(self, value: Value) -> Value:
        """The value whose array holds `value`."""
        return self.memory.get(value, value)


def statements_in(groups: Sequence[Group]) -> Iterator[Statement]:
    """Every statement of the groups, in order."""
    for group in groups:
        if isinstance(group, Straight):
            yield from group.statements
        else:
            yield from statements_in(group.body)
