"""Additions to an element that is the same in every trip of a loop: a variable has their sum.

In: a `for` with legal body that does nothing with an array but add to it. Out: the same loop, which carries
one number more for each such element, and the additions after it. The order of additions to an array does not
matter, so others may stand in between, and in branches; no trip loads or stores the element, and the sum
may be vectorised.

    for j in range(i):                     dr_i0 = 0.0
        f = r[i, 0] - r[j, 0]              for j in range(i):
        if f * f < 1.0:                        f = r[i, 0] - r[j, 0]
            dr[i, 0] += f            ->        if f * f < 1.0:
            dr[j, 0] -= f                          dr_i0 += f
                                                   dr[j, 0] -= f
                                           dr[i, 0] += dr_i0
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from symgrad.backends.bounds import Bounds
from symgrad.backends.carry import if_any, inside
from symgrad.backends.sink import targets_of
from symgrad.ir.core import Arg, At, Block, Const, Eqn, Index, Value
from symgrad.ir.dims import Dim, symbols
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, for_parts, operands_of, params_of
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import rewire, rewire_args

_MOST = 16  # sums for one array: each has a register, or there is nothing to gain

_Item = TypeVar("_Item")
Sums = dict[Index, Eqn]  # an addition to each element that is the same in every trip


def keep(eqn: Eqn, outer: Bounds) -> tuple[Eqn, ...]:
    """The loop and the additions after it, which define what `eqn` defines; `eqn` if no sum is kept.

    `outer` is known of integers before the loop.
    """
    if eqn.op is not FOR:
        return (eqn,)
    parts = for_parts(eqn)
    start, stop = (outer.exact(outer.interval(a)) for a in (parts.start, parts.stop))
    trips: Dim | None = None
    if start is not None and stop is not None and isinstance(parts.step, Const):
        trips = (stop - start) * int(parts.step.value)  # none, if that is not positive
    after: list[Eqn] = []
    for out in eqn.outs:
        number = eqn.outs.index(out)
        found = _sums(eqn, number, outer, trips is not None)
        if found:
            eqn, array, left = _carrying(eqn, number, list(found))
            after += _additions(array, out, list(found.items()), left, outer, trips)
    return (eqn, *after)


def _sums(eqn: Eqn, number: int, outer: Bounds, counted: bool) -> Sums:
    """The elements of carried array `number` that have sums; none if anything else is done with the array."""
    parts = for_parts(eqn)
    array = parts.carried_params[number]
    if not array.type.rank or not array.type.is_float:
        return {}
    walked = _walk(parts.body, array)
    if walked is None or [r is walked[1] for r in parts.yields] != [
        k == number for k in range(len(eqn.outs))
    ]:
        return {}
    changing = {
        s.name for s in parts.body.symbols if s.axis is None and s.param not in parts.invariant_params
    }
    named = {s.name for s in parts.body.symbols} - changing
    found = {}
    for index, add in walked[0].items():
        fixed = all(isinstance(i, At) and named.issuperset(symbols(i.position)) for i in index)
        if fixed and (counted or inside(index, add.out, outer)):
            found[index] = add
    return found if len(found) <= _MOST else {}


def _walk(block: Block, array: Value) -> tuple[Sums, Value] | None:
    """The single elements that are added to, and the array then; None if anything else is done with it."""
    latest, seen = array, {array}
    found: Sums = {}
    for e in block.eqns:
        mine = [k for k, a in enumerate(e.args) if a in seen]
        if not mine:
            continue
        if len(mine) > 1 or e.args[mine[0]] is not latest:
            return None
        if e.op.name == "add_at" and mine == [0]:
            if _is_single(e):
                found.setdefault(index_of(e.attrs), e)
            latest = e.out
        elif e.regions:
            inner = _walk_regions(e, mine[0])
            if inner is None:
                return None
            found |= {k: a for k, a in inner[0].items() if k not in found and e.op is COND}
            latest = inner[1]
        else:
            return None
        seen.add(latest)
    return None if any(r in seen and r is not latest for r in block.results) else (found, latest)


def _is_single(add: Eqn) -> bool:
    """Whether one number is added to one element, at a position given by extents."""
    index, number = index_of(add.attrs), ArrayType(add.out.type.dtype)
    one = len(index) == add.out.type.rank and all(isinstance(i, At) for i in index)
    return one and len(add.args) == 2 and add.args[1].type == number


def _walk_regions(e: Eqn, place: int) -> tuple[Sums, Value] | None:
    """The same for a branch or a loop that is given the array as operand `place`."""
    first, carried = operands_of(e)
    k = place - first
    if k < 0 or (e.op is not COND and k >= carried):
        return None
    found: Sums = {}
    slots = []
    for block in e.regions:
        walked = _walk(block, params_of(e, block)[k])
        if walked is None:
            return None
        found |= {i: a for i, a in walked[0].items() if i not in found}
        slots.append([n - len(block.results) for n, r in enumerate(block.results) if r is walked[1]])
    if e.op is not COND and (len(e.regions) > 1 or slots != [[k - carried]]):
        return None  # a `while`, whose test could read it, and arrays that change places
    if any(len(s) != 1 or s != slots[0] for s in slots):
        return None
    return found, e.outs[slots[0][0]]


def _carrying(eqn: Eqn, number: int, kept: Sequence[Index]) -> tuple[Eqn, Value, Sequence[Value]]:
    """The loop with a sum for each of these elements, the array after it, and the sums."""
    parts = for_parts(eqn)
    array, count = parts.carried_params[number], len(parts.carried)
    kind = ArrayType(array.type.dtype)
    waiting = [Value(kind, _hint(array, index)) for index in kept]
    eqns, env, sums = _rewritten(parts.body, array, kept, waiting)
    results = rewire_args(parts.body.results, env)
    params = (parts.index, *parts.carried_params, *waiting, *parts.invariant_params)
    block = Block(params, eqns, (*results, *sums), parts.body.symbols)
    before = Value(eqn.outs[number].type, eqn.outs[number].hint)
    left = [Value(kind, w.hint) for w in waiting]
    outs = (*eqn.outs[:number], before, *eqn.outs[number + 1 :], *left)
    zeros = [Const(0.0, kind)] * len(kept)
    args = (*eqn.args[: 3 + count], *zeros, *eqn.args[3 + count :])
    eqn = replace(eqn, args=args, outs=outs, regions=(block,))
    if for_parts(eqn).yields[number] is not array:
        return eqn, before, left
    base = eqn.args[3 + number]  # nothing is left for the trips to do with the array
    assert isinstance(base, Value)
    return _dropped(eqn, number), base, left


def _dropped(eqn: Eqn, number: int) -> Eqn:
    """The loop without carried array `number`, which it leaves as it is: there for its extents only."""
    (block,) = eqn.regions
    flag = len(block.results) - len(eqn.outs)
    block = replace(
        block,
        params=(*_but(block.params, 1 + number), block.params[1 + number]),
        results=_but(block.results, flag + number),
    )
    args = (*_but(eqn.args, 3 + number), eqn.args[3 + number])
    return replace(eqn, args=args, outs=_but(eqn.outs, number), regions=(block,))


def _but(items: tuple[_Item, ...], number: int) -> tuple[_Item, ...]:
    return items[:number] + items[number + 1 :]


def _rewritten(
    block: Block, array: Value, kept: Sequence[Index], sums: Sequence[Arg]
) -> tuple[tuple[Eqn, ...], dict[Value, Arg], list[Arg]]:
    """The equations with additions to sums, what stands for values that are gone, and the sums after them."""
    env: dict[Value, Arg] = {}
    now = list(sums)
    eqns: list[Eqn] = []
    seen = {array}
    for e in block.eqns:
        mine = [k for k, a in enumerate(e.args) if a in seen]
        new = rewire(e, env)
        if not mine:
            eqns.append(new)
        elif e.op.name == "add_at":
            seen.add(e.out)
            if index_of(e.attrs) in kept and _is_single(e):
                k = kept.index(index_of(e.attrs))
                total = Value(now[k].type)
                eqns.append(replace(new, op=OPS["add"], args=(now[k], new.args[1]), outs=(total,), attrs={}))
                now[k], env[e.out] = total, new.args[0]
            else:
                eqns.append(new)
        else:
            walked = _walk_regions(e, mine[0])
            assert walked is not None  # it was walked before
            seen.add(walked[1])
            eqns.append(_branch(new, mine[0], walked, kept, now, env) if e.op is COND else new)
    return tuple(eqns), env, now


def _branch(
    eqn: Eqn,
    place: int,
    walked: tuple[Sums, Value],
    kept: Sequence[Index],
    now: list[Arg],
    env: dict[Value, Arg],
) -> Eqn:
    """A branch that adds to sums; `now` and `env` learn what they are after it."""
    mine = [k for k, index in enumerate(kept) if index in walked[0]]
    if not mine:
        return eqn
    blocks = []
    for block in eqn.regions:
        given = [Value(now[k].type) for k in mine]
        eqns, inner, left = _rewritten(block, block.params[place - 1], [kept[k] for k in mine], given)
        results = (*rewire_args(block.results, inner), *left)
        blocks.append(replace(block, params=(*block.params, *given), eqns=eqns, results=results))
    sums = [Value(now[k].type) for k in mine]
    outs, targets = (*eqn.outs, *sums), (*targets_of(eqn), *(None for _ in mine))
    args = (*eqn.args, *(now[k] for k in mine))
    for k, total in zip(mine, sums, strict=True):
        now[k] = total
    number = eqn.outs.index(walked[1])
    if all(b.results[number] is b.params[place - 1] for b in blocks):  # nothing is left to do with the array
        env[walked[1]] = eqn.args[place]
        outs, targets = _but(outs, number), _but(targets, number)
        blocks = [replace(b, results=_but(b.results, number)) for b in blocks]
    return replace(eqn, args=args, outs=outs, attrs={**eqn.attrs, "targets": targets}, regions=tuple(blocks))


def _additions(
    array: Value,
    out: Value,
    kept: Sequence[tuple[Index, Eqn]],
    sums: Sequence[Value],
    outer: Bounds,
    trips: Dim | None,
) -> list[Eqn]:
    """The sums added to the array; `out` is the array then."""
    eqns: list[Eqn] = []
    for k, ((index, add), total) in enumerate(zip(kept, sums, strict=True)):
        target = out if k == len(sums) - 1 else Value(out.type, out.hint)
        last = replace(add, args=(array, total), outs=(target,), attrs={"index": index})
        array = target
        if inside(index, target, outer):
            eqns.append(last)
        else:
            assert trips is not None
            eqns += if_any(trips, last)
    return eqns


def _hint(array: Value, index: Index) -> str:
    """`dr_i0` for dr[i, 0]."""
    places = "".join(str(i.position) for i in index if isinstance(i, At))
    return f"{array.hint}_{places}" if array.hint and places.isalnum() else array.hint
