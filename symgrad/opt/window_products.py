"""Loops that contract a part of an array in each trip: the parts side by side, then one product.

In: a function. Out: the same function where such a loop is cut in three, a block of trips at a time: the
parts that the trips read become the rows of a matrix; its product with what all trips share is made, or with
the rows of another factor, where a sum over the trips is wanted; then the trips do the rest.

    for j in range(m):                                    for j in range(m):
        y[j] = np.sum(x[j : j + k, :, newaxis] * w,  ->       rows[j] = x[j : j + k]
                      axis=(0, 1))                        p = rows.reshape(m, -1) @ w.reshape(-1, channels)
                                                          for j in range(m):
                                                              y[j] = p[j]

A convolution is such a loop in two or three forms: forward, by its input and by its weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symgrad.ir.build import Builder, Ref, reshape
from symgrad.ir.core import Arg, AtArg, Block, Const, Eqn, Function, Kind, Symbol, Value, full_span, values
from symgrad.ir.dims import Dim, at_least_zero, product, symbol, symbols
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, For, close, extent_names, for_parts
from symgrad.ir.types import INT, ArrayType
from symgrad.ir.walk import again, live, map_regions, producers, rewire, uses, with_eqns
from symgrad.opt.bodies import Body, opened
from symgrad.opt.contraction import Contraction, Factor, bare, contraction, matrix, restored, worthwhile
from symgrad.opt.places import UNNAMED, Integers, any_order, trips_of

_BLOCK = 64  # so many trips at a time: their rows stay in the cache
_AT_ONCE = 128  # a loop of no more trips than this, if that is known, is one block
_MOVES = frozenset({"getitem", "reshape", "transpose", "broadcast_to", "extent"})


def window_products(function: Function) -> Function:
    """`function` with such loops cut (the same object if there are none)."""
    body = _Cutter(extent_names(function.body)).block(function.body)
    return function if body is function.body else replace(function, body=body)


@dataclass(frozen=True, slots=True)
class _Rows:
    """A factor of all trips: its axes `lead`, the trips, its axes `tail`."""

    value: Value
    axes: tuple[int, ...]
    lead: tuple[int, ...]
    tail: tuple[int, ...]

    @staticmethod
    def of(factor: Factor, lead: tuple[int, ...], tail: tuple[int, ...]) -> _Rows:
        return _Rows(factor.value, factor.axes, lead, tail)


@dataclass(frozen=True, slots=True)
class _Total:
    """A sum over all trips, added to a carried array by the equation number `at`."""

    contraction: Contraction
    one: _Rows
    other: _Rows
    place: int
    at: int


@dataclass
class _Plan:
    """What becomes products: by number of the equation in the body."""

    of_rows: dict[int, tuple[Contraction, _Rows]] = field(default_factory=dict)  # the second factor is fixed
    totals: dict[int, _Total] = field(default_factory=dict)

    def rows(self) -> list[tuple[int, _Rows]]:
        """All rows, each with a contraction that needs it."""
        found = [(n, r) for n, (_, r) in self.of_rows.items()]
        for n, t in self.totals.items():
            found += [(n, t.one), (n, t.other)]
        return found


class _Cutter:
    """`names`: the extents that the function has names for."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def block(self, block: Block) -> Block:
        if not any(e.regions for e in block.eqns):
            return block
        integers = Integers.outside(block)
        env: dict[Value, Arg] = {}
        eqns: list[Eqn] = []
        for original in block.eqns:
            eqn = map_regions(rewire(original, env), self.block)
            cut = self._cut(eqn, integers) if eqn.op is FOR else None
            if cut is None:
                eqns.append(eqn)
            else:
                eqns += cut[0]
                env.update(zip(eqn.outs, cut[1], strict=True))
        same = len(eqns) == len(block.eqns) and all(a is b for a, b in zip(eqns, block.eqns, strict=True))
        return block if same else with_eqns(block, eqns, env=env)

    def _cut(self, eqn: Eqn, integers: Integers) -> tuple[list[Eqn], list[Arg]] | None:
        """The equations in place of a loop, and its results."""
        trips, parts = trips_of(eqn, integers), for_parts(eqn)
        if trips is None or any(s.startswith(UNNAMED) for d in trips[:2] for s in symbols(d)):
            return None
        if not any(e.op.name == "multiply" and e.out.type.rank for e in parts.body.eqns):
            return None  # nothing is contracted
        body = opened(parts, Value(INT, parts.index.hint), {})
        if body is None:
            return None
        look = _Look(body, parts)
        plan = look.plan()
        if not plan.of_rows and not plan.totals:
            return None
        low, high, up = trips
        if not up and not any_order(parts, range(len(parts.carried)), integers.inside(eqn)):
            return None
        b = Builder()
        b.loc, b.phase = eqn.loc, eqn.phase
        cut = _Cut(look, plan, eqn)
        count = at_least_zero(high - low)
        if isinstance(count, int) and count <= _AT_ONCE:
            return b.eqns, cut.block(b, low, count, parts.carried)
        return b.eqns, self._blocks(cut, b, parts, low, high)

    def _blocks(self, cut: _Cut, b: Builder, parts: For, low: Dim, high: Dim) -> list[Arg]:
        """A block of trips after the other."""
        first = Value(INT, "first")
        carried = [Value(p.type, p.hint) for p in parts.carried_params]
        inside = Builder()
        inside.phase, cut.loc = b.phase, None  # the loop over blocks says what it is for
        end = inside.emit(OPS["add"], (first, Const(_BLOCK, INT)))
        stop = inside.emit(OPS["minimum"], (_number(inside, high), end), hint="stop")
        count = inside.emit(OPS["subtract"], (stop, first), hint="count")
        name = self._fresh("count")
        cut.told.append(Symbol(name, count, None))
        results = cut.block(inside, first, symbol(name), carried)
        block, operands = close((first, *carried), inside.eqns, results, b, cut.told)
        bounds = (_number(b, low), _number(b, high), Const(_BLOCK, INT))
        return [*_loop(b, bounds, parts.carried, block, operands)]

    def _fresh(self, stem: str) -> str:
        name, k = stem, 1
        while name in self.names:
            name, k = f"{stem}_{k}", k + 1
        self.names.add(name)
        return name


class _Look:
    """A loop's body, opened: what moves with the index, what depends on what the loop carries."""

    def __init__(self, body: Body, parts: For) -> None:
        self.body, self.parts = body, parts
        self.index, *self.carried = body.params
        block = Block(body.params, body.eqns, body.yields)
        self.made, self.count = producers(block), uses(block)
        self.moving, self.bound = {self.index}, set(self.carried)
        by_value: dict[Value, set[str]] = {}
        for s in body.symbols:
            if s.axis is None:
                by_value.setdefault(s.param, set()).add(s.name)
        self.names = set(by_value.get(self.index, ()))  # of extents that differ from trip to trip
        for e in body.eqns:
            read = set(values(e.args))
            if e.regions or read & self.bound:
                self.bound.update(e.outs)
            elif read & self.moving or e.names & self.names:
                self.moving.update(e.outs)
            else:
                continue
            for out in e.outs:
                self.names |= by_value.get(out, set())

    def plan(self) -> _Plan:
        plan = _Plan()
        for number, e in enumerate(self.body.eqns):
            found = contraction(e, self.made, self.count)
            if found is None or any(s in self.names for d in found.shape for s in symbols(d)):
                continue
            factors = {found.first.value, found.second.value}
            if factors & self.bound:
                continue
            moving = factors & self.moving
            if len(moving) == 1 and found.summed:
                self._row_product(number, found if found.first.value in moving else found.turned(), plan)
            elif len(moving) == 2:
                self._total(number, found, plan)
        return plan

    def _row_product(self, number: int, c: Contraction, plan: _Plan) -> None:
        """`rows @ matrix`: the factor that moves comes first."""
        summed = tuple(a for a in c.second.axes if a in c.summed)
        if worthwhile(c.extents(summed), c.extents(c.second.own)) and self._movable((c.first.value,)):
            plan.of_rows[number] = c, _Rows.of(c.first, c.first.own, summed)

    def _total(self, number: int, c: Contraction, plan: _Plan) -> None:
        """`rows.T @ rows`, the sum over all trips, if nothing but a carried array gets it."""
        if not c.first.own or not c.second.own:
            return
        if c.second.own < c.first.own:  # the axes of the result in their order
            c = c.turned()
        place = self._added(c.eqn.out)
        if place is None or not self._movable((c.first.value, c.second.value)):
            return
        if worthwhile(c.extents(c.first.own), c.extents(c.second.own)):
            one, other = (_Rows.of(f, c.summed, f.own) for f in (c.first, c.second))
            plan.totals[number] = _Total(c, one, other, *place)

    def _added(self, term: Value) -> tuple[int, int] | None:
        """Which carried array a term is added to, perhaps in another shape, and by which equation."""
        while True:
            eqns = [n for n, e in enumerate(self.body.eqns) if term in e.args]
            if self.count[term] != 1 or len(eqns) != 1:
                return None
            e = self.body.eqns[eqns[0]]
            if e.op.name == "add":
                break
            if e.op.name != "reshape":
                return None
            term = e.out
        base = [a for a in e.args if a in self.carried and a is not term]
        if len(base) != 1 or e.out.type != base[0].type or e.out.type != term.type:
            return None
        place = self.carried.index(base[0])  # type: ignore[arg-type]
        once = self.count[self.carried[place]] == 1 and self.count[e.out] == 1
        return (place, eqns[0]) if once and self.body.yields[place] is e.out else None

    def movable(self, factors: Iterable[Value]) -> tuple[Eqn, ...]:
        """The equations of the body that make these factors."""
        return live(self.body.eqns, factors, self.body.symbols)

    def _movable(self, factors: Sequence[Value]) -> bool:
        """Whether they can be made apart: by views, and arithmetic that nothing else needs."""
        eqns = self.movable(factors)
        within = Counter(a for e in eqns for a in values(e.args))
        for e in eqns:
            if e.op.kind is Kind.ELEMENTWISE:
                if any(self.count[o] > within[o] + (o in factors) for o in e.outs):
                    return False
            elif e.op.name not in _MOVES:
                return False
        return all(f.type.rank for f in factors)


class _Cut:
    """Writes the three parts of a loop."""

    def __init__(self, look: _Look, plan: _Plan, eqn: Eqn) -> None:
        self.look, self.plan, self.phase = look, plan, eqn.phase
        self.loc = eqn.loc
        self.told = [s for s in look.body.symbols if s.param not in look.made and s.param is not look.index]

    def block(self, b: Builder, first: Value | Dim, count: Dim, carried: Sequence[Arg]) -> list[Arg]:
        """The results of the trips `first`, `first + 1`, ..., `count` of them."""
        fixed: dict[int, Ref] = {n: self._fixed(b, c) for n, (c, _) in self.plan.of_rows.items()}
        rows = self._fill(b, first, count)
        products: dict[int, Ref] = {}
        for n, (c, r) in self.plan.of_rows.items():
            x = rows[r]
            flat = reshape(x, (product(x.shape[: len(r.lead) + 1]), product(c.extents(r.tail))))
            shape = (*x.shape[: len(r.lead) + 1], *c.extents(c.second.own))
            products[n] = reshape(flat @ fixed[n], shape)
        results: list[Arg] = [*self._rest(b, first, count, carried, products)]
        for t in self.plan.totals.values():
            c = t.contraction
            left, right = (
                reshape(rows[r], (product(rows[r].shape[: len(r.lead) + 1]), product(c.extents(r.tail))))
                for r in (t.one, t.other)
            )
            order = (*t.one.tail, *t.other.tail)
            array = b.ref(results[t.place])
            term = restored(reshape(left.mT @ right, c.extents(order)), order, array.shape)
            results[t.place] = (array + term).arg
        return results

    def _fixed(self, b: Builder, c: Contraction) -> Ref:
        """What all trips share, as a matrix."""
        env: dict[Value, Arg] = {}
        _copy(b, self.look.movable((c.second.value,)), env)
        x = b.ref(env.get(c.second.value, c.second.value))
        x = bare(x, c.second.axes, len(c.shape), {o: e for e in b.eqns for o in e.outs})
        summed = tuple(a for a in c.second.axes if a in c.summed)
        return matrix(x, c.second.axes, summed, c.second.own)

    def _fill(self, b: Builder, first: Value | Dim, count: Dim) -> dict[_Rows, Ref]:
        """The loop that copies the rows."""
        shapes = {r: self._shape(n, r, count) for n, r in self.plan.rows()}
        number = self._number(first)
        inside, env, known = self._trip(number, first)
        _copy(inside, self.look.movable([r.value for r in shapes]), env)
        made = {o: e for e in inside.eqns for o in e.outs}
        params, arrays, results = [], [], []
        for r, (kind, rank) in shapes.items():
            params.append(Value(kind, "rows"))
            arrays.append(b.emit(OPS["empty"], (), {"shape": kind.shape, "dtype": kind.dtype}, "rows"))
            x = bare(inside.ref(_now(r.value, env)), r.axes, rank, made)
            order = (*r.lead, *r.tail)
            perm = tuple(r.axes.index(a) for a in order)
            if perm != tuple(range(len(perm))):
                x = Ref(inside.emit(OPS["transpose"], (x.arg,), {"perm": perm}), inside)
            spans = list(map(full_span, x.shape))
            index = (*spans[: len(r.lead)], AtArg(), *spans[len(r.lead) :])
            results.append(inside.emit(OPS["setitem"], (params[-1], x.arg, number), {"index": index}, "rows"))
        known = [*known, *self._made_names(env)]
        block, operands = close((number, *params), inside.eqns, results, b, known)
        bounds = (Const(0, INT), _number(b, count), Const(1, INT))
        outs = _loop(b, bounds, arrays, block, operands)
        return {r: b.ref(o) for r, o in zip(shapes, outs, strict=True)}

    def _shape(self, number: int, r: _Rows, count: Dim) -> tuple[ArrayType, int]:
        rows = self.plan.of_rows.get(number)
        c = rows[0] if rows else self.plan.totals[number].contraction
        shape = (*c.extents(r.lead), count, *c.extents(r.tail))
        return ArrayType(r.value.type.dtype, shape), len(c.shape)

    def _rest(
        self, b: Builder, first: Value | Dim, count: Dim, carried: Sequence[Arg], products: dict[int, Ref]
    ) -> tuple[Value, ...]:
        """The trips, which find their products made."""
        number = self._number(first)
        params = [Value(p.type, p.hint) for p in self.look.carried]
        inside, env, known = self._trip(number, first)
        env.update(zip(self.look.carried, params, strict=True))
        added = {t.at for t in self.plan.totals.values()}
        for n, e in enumerate(self.look.body.eqns):
            inside.loc, inside.phase, inside.note = e.loc, e.phase, e.note
            if n in products:
                env[e.out] = self._product(inside, n, products[n], number)
            elif n in added:
                base = next(a for a in e.args if a in self.look.carried)
                env[e.out] = _now(base, env)
            else:
                _copy(inside, (e,), env)
        results = [_now(r, env) for r in self.look.body.yields]
        known = [*known, *self._made_names(env)]
        eqns = live(inside.eqns, results, known)
        block, operands = close((number, *params), eqns, results, b, known)
        bounds = (Const(0, INT), _number(b, count), Const(1, INT))
        return _loop(b, bounds, carried, block, operands)

    def _product(self, b: Builder, n: int, made: Ref, number: Value) -> Arg:
        """What this trip's sum is."""
        c, r = self.plan.of_rows[n]
        spans = list(map(full_span, made.shape))
        index = (*spans[: len(r.lead)], AtArg(), *spans[len(r.lead) + 1 :])
        x = b.ref(b.emit(OPS["getitem"], (made.arg, number), {"index": index}, c.eqn.out.hint))
        return restored(x, (*r.lead, *c.second.own), c.eqn.out.type.shape).arg

    def _number(self, first: Value | Dim) -> Value:
        """The number of a trip in its block, the loop's own index where that is the same."""
        return Value(INT, self.look.index.hint if first == 0 else "trip")

    def _trip(self, number: Value, first: Value | Dim) -> tuple[Builder, dict[Value, Arg], list[Symbol]]:
        """A body that begins: its index in terms of the number of the trip in its block."""
        b = Builder()
        b.loc, b.phase = self.loc, self.phase
        index: Value = number
        if first != 0:
            start = first if isinstance(first, Value) else _number(b, first)
            index = b.emit(OPS["add"], (number, start), hint=self.look.index.hint)
        names = [Symbol(s.name, index, None) for s in self.look.body.symbols if s.param is self.look.index]
        return b, {self.look.index: index}, [*self.told, *names]

    def _made_names(self, env: Mapping[Value, Arg]) -> list[Symbol]:
        """Extents that the body makes, where the copy made them."""
        return [
            Symbol(s.name, found, s.axis)
            for s in self.look.body.symbols
            if s.param in self.look.made and isinstance(found := env.get(s.param), Value)
        ]


def _copy(b: Builder, eqns: Iterable[Eqn], env: dict[Value, Arg]) -> None:
    for e in eqns:
        b.eqns.append(again(e, env))
        env.update(zip(e.outs, b.eqns[-1].outs, strict=True))


def _now(arg: Arg, env: Mapping[Value, Arg]) -> Arg:
    return env.get(arg, arg) if isinstance(arg, Value) else arg


def _number(b: Builder, dim: Dim) -> Arg:
    return Const(dim, INT) if isinstance(dim, int) else b.emit(OPS["extent"], (), {"dim": dim})


def _loop(
    b: Builder, bounds: tuple[Arg, Arg, Arg], carried: Sequence[Arg], block: Block, operands: Sequence[Arg]
) -> tuple[Value, ...]:
    outs = tuple(Value(r.type, p.hint) for r, p in zip(block.results, block.params[1:], strict=False))
    b.eqns.append(Eqn(FOR, (*bounds, *carried, *operands), outs, {}, (block,), loc=b.loc, phase=b.phase))
    return outs
