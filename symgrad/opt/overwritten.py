"""Arrays that a loop overwrites, each trip at a place of its own: what they hold before or after is known.

In: a function. Out: the same function where
- an array in which the trips put one number everywhere is that number everywhere after the loop;
- an array that nobody reads after the loop, and each trip only before it writes, is not written;
- an array that is written everywhere, and read nowhere before, need not be filled first.

    for i reversed: t = dy[i]; dy[i] = 0.0; ...     ->     for i reversed: t = dy[i]; ...
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Value
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, For, for_parts
from symgrad.ir.walk import map_regions, producers, rewire, uses, with_eqns
from symgrad.opt.places import Integers, Place, own_places, touching, trips_of, whole_row


def drop_overwritten(function: Function) -> Function:
    """`function` without what is overwritten before anybody reads it."""
    body = _not_written(_numbers_left(function.body), ())
    return function if body is function.body else replace(function, body=body)


def _numbers_left(block: Block) -> Block:
    """Arrays of one number after their loop; inner loops first, an outer one sees what they leave."""
    if not any(e.regions for e in block.eqns):
        return block
    integers, count, made = Integers.outside(block), uses(block), producers(block)
    env: dict[Value, Arg] = {}
    eqns: list[Eqn] = []
    changed = False
    for old in block.eqns:
        eqn = rewire(old, env)
        if eqn.regions:
            inner = map_regions(eqn, _numbers_left)
            if any(a is not b for a, b in zip(inner.regions, eqn.regions, strict=True)):
                eqn, changed = inner, True
        if eqn.op is FOR:
            before = eqn
            eqn = _one_number_throughout(eqn, made)
            changed |= eqn is not before
        eqns.append(eqn)
        if eqn.op is not FOR or (trips := trips_of(eqn, integers)) is None:
            continue
        p, here = for_parts(eqn), integers.inside(eqn)
        for k, out in enumerate(eqn.outs):
            last = _put_everywhere(p, k, here, trips[:2]) if out.type.rank and count[out] else None
            if last is None or not isinstance(last.args[1], Const):
                continue
            b = Builder()
            b.loc, b.phase = eqn.loc, eqn.phase
            env[out] = b.emit(OPS["full"], (last.args[1],), {"shape": out.type.shape}, out.hint)
            eqns += b.eqns
            changed = True
    return with_eqns(block, eqns, env=env) if changed else block


def _one_number_throughout(eqn: Eqn, made: Mapping[Value, Eqn]) -> Eqn:
    """The loop, whose trips know an array that is one number before the first and after each."""
    p = for_parts(eqn)
    inside = producers(p.body)
    fills: list[Eqn] = []
    env: dict[Value, Arg] = {}
    for param, arg, end in zip(p.carried_params, p.carried, p.yields, strict=True):
        ends = [t.get(v) if isinstance(v, Value) else None for t, v in ((made, arg), (inside, end))]
        first, last = ends
        if first is None or last is None or first.op.name != "full" or last.op.name != "full":
            continue
        if first.args == last.args and isinstance(first.args[0], Const) and param not in env:
            again = replace(last, outs=(Value(param.type, param.hint),))
            env[param] = again.out
            fills.append(again)
    read = {a for e in p.body.eqns for a in e.reads}
    if not read & set(env):
        return eqn
    block = with_eqns(p.body, [*fills, *(rewire(e, env) for e in p.body.eqns)])
    return replace(eqn, regions=(block,))


def _put_everywhere(p: For, k: int, here: Integers, trips: tuple[Dim, Dim]) -> Eqn | None:
    """The write of a value or row at each trip's own place, if these are all the places there are."""
    param = p.carried_params[k]
    end = p.yields[k]
    last = p.body.producers.get(end) if isinstance(end, Value) else None
    if last is None or last.op.name != "setitem":
        return None
    found = [w for w in _places(last, here) if _everywhere(w, param, trips)]
    if not found:
        return None
    own = own_places(p.body, param, here)
    if own is None or own[0] is None or end not in own[1]:
        return None
    return last if own[0] & set(found) else None


def _places(write: Eqn, here: Integers) -> list[Place]:
    index = index_of(write.attrs)
    array = write.out.type
    return [w for w in here.places(index, write.args[2:]) if whole_row(index, w, array)]


def _everywhere(place: Place, array: Value, trips: tuple[Dim, Dim]) -> bool:
    low, high = trips
    return low + place.offset == 0 and high + place.offset == array.type.shape[place.axis]


def _not_written(block: Block, carried: Collection[Value]) -> Block:
    """Without writes and fills that nobody reads, outer loops first. `carried`: by the loop around."""
    if not any(e.regions for e in block.eqns):
        return block
    integers, count, made = Integers.outside(block), uses(block), producers(block)
    eqns: list[Eqn] = []
    changed = False
    for old in block.eqns:
        eqn = old
        if eqn.op is FOR and (trips := trips_of(eqn, integers)) is not None:
            here = integers.inside(eqn)
            dead = [k for k, out in enumerate(eqn.outs) if not count[out] and out.type.rank]
            eqn = _read_only(eqn, [k for k in dead if _reads_first(eqn, k, here)])
            p = for_parts(eqn)
            b = Builder()
            b.loc, b.phase = eqn.loc, eqn.phase
            args = [*eqn.args]
            for k, arg in enumerate(p.carried):
                if not isinstance(arg, Value) or not _is_overwritten(p, k, here, trips[:2]):
                    continue
                if arg in carried or (arg in made and made[arg].op.name == "full"):
                    like: dict[str, object] = {"dtype": arg.type.dtype, "shape": arg.type.shape}
                    empty = b.emit(OPS["empty"], (), like, arg.hint)
                    args[3 + k] = empty
            if b.eqns:
                eqn = replace(eqn, args=tuple(args))
            eqns += b.eqns
        if eqn.regions:
            count_carried = len(eqn.outs) if eqn.op is FOR else 0
            inner = replace(
                eqn, regions=tuple(_not_written(r, r.params[1 : 1 + count_carried]) for r in eqn.regions)
            )
            if any(a is not b for a, b in zip(inner.regions, eqn.regions, strict=True)):
                eqn = inner
        changed |= eqn is not old
        eqns.append(eqn)
    return with_eqns(block, eqns) if changed else block


def _is_overwritten(p: For, k: int, here: Integers, trips: tuple[Dim, Dim]) -> bool:
    """Whether each trip's first access is a write, and the trips write everywhere."""
    param = p.carried_params[k]
    if p.body.uses[param] != 1 or not p.body.readers.get(param):
        return False
    write = p.body.eqns[p.body.readers[param][0]]
    if write.op.name != "setitem" or write.args[0] is not param:
        return False
    found = [w for w in _places(write, here) if _everywhere(w, param, trips)]
    own = own_places(p.body, param, here) if found else None
    return own is not None and own[0] is not None and bool(own[0] & set(found)) and p.yields[k] in own[1]


def _reads_first(eqn: Eqn, k: int, here: Integers) -> bool:
    """Whether a trip reads an array only as it was before the loop: other trips do not write there."""
    p = for_parts(eqn)
    param = p.carried_params[k]
    own = own_places(p.body, param, here)
    if own is None or not own[0] or p.yields[k] not in own[1] or p.yields[k] is param:
        return False
    if sum(r in own[1] for r in p.body.results if isinstance(r, Value)) != 1:
        return False
    readers = [p.body.eqns[number] for number in p.body.readers.get(param, ())]
    if not any(e.op.name == "getitem" or e.op is FOR for e in readers):
        return False
    for e in touching(p.body, own[1]):
        for place, a in enumerate(e.args):
            if not isinstance(a, Value) or a not in own[1]:
                continue
            if e.op is FOR and e.outs and place - 3 < len(e.outs):
                if not _reads_first(e, place - 3, here.inside(e)):
                    return False
            elif e.regions or (a is not param and e.op.name not in ("setitem", "add_at")):
                return False
    return True


def _read_only(eqn: Eqn, dead: Collection[int]) -> Eqn:
    """The loop with these carried arrays as invariants."""
    if not dead:
        return eqn
    p = for_parts(eqn)
    kept = [k for k in range(len(eqn.outs)) if k not in dead]
    body = replace(
        p.body,
        params=(
            p.index,
            *(p.carried_params[k] for k in kept),
            *p.invariant_params,
            *(p.carried_params[k] for k in dead),
        ),
        results=tuple(p.yields[k] for k in kept),
    )
    args = (
        *eqn.args[:3],
        *(p.carried[k] for k in kept),
        *p.invariant,
        *(p.carried[k] for k in dead),
    )
    return replace(eqn, args=args, outs=tuple(eqn.outs[k] for k in kept), regions=(body,))
