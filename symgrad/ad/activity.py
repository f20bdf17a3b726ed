"""Which values carry a derivative: they depend on the chosen params, and reach the results.

In: a block, values. Out: sets of values, for membership only. Integers, booleans and the results of nondiff
ops never do.
"""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.ir.core import Arg, Eqn, Value, values
from symgrad.rules.declare import is_nondiff


def varied(eqns: Iterable[Eqn], seeds: Iterable[Value]) -> set[Value]:
    """The float values that depend on `seeds` through differentiable operations."""
    found = {s for s in seeds if s.type.is_float}
    for eqn in eqns:
        if not is_nondiff(eqn.op) and any(a in found for a in values(eqn.args)):
            found.update(out for out in eqn.outs if out.type.is_float)
    return found


def useful(eqns: tuple[Eqn, ...], results: Iterable[Arg]) -> set[Value]:
    """The values that `results` are computed from, these included."""
    found = {r for r in results if isinstance(r, Value)}
    for eqn in reversed(eqns):
        if any(out in found for out in eqn.outs):
            found.update(values(eqn.args))
    return found


def live(eqns: tuple[Eqn, ...], results: Iterable[Arg]) -> tuple[Eqn, ...]:
    """The equations that `results` need, in order."""
    needed = useful(eqns, results)
    return tuple(eqn for eqn in eqns if any(out in needed for out in eqn.outs))
