"""Dead code: equations whose results nothing reads.

In: a function. Out: the same function without them, inside regions too (the same object if there are none).

    y = exp(x); z = sin(x); return y    ->    y = exp(x); return y
"""

from __future__ import annotations

from collections.abc import Callable

from symgrad.ir.core import Block, Eqn, Function, Value, values
from symgrad.ir.frozen import replace
from symgrad.ir.settled import settling
from symgrad.ir.walk import with_eqns


def remove_dead(function: Function, keep: Callable[[Eqn], bool] | None = None) -> Function:
    """`function` without the equations that its results, and the equations to `keep`, do not need."""
    body = live_block(function.body, keep)
    return function if body is function.body else replace(function, body=body)


@settling
def live_block(block: Block, keep: Callable[[Eqn], bool] | None = None) -> Block:
    """One sweep from the last equation to the first; a region is closed, so it is swept alone."""
    live: set[Value] = set(values(block.results))
    params = set(block.params)
    sizes = {s.name: s.param for s in block.symbols if s.param not in params}
    kept: list[Eqn] = []
    changed = False
    for eqn in reversed(block.eqns):
        if not any(out in live for out in eqn.outs) and not (keep and keep(eqn)):
            changed = True
            continue
        live.update(eqn.reads)
        if sizes:
            live.update(sizes[name] for name in eqn.names if name in sizes)
        if eqn.regions:
            regions = tuple(live_block(r, keep) for r in eqn.regions)
            if any(new is not old for new, old in zip(regions, eqn.regions, strict=True)):
                eqn, changed = replace(eqn, regions=regions), True
        kept.append(eqn)
    return with_eqns(block, reversed(kept)) if changed else block
