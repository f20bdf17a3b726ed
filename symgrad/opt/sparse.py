"""Cells of a table that no cotangent has reached are passed over.

In: a function. Out: the same function, where a trip of a backward loop that needs the one before it does
nothing but pass a cotangent on, and what it passes on is chosen by conditions (the adjoint of a maximum, of a
branch): most cells of such a table have none. What they would do stands in the branch where there is one.

    for j in range(m, 0, -1):                         for j in range(m, 0, -1):
        g = dbest[i, j]                                   g = dbest[i, j]
        a = best[i - 1, j] - gap; b = ...                 if g != 0.0:
        dbest[i - 1, j] += g if a > b else 0.0     ->         a = best[i - 1, j] - gap; b = ...
        dbest[i, j - 1] += g if b > a else 0.0                dbest[i - 1, j] += g if a > b else 0.0
                                                              dbest[i, j - 1] += g if b > a else 0.0

A cotangent that is exactly 0 contributes exactly 0. Loops whose trips may come in any order stay as they are:
they may be vectorised, which a branch would prevent. Nothing that could raise enters the branch alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, At, AtArg, Block, Const, Eqn, Function, Gather, Index, Kind, Value
from symgrad.ir.dims import symbols
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, For, close_all, for_parts, told_by
from symgrad.ir.walk import map_regions, rewire_args, uses
from symgrad.opt.idle import Idle

_QUIET = (Kind.ELEMENTWISE, Kind.SHAPE)


def pass_over(function: Function) -> Function:
    """`function` with the work of such trips inside a branch (the same object if there are none)."""
    body = _block(function.body)
    return function if body is function.body else replace(function, body=body)


def _block(block: Block) -> Block:
    eqns = []
    for original in block.eqns:
        eqn = map_regions(original, _block) if original.regions else original
        if eqn.op is FOR and eqn.phase == "bwd":
            eqn = _branching(eqn)
        eqns.append(eqn)
    same = all(a is b for a, b in zip(eqns, block.eqns, strict=True))
    return block if same else replace(block, eqns=tuple(eqns))


def _branching(eqn: Eqn) -> Eqn:
    loop = for_parts(eqn)
    if loop.exits or any(e.regions for e in loop.body.eqns):
        return eqn
    loop = replace(loop, body=_read_before(loop.body))
    given = _given(loop)
    idle = Idle({*given})
    inside = _that_follow(loop.body.eqns, idle) if given else None
    if not inside or not _is_serial(loop, given, inside) or not _is_chosen(loop, given, inside):
        return eqn
    if not _raises_outside(loop.body.eqns, inside):
        return eqn
    return replace(eqn, regions=(_parted(loop.body, given, inside, idle, eqn),))


def _read_before(block: Block) -> Block:
    """The block with an element that is added to, read, and overwritten as what it was, plus that.

    d[i] += v; t = d[i]; d[i] = 0    ->    t = d[i] + v; d[i] = 0
    """
    count = uses(block)
    readers: dict[Value, list[Eqn]] = {}
    for e in block.eqns:
        if e.op.name in ("getitem", "setitem"):
            readers.setdefault(e.reads[0], []).append(e)
    b = Builder()
    waiting: dict[Value, Eqn] = {}  # additions, by what they make
    for e in block.eqns:
        b.loc, b.phase = e.loc, e.phase
        found: Sequence[Eqn] = (
            readers.get(e.outs[0], ()) if e.op.name == "add_at" and not e.args[1].type.rank else ()
        )
        once = [r.op.name for r in found] == ["getitem", "setitem"] and count[e.outs[0]] == 2
        if once and not found[0].out.type.rank and all(_place(r) == _place(e) for r in found):
            waiting[e.out] = e
            continue
        add = waiting.get(e.reads[0]) if e.op.name in ("getitem", "setitem") else None
        if add is None:
            b.eqns.append(e)
        elif e.op.name == "getitem":
            old = b.emit(e.op, (add.args[0], *add.args[2:]), dict(e.attrs))
            b.eqns.append(replace(e, op=OPS["add"], args=(old, add.args[1]), attrs={}))
        else:
            b.eqns.append(replace(e, args=(add.args[0], *e.args[1:])))
    return replace(block, eqns=tuple(b.eqns)) if waiting else block


def _given(loop: For) -> list[Value]:
    """The cotangents that a trip begins with: carried numbers, and elements of carried arrays."""
    numbers = [p for p in loop.carried_params if not p.type.rank and p.type.is_float]
    ends = dict(zip(loop.carried_params, loop.yields, strict=True))
    made = {o: e for e in loop.body.eqns for o in e.outs}
    passed = [p for p in numbers if not _is_total(p, ends[p], made)]
    read = [
        e.out
        for e in loop.body.eqns
        if e.op.name == "getitem" and e.args[0] in ends and e.out.type.is_float and not e.out.type.rank
    ]
    return passed + read


def _is_total(param: Value, end: Arg, made: Mapping[Value, Eqn]) -> bool:
    """Whether a trip hands a number on as it was, with something added."""
    waiting, seen = [end], set[Arg]()
    while waiting:
        arg = waiting.pop()
        if arg is param:
            return True
        eqn = made.get(arg) if isinstance(arg, Value) and arg not in seen else None
        seen.add(arg)
        if eqn is not None and eqn.op.name in ("add", "subtract", "copy"):
            waiting += eqn.args if eqn.op.name == "add" else eqn.args[:1]
    return False


def _that_follow(eqns: Sequence[Eqn], idle: Idle) -> list[Eqn] | None:
    """The equations that do nothing where the cotangents are 0; None if one does something."""
    touched, found = {*idle.zero}, list[Eqn]()
    written: list[Arg] = []  # what is overwritten meanwhile, whatever the cotangents are: before the branch
    for eqn in eqns:
        if touched.isdisjoint(eqn.reads):
            if found and eqn.op.kind is Kind.WRITE:
                written.append(eqn.args[0])
        elif eqn.phase != "bwd" or not idle.follow(eqn):
            return None
        else:
            found.append(eqn)
            touched |= set(eqn.outs)
    return None if any(w in e.reads for e in found for w in written) else found


def _is_serial(loop: For, given: Collection[Value], inside: Sequence[Eqn]) -> bool:
    """Whether a trip passes a cotangent on to a later one, rather than to a row that another loop is for."""
    names = set(told_by(loop.index, loop.body))
    read = [e for e in loop.body.eqns if e.outs[0] in given]
    added = [e for e in inside if e.op.name == "add_at"]
    return any(p in given for p in loop.carried_params) or any(
        _may_meet(index_of(r.attrs), index_of(a.attrs), names)
        for r in read
        for a in added
        if r.args[0].type == a.args[0].type
    )


def _may_meet(read: Index, added: Index, names: set[str]) -> bool:
    """Whether trips of the loop may read what another one has added to; `names` are those of its index."""
    for r, a in zip(read, added, strict=False):
        fixed = isinstance(r, At) and isinstance(a, At) and names.isdisjoint(symbols(r.position))
        if fixed and isinstance(r, At) and isinstance(a, At) and r.position != a.position:
            return False
    return True


def _is_chosen(loop: For, given: Collection[Value], inside: Sequence[Eqn]) -> bool:
    """Whether what the trips pass on is what conditions leave of it: then it is 0 nearly everywhere."""
    made = {o: e for e in inside for o in e.outs}
    ends = zip(loop.carried_params, loop.yields, strict=True)
    read = {e.args[0] for e in loop.body.eqns if e.outs[0] in given}
    added: list[Arg] = [y for p, y in ends if p in given]
    for param, end in zip(loop.carried_params, loop.yields, strict=True):
        while param in read and isinstance(end, Value) and (eqn := made.get(end)) is not None:
            if eqn.op.name != "add_at":
                return False
            added.append(eqn.args[1])
            end = eqn.args[0]
    chosen = [_choice(a, made, given) for a in added]
    return True in chosen and None not in chosen


def _choice(arg: Arg, made: Mapping[Value, Eqn], given: Collection[Value]) -> bool | None:
    """Whether a condition decides if a cotangent is passed on: False if it always is, None if not one is."""
    if isinstance(arg, Const):
        return True if arg.value == 0 else None
    if arg in given:
        return False
    eqn = made.get(arg)
    if eqn is None:
        return None
    sides = [_choice(a, made, given) for a in eqn.args if a in given or a in made or isinstance(a, Const)]
    if eqn.op.name == "where":
        sides = [_choice(a, made, given) for a in eqn.args[1:]]
        return None if None in sides else True in sides
    if eqn.op.name in ("add", "subtract"):
        return None if None in sides or not sides else all(sides)
    if eqn.op.name in ("negative", "multiply", "divide", "copy"):
        known = [s for s in sides if s is not None]
        return any(known) if known else None
    return None


def _raises_outside(eqns: Sequence[Eqn], inside: Sequence[Eqn]) -> bool:
    """Whether each position of the data that the branch writes to is also read before it."""
    within = {o for e in inside for o in e.outs}
    checked = {_place(e) for e in eqns if e.op.name == "getitem" and _at_data(e) and e.outs[0] not in within}
    return all(
        _place(e) in checked for e in inside if e.op.name in ("add_at", "setitem", "getitem") and _at_data(e)
    )


def _at_data(eqn: Eqn) -> bool:
    return any(isinstance(item, AtArg | Gather) for item in index_of(eqn.attrs))


def _place(eqn: Eqn) -> object:
    """The positions that an access checks, and the lengths of the axes."""
    first = 1 if eqn.op.name == "getitem" else 2
    return index_of(eqn.attrs), eqn.args[0].type.shape, eqn.args[first:]


def _parted(block: Block, given: Sequence[Value], inside: Sequence[Eqn], idle: Idle, loop: Eqn) -> Block:
    """The body with the branch, in which also stands what only it reads."""
    entering = {*map(id, inside)}
    outside = [e for e in block.eqns if id(e) not in entering]
    private = _private(block, outside, inside, given)
    b = Builder()
    b.loc, b.phase = inside[0].loc, inside[0].phase
    b.eqns += [e for e in outside if e.outs[0] not in private]
    there = b.emit(OPS["not_equal"], (given[0], Const(0.0, given[0].type)))
    for v in given[1:]:
        there = b.emit(OPS["logical_or"], (there, b.emit(OPS["not_equal"], (v, Const(0.0, v.type)))))
    made = {o for e in inside for o in e.outs}
    outs = tuple(dict.fromkeys(r for r in block.results if isinstance(r, Value) and r in made))
    left = tuple(Const(0.0, o.type) if o in idle.zero else idle.origin(o) for o in outs)
    work = [e for e in outside if e.outs[0] in private] + [*inside]
    regions, operands = close_all((), [(work, outs), ((), left)], b, block.symbols)
    fresh = {o: Value(o.type, o.hint) for o in outs}
    b.eqns.append(Eqn(COND, (there, *operands), tuple(fresh.values()), {}, regions, b.loc, b.phase))
    return replace(block, eqns=tuple(b.eqns), results=rewire_args(block.results, fresh))


def _private(
    block: Block, outside: Sequence[Eqn], inside: Sequence[Eqn], given: Collection[Value]
) -> set[Value]:
    """The numbers that only the branch reads, computed from what no trip changes."""
    count = uses(block)
    told = {s.param for s in block.symbols}
    written = {e.args[0] for e in block.eqns if e.op.kind is Kind.WRITE} | {
        o for e in block.eqns if e.op.kind is Kind.WRITE for o in e.outs
    }
    mine = Counter(v for e in inside for v in e.reads)
    found = set[Value]()
    for eqn in reversed(outside):
        load = eqn.op.name == "getitem"
        if (
            eqn.op.kind in _QUIET
            and not (load and (eqn.args[0] in written or _at_data(eqn)))
            and not eqn.out.type.rank
            and eqn.out not in given
            and mine[eqn.out]
            and mine[eqn.out] == count[eqn.out]
            and eqn.out not in told
        ):
            found.add(eqn.out)
            mine.update(eqn.reads)
    return found
