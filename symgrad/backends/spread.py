"""Loops over single elements into statements over slices, where that lets additions share a pass.

In: a `for` whose legal body reads and writes elements at its index. Out: the same as array equations, one for
each equation of the body, or None. The adjoint of a stencil in loops becomes that of a stencil in slices:

    for i in range(1, n - 1):            g = da[1:n-1];  da[1:n-1] = 0
        g = da[i];  da[i] = 0            db[0:n-2] += g
        db[i - 1] += g          ->       db[2:n] += g
        db[i + 1] += g

It is allowed where no trip reads or overwrites what another trip writes; additions may come in any order. It
pays where additions to one array at several places meet: `windows` makes one pass of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.backends.bounds import Bounds
from symgrad.ir.core import (
    Arg,
    At,
    Block,
    Const,
    Eqn,
    Index,
    Kind,
    NewAxis,
    Op,
    Span,
    Value,
    full_span,
)
from symgrad.ir.dims import Dim, Extent, at_least_zero, substitute, symbol, symbols
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS, axes, extent_of
from symgrad.ir.regions import For, for_parts
from symgrad.ir.types import INT, STRICT


class _Refused(Exception):
    """The loop stays a loop."""


@dataclass(frozen=True, slots=True)
class _Access:
    """Elements of an array that every trip reads ("get"), overwrites ("set") or adds to ("add")."""

    kind: str
    index: Index


@dataclass
class _Spread:
    """The equations so far, and what the values of the body are now."""

    outer: Bounds
    index: str  # the name of the index as an extent
    first: Dim  # its smallest value
    trips: Dim
    eqns: list[Eqn] = field(default_factory=list)
    env: dict[Value, Arg] = field(default_factory=dict)
    along: set[Value] = field(default_factory=set)  # what has the trips as its first axis

    def emit(
        self, op: Op, args: Sequence[Arg], attrs: Mapping[str, object], like: Eqn, hint: str = ""
    ) -> Value:
        (type_,) = op.infer(tuple(a.type for a in args), attrs, STRICT)
        out = Value(type_, hint)
        self.eqns.append(replace(like, op=op, args=tuple(args), outs=(out,), attrs=attrs, regions=()))
        return out

    def follows(self, dim: Dim) -> bool:
        return self.index in symbols(dim)

    def varies(self, arg: Arg) -> bool:
        return isinstance(arg, Value) and arg in self.along


def spread(
    eqn: Eqn, name: str, outer: Bounds, known: frozenset[str]
) -> tuple[list[Eqn], tuple[Arg, ...]] | None:
    """The array equations of a loop with legal body and what its results are; None if it stays a loop.

    `name` is its index as an extent, `outer` what is known of integers before it, `known` the extents there.
    """
    parts = for_parts(eqn)
    if not _pays(parts.body, name):
        return None
    try:
        return _spread(parts, name, outer, known)
    except _Refused:
        return None


def _pays(body: Block, name: str) -> bool:
    """Whether additions to neighbours in one array meet: then they can be one pass."""
    places: dict[Arg, list[Index]] = {}
    for e in body.eqns:
        if e.op.name == "add_at" and len(e.args) == 2:
            index, before = index_of(e.attrs), places.pop(e.args[0], [])
            if any(_neighbours(index, other, name) for other in before):
                return True
            places[e.out] = [*before[-3:], index]
    return False


def _neighbours(a: Index, b: Index, name: str) -> bool:
    for x, y in zip(a, b, strict=False):
        if isinstance(x, At) and isinstance(y, At) and name in symbols(x.position):
            distance = x.position - y.position
            if isinstance(distance, int) and distance:
                return True
    return False


def _spread(parts: For, name: str, outer: Bounds, known: frozenset[str]) -> tuple[list[Eqn], tuple[Arg, ...]]:
    body = parts.body
    start, stop = (outer.exact(outer.interval(a)) for a in (parts.start, parts.stop))
    if parts.exits or start is None or stop is None or not isinstance(parts.step, Const):
        raise _Refused
    for s in body.symbols:
        if s.param not in body.params or (
            s.axis is None and s.param is not parts.index and s.name not in known
        ):
            raise _Refused
    if parts.step.value == 1:
        first, distance = start, stop - start
    elif parts.step.value == -1:
        first, distance = stop + 1, start - stop
    else:
        raise _Refused
    trips = distance if outer.nonnegative(distance) else at_least_zero(distance, signed=True)
    if not isinstance(trips, Extent):
        raise _Refused  # so few that they may as well be counted
    _legal(parts, name)
    state = _Spread(outer, name, first, trips)
    state.env.update(zip(parts.carried_params, parts.carried, strict=True))
    state.env.update(zip(parts.invariant_params, parts.invariant, strict=True))
    totals = _totals(parts)
    chained = {e.out for chain in totals.values() for e in chain}
    for e in body.eqns:
        if e.regions or any(
            name in symbols(d) or not outer.nonnegative(d) for v in e.outs for d in v.type.shape
        ):
            raise _Refused
        if e.out in chained:
            continue
        args = tuple(state.env.get(a, a) if isinstance(a, Value) else a for a in e.args)
        if parts.index in e.args:
            args = tuple(
                _positions(symbol(name), e, state) if old is parts.index else a
                for old, a in zip(e.args, args, strict=True)
            )
        state.env[e.out] = _equation(e, args, state)
    results = []
    for param, result in zip(parts.carried_params, parts.yields, strict=True):
        for e in totals.get(param, ()):
            state.env[e.out] = _total(e, state)
        results.append(state.env.get(result, result) if isinstance(result, Value) else result)
    return state.eqns, tuple(results)


def _totals(parts: For) -> dict[Value, list[Eqn]]:
    """For each number that the loop carries, the additions that make it, in order: `s = s + v`, no more."""
    users: dict[Arg, list[Eqn]] = {}
    for e in parts.body.eqns:
        for a in e.args:
            users.setdefault(a, []).append(e)
    found: dict[Value, list[Eqn]] = {}
    for param, result in zip(parts.carried_params, parts.yields, strict=True):
        if param.type.rank or result is param:
            continue
        chain: list[Eqn] = []
        last: Arg = param
        while last is not result:
            readers = users.get(last, [])
            if len(readers) != 1 or readers[0].op.name not in ("add", "subtract"):
                raise _Refused
            if readers[0].op.name == "subtract" and readers[0].args[0] is not last:
                raise _Refused
            chain.append(readers[0])
            last = readers[0].out
        if last in users or not param.type.is_float or sum(r is last for r in parts.yields) > 1:
            raise _Refused
        found[param] = chain
    return found


def _total(e: Eqn, state: _Spread) -> Arg:
    """One addition to a number that the loop carries, of all trips."""
    before, added = (state.env.get(a, a) if isinstance(a, Value) else a for a in e.args)
    if state.varies(before):  # v + s
        before, added = added, before
    if not isinstance(added, Value) or not state.varies(added):
        raise _Refused
    total = state.emit(OPS["sum"], (added,), {"axis": (0,), "keepdims": False}, e)
    return state.emit(e.op, (before, total), {}, e, e.out.hint)


def _legal(parts: For, name: str) -> None:
    """Refuse where a trip reads or overwrites what another trip writes."""
    owner: dict[Arg, Value] = {p: p for p in parts.carried_params if p.type.rank}
    latest = {p: p for p in owner.values()}
    accesses: dict[Value, list[_Access]] = {p: [] for p in owner.values()}
    for e in parts.body.eqns:
        if e.op.kind is Kind.WRITE:
            base, *rest = e.args
            root = owner.get(base)
            if root is None or latest[root] is not base or len(rest) > 1 or any(a in owner for a in rest):
                raise _Refused
            kind = "add" if e.op.name == "add_at" else "set"
            owner[e.out], latest[root] = root, e.out
            accesses[root].append(_Access(kind, index_of(e.attrs)))
        elif any(a in owner for a in e.args):
            if e.op.name != "getitem" or len(e.args) > 1:
                raise _Refused
            accesses[owner[e.args[0]]].append(_Access("get", index_of(e.attrs)))
    for p, result in zip(parts.carried_params, parts.yields, strict=True):
        if p in accesses and latest[p] is not result:
            raise _Refused
    for found in accesses.values():
        for k, a in enumerate(found):
            for b in found[: k + 1]:
                free = (a.kind, b.kind) in (("add", "add"), ("get", "get"))
                if not free and not _in_one_trip(a.index, b.index, name):
                    raise _Refused


def _in_one_trip(a: Index, b: Index, name: str) -> bool:
    """Whether two trips never meet at an element: it follows the index, or lies in different rows."""
    for x, y in zip(a, b, strict=False):
        if isinstance(x, NewAxis) or isinstance(y, NewAxis):
            return False
        if isinstance(x, At) and isinstance(y, At):
            distance = x.position - y.position
            if x.position == y.position and name in symbols(x.position) and _slope(x.position, name):
                return True
            if isinstance(distance, int) and distance and name not in symbols(x.position):
                return True
    return False


def _slope(position: Dim, name: str) -> int:
    """By how much a position moves from trip to trip; 0 if that is not the same number everywhere."""
    step = substitute(position, {name: symbol(name) + 1}) - position
    return step if isinstance(step, int) else 0


def _equation(e: Eqn, args: tuple[Arg, ...], state: _Spread) -> Arg:
    """An equation of the body for all trips at once."""
    name = e.op.name
    if name == "extent":
        dim = extent_of(e.attrs)
        return _positions(dim, e, state) if state.follows(dim) else _invariant(e, args, state)
    if name == "getitem":
        return _getitem(e, args, state)
    if name in ("setitem", "add_at"):
        return _write(e, args, state)
    if state.index in e.names:
        raise _Refused
    if not any(map(state.varies, args)):
        return _invariant(e, args, state)
    if e.op.kind is Kind.ELEMENTWISE and name != "wrap":
        rank = e.out.type.rank
        args = tuple(_aligned(a, rank, e, state) for a in args)
        return _along(state.emit(e.op, args, e.attrs, e, e.out.hint), state)
    if e.op.kind is Kind.REDUCTION:
        attrs = {**e.attrs, "axis": tuple(a + 1 for a in axes(e.attrs))}
        return _along(state.emit(e.op, args, attrs, e, e.out.hint), state)
    if name == "transpose":
        perm = e.attrs["perm"]
        assert isinstance(perm, tuple)
        attrs = {"perm": (0, *(p + 1 for p in perm))}
        return _along(state.emit(e.op, args, attrs, e, e.out.hint), state)
    raise _Refused


def _along(out: Value, state: _Spread) -> Value:
    state.along.add(out)
    return out


def _invariant(e: Eqn, args: tuple[Arg, ...], state: _Spread) -> Arg:
    """What is the same in every trip; only what may also be computed if there is none."""
    if e.regions or e.op.name == "wrap" or e.op.kind not in (Kind.ELEMENTWISE, Kind.CREATE, Kind.SHAPE):
        raise _Refused
    return state.emit(e.op, args, e.attrs, e, e.out.hint)


def _positions(dim: Dim, e: Eqn, state: _Spread) -> Value:
    """An integer that moves with the index, for all trips."""
    slope = _slope(dim, state.index)
    start = substitute(dim, {state.index: state.first})
    out = state.emit(OPS["iota"], (), {"shape": (state.trips,)}, e)
    if slope != 1:
        out = state.emit(OPS["multiply"], (out, Const(slope, INT)), {}, e)
    if not slope:
        raise _Refused
    if start != 0:
        number = {"dim": start}
        offset = Const(start, INT) if isinstance(start, int) else state.emit(OPS["extent"], (), number, e)
        out = state.emit(OPS["add"], (out, offset), {}, e)
    return _along(out, state)


def _aligned(arg: Arg, rank: int, e: Eqn, state: _Spread) -> Arg:
    """An operand whose first axis is that of the trips, whatever its own rank."""
    if not state.varies(arg) or arg.type.rank == rank + 1:
        return arg
    lead, *rest = arg.type.shape
    index = (full_span(lead), *(NewAxis(),) * (rank + 1 - arg.type.rank), *map(full_span, rest))
    return _along(state.emit(OPS["getitem"], (arg,), {"index": index}, e), state)


def _moved(index: Index, state: _Spread) -> tuple[Index, int | None]:
    """The index for all trips, and which axis of the selection they are."""
    out: list[At | Span | NewAxis] = []
    axis: int | None = None
    for item in index:
        if isinstance(item, At) and state.follows(item.position):
            slope = _slope(item.position, state.index)
            if axis is not None or slope < 1:
                raise _Refused
            axis = sum(not isinstance(i, At) for i in out)
            start = substitute(item.position, {state.index: state.first})
            out.append(Span(start, slope, state.trips))
        elif isinstance(item, Span) and (
            state.follows(item.start)
            or state.follows(item.extent)
            or not state.outer.nonnegative(item.extent)
        ):
            raise _Refused
        elif isinstance(item, At | Span | NewAxis):
            out.append(item)
        else:
            raise _Refused
    return tuple(out), axis


def _getitem(e: Eqn, args: tuple[Arg, ...], state: _Spread) -> Arg:
    if len(args) > 1:
        raise _Refused
    index, axis = _moved(index_of(e.attrs), state)
    if state.varies(args[0]):
        if axis is not None:
            raise _Refused
        attrs: dict[str, object] = {"index": (full_span(state.trips), *index)}
        return _along(state.emit(e.op, args, attrs, e, e.out.hint), state)
    if axis is None:
        _within(args[0], index, state)
        return state.emit(e.op, args, {"index": index}, e, e.out.hint)
    out = state.emit(e.op, args, {"index": index}, e, e.out.hint)
    return _along(_turned(out, axis, 0, e, state), state)


def _within(array: Arg, index: Index, state: _Spread) -> None:
    """What stands outside the loop must be there even if no trip is made."""
    axes_of = iter(array.type.shape)
    for item in index:
        extent = 1 if isinstance(item, NewAxis) else next(axes_of)
        if isinstance(item, At):
            inside = state.outer.nonnegative(item.position) and state.outer.below(item.position, extent)
            if not inside:
                raise _Refused


def _turned(value: Value, source: int, target: int, e: Eqn, state: _Spread) -> Value:
    """The value with one axis elsewhere."""
    order = [a for a in range(value.type.rank) if a != source]
    order.insert(target, source)
    if order == list(range(value.type.rank)):
        return value
    return state.emit(OPS["transpose"], (value,), {"perm": tuple(order)}, e, value.hint)


def _write(e: Eqn, args: tuple[Arg, ...], state: _Spread) -> Arg:
    if len(args) > 2:
        raise _Refused
    base, value = args
    index, axis = _moved(index_of(e.attrs), state)
    rank = sum(not isinstance(i, At) for i in index_of(e.attrs))
    if axis is None:  # the same element in every trip
        if e.op.name != "add_at" or not isinstance(value, Value) or not state.varies(value):
            raise _Refused
        if value.type.rank != rank + 1:
            raise _Refused
        _within(base, index, state)
        value = state.emit(OPS["sum"], (value,), {"axis": (0,), "keepdims": False}, e)
    elif isinstance(value, Value) and state.varies(value):
        aligned = _aligned(value, rank, e, state)
        assert isinstance(aligned, Value)
        value = _turned(aligned, 0, axis, e, state)
    elif value.type.rank:
        raise _Refused
    return state.emit(e.op, (base, value), {"index": index}, e, e.out.hint)
