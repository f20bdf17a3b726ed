"""Tapes of inner loops whose lengths vary get one length: then the loop around can keep them.

In: the adjoint of a trip, with tapes as long as inner loops have trips in it. Out: the same with tapes as
long as these loops ever get: what the name of their length means is an extent known before the loop. When all
is differentiated, the extents take the places of the names (`spelled_out`).

    for k in range(n):                              for k in range(n):
        trips = max(n - (k + 1), 0)       ->            f_saved = empty(max(n - 1, 0))
        f_saved = empty(trips)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from operator import is_

from symgrad.ad.loops import Adjoint
from symgrad.ad.numbers import Scope
from symgrad.ad.tape import factor
from symgrad.ir.build import Builder
from symgrad.ir.core import Block, Eqn, Function
from symgrad.ir.dims import Dim, as_symbol, substitute, symbol, symbols
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import closed_again
from symgrad.ir.walk import map_regions, substitute_extents


@dataclass(frozen=True, slots=True)
class Lengthened:
    """The adjoint whose tapes have lengths known before the loop, and these lengths by name."""

    adjoint: Adjoint
    lengths: Mapping[str, Dim]


def lengthened(adjoint: Adjoint, trips: set[str], bound: set[str]) -> Lengthened | None:
    """The adjoint with longer tapes, if it has any whose lengths vary, and stay below what is `bound`."""
    made = {o: k for k, e in enumerate(adjoint.primal) for o in e.outs}
    told = {s.name: s for s in adjoint.symbols if s.name in trips - bound and s.axis is None}
    names = told_names(adjoint.scope, bound)
    primal = list(adjoint.primal)
    lengths: dict[str, Dim] = {}
    for name, s in told.items():
        most = (
            adjoint.scope.facts.most(adjoint.scope.number(s.param), set(names)) if s.param in made else None
        )
        if most is not None:
            lengths[name] = substitute(most, names)
            old = primal[made[s.param]]
            primal[made[s.param]] = Eqn(
                OPS["extent"], (), old.outs, {"dim": symbol(name)}, (), old.loc, old.phase
            )
    if not lengths:
        return None
    symbols = tuple(s for s in adjoint.symbols if s.name not in lengths)
    return Lengthened(replace(adjoint, primal=tuple(primal), symbols=symbols), lengths)


def told_names(scope: Scope, fixed: set[str]) -> dict[str, Dim]:
    """The names that atoms have, of those that are `fixed`."""
    found: dict[str, Dim] = {}
    for name, dim in scope.names.items():
        atom = as_symbol(dim)
        if name in fixed and atom is not None:
            found.setdefault(atom, symbol(name))
    return found


def spelled_out(function: Function, lengths: Mapping[str, Dim]) -> Function:
    """The function with what these names mean in their places."""
    if not lengths:
        return function
    meant = dict(lengths)
    while any(set(symbols(d)) & set(meant) for d in meant.values()):
        meant = {name: substitute(d, meant) for name, d in meant.items()}
    function = _in_notes(substitute_extents(function, meant), meant)
    builder = Builder()
    _closed(function.body.eqns, builder)
    return replace(function, body=replace(function.body, eqns=tuple(builder.eqns)))


def _closed(eqns: Iterable[Eqn], out: Builder) -> None:
    """Regions with the operands that tell the extents that they mention now."""
    for eqn in eqns:
        out.eqns.append(closed_again(eqn, _closed, out) if eqn.regions else eqn)


def _in_notes(function: Function, meant: Mapping[str, Dim]) -> Function:
    """What comments say of the sizes of tapes."""

    def noted(block: Block) -> Block:
        eqns = tuple(map(told, block.eqns))
        return block if all(map(is_, eqns, block.eqns)) else replace(block, eqns=eqns)

    def told(eqn: Eqn) -> Eqn:
        note = eqn.note
        for name, dim in meant.items() if note.startswith("saved: ") else ():
            note = re.sub(rf" x {name}\b", f" x {factor(str(dim))}", note)
        return map_regions(eqn if note == eqn.note else replace(eqn, note=note), noted)

    return replace(function, body=noted(function.body))
