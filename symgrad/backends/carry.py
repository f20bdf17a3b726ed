"""Additions to the element that the next trip reads first: a variable carries them instead of the array.

In: a `for` with legal body that ends in such an addition. Out: the same with one more carried number, which
is added where the element is read, and after the last trip where nothing reads it. The next trip waits for
no store and load of one place: a sweep backwards runs at the speed of its arithmetic.

    for j in range(n - 2, 0, -1):         carry = 0.0
        g = 0.5 * da[j]                   for j in range(n - 2, 0, -1):
        da[j] = g                  ->         g = 0.5 * (da[j] + carry)
        da[j - 1] += g                        da[j] = g
                                              carry = g
                                          da[0] += carry
"""

from __future__ import annotations

from symgrad.backends.bounds import Bounds
from symgrad.backends.legal import OWN
from symgrad.ir.core import Arg, At, Attrs, Block, Const, Eqn, Index, Kind, Symbol, Value
from symgrad.ir.dims import Dim, as_symbol, substitute, symbol
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, for_parts
from symgrad.ir.types import INT, ArrayType
from symgrad.ir.walk import rewire, rewire_args


def carry(eqn: Eqn, name: str, outer: Bounds) -> tuple[Eqn, ...]:
    """The loop and the additions after it, which define what `eqn` defines; `eqn` if nothing is carried.

    `name` is the index as an extent, `outer` what is known of integers before the loop.
    """
    if eqn.op is not FOR:
        return (eqn,)
    parts = for_parts(eqn)
    start, stop = (outer.exact(outer.interval(a)) for a in (parts.start, parts.stop))
    if parts.exits or start is None or stop is None or not isinstance(parts.step, Const):
        return (eqn,)
    if abs(parts.step.value) != 1:
        return (eqn,)
    after: list[Eqn] = []
    for number in range(len(parts.carried)):
        found = _carried(eqn, number, name, stop)
        if found is not None:
            eqn, last = found
            if not inside(index_of(last.attrs), last.out, outer):
                after += if_any((stop - start) * int(parts.step.value), last)
            else:
                after.append(last)
    return (eqn, *after)


def _carried(eqn: Eqn, number: int, name: str, stop: Dim) -> tuple[Eqn, Eqn] | None:
    """The loop with what carried array `number` is given last in a variable, and the addition after it."""
    parts = for_parts(eqn)
    array = parts.carried_params[number]
    accesses = _accesses(parts.body, array)
    if not accesses or accesses[-1].out is not parts.yields[number]:
        return None
    assert isinstance(parts.step, Const)
    settled, adds = _settled(accesses)
    for add in adds:
        target, value = index_of(add.attrs), add.args[1]
        here = _at(target, name, symbol(name) - int(parts.step.value))
        end = None if here is None else _at(here, name, stop)
        if here is None or end is None or here == target:
            continue
        others = [*settled, *(a for a in adds if a is not add)]
        scalar = not value.type.rank and value.type.dtype == add.out.type.dtype
        if len(add.args) == 2 and scalar and _read_then_overwritten(others, here, target):
            return _rewritten(eqn, number, accesses, _chain(array, others), add, here, end)
    return None


def _settled(accesses: list[Eqn]) -> tuple[list[Eqn], list[Eqn]]:
    """The accesses, with the additions at the end apart: they may come in any order.

    An addition to an element that has just been set to zero sets it.
    """
    count = len(accesses)
    while count and accesses[count - 1].op.name == "add_at":
        count -= 1
    before, adds = accesses[:count], accesses[count:]
    last = before[-1] if before else None
    if last is None or last.op.name != "setitem" or len(last.args) != 2:
        return before, adds
    zero = isinstance(last.args[1], Const) and last.args[1].value == 0
    same = [a for a in adds if len(a.args) == 2 and a.attrs == last.attrs]
    if zero and same and all(isinstance(item, At) for item in index_of(last.attrs)):
        set_to = replace(last, args=(last.args[0], same[0].args[1]))
        return [*before[:-1], set_to], [a for a in adds if a is not same[0]]
    return before, adds


def _chain(array: Value, accesses: list[Eqn]) -> list[Eqn]:
    """The accesses with each on the version of the array that the one before it has left."""
    out: list[Eqn] = []
    latest: Arg = array
    for e in accesses:
        new = replace(e, args=(latest, *e.args[1:]))
        if e.op.kind is Kind.WRITE:
            latest = Value(e.out.type, e.out.hint)
            new = replace(new, outs=(latest,))
        out.append(new)
    return out


def _accesses(body: Block, array: Value) -> list[Eqn]:
    """The equations that read or write any version of a carried array, in order; none if it is passed on."""
    versions: set[Arg] = {array}
    latest: Arg = array
    found: list[Eqn] = []
    for e in body.eqns:
        mine = [a for a in e.args if a in versions]
        if not mine:
            continue
        if e.regions or mine != [e.args[0]] or mine[0] is not latest:
            return []
        if e.op.kind is Kind.WRITE:
            latest = e.out
            versions.add(latest)
        elif e.op.name != "getitem":
            return []
        found.append(e)
    return found


def _at(index: Index, name: str, position: Dim) -> Index | None:
    """The element of another trip; None if it is no single element."""
    out = []
    for item in index:
        if not isinstance(item, At):
            return None
        out.append(At(substitute(item.position, {name: position})))
    return tuple(out)


def inside(index: Index, array: Value, outer: Bounds) -> bool:
    """Whether the element is there even if no trip is made."""
    return all(
        isinstance(item, At) and outer.nonnegative(item.position) and outer.below(item.position, extent)
        for item, extent in zip(index, array.type.shape, strict=True)
    )


def if_any(trips: Dim, last: Eqn) -> list[Eqn]:
    """The addition after the loop, only if there was a trip: otherwise its element need not be there."""
    number, test = Value(INT), Value(ArrayType("bool"))
    array, left = last.args
    count = replace(last, op=OPS["extent"], args=(), outs=(number,), attrs={"dim": trips}, loc=None)
    zero = Const(0, INT)
    more = replace(last, op=OPS["greater"], args=(number, zero), outs=(test,), attrs={}, loc=None)
    blocks = []
    for adds in (True, False):
        params = tuple(Value(a.type, a.hint) for a in (array, left) if isinstance(a, Value))
        symbols = tuple(
            Symbol(found, params[0], axis)
            for axis, dim in enumerate(array.type.shape)
            if (found := as_symbol(dim)) is not None
        )
        result = Value(last.out.type, last.out.hint)
        eqns = (replace(last, args=params, outs=(result,)),) if adds else ()
        blocks.append(Block(params, eqns, (result if adds else params[0],), symbols))
    attrs: Attrs = {"targets": (0,)}
    args = (test, array, left)
    chosen = replace(last, op=COND, args=args, attrs=attrs, regions=tuple(blocks), loc=None)
    return [count, more, chosen]


def _read_then_overwritten(accesses: list[Eqn], here: Index, target: Index) -> bool:
    """Whether the trip reads its element, overwrites it, and touches nothing else that is waiting."""
    kinds = []
    for e in accesses:
        index = index_of(e.attrs)
        if index == here:
            if len(e.args) != (1 if e.op.name == "getitem" else 2) or e.op.name == "add_at":
                return False
            kinds.append(e.op.name)
        elif not (_apart(index, here) and _apart(index, target)):
            return False
    return bool(kinds) and kinds[0] == "getitem" and "setitem" in kinds


def _apart(a: Index, b: Index) -> bool:
    """Whether two elements, or a slice and an element, certainly lie in different rows."""
    if len(a) != len(b):
        return False
    for x, y in zip(a, b, strict=True):
        if isinstance(x, At) and isinstance(y, At):
            distance = x.position - y.position
            if isinstance(distance, int) and distance:
                return True
    return False


def _rewritten(
    eqn: Eqn, number: int, old: list[Eqn], chain: list[Eqn], add: Eqn, here: Index, end: Index
) -> tuple[Eqn, Eqn]:
    """The loop with `chain` in place of the accesses `old`, `add` carried, and the addition after it."""
    parts = for_parts(eqn)
    body, kind = parts.body, ArrayType(add.out.type.dtype)
    waiting = Value(kind, "carry")
    env: dict[Value, Arg] = {}
    eqns: list[Eqn] = []
    reads = {e.out: e for e in chain if e.op.name == "getitem"}
    first_write = next(k for k, e in enumerate(chain) if e.op.kind is Kind.WRITE)
    held: Arg | None = None
    pending = list(chain)

    def up_to(count: int) -> None:
        """The writes that stand before the next reading, as late as they may."""
        nonlocal held
        while len(chain) - len(pending) < count:
            e = rewire(pending.pop(0), env)
            eqns.append(e)
            if e.op.name == "setitem" and index_of(e.attrs) == here:
                held = e.args[1]

    for e in body.eqns:
        if len(e.outs) == 1 and e.out in reads:
            read = chain.index(reads[e.out])
            up_to(read)
            if index_of(e.attrs) != here:
                up_to(read + 1)
            elif held is not None and held.type == e.out.type:  # what the trip has put there
                env[e.out] = held
                pending.pop(0)
            else:
                up_to(read + 1)
                if read < first_write or held is None:
                    total = Value(kind)
                    eqns.append(replace(e, op=OPS["add"], args=(e.out, waiting), outs=(total,), attrs={}))
                    env[e.out] = total
        elif any(e is access for access in old):
            continue
        elif e.op is OWN and isinstance(e.args[0], Value) and e.args[0] in env:
            env[e.out] = env[e.args[0]]  # it was copied because it was a view
        else:
            eqns.append(rewire(e, env))
    up_to(len(chain))
    latest = next(e.out for e in reversed(chain) if e.op.kind is Kind.WRITE)
    results = list(rewire_args(body.results, env))
    results[number] = latest
    moved = rewire_args((add.args[1],), env)
    count = len(parts.carried)
    params = (parts.index, *parts.carried_params, waiting, *parts.invariant_params)
    block = Block(params, tuple(eqns), (*results, *moved), body.symbols)
    out = eqn.outs[number]
    before, left = Value(out.type, out.hint), Value(kind, "carry")
    outs = (*eqn.outs[:number], before, *eqn.outs[number + 1 :], left)
    args = (*eqn.args[: 3 + count], Const(0.0, kind), *eqn.args[3 + count :])
    last = replace(add, args=(before, left), outs=(out,), attrs={"index": end})
    return replace(eqn, args=args, outs=outs, regions=(block,)), last
