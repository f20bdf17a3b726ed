"""A loop that runs again what another one has run is not run again: both are one loop.

In: a function. Out: the same function where two loops over the same trips, which carry the same numbers, are
one loop that also does what only the second one does. Adjoints bring them: the way forward is run again to
fill a tape.

    for k in range(n): x = x * x + c              for k in range(n):
    for k in range(n): x_saved[k] = x_2;    ->        x_saved[k] = x
                       x_2 = x_2 * x_2 + c            x = x * x + c
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Kind, Value
from symgrad.ir.frozen import replace
from symgrad.ir.regions import COND, FOR, close, extent_names, for_parts
from symgrad.ir.walk import live, map_regions, rewire, rewire_args, with_eqns
from symgrad.opt.bodies import Body, Opener
from symgrad.opt.numbering import COMMUTATIVE

_TRIES = 4  # how many earlier loops are tried: keeps the pass linear


def share_loops(function: Function) -> Function:
    """`function` without loops that repeat an earlier one."""
    body = _block(function.body, Opener(extent_names(function.body)))
    return function if body is function.body else replace(function, body=body)


def _block(block: Block, opener: Opener) -> Block:
    at = 0
    while at < len(block.eqns):
        found = _shared(block, at, opener) if block.eqns[at].op is FOR else None
        if found is None:
            at += 1
        else:
            block = found
    eqns = [map_regions(e, lambda r: _block(r, opener)) if e.regions else e for e in block.eqns]
    pairs = zip(eqns, block.eqns, strict=True)
    if all(a is b for new, old in pairs for a, b in zip(new.regions, old.regions, strict=True)):
        return block
    return with_eqns(block, eqns)


def _shared(block: Block, second: int, opener: Opener) -> Block | None:
    """The block with the loop at `second` in an earlier one; None if there is none that it repeats."""
    eqn = block.eqns[second]
    tries = 0
    for first in range(second - 1, -1, -1):
        other = block.eqns[first]
        if other.op is FOR and other.args[:3] == eqn.args[:3] and other.attrs == eqn.attrs:
            tries += 1
            new = _one_loop(block, first, second, opener)
            if new is not None or tries == _TRIES:
                return new
    return None


def _one_loop(block: Block, first: int, second: int, opener: Opener) -> Block | None:
    one, two = block.eqns[first], block.eqns[second]
    moved = _operands_made_between(block, first, second)
    if moved is None or any(s.param in one.outs for s in block.symbols):
        return None
    p, q = for_parts(one), for_parts(two)
    index = Value(p.index.type, p.index.hint or q.index.hint)
    bodies = opener.both(p, q, index, block.eqns[first + 1 : second])
    if bodies is None:
        return None
    a, b = bodies
    same = _matched(a, b, p.carried, q.carried)
    numbers = [k for k, v in enumerate(b.params[1:]) if not v.type.rank and v.type.is_float]
    if not same or any(k not in same for k in numbers):
        return None
    env: dict[Value, Arg] = {b.params[1 + k]: a.params[1 + n] for k, n in same.items()}
    eqns = [rewire(e, env) for e in b.eqns]
    if p.exits and not _equal((*a.eqns, *eqns), a.flag[0], rewire_args(b.flag, env)[0]):
        return None
    rest = [k for k in range(len(q.carried)) if k not in same]
    # Each value that both carry is taken from the second: a branch there may also say what a tape keeps.
    later = rewire_args(b.yields, env)
    ends = [*rewire_args(b.flag, env), *a.yields, *(later[k] for k in rest)]
    for k, n in same.items():
        ends[len(b.flag) + n] = later[k]
    outer = Builder()
    outer.loc, outer.phase = one.loc, one.phase
    known = [*a.symbols, *b.symbols, *block.symbols]
    params = (*a.params, *(b.params[1 + k] for k in rest))
    joined = live(_kept_first(a.eqns, eqns, {s.name for s in (*a.symbols, *b.symbols)}), ends, known)
    body, further = close(params, joined, ends, outer, known)
    outs = tuple(Value(o.type, o.hint) for o in (*one.outs, *(two.outs[k] for k in rest)))
    args = (*one.args[:3], *p.carried, *(q.carried[k] for k in rest), *further)
    new = replace(one, args=args, outs=outs, regions=(body,))
    after: dict[Value, Arg] = dict(zip(one.outs, outs, strict=False))
    after |= {two.outs[k]: outs[len(one.outs) + n] for n, k in enumerate(rest)}
    after |= {two.outs[k]: outs[n] for k, n in same.items()}
    between = [e for e in block.eqns[first + 1 : second] if e not in moved]
    tail = [rewire(e, after) for e in (*between, *block.eqns[second + 1 :])]
    return with_eqns(block, [*block.eqns[:first], *moved, *outer.eqns, new, *tail], env=after)


def _kept_first(first: Sequence[Eqn], second: Sequence[Eqn], told: Collection[str]) -> tuple[Eqn, ...]:
    """Both, with what the second keeps of a trip's beginning where it begins: a variable need not live on.

    `told`: the extents that the trip makes.
    """
    made = {o for e in first for o in e.outs}
    early, late = [], []
    for eqn in second:
        if eqn.regions or not eqn.names.isdisjoint(told) or any(a in made for a in eqn.reads):
            made |= set(eqn.outs)
            late.append(eqn)
        else:
            early.append(eqn)
    return (*early, *first, *late)


def _operands_made_between(block: Block, first: int, second: int) -> list[Eqn] | None:
    """What the second loop takes and is made after the first, if it can be made before; in order."""
    needed = set(block.eqns[second].reads)
    told = {s.name: s.param for s in block.symbols}
    needed |= {told[n] for n in block.eqns[second].names if n in told}
    needed -= set(block.eqns[second].outs)
    found: list[Eqn] = []
    for eqn in reversed(block.eqns[first:second]):
        if needed.isdisjoint(eqn.outs):
            continue
        if eqn.op.kind in (Kind.WRITE, Kind.REGION):
            return None
        found.append(eqn)
        needed |= set(eqn.reads)
    return found[::-1]


def _matched(a: Body, b: Body, first: Sequence[Arg], second: Sequence[Arg]) -> dict[int, int]:
    """Which carried value of `b` is which of `a` on every trip: alike at first, and after if before."""
    free = set(range(len(first)))
    same: dict[int, int] = {}
    for k, start in enumerate(second):
        for n in sorted(free, key=lambda n: a.params[1 + n].hint != b.params[1 + k].hint):
            if first[n] == start and a.params[1 + n].type == b.params[1 + k].type:
                same[k] = n
                free.discard(n)
                break
    while same:
        env: dict[Value, Arg] = {b.params[1 + k]: a.params[1 + n] for k, n in same.items()}
        numbers = _numbers((*a.eqns, *(rewire(e, env) for e in b.eqns)))
        ends = rewire_args(b.yields, env)
        left = {k: n for k, n in same.items() if _key(ends[k], numbers) == _key(a.yields[n], numbers)}
        if left == same:
            break
        same = left
    return same


def _equal(eqns: Iterable[Eqn], x: Arg, y: Arg) -> bool:
    numbers = _numbers(eqns)
    return _key(x, numbers) == _key(y, numbers)


Numbers = dict[Value, Hashable]


def _numbers(eqns: Iterable[Eqn]) -> Numbers:
    """Equal numbers for values that are computed alike, in regions too."""
    return _keyed(eqns, {})[0]


def _keyed(
    eqns: Iterable[Eqn], of: Mapping[Value, Hashable], known: dict[Hashable, int] | None = None
) -> tuple[Numbers, dict[Hashable, int]]:
    """The numbers, and what each of them stands for in terms of those before. `known`: those given so far."""
    numbers: Numbers = dict(of)
    known = {} if known is None else known
    for eqn in eqns:
        if eqn.op is COND:
            for out, result in zip(eqn.outs, _branches(eqn, numbers, known), strict=True):
                numbers[out] = (known.setdefault(result, len(known)), 0)
            continue
        operands = tuple(_key(a, numbers) for a in eqn.args)
        args: Hashable = frozenset(operands) if eqn.op.name in COMMUTATIVE else operands
        attrs = tuple(sorted(eqn.attrs.items()))
        types = tuple(o.type for o in eqn.outs)
        key: Hashable = (eqn.op.name, args, attrs, types, tuple(map(_structure, eqn.regions)))
        if eqn.op.name in ("empty", "tape"):
            key = eqn.outs
        number = known.setdefault(key, len(known))
        numbers.update((o, (number, k)) for k, o in enumerate(eqn.outs))
    return numbers, known


def _branches(eqn: Eqn, numbers: Numbers, known: dict[Hashable, int]) -> list[Hashable]:
    """What each result of a branch is, whatever others it has: the condition, and either side."""
    sides: list[list[Hashable]] = []
    told: list[Hashable] = []
    for region in eqn.regions:
        given = {p: _key(a, numbers) for p, a in zip(region.params, eqn.args[1:], strict=True)}
        inner, _ = _keyed(region.eqns, given, known)
        sides.append([_key(r, inner) for r in region.results])
        told.append(_told(region, inner))
    start = ("cond", _key(eqn.args[0], numbers), *told)
    return [(*start, *ends, o.type) for o, *ends in zip(eqn.outs, *sides, strict=True)]


def _structure(block: Block) -> Hashable:
    """A region without the names of its values."""
    params: dict[Value, Hashable] = {p: ("param", k) for k, p in enumerate(block.params)}
    numbers, known = _keyed(block.eqns, params)
    types = tuple(p.type for p in block.params)
    return types, _told(block, numbers), tuple(known), tuple(_key(r, numbers) for r in block.results)


def _told(block: Block, numbers: Numbers) -> Hashable:
    """What the extents are that numbers tell: positions are written in them."""
    return frozenset((s.name, _key(s.param, numbers)) for s in block.symbols if s.axis is None)


def _key(arg: Arg, numbers: Mapping[Value, Hashable]) -> Hashable:
    return arg if isinstance(arg, Const) else numbers.get(arg, arg)
