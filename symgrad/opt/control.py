"""Loops and branches carry only what somebody reads.

In: a function. Out: the same function whose region equations have lost the results that nobody uses, the
carried values that feed only those, the params that their blocks do not read or that are plain numbers, and
what they carry unchanged.

    a, b = for(0, n, 1, a0, b0, x), b never read    ->    a = for(0, n, 1, a0, x)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Symbol, Value, values
from symgrad.ir.dims import symbol
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, WHILE, bind_symbols, mentioned_symbols
from symgrad.ir.settled import settling
from symgrad.ir.types import INT
from symgrad.ir.walk import (
    live,
    map_regions,
    rewire,
    rewire_args,
    substitute_extents,
    uses,
    with_eqns,
)


def shrink_regions(function: Function) -> Function:
    """`function` with every region equation cut down (the same object if there is nothing to cut)."""
    body = _block(function.body)
    return function if body is function.body else replace(function, body=body)


@settling
def _block(block: Block) -> Block:
    if not any(e.regions for e in block.eqns):
        return block
    count = uses(block)
    if telling := _telling(block):
        count = Counter(count)
        count.update(telling)
    env: dict[Value, Arg] = {}
    eqns: list[Eqn] = []
    changed = False
    for eqn in block.eqns:
        new = rewire(eqn, env)
        if eqn.regions:
            new = map_regions(_with_known_extents(new), _block)
            cut = _cut(new, count, env, eqns)
            changed |= cut is not eqn
            new = cut
        eqns.append(new)
    if not changed and not env:
        return block
    return with_eqns(block, eqns, env=env)


def _cut(eqn: Eqn, count: Mapping[Value, int], env: dict[Value, Arg], before: list[Eqn]) -> Eqn:
    """The equation cut down; the body of a `for` remembers with which operands and readers nothing was."""
    if eqn.op is COND:
        return _cond(eqn, count, env)
    if eqn.op is not FOR:
        return _loop(eqn, count, env, before)
    settled = eqn.regions[0].settled
    key = (_cut, eqn.args, tuple([count[o] > 0 for o in eqn.outs]))
    if key in settled:
        return eqn
    cut = _loop(eqn, count, env, before)
    if cut is eqn:
        settled.add(key)
    return cut


def _telling(block: Block) -> set[Value]:
    """The values that tell how long an array is; what only leads to such a value does not ask for it."""
    sizes = {s.name: s.param for s in block.symbols}
    if not sizes:
        return set()
    there = set(block.params)
    asked = set[str]().union(*[p.type.names for p in block.params])
    for eqn in block.eqns:
        asked.update([n for n in eqn.names if sizes.get(n) in there])
        there.update(eqn.outs)
    return {sizes[n] for n in asked if n in sizes}


def _with_known_extents(eqn: Eqn) -> Eqn:
    """The equation whose blocks say the number where an operand that tells an extent is a number."""
    if len(eqn.reads) == len(eqn.args):
        return eqn
    lead, first = (3, 1) if eqn.op is FOR else (1, 0) if eqn.op is COND else (0, 0)
    carried = 0 if eqn.op is COND else len(eqn.outs)
    regions = []
    for block in eqn.regions:
        skip = first if block is eqn.regions[-1] else 0
        given = zip(block.params[skip + carried :], eqn.args[lead + carried :], strict=True)
        numbers = {p: a.value for p, a in given if isinstance(a, Const) and a.type == INT}
        known = {s.name: int(numbers[s.param]) for s in block.symbols if s.param in numbers}
        regions.append(substitute_extents(Function("", block), known).body if known else block)
    same = all(a is b for a, b in zip(regions, eqn.regions, strict=True))
    return eqn if same else replace(eqn, regions=tuple(regions))


def _loop(eqn: Eqn, count: Mapping[Value, int], env: dict[Value, Arg], before: list[Eqn]) -> Eqn:
    """The loop cut down; `before` gets the numbers of extents that only a carried array told which goes."""
    lead, first = (3, 1) if eqn.op is FOR else (0, 0)
    n = len(eqn.outs)
    exits = bool(eqn.attrs.get("exits"))
    body = eqn.regions[-1]
    operands = eqn.args[lead:]
    yields = body.results[exits:]
    constant = [k for k in range(n) if yields[k] is body.params[first + k]]
    env.update((eqn.outs[k], operands[k]) for k in constant)
    kept = _needed(eqn, [k for k in range(n) if count[eqn.outs[k]] and k not in constant], yields, constant)
    candidates = [*constant, *range(n, len(operands))]
    numbers = [k for k in candidates if isinstance(operands[k], Const)]
    stands_for = _first_of_each(operands, candidates)
    shells = []  # each block with its params by place, its live equations and results
    for block in eqn.regions:
        mine = block.params[first:] if block is body else block.params
        merged = {mine[k]: mine[f] for k, f in stands_for.items() if f != k}
        same: dict[Value, Arg] = dict(merged)
        same |= {mine[k]: operands[k] for k in numbers if not _is_extent(block, mine[k])}
        results = (*block.results[:exits], *(yields[k] for k in kept)) if block is body else block.results
        results = rewire_args(results, same)
        facts = tuple([Symbol(s.name, merged.get(s.param, s.param), s.axis) for s in block.symbols])
        eqns = live([rewire(e, same) for e in block.eqns] if same else block.eqns, results, facts)
        gone = {mine[k] for k in range(n) if k not in kept and k not in constant}
        while gone and any(v in gone for e in eqns for v in e.reads):  # a branch hands it on, to nobody now
            cut = _block(Block(block.params, eqns, results, facts))
            assert cut.eqns != eqns, "what nobody needs is read by nobody"
            eqns, results = live(cut.eqns, cut.results, facts), cut.results  # branches in branches: again
        lead_params = block.params[:first] if block is body else ()
        shells.append((lead_params, mine, eqns, results, facts))
    candidates = [k for k in candidates if stands_for[k] == k]
    taken = _taken(shells, kept, candidates)
    if len(kept) == n and taken == list(range(n, len(operands))):
        return eqn
    untold = _untold(shells, kept, taken)
    regions = []
    for lead_params, mine, eqns, results, facts in shells:
        own = tuple(Value(INT, name) for name in untold)
        told = tuple(Symbol(v.hint, v, None) for v in own)
        params = (*lead_params, *(mine[k] for k in kept), *(mine[k] for k in taken), *own)
        regions.append(_rebuilt(params, eqns, results, (*told, *facts)))
    known = [Value(INT, name) for name in untold]
    before += [Eqn(OPS["extent"], (), (v,), {"dim": symbol(v.hint)}, (), eqn.loc, eqn.phase) for v in known]
    outs = tuple(eqn.outs[k] for k in kept)
    args = (*eqn.args[:lead], *(operands[k] for k in kept), *(operands[k] for k in taken), *known)
    return replace(eqn, args=args, outs=outs, regions=tuple(regions))


def _untold(shells: Sequence[Shell], kept: Sequence[int], taken: Sequence[int]) -> list[str]:
    """The extents that a block mentions, and none of its params tells."""
    found: set[str] = set()
    for lead_params, mine, eqns, _, facts in shells:
        params = [*lead_params, *(mine[k] for k in kept), *(mine[k] for k in taken)]
        needed = mentioned_symbols(params, eqns)
        found |= needed - {s.name for s in bind_symbols(params, eqns, needed, facts)}
    return sorted(found)


# the params that stay, the others by place, live equations, results, what was an extent
Shell = tuple[tuple[Value, ...], tuple[Value, ...], tuple[Eqn, ...], tuple[Arg, ...], tuple[Symbol, ...]]


def _first_of_each(operands: Sequence[Arg], places: Sequence[int]) -> dict[int, int]:
    """For each place the first one that has the same operand."""
    first: dict[Arg, int] = {}
    return {k: first.setdefault(operands[k], k) if isinstance(operands[k], Value) else k for k in places}


def _taken(shells: Sequence[Shell], kept: Sequence[int], candidates: Sequence[int]) -> list[int]:
    """The further operands that a block reads, or needs for the number of an extent."""
    taken: set[int] = set()
    for _, mine, eqns, results, _ in shells:
        read = set(chain.from_iterable([e.reads for e in eqns])).union(values(results))
        taken.update([k for k in candidates if mine[k] in read])
    if len(taken) == len(candidates):
        return [*candidates]
    for lead_params, mine, eqns, _, facts in shells:
        params = [*lead_params, *(mine[k] for k in kept), *(mine[k] for k in sorted(taken))]
        needed = mentioned_symbols(params, eqns)
        missing = needed - {s.name for s in bind_symbols(params, eqns, needed, facts)}
        for k in candidates:
            found = {s.name for s in bind_symbols([mine[k]], (), missing, facts)}
            if k not in taken and found:
                taken.add(k)
                missing -= found
    return [k for k in candidates if k in taken]


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
    while len(wanted) + len(constant) < len(params):  # there may be more
        reached = _reached(body.eqns, [*flags, *(yields[k] for k in sorted(wanted))])
        more = {k for k, p in enumerate(params) if p in reached and k not in constant} - wanted
        if not more:
            break
        wanted |= more
    return sorted(wanted)


def _cond(eqn: Eqn, count: Mapping[Value, int], env: dict[Value, Arg]) -> Eqn:
    captured = eqn.args[1:]
    kept = []
    for k, out in enumerate(eqn.outs):
        ends = [_outer(block.results[k], block, captured) for block in eqn.regions]
        if ends[0] is not None and ends[0] == ends[1]:
            env[out] = ends[0]
        elif count[out]:
            kept.append(k)
    shells = []
    for block in eqn.regions:
        numbers: dict[Value, Arg] = {
            p: a
            for p, a in zip(block.params, captured, strict=True)
            if isinstance(a, Const) and not _is_extent(block, p)
        }
        results = rewire_args(tuple(block.results[k] for k in kept), numbers)
        eqns = live(
            [rewire(e, numbers) for e in block.eqns] if numbers else block.eqns, results, block.symbols
        )
        shells.append(((), block.params, eqns, results, block.symbols))
    taken = _taken(shells, (), range(len(captured)))
    if len(kept) == len(eqn.outs) and len(taken) == len(captured):
        return eqn
    regions = tuple(
        _rebuilt(tuple(mine[k] for k in taken), eqns, results, facts)
        for _, mine, eqns, results, facts in shells
    )
    outs = tuple(eqn.outs[k] for k in kept)
    return replace(eqn, args=(eqn.args[0], *(captured[k] for k in taken)), outs=outs, regions=regions)


def _is_extent(block: Block, param: Value) -> bool:
    """A number that tells an extent stays an operand: the block finds the extent there."""
    return any(s.param is param for s in block.symbols)


def _outer(result: Arg, block: Block, captured: Sequence[Arg]) -> Arg | None:
    """The operand (or constant) that a branch yields as it is."""
    if isinstance(result, Const):
        return result
    return captured[block.params.index(result)] if result in block.params else None


def _rebuilt(
    params: tuple[Value, ...], eqns: tuple[Eqn, ...], results: tuple[Arg, ...], facts: tuple[Symbol, ...]
) -> Block:
    return Block(params, eqns, results, bind_symbols(params, eqns, mentioned_symbols(params, eqns), facts))


def _read(regions: Sequence[Block]) -> set[Value]:
    found: set[Value] = set()
    for block in regions:
        found.update(chain.from_iterable([e.reads for e in block.eqns]), values(block.results))
    return found


def _reached(eqns: Sequence[Eqn], results: Sequence[Arg]) -> set[Value]:
    """What these results depend on; a result of a loop or branch on no more than it needs itself."""
    found = {r for r in results if isinstance(r, Value)}
    for eqn in reversed(eqns):
        if found.isdisjoint(eqn.outs):
            continue
        used = [k for k, out in enumerate(eqn.outs) if out in found]
        found.update(eqn.reads if len(used) == len(eqn.outs) else values(_operands_for(eqn, used)))
    return found


def _operands_for(eqn: Eqn, used: list[int]) -> tuple[Arg, ...]:
    """The operands that some of a region equation's results need."""
    if eqn.op is FOR:
        n = len(eqn.outs)
        kept = _needed(eqn, used, eqn.regions[-1].results[bool(eqn.attrs.get("exits")) :], [])
        return (*eqn.args[:3], *(eqn.args[3 + k] for k in kept), *eqn.args[3 + n :])
    if eqn.op is not COND:
        return eqn.args
    read: set[int] = set()
    for block in eqn.regions:
        reached = _reached(block.eqns, [block.results[k] for k in used]) | {s.param for s in block.symbols}
        read |= {k for k, p in enumerate(block.params) if p in reached}
    return (eqn.args[0], *(eqn.args[1 + k] for k in sorted(read)))
