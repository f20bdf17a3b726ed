"""Equations of a loop's body that are the same on every trip, put in front of the loop.

In: a loop, what may be moved, and for what it is worth it. Out: the equations before it, and the loop that is
handed their results.

    for t in range(n): u = u + c ** 2 * v    ->    pow2 = c ** 2
                                                   for t in range(n): u = u + pow2 * v

Whoever asks sees to it that what may move cannot fail: a loop of no trips computes it too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symgrad.ir.core import Arg, Block, Eqn, Value, values
from symgrad.ir.dims import symbols
from symgrad.ir.frozen import replace
from symgrad.ir.regions import FOR, WHILE
from symgrad.ir.walk import map_regions, rewire, rewire_args

Asks = Callable[[Eqn], bool]


def with_loops(block: Block, each: Callable[[Eqn], list[Eqn] | None]) -> Block:
    """The block, innermost loops first, with what `each` gives in place of a loop; None leaves it."""
    eqns: list[Eqn] = []
    changed = False
    for eqn in block.eqns:
        if not eqn.regions:
            eqns.append(eqn)
            continue
        kept = map_regions(eqn, lambda region: with_loops(region, each))
        moved = each(kept) if kept.op in (FOR, WHILE) else None
        changed |= kept is not eqn or moved is not None
        eqns += moved or [kept]
    return replace(block, eqns=tuple(eqns)) if changed else block


def fixed_in(eqn: Eqn, moves: Asks) -> dict[Value, Eqn]:
    """What the loop's body makes of nothing but what the loop leaves alone, by equations that may move."""
    body, invariant, _ = _parts(eqn)
    known = set(invariant)
    told = {s for v in invariant for d in v.type.shape for s in symbols(d)}
    fixed: dict[Value, Eqn] = {}
    for e in body.eqns:
        if len(e.outs) == 1 and moves(e) and known.issuperset(e.reads) and e.names <= told:
            fixed[e.out] = e
            known.add(e.out)
    return fixed


def invariant_in(eqn: Eqn) -> tuple[Value, ...]:
    """The params of the loop's body that every trip finds as they were."""
    return _parts(eqn)[1]


def before_loop(eqn: Eqn, moves: Asks, dear: Asks) -> list[Eqn] | None:
    """What is computed before the loop, and the loop without it; None if nothing of it is dear."""
    fixed = fixed_in(eqn, moves)
    moved = _needed_by([e for e in fixed.values() if dear(e)], fixed)
    if not moved:
        return None
    body, invariant, operands = _parts(eqn)
    outer: dict[Value, Arg] = dict(zip(invariant, operands, strict=True))
    rest = [e for e in body.eqns if moved.isdisjoint(e.outs)]
    read = {v for e in rest for v in e.reads} | {r for r in body.results if isinstance(r, Value)}
    handed = [v for v in fixed if v in moved and v in read]
    inside: dict[Value, Arg] = {v: Value(v.type, v.hint) for v in handed}
    results = rewire_args(body.results, inside)
    block = replace(
        body,
        params=(*body.params, *values(tuple(inside.values()))),
        eqns=tuple(rewire(e, inside) for e in rest),
        results=results,
    )
    regions: tuple[Block, ...] = (block,)
    if eqn.op is WHILE:
        test = eqn.regions[0]
        regions = (replace(test, params=(*test.params, *(Value(v.type, v.hint) for v in handed))), block)
    before = [rewire(e, outer) for e in body.eqns if not moved.isdisjoint(e.outs)]
    return [*before, replace(eqn, args=(*eqn.args, *handed), regions=regions)]


def _parts(eqn: Eqn) -> tuple[Block, tuple[Value, ...], tuple[Arg, ...]]:
    """The body of a `for` or `while`, its invariant params and their operands."""
    assert eqn.op in (FOR, WHILE)
    lead, first = (3, 1) if eqn.op is FOR else (0, 0)
    count, body = len(eqn.outs), eqn.regions[-1]
    return body, body.params[first + count :], eqn.args[lead + count :]


def _needed_by(dear: Sequence[Eqn], fixed: dict[Value, Eqn]) -> set[Value]:
    found: set[Value] = set()
    stack = [e.out for e in dear]
    while stack:
        v = stack.pop()
        if v in fixed and v not in found:
            found.add(v)
            stack += fixed[v].reads
    return found
