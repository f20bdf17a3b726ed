"""A loop taken apart, and the adjoint of one of its trips: what `for` and `while` have in common.

In: a loop's equation. Out: its parts by role, and the data that pass from differentiating to saving.

    outs = for(start, stop, step, *carried, *invariant)    ->    Loop(body, carried, ..., invariant, ...)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.ad.numbers import Scope
from symgrad.ir.core import Arg, Block, Eqn, Symbol, Value
from symgrad.ir.frozen import replace
from symgrad.ir.regions import FOR, WHILE, for_parts, while_parts


@dataclass(slots=True)
class Loop:
    """What `for` and `while` have in common."""

    body: Block
    carried: tuple[Arg, ...]
    carried_params: tuple[Value, ...]
    invariant: tuple[Arg, ...]
    invariant_params: tuple[Value, ...]
    yields: tuple[Arg, ...]


def taken_apart(eqn: Eqn) -> Loop:
    """Its parts by role."""
    if eqn.op is FOR:
        p = for_parts(eqn)
        return Loop(p.body, p.carried, p.carried_params, p.invariant, p.invariant_params, p.yields)
    w = while_parts(eqn)
    count = len(w.carried)
    return Loop(w.body, w.carried, w.body.params[:count], w.invariant, w.body.params[count:], w.body.results)


def is_counted(eqn: Eqn) -> bool:
    """Whether the number of trips is known only when the loop has run."""
    return eqn.op is WHILE or bool(eqn.attrs.get("exits"))


def index_of(eqn: Eqn) -> tuple[Value, ...]:
    """The index of a `for`, in its body."""
    return (eqn.regions[0].params[0],) if eqn.op is FOR else ()


@dataclass(slots=True)
class Adjoint:
    """The adjoint of one trip: cotangents of the yields in, of the carried values and accumulators out."""

    primal: tuple[Eqn, ...]
    symbols: tuple[Symbol, ...]  # the extents that values of `primal` are, besides those that its params tell
    scope: Scope
    eqns: tuple[Eqn, ...]
    results: tuple[Arg, ...]
    seeds: list[Value]
    wanted: list[int]
    accumulators: list[Value]
    accumulated: list[int]
    origins: tuple[int, ...]  # for each equation of `primal` the number of the body's equation it stands for
    groups: tuple[int, ...]  # for each of `eqns` the number of the body's equation it is the adjoint of
    restored: dict[Value, Value]
    called: Mapping[Value, str] = field(default_factory=dict)  # the names of parts of arrays, once loaded

    @property
    def own(self) -> set[Value]:
        return {*self.seeds, *self.accumulators}


def with_loads(adjoint: Adjoint, loads: Sequence[tuple[int, Eqn]]) -> Adjoint:
    """The adjoint with equations more in its primal part, each before the one of its number."""
    before: dict[int, list[Eqn]] = {}
    for number, eqn in loads:
        before.setdefault(number, []).append(eqn)
    primal: list[Eqn] = []
    origins: list[int] = []
    last = len(adjoint.primal)
    for number, (eqn, origin) in enumerate(zip(adjoint.primal, adjoint.origins, strict=True)):
        primal += [*before.get(number, ()), eqn]
        origins += [origin] * (len(primal) - len(origins))
    primal += before.get(last, ())
    origins += [max(origins, default=0)] * (len(primal) - len(origins))
    return replace(adjoint, primal=tuple(primal), origins=tuple(origins))
