"""Of a maximum over an axis only what a cotangent has reached is looked at again.

In: a function. Out: the same function, where a backward loop carries a cotangent through maxima (or minima)
of rows or columns, so that few of its numbers are not 0 (the steps of a trellis: those on the best path).
Where they are few, a loop over them shares out each one; where they are many, it is done for all at once.

    mask = x == y                                    if 8 * np.count_nonzero(g) < m:
    part = where(mask, g / sum(mask, axis=0), 0)         for j in range(m):
    dA += part                                               if g[j] != 0:
    g = sum(part, axis=1)                    ->                  mask = x[:, j] == y[j]
                                                                 part = where(mask, g[j] / sum(mask), 0)
                                                                 dA[:, j] += part; g_new += part
                                                     else: ...

Ties are split as before, and a cotangent that is exactly 0 contributes exactly 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, At, AtArg, Block, Const, Eqn, Function, Index, Kind, Span, Value
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS, axes
from symgrad.ir.regions import COND, FOR, For, close, close_all, for_parts
from symgrad.ir.types import INT
from symgrad.ir.walk import map_regions, producers, rewire, rewire_args, uses

_FEW = 8  # of so many numbers one may have a cotangent: rows are read faster all at once than columns apart


@dataclass(frozen=True, slots=True)
class _Shared:
    """The adjoint of one maximum: how a cotangent is shared out, and what the shares are added to."""

    mask: Eqn  # x == y
    total: Eqn  # how often, along the axis that the maximum is over
    part: Eqn  # where(mask, g / total, 0)
    ends: tuple[tuple[Eqn, Value], ...]  # sums and additions, of the shares or what they are multiplied by
    within: tuple[Eqn, ...]  # all of these, and what only they read
    cotangent: Arg
    kept: int  # the other axis


def look_only_where_reached(function: Function) -> Function:
    """`function` with such loops (the same object if there are none)."""
    body = _block(function.body)
    return function if body is function.body else replace(function, body=body)


def _block(block: Block) -> Block:
    eqns = []
    for original in block.eqns:
        eqn = map_regions(original, _block) if original.regions else original
        if eqn.op is FOR and eqn.phase == "bwd":
            loop = for_parts(eqn)
            found = (
                None if loop.exits else next(filter(None, (_found(loop, e) for e in loop.body.eqns)), None)
            )
            eqn = eqn if found is None else replace(eqn, regions=(_chosen(loop.body, found),))
        eqns.append(eqn)
    same = all(a is b for a, b in zip(eqns, block.eqns, strict=True))
    return block if same else replace(block, eqns=tuple(eqns))


def _found(loop: For, part: Eqn) -> _Shared | None:
    """What ends in `part`, if the loop hands on what it is shared out to."""
    body = loop.body
    if part.op.name != "where" or part.out.type.rank != 2 or not _is_zero(part.args[2]):
        return None
    made, count = producers(body), uses(body)
    mask, ratio = (made.get(a) if isinstance(a, Value) else None for a in part.args[:2])
    if mask is None or ratio is None or (mask.op.name, ratio.op.name) != ("equal", "divide"):
        return None
    total = made.get(ratio.args[1]) if isinstance(ratio.args[1], Value) else None
    number = made.get(total.args[0]) if total is not None and isinstance(total.args[0], Value) else None
    if total is None or number is None or (total.op.name, number.op.name) != ("sum", "cast"):
        return None
    if number.args != (mask.out,) or len(axes(total.attrs)) != 1 or not total.attrs["keepdims"]:
        return None
    chain = [mask, number, total, ratio, part]
    if mask.out.type != part.out.type.with_dtype("bool") or [count[e.out] for e in chain[:4]] != [2, 1, 1, 1]:
        return None
    kept = 1 - axes(total.attrs)[0]
    one_each = (total.out.type.shape, *([total.out.type.shape[1:]] if kept == 1 else []))
    if ratio.args[0].type.shape not in one_each or _is_short(part.out.type.shape[kept]):
        return None
    passed = _multiplied(body, part)
    ends = tuple((e, v) for e in body.eqns for v in passed if v in e.reads and e.outs[0] not in passed)
    if any(r in passed for r in body.results) or not all(_is_end(*end, kept, loop, count) for end in ends):
        return None
    if not _goes_on(loop, ratio.args[0], ends):
        return None
    chain += [made[v] for v in passed if v is not part.out]
    chain += [e for e, _ in ends]
    within = {e.outs[0] for e in chain} | _private(body, chain)
    inside = tuple(e for e in body.eqns if e.outs[0] in within)
    return _Shared(mask, total, part, ends, inside, ratio.args[0], kept)


def _is_short(extent: Dim) -> bool:
    """An axis that is taken all at once in any case."""
    return isinstance(extent, int) and extent <= _FEW


def _is_zero(arg: Arg) -> bool:
    return isinstance(arg, Const) and arg.value == 0


def _multiplied(body: Block, part: Eqn) -> dict[Value, None]:
    """The shares, and the tables that are 0 where they are."""
    found: dict[Value, None] = {part.out: None}
    for eqn in body.eqns:
        name, mine = eqn.op.name, [k for k, a in enumerate(eqn.args) if a in found]
        same = (
            name == "negative"
            or (name == "divide" and mine == [0])
            or (name == "multiply" and len(mine) == 1)
            or (name == "where" and 0 not in mine and all(a in found or _is_zero(a) for a in eqn.args[1:]))
        )
        if mine and same and eqn.out.type == part.out.type:
            found[eqn.out] = None
    return found


def _is_end(eqn: Eqn, part: Value, kept: int, loop: For, count: Mapping[Value, int]) -> bool:
    """A sum, or an addition of the whole to what nobody else reads."""
    if eqn.op.name == "sum":
        return len(axes(eqn.attrs)) == 1 or not eqn.attrs["keepdims"]
    if eqn.op.name not in ("add", "add_at") or eqn.args.count(part) != 1:
        return False
    base = _base(eqn, part)
    if not isinstance(base, Value) or count[base] != 1:
        return False
    if eqn.op.name == "add":
        return base in loop.carried_params and base.type == eqn.out.type == part.type
    if eqn.args[1] is not part:
        return False
    last = index_of(eqn.attrs)[-2:]
    whole = tuple(Span(0, 1, d) for d in part.type.shape)
    return last == whole and all(isinstance(item, At | AtArg) for item in index_of(eqn.attrs)[:-2])


def _goes_on(loop: For, cotangent: Arg, ends: Sequence[tuple[Eqn, Value]]) -> bool:
    """Whether what is shared out comes of what the loop carries, and goes on as that."""
    before = _reaching(loop.body.eqns, [cotangent])
    for param, end in zip(loop.carried_params, loop.yields, strict=True):
        if param.type.rank and param.type.is_float and param in before:
            later = _reaching(loop.body.eqns, [end])
            if any(e.out in later for e, _ in ends if e.op.name == "sum"):
                return True
    return False


def _reaching(eqns: Sequence[Eqn], wanted: Sequence[Arg]) -> set[Arg]:
    """These values and all that they are computed from."""
    found = {*wanted}
    for eqn in reversed(eqns):
        if not found.isdisjoint(eqn.outs):
            found |= set(eqn.reads)
    return found


def _private(block: Block, within: Sequence[Eqn]) -> set[Value]:
    """The tables that only these equations read, element by element."""
    count, told = uses(block), {s.param for s in block.symbols}
    mine = Counter(v for e in within for v in e.reads)
    found = set[Value]()
    own = {e.outs[0] for e in within}
    for eqn in reversed(block.eqns):
        plain = eqn.op.kind is Kind.ELEMENTWISE and eqn.out not in own and eqn.out not in told
        if plain and eqn.out.type.rank == 2 and mine[eqn.out] and mine[eqn.out] == count[eqn.out]:
            found.add(eqn.out)
            mine.update(eqn.reads)
    return found


def _chosen(block: Block, s: _Shared) -> Block:
    """The body with both ways to share out, and the choice between them."""
    inside = {e.outs[0] for e in s.within}
    later = {e.out for e, _ in s.ends}
    before: list[Eqn] = []
    after: list[Eqn] = []
    for eqn in block.eqns:
        if eqn.outs[0] in inside:
            continue
        if later.isdisjoint(eqn.reads):
            before.append(eqn)
        else:
            after.append(eqn)
            later |= set(eqn.outs)
    return _assembled(block, s, before, after)


def _assembled(block: Block, s: _Shared, before: Sequence[Eqn], after: Sequence[Eqn]) -> Block:
    b = Builder()
    b.loc, b.phase = s.part.loc, s.part.phase
    b.eqns += before
    extent = s.part.out.type.shape[s.kept]
    there = b.emit(OPS["not_equal"], (s.cotangent, _zero(s.cotangent)))
    number = b.emit(OPS["cast"], (there,), {"dtype": "int64"})
    every = tuple(range(number.type.rank))
    some = b.emit(OPS["sum"], (number,), {"axis": every, "keepdims": False})
    few = b.emit(OPS["less"], (b.emit(OPS["multiply"], (Const(_FEW, INT), some)), _number(extent, b)))
    sparse = Builder()
    sparse.phase = b.phase
    results = _one_by_one(block, s, extent, sparse)
    outs = tuple(e.out for e, _ in s.ends)
    read = {e.out: v for e, v in s.ends}
    bodies = [
        (sparse.eqns, results),
        ([_in_place(e, read[e.out]) if e.out in read else e for e in s.within], outs),
    ]
    regions, operands = close_all((), bodies, b, block.symbols)
    fresh = {o: Value(o.type, o.hint) for o in outs}
    b.eqns.append(Eqn(COND, (few, *operands), tuple(fresh.values()), {}, regions, b.loc, b.phase))
    b.eqns += [rewire(e, fresh) for e in after]
    return replace(block, eqns=tuple(b.eqns), results=rewire_args(block.results, fresh))


def _zero(like: Arg) -> Const:
    return Const(0.0, like.type.with_shape(()))


def _number(dim: Dim, b: Builder) -> Arg:
    return Const(dim, INT) if isinstance(dim, int) else b.emit(OPS["extent"], (), {"dim": dim})


def _one_by_one(block: Block, s: _Shared, extent: Dim, b: Builder) -> list[Arg]:
    """A loop over the numbers of the cotangent; what it leaves of each end."""
    starts = [b.full(0.0, e.out.type) if e.op.name == "sum" else _base(e, v) for e, v in s.ends]
    index = Value(INT, "")
    held = [Value(a.type, e.out.hint) for a, (e, _) in zip(starts, s.ends, strict=True)]
    trip, work = Builder(), Builder()
    trip.phase = work.phase = b.phase
    one = _Line(producers(block), index, s.kept, work)
    g = _Line({}, index, s.kept, trip).of(s.cotangent)
    there = trip.emit(OPS["not_equal"], (g, _zero(g)))
    mask = work.emit(OPS["equal"], [one.of(a) for a in s.mask.args])
    numbers = work.emit(OPS["cast"], (mask,), {"dtype": s.total.out.type.dtype})
    total = work.emit(OPS["sum"], (numbers,), {"axis": (0,), "keepdims": False})
    share = work.emit(OPS["divide"], (g, total))
    one.known[s.part.out] = work.emit(OPS["where"], (mask, share, s.part.args[2]))
    pairs = zip(s.ends, held, strict=True)
    new = [_added(e, h, one.of(v), index, s, work) for (e, v), h in pairs]
    regions, operands = close_all((), [(work.eqns, new), ((), held)], trip, block.symbols)
    left = tuple(Value(h.type, h.hint) for h in held)
    trip.eqns.append(Eqn(COND, (there, *operands), left, {}, regions, b.loc, b.phase))
    body, further = close((index, *held), trip.eqns, left, b, block.symbols)
    outs = tuple(Value(h.type, h.hint) for h in held)
    args = (Const(0, INT), _number(extent, b), Const(1, INT), *starts, *further)
    b.eqns.append(Eqn(FOR, args, outs, {}, (body,), b.loc, b.phase))
    return [*outs]


def _in_place(eqn: Eqn, part: Value) -> Eqn:
    """An addition to what the loop carries as one to its elements: both branches change the same array."""
    if eqn.op.name != "add" or part not in eqn.args:
        return eqn
    attrs = {"index": tuple(Span(0, 1, d) for d in part.type.shape)}
    return replace(eqn, op=OPS["add_at"], args=(_base(eqn, part), part), attrs=attrs)


def _base(end: Eqn, part: Value) -> Arg:
    return end.args[1] if end.args[0] is part else end.args[0]


def _added(end: Eqn, base: Value, line: Arg, index: Value, s: _Shared, b: Builder) -> Value:
    """What a line of shares adds to an end."""
    span = Span(0, 1, s.part.out.type.shape[1 - s.kept])
    if end.op.name == "sum":
        summed = axes(end.attrs)
        if summed != (s.kept,):
            line = b.emit(OPS["sum"], (line,), {"axis": (0,), "keepdims": False})
        if len(summed) == 2:
            return b.emit(OPS["add"], (base, line))
        item, places = (span, ()) if summed == (s.kept,) else (AtArg(), (index,))
        first = (At(0),) if end.attrs["keepdims"] else ()
        at: Index = (*first, item) if summed == (0,) else (item, *first)
        return b.emit(OPS["add_at"], (base, line, *places), {"index": at})
    here: Index = (AtArg(), span) if s.kept == 0 else (span, AtArg())
    lead = index_of(end.attrs)[:-2] if end.op.name == "add_at" else ()
    return b.emit(OPS["add_at"], (base, line, *end.args[2:], index), {"index": (*lead, *here)})


@dataclass(frozen=True, slots=True)
class _Line:
    """Tables of the block, as functions of the elements along one axis; `kept` is the other one."""

    made: Mapping[Value, Eqn]
    index: Value
    kept: int
    b: Builder
    known: dict[Arg, Arg] = field(default_factory=dict)

    def of(self, arg: Arg) -> Arg:
        """The line of an operand that broadcasts to the table."""
        if arg not in self.known:
            self.known[arg] = self._made(arg)
        return self.known[arg]

    def _made(self, arg: Arg) -> Arg:
        eqn = self.made.get(arg) if isinstance(arg, Value) else None
        if eqn is not None and eqn.op.kind is Kind.ELEMENTWISE and eqn.out.type.rank == 2:
            return self.b.emit(eqn.op, [self.of(a) for a in eqn.args], dict(eqn.attrs))
        shape = arg.type.shape
        if not shape or (len(shape) == 1 and self.kept == 0):
            return arg
        here, at = self._at(shape[self.kept if len(shape) == 2 else 0])
        if len(shape) == 1:
            return self.b.emit(OPS["getitem"], (arg, *at), {"index": (here,)})
        other = shape[1 - self.kept]
        along = At(0) if other == 1 else Span(0, 1, other)
        index = (here, along) if self.kept == 0 else (along, here)
        return self.b.emit(OPS["getitem"], (arg, *at), {"index": index})

    def _at(self, extent: Dim) -> tuple[At | AtArg, Collection[Arg]]:
        return (At(0), ()) if extent == 1 else (AtArg(), (self.index,))
