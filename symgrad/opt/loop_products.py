"""Loop nests that are products of matrices become these, innermost loops first.

In: a function. Out: the same function where a nest of loops has been replaced, if a product of two matrices
comes of it: what all trips do at once (`all_trips`), what can be done before the loop (`products_first`) and
what can be done after it (`deferred`).

    for i in range(n):
        for k in range(m):                              p = a @ a.T
            c[i, : i + 1] += a[i, k] * a[: i + 1, k]    for i in range(n):
                                                 ->         c[i, : i + 1] += p[i, : i + 1]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import is_

from symgrad.ir.core import Arg, At, AtArg, Block, Eqn, Function, Gather, Symbol, Value
from symgrad.ir.dims import symbol
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, bind_symbols, mentioned_symbols, told_by
from symgrad.ir.walk import producers, rewire, rewire_args, uses
from symgrad.opt.all_trips import all_trips
from symgrad.opt.contraction import Contraction, contraction
from symgrad.opt.deferred import deferred
from symgrad.opt.facts import Facts
from symgrad.opt.products_first import products_first
from symgrad.opt.steady import without_steady
from symgrad.opt.vector_updates import Loop

_MAYBE_PRODUCTS = (OPS["matmul"], OPS["sum"])
_LITTLE = 16  # products with an extent up to this are left to loops


def loop_products(function: Function) -> Function:
    """`function` with the matrix products that its loops are (the same object if there are none)."""
    body = function.body
    lengths = frozenset(s.name for s in body.symbols if s.axis is not None)
    facts = Facts(frozenset(g.nonnegative for g in function.guards), lengths)
    found = _Nest(facts).block(body).plain
    return function if found is body else replace(function, body=found)


_Reduced = tuple[list[Eqn], Sequence[Arg], Sequence[Symbol]]
_Tried = dict[int, _Reduced | None]  # by the body that a loop was tried with


@dataclass(frozen=True, slots=True)
class _Two:
    """A block as it is best by itself, and as it is best for a loop around it to become a product."""

    plain: Block
    eager: Block


@dataclass
class _Made:
    """A block on the way: its equations so far."""

    params: tuple[Value, ...]
    used: Mapping[Value, int]
    symbols: list[Symbol]
    eqns: list[Eqn]
    env: dict[Value, Arg]
    made: dict[Value, Eqn]
    changed: bool = False

    def known(self) -> list[Symbol]:
        """Where extents are found by what has been defined so far."""
        found = []
        for s in self.symbols:
            param = self.env.get(s.param, s.param)
            if isinstance(param, Value) and (param in self.params or param in self.made):
                found.append(Symbol(s.name, param, s.axis))
        return found

    def add(self, eqns: Sequence[Eqn]) -> None:
        self.eqns += eqns
        self.made.update((o, e) for e in eqns for o in e.outs)


class _Nest:
    """The loops of a block, with what is known around it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def block(self, block: Block, given: Mapping[Value, Eqn] | None = None) -> _Two:
        """`given`: the extents that numbers among the params are, as the equations that made them outside."""
        if not any(e.regions for e in block.eqns):
            return _Two(block, block)
        given = given or {}
        plain, eager = (
            _Made(block.params, uses(block), [*block.symbols], [], {}, dict(given)) for _ in range(2)
        )
        seen = set(block.params)
        alike = True  # so far: then what becomes of a loop is found once for both
        for eqn in block.eqns:
            names = {s.name for s in block.symbols if s.param in seen}
            seen.update(eqn.outs)
            if eqn.op is not FOR:
                two = [eqn, eqn]
                if eqn.regions:
                    inner = [self.block(r).plain for r in eqn.regions]
                    if any(a is not b for a, b in zip(inner, eqn.regions, strict=True)):
                        two = [replace(eqn, regions=tuple(inner))] * 2
                for side, e in zip((plain, eager), two, strict=True):
                    side.changed |= e is not eqn
                    side.add([rewire(e, side.env)])
                continue
            inside = self._inside(eqn, plain, names)
            tried: _Tried = {}
            first = self._loop(eqn, [inside.plain, inside.eager], plain, names, tried)
            second = self._loop(eqn, [inside.eager], eager, names, tried if alike else {})
            alike = alike and len(first) == len(second) and all(map(is_, first, second))
        return _Two(_rebuilt(block, plain), _rebuilt(block, eager))

    def _inside(self, eqn: Eqn, before: _Made, names: set[str]) -> _Two:
        loop = Loop(rewire(eqn, before.env), names, before.made, self.facts)
        if loop.trips is None:
            return self.block(eqn.regions[0])
        low, extent = loop.trips.start, loop.distance
        names_inside = told_by(loop.parts.index, loop.parts.body)
        nest = _Nest(self.facts.within(names_inside, low, low + extent))
        return nest.block(eqn.regions[0], _extents_given(loop))

    def _loop(
        self, eqn: Eqn, bodies: Sequence[Block], side: _Made, names: set[str], tried: _Tried
    ) -> Sequence[Eqn]:
        """Append a loop with one of these bodies, or what it becomes: what has most products."""
        eqn = rewire(eqn, side.env)
        best: _Reduced | None = None
        most = -1.0
        for body in bodies:
            loop = eqn if body is eqn.regions[0] else replace(eqn, regions=(body,))
            if id(body) not in tried:
                tried[id(body)] = self._reduced(loop, side, names)
            found = tried[id(body)]
            kept = ([loop], eqn.outs, ())
            if found is None or (len(bodies) > 1 and _products(found[0]) <= _products([loop])):
                found = kept
            if (number := _products(found[0])) > most:
                best, most = found, number
        assert best is not None
        eqns, results, told = best
        side.changed |= not (len(eqns) == 1 and eqns[0] is eqn and not side.env)
        side.add(eqns)
        side.env.update((o, r) for o, r in zip(eqn.outs, results, strict=True) if o is not r)
        side.symbols += told
        return eqns

    def _reduced(self, eqn: Eqn, side: _Made, names: set[str]) -> _Reduced | None:
        """Equations in place of a loop, its results, and where they find their extents."""
        given = eqn.outs
        eqn, results = without_steady(_with_named_positions(eqn, self.facts), side.made, side.used)
        loop = Loop(eqn, names, side.made, self.facts, side.known())
        joined = all_trips(loop, self.facts)
        if joined is not None:
            ends = dict(zip(eqn.outs, joined.results, strict=True))
            return list(joined.eqns), rewire_args(results, ends), joined.symbols
        first = products_first(loop, self.facts)
        before: list[Eqn] = []
        told: Sequence[Symbol] = ()
        if first is not None:
            before, eqn, told = list(first.before), first.loop, first.symbols
            made = {**side.made, **{o: e for e in before for o in e.outs}}
            loop = Loop(eqn, names, made, self.facts, side.known())
        after = deferred(loop, side.known())
        if after is not None:
            return [*before, *after], results, told
        if first is None and results == given:
            return None
        return [*before, eqn], results, told


def _extents_given(loop: Loop) -> dict[Value, Eqn]:
    """The params of a loop's body that are extents which the body can tell."""
    told = {s.name for s in loop.parts.body.symbols}
    found = {}
    for param, arg in zip(loop.parts.invariant_params, loop.parts.invariant, strict=True):
        made = loop.before.get(arg) if isinstance(arg, Value) else None
        if made is not None and made.op.name == "extent" and told.issuperset(made.names):
            found[param] = replace(made, outs=(param,))
    return found


def _products(eqns: Sequence[Eqn], depth: int = 0) -> float:
    """How many products of matrices there are, of all loops and branches; those in fewer loops count more."""
    total = 0.0
    block = Block((), tuple(eqns), ())
    if block.ops.isdisjoint(_MAYBE_PRODUCTS):
        return total
    made, count = producers(block), uses(block)
    for e in eqns:
        matrices = e.op.name == "matmul" and all(a.type.rank == 2 and _large(a) for a in e.args)
        if matrices or (e.op.name == "sum" and _of_windows(contraction(e, made, count))):
            total += 1.0 + 1.0 / (1.0 + depth)
        total += sum(_products(r.eqns, depth + (e.op is FOR)) for r in e.regions)
    return total


def _of_windows(c: Contraction | None) -> bool:
    """Whether a sum is a product of matrices with several axes a side, as `window_products` makes one."""
    return (
        c is not None and max(len(c.first.axes), len(c.second.axes)) > 2 and bool(c.first.own or c.second.own)
    )


def _large(arg: Arg) -> bool:
    return not any(isinstance(d, int) and d <= _LITTLE for d in arg.type.shape)


def _with_named_positions(eqn: Eqn, facts: Facts) -> Eqn:
    """The loop with positions that are indices of loops known by their names."""
    body = eqn.regions[0]
    names = {s.param: s.name for s in body.symbols if s.axis is None}
    eqns = []
    for e in body.eqns:
        lead = {"getitem": 1, "setitem": 2, "add_at": 2}.get(e.op.name, 0)
        positions = e.args[lead:]
        if lead and positions and all(_counts(a, names, facts, eqn) for a in positions):
            rest = iter(positions)
            index = tuple(
                At(symbol(names[next(rest)])) if isinstance(item, AtArg) else item  # type: ignore[index]
                for item in index_of(e.attrs)
            )
            if not any(isinstance(item, Gather) for item in index):
                e = replace(e, args=e.args[:lead], attrs={**e.attrs, "index": index})
        eqns.append(e)
    same = all(a is b for a, b in zip(eqns, body.eqns, strict=True))
    return eqn if same else replace(eqn, regions=(replace(body, eqns=tuple(eqns)),))


def _counts(arg: Arg, names: Mapping[Value, str], facts: Facts, eqn: Eqn) -> bool:
    """Whether an integer is the index of a loop, which counts from 0 or more."""
    if not isinstance(arg, Value) or arg not in names:
        return False
    return arg is eqn.regions[0].params[0] or names[arg] in facts.ranges


def _rebuilt(block: Block, side: _Made) -> Block:
    if not side.changed:
        return block
    eqns = tuple(side.eqns)
    results = rewire_args(block.results, side.env)
    bound = bind_symbols(block.params, eqns, mentioned_symbols(block.params, eqns), side.known())
    named = {s.name for s in bound}
    given = (s for s in block.symbols if s.param in block.params and s.name not in named)  # for guards
    return Block(block.params, eqns, results, (*bound, *given))
