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

from collections.abc import Iterable, Mapping, Sequence

from symgrad.ir.build import Builder, Ref, reshape
from symgrad.ir.core import Arg, AtArg, Block, Const, Eqn, Function, Symbol, Value, full_span
from symgrad.ir.dims import Dim, at_least_zero, product, symbol, symbols
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, For, close, extent_names, for_parts
from symgrad.ir.types import INT, ArrayType
from symgrad.ir.walk import again, live, map_regions, rewire, with_eqns
from symgrad.opt.bodies import opened
from symgrad.opt.contraction import (
    Contraction,
    bare,
    matrix,
    restored,
    straight,
)
from symgrad.opt.places import UNNAMED, Integers, any_order, trips_of
from symgrad.opt.window_plan import Look, Plan, Rows

_BLOCK = 64  # so many trips at a time: their rows stay in the cache
_AT_ONCE = 128  # a loop of no more trips than this, if that is known, is one block


def window_products(function: Function) -> Function:
    """`function` with such loops cut (the same object if there are none)."""
    body = _Cutter(extent_names(function.body)).block(function.body)
    return function if body is function.body else replace(function, body=body)


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
        look = Look(body, parts)
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


class _Cut:
    """Writes the three parts of a loop."""

    def __init__(self, look: Look, plan: Plan, eqn: Eqn) -> None:
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
            term = restored(reshape(left.mT @ right, c.extents(order)), order, c.eqn.out.type.shape)
            for e in t.views:
                term = b.ref(b.emit(e.op, (term.arg,), dict(e.attrs)))
            into = self.look.body.eqns[t.at]  # an addition to the array, or to a part of it
            results[t.place] = b.emit(into.op, (array.arg, term.arg), dict(into.attrs))
        return results

    def _fixed(self, b: Builder, c: Contraction) -> Ref:
        """What all trips share, as a matrix."""
        env: dict[Value, Arg] = {}
        _copy(b, self.look.movable((c.second.value,)), env)
        x = b.ref(env.get(c.second.value, c.second.value))
        made = {o: e for e in b.eqns for o in e.outs}
        x, order = straight(bare(x, c.second.axes, len(c.shape), made), c.second.axes, made)
        summed = tuple(a for a in c.second.axes if a in c.summed)
        return matrix(x, order, summed, c.second.own)

    def _fill(self, b: Builder, first: Value | Dim, count: Dim) -> dict[Rows, Ref]:
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

    def _shape(self, number: int, r: Rows, count: Dim) -> tuple[ArrayType, int]:
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
