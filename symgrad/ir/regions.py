"""Control flow as data: `for`, `while` and `cond` equations, whose closed blocks are their regions.

    outs = for(start, stop, step, *carried, *invariant)     body(i, *carried, *invariant) -> [more,] *carried
    outs = while(*carried, *invariant)                      test(*carried, *invariant) -> bool
                                                            body(*carried, *invariant) -> *carried
    outs = cond(c, *captured)                               then(*captured), else(*captured) -> outs

Named extents inside a region mean the same numbers as outside; a region binds them again by its own params.
A `for` whose attribute `exits` is True yields first a bool, `more`: False ends the loop after this trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.ir.core import Arg, Block, Eqn, Kind, Op, Symbol, Value, values
from symgrad.ir.dims import symbols
from symgrad.ir.ops import Types, define
from symgrad.ir.types import ArrayType, Unifier
from symgrad.ir.walk import symbols_of


def _by_regions(types: Types, attrs: object, unify: Unifier) -> Types:
    raise TypeError("the results of a region equation follow from its blocks: build it with region_eqn")


FOR = define("for", Kind.REGION, _by_regions)
WHILE = define("while", Kind.REGION, _by_regions)
COND = define("cond", Kind.REGION, _by_regions)


@dataclass(frozen=True, slots=True)
class For:
    """A `for` equation taken apart."""

    start: Arg
    stop: Arg
    step: Arg
    carried: tuple[Arg, ...]
    invariant: tuple[Arg, ...]
    body: Block
    exits: bool

    @property
    def index(self) -> Value:
        return self.body.params[0]

    @property
    def carried_params(self) -> tuple[Value, ...]:
        return self.body.params[1 : 1 + len(self.carried)]

    @property
    def invariant_params(self) -> tuple[Value, ...]:
        return self.body.params[1 + len(self.carried) :]

    @property
    def yields(self) -> tuple[Arg, ...]:
        """What the body hands to the next trip, without the flag of an exiting loop."""
        return self.body.results[1:] if self.exits else self.body.results


@dataclass(frozen=True, slots=True)
class While:
    """A `while` equation taken apart."""

    carried: tuple[Arg, ...]
    invariant: tuple[Arg, ...]
    test: Block
    body: Block


@dataclass(frozen=True, slots=True)
class Cond:
    """A `cond` equation taken apart."""

    condition: Arg
    captured: tuple[Arg, ...]
    then: Block
    orelse: Block


def for_parts(eqn: Eqn) -> For:
    count = len(eqn.outs)
    rest = eqn.args[3:]
    (body,) = eqn.regions
    start, stop, step = eqn.args[:3]
    return For(start, stop, step, rest[:count], rest[count:], body, bool(eqn.attrs.get("exits")))


def while_parts(eqn: Eqn) -> While:
    count = len(eqn.outs)
    test, body = eqn.regions
    return While(eqn.args[:count], eqn.args[count:], test, body)


def cond_parts(eqn: Eqn) -> Cond:
    then, orelse = eqn.regions
    return Cond(eqn.args[0], eqn.args[1:], then, orelse)


def result_types(op: Op, regions: Sequence[Block], exits: bool = False) -> tuple[ArrayType, ...]:
    """The types of a region equation's results."""
    results = regions[-1].results
    return tuple(r.type for r in (results[1:] if exits else results))


def bind_symbols(params: tuple[Value, ...], needed: set[str]) -> tuple[Symbol, ...]:
    """Where a region finds each extent: on an axis of a param, or in an integer param of that name."""
    found: dict[str, Symbol] = {}
    for param in params:
        for axis, dim in enumerate(param.type.shape):
            for name in symbols(dim):
                if name in needed and str(dim) == name:
                    found.setdefault(name, Symbol(name, param, axis))
    for param in params:
        if param.type.rank == 0 and param.hint in needed:
            found.setdefault(param.hint, Symbol(param.hint, param, None))
    return tuple(found[name] for name in sorted(found))


def needed_symbols(params: tuple[Value, ...], eqns: Sequence[Eqn]) -> set[str]:
    """Every extent name that a block mentions, in its params' types and in its equations."""
    names = {s for p in params for d in p.type.shape for s in symbols(d)}
    for eqn in eqns:
        names |= symbols_of(eqn)
        names |= {s for a in values(eqn.args) for d in a.type.shape for s in symbols(d)}
    return names
