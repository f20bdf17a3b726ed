"""Tapes of inner loops whose lengths vary get one length: then the loop around can keep them.

In: the adjoint of a trip, with tapes as long as inner loops have trips in it. Out: the same with tapes as
long as these loops ever have, and these numbers, known before the loop.

    for k in range(n):                              trips = max(n - 1, 0)
        trips = max(n - (k + 1), 0)       ->        for k in range(n):
        f_saved = empty(trips)                          f_saved = empty(trips)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from symgrad.ad.loops import Adjoint
from symgrad.ad.numbers import Scope
from symgrad.ir.core import Eqn
from symgrad.ir.dims import Dim, as_symbol, substitute, symbol
from symgrad.ir.ops import OPS


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
