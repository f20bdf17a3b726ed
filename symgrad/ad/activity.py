"""Which values carry a derivative: they depend on the chosen params, and reach the results.

In: a block, values. Out: sets of values, for membership only. Integers, booleans and the results of nondiff
ops never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symgrad.ir.core import Arg, Eqn, Value
from symgrad.ir.regions import CALL, COND, FOR
from symgrad.ir.walk import all_eqns
from symgrad.rules.declare import is_nondiff


def varied(eqns: Iterable[Eqn], seeds: Iterable[Value]) -> set[Value]:
    """The float values that depend on `seeds` through differentiable operations."""
    found = {s for s in seeds if s.type.is_float}
    for eqn in eqns:
        if not any(a in found for a in eqn.reads):
            continue
        if eqn.regions:
            found.update(region_varied(eqn, found))
        elif not is_nondiff(eqn.op):
            found.update(out for out in eqn.outs if out.type.is_float)
    return found


def region_varied(eqn: Eqn, found: set[Value]) -> list[Value]:
    """The results of a loop or branch that depend on what is in `found`."""
    if eqn.op is COND:
        inside = []
        for block in eqn.regions:
            moving = varied(block.eqns, moved(block.params, eqn.args[1:], found))
            inside.append([r in moving for r in block.results])
        return [o for o, *yes in zip(eqn.outs, *inside, strict=True) if o.type.is_float and any(yes)]
    if eqn.op is CALL:
        (block,) = eqn.regions
        moving = varied(block.eqns, moved(block.params, eqn.args, found))
        return [o for o, r in zip(eqn.outs, block.results, strict=True) if r in moving]
    first = 3 if eqn.op is FOR else 0
    body = eqn.regions[-1]
    count = len(eqn.outs)
    params = body.params[1 if eqn.op is FOR else 0 :]
    carried = params[:count]
    yields = body.results[bool(eqn.attrs.get("exits")) :]
    inside_all = body_activity(body.eqns, carried, yields, moved(params, eqn.args[first:], found))
    return [o for o, p in zip(eqn.outs, carried, strict=True) if p in inside_all]


def moved(params: Iterable[Value], args: Iterable[Arg], found: set[Value]) -> list[Value]:
    """The params of a region whose operands are in `found`."""
    return [p for p, a in zip(params, args, strict=True) if isinstance(a, Value) and a in found]


def body_activity(
    eqns: tuple[Eqn, ...], carried: Sequence[Value], yields: Sequence[Arg], seeds: Iterable[Value]
) -> set[Value]:
    """What varies inside a loop: what depends on `seeds`, in this trip or, carried over, in a later one."""
    start = set(seeds)
    while True:
        found = varied(eqns, start)
        more = {p for p, y in zip(carried, yields, strict=True) if y in found and p.type.is_float} - start
        if not more:
            return found
        start |= more


def useful(eqns: tuple[Eqn, ...], results: Iterable[Arg]) -> set[Value]:
    """The values that `results` are computed from, these included."""
    found = {r for r in results if isinstance(r, Value)}
    for eqn in reversed(eqns):
        if any(out in found for out in eqn.outs):
            found.update(eqn.reads)
    return found


def needed_anywhere(eqns: tuple[Eqn, ...], results: Iterable[Arg]) -> set[Value]:
    """`useful`, with everything inside the regions of useful equations."""
    found = useful(eqns, results)
    for eqn in eqns:
        if eqn.regions and any(out in found for out in eqn.outs):
            for region in eqn.regions:
                found |= {*region.params, *(o for e in all_eqns(region) for o in e.outs)}
    return found
