"""Loops and branches carry only what somebody reads.

In: a function. Out: the same function whose region equations have lost the results that nobody uses, the
carried values that feed only those, the params that their blocks do not read, and what they carry unchanged.

    a, b = for(0, n, 1, a0, b0, x), b never read    ->    a = for(0, n, 1, a0, x)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Value, values
from symgrad.ir.regions import COND, FOR, WHILE, bind_symbols, mentioned_symbols
from symgrad.ir.walk import rewire, rewire_args, uses


def shrink_regions(function: Function) -> Function:
    """`function` with every region equation cut down (the same object if there is nothing to cut)."""
    body = _block(function.body, ())
    return function if body is function.body else replace(function, body=body)


def _block(block: Block, keep: Sequence[Value]) -> Block:
    if not any(e.regions for e in block.eqns):
        return block
    count = uses(block)
    env: dict[Value, Arg] = {}
    eqns: list[Eqn] = []
    changed = False
    for eqn in block.eqns:
        new = rewire(eqn, env)
        if eqn.regions:
            inner = tuple(_block(r, ()) for r in new.regions)
            if any(a is not b for a, b in zip(inner, new.regions, strict=True)):
                new = replace(new, regions=inner)
            cut = _cond(new, count, env) if new.op is COND else _loop(new, count, env)
            changed |= cut is not eqn
            new = cut
        eqns.append(new)
    if not changed and not env:
        return block
    return replace(block, eqns=tuple(eqns), results=rewire_args(block.results, env))


def _loop(eqn: Eqn, count: Counter[Value], env: dict[Value, Arg]) -> Eqn:
    body = eqn.regions[-1]
    lead, first = (3, 1) if eqn.op is FOR else (0, 0)
    n = len(eqn.outs)
    exits = bool(eqn.attrs.get("exits"))
    params = body.params[first:]
    operands = eqn.args[lead:]
    yields = body.results[exits:]
    constant = [k for k in range(n) if yields[k] is params[k]]
    for k in constant:
        env[eqn.outs[k]] = operands[k]
    kept = _needed(eqn, [k for k in range(n) if count[eqn.outs[k]] and k not in constant], yields, constant)
    read = _read(eqn.regions)
    order = [*constant, *range(n, len(params))]
    chosen: dict[Arg, int] = {}  # one param for each outer value
    same: dict[int, int] = {}
    for k in order:
        if params[k] not in read and (eqn.op is FOR or eqn.regions[0].params[k] not in read):
            continue
        if isinstance(operands[k], Value) and operands[k] in chosen:
            same[k] = chosen[operands[k]]
        else:
            chosen.setdefault(operands[k], k) if isinstance(operands[k], Value) else None
    invariant = [
        k
        for k in order
        if k not in same
        and (params[k] in read or (eqn.op is WHILE and eqn.regions[0].params[k] in read))
        or _tells_extent(eqn.regions, k + first, params[k])
    ]
    invariant = [k for k in invariant if k not in same]
    if len(kept) == n and invariant == list(range(n, len(params))):
        return eqn
    regions = []
    for block in eqn.regions:
        offset = first if block is body else 0
        mine = block.params[offset:]
        inner: dict[Value, Arg] = {mine[k]: mine[v] for k, v in same.items()}
        new_params = (*block.params[:offset], *(mine[k] for k in kept), *(mine[k] for k in invariant))
        results = block.results
        if block is body:
            results = (*block.results[:exits], *(yields[k] for k in kept))
        eqns = tuple(rewire(e, inner) for e in block.eqns)
        if block is body:
            eqns = _live(eqns, rewire_args(results, inner))
        regions.append(_rebuilt(new_params, eqns, rewire_args(results, inner)))
    outs = tuple(eqn.outs[k] for k in kept)
    args = (*eqn.args[:lead], *(operands[k] for k in kept), *(operands[k] for k in invariant))
    return replace(eqn, args=args, outs=outs, regions=tuple(regions))


def _needed(eqn: Eqn, used: list[int], yields: Sequence[Arg], constant: list[int]) -> list[int]:
    """The carried values that are used after the loop, decide its course, or feed one of these."""
    body = eqn.regions[-1]
    offset = 1 if eqn.op is FOR else 0
    params = body.params[offset : offset + len(eqn.outs)]
    wanted = set(used)
    if eqn.op is WHILE:
        read = _read(eqn.regions[:1])
        wanted |= {k for k in range(len(params)) if eqn.regions[0].params[k] in read and k not in constant}
    flags = list(body.results[: bool(eqn.attrs.get("exits"))])
    while True:
        reached = _reached(body.eqns, [*flags, *(yields[k] for k in sorted(wanted))])
        more = {k for k, p in enumerate(params) if p in reached and k not in constant} - wanted
        if not more:
            return sorted(wanted)
        wanted |= more


def _cond(eqn: Eqn, count: Counter[Value], env: dict[Value, Arg]) -> Eqn:
    captured = eqn.args[1:]
    kept = []
    for k, out in enumerate(eqn.outs):
        ends = [_outer(block.results[k], block, captured) for block in eqn.regions]
        if ends[0] is not None and ends[0] == ends[1]:
            env[out] = ends[0]
        elif count[out]:
            kept.append(k)
    live = []
    for block in eqn.regions:
        results = tuple(block.results[k] for k in kept)
        live.append((_live(block.eqns, results), results))
    read = [
        {v for e in eqns for v in values(e.args)} | {r for r in results if isinstance(r, Value)}
        for eqns, results in live
    ]
    operands = [
        k
        for k in range(len(captured))
        if any(block.params[k] in r for block, r in zip(eqn.regions, read, strict=True))
        or _tells_extent(eqn.regions, k, eqn.regions[0].params[k])
    ]
    if len(kept) == len(eqn.outs) and len(operands) == len(captured):
        return eqn
    regions = tuple(
        _rebuilt(tuple(block.params[k] for k in operands), eqns, results)
        for block, (eqns, results) in zip(eqn.regions, live, strict=True)
    )
    outs = tuple(eqn.outs[k] for k in kept)
    return replace(eqn, args=(eqn.args[0], *(captured[k] for k in operands)), outs=outs, regions=regions)


def _outer(result: Arg, block: Block, captured: Sequence[Arg]) -> Arg | None:
    """The operand (or constant) that a branch yields as it is."""
    if isinstance(result, Const):
        return result
    return captured[block.params.index(result)] if result in block.params else None


def _tells_extent(regions: Sequence[Block], place: int, param: Value) -> bool:
    """Whether some region needs this param for the number of an extent."""
    for block in regions:
        mine = block.params[min(place, len(block.params) - 1)]
        for symbol in block.symbols:
            if symbol.param is mine or symbol.param is param:
                others = [p for p in block.params if p is not symbol.param]
                held = [*others, *(o for e in block.eqns for o in e.outs)]
                needed = mentioned_symbols(held, block.eqns)
                if symbol.name in needed and not bind_symbols(held, {symbol.name}):
                    return True
    return False


def _rebuilt(params: tuple[Value, ...], eqns: tuple[Eqn, ...], results: tuple[Arg, ...]) -> Block:
    held = [*params, *(o for e in eqns if e.op.name != "tape" for o in e.outs)]
    return Block(params, eqns, results, bind_symbols(held, mentioned_symbols(held, eqns)))


def _read(regions: Sequence[Block]) -> set[Value]:
    found: set[Value] = set()
    for block in regions:
        found |= {v for e in block.eqns for v in values(e.args)} | {r for r in block.results if isinstance(r, Value)}
    return found


def _reached(eqns: Sequence[Eqn], results: Sequence[Arg]) -> set[Value]:
    found = {r for r in results if isinstance(r, Value)}
    for eqn in reversed(eqns):
        if any(out in found for out in eqn.outs):
            found.update(values(eqn.args))
    return found


def _live(eqns: tuple[Eqn, ...], results: Sequence[Arg]) -> tuple[Eqn, ...]:
    needed = _reached(eqns, results)
    return tuple(e for e in eqns if any(o in needed for o in e.outs))
