"""A loop whose trips do not meet, as the equations of all trips at once.

In: a `for` equation. Out: equations without it, or None: trips may fill, change and read their own part of an
array, and add to any part of one that they do not read.

    for k in range(m):
        c[i, :] += a[i, k] * b[k, :]     ->    c[i, :] += a[i, :] @ b
"""

from __future__ import annotations

from symgrad.ir.core import Arg, At, Eqn, Index, Kind, Symbol, Value, full_span
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass
from symgrad.ir.indexing import index_of
from symgrad.ir.walk import live
from symgrad.opt.batch import Batch, Refused, batch_of
from symgrad.opt.facts import Facts
from symgrad.opt.places import touching
from symgrad.opt.vector_updates import Loop


@dataclass(frozen=True, slots=True)
class Joined:
    """Equations in place of a loop, what its results are, and where they find their extents."""

    eqns: tuple[Eqn, ...]
    results: tuple[Arg, ...]
    symbols: tuple[Symbol, ...]


def all_trips(loop: Loop, facts: Facts) -> Joined | None:
    """The trips of a loop as one."""
    parts = loop.parts
    if loop.trips is None or any(e.regions for e in parts.body.eqns):
        return None
    batch = batch_of(loop, facts)
    b = batch.b
    outer = dict(zip(parts.body.params[1:], (*parts.carried, *parts.invariant), strict=True))
    batch.env.update(outer)
    try:
        added = _Arrays(loop, batch).check()
        for e in parts.body.eqns:
            if e.op.kind is Kind.WRITE:
                b.loc, b.phase, b.note = e.loc, e.phase, e.note
                batch.env[e.out] = _add(batch, e) if e.out in added else _set(batch, e)
            elif e.outs and e.outs[0] in added:
                b.loc, b.phase, b.note = e.loc, e.phase, e.note
                batch.env[e.out] = _plus(batch, e, added[e.out])
            else:
                batch.equation(e)
        if any(batch.varies(r) for r in parts.yields):
            return None
    except Refused:
        return None
    told = tuple(
        Symbol(s.name, found, s.axis)
        for s in parts.body.symbols
        if s.param is not parts.index and isinstance(found := outer.get(s.param), Value)
    )
    results = tuple(batch.now(r) for r in parts.yields)
    return Joined(live(b.eqns, results, told), results, told)


class _Arrays:
    """What the trips do with what they carry."""

    def __init__(self, loop: Loop, batch: Batch) -> None:
        self.loop, self.batch = loop, batch
        self.count = batch.count

    def check(self) -> dict[Value, Arg]:
        """The equations that only add to what is carried, by result, with what they add to; or `Refused`."""
        parts = self.loop.parts
        added: dict[Value, Arg] = {}
        for param, result in zip(parts.carried_params, parts.yields, strict=True):
            chain = self._sums(param, result)
            if chain is not None:
                added.update(chain)
            elif result is not param:
                self._own_parts(param, result)
        return added

    def _sums(self, param: Value, result: Arg) -> dict[Value, Arg] | None:
        """The chain from a carried value to its next one, if every link adds and nothing else reads it."""
        chain: dict[Value, Arg] = {}
        value: Arg = param
        body = self.loop.parts.body
        while value is not result:
            if not isinstance(value, Value) or self.count[value] != 1 or value not in body.readers:
                return None
            e = body.eqns[body.readers[value][0]]
            adds = e.op.name == "add_at" and e.args[0] is value
            plus = e.op.name == "add" or (e.op.name == "subtract" and e.args[0] is value)
            if not adds and not (plus and e.out.type == value.type and value.type.is_float):
                return None
            chain[e.out] = value
            value = e.out
        return chain if isinstance(result, Value) and self.count[result] == 1 and chain else None

    def _own_parts(self, param: Value, result: Arg) -> None:
        """Every access is to the part of the array that belongs to the trip, on one axis at one distance."""
        latest: Arg = param
        places: set[tuple[int, Dim]] | None = None
        seen = {param}
        for e in touching(self.loop.parts.body, seen):
            mine = [a for a in e.args if a in seen]
            if (
                e.op.name not in ("getitem", "setitem", "add_at")
                or mine != [e.args[0]]
                or mine[0] is not latest
            ):
                raise Refused
            found = {
                (axis, item.position)
                for axis, item in enumerate(index_of(e.attrs))
                if isinstance(item, At) and self.batch.follows(item.position)
            }
            places = found if places is None else places & found
            if e.op.kind is Kind.WRITE:
                latest = e.out
                seen.add(e.out)
        if not places or latest is not result:
            raise Refused


def _add(batch: Batch, e: Eqn) -> Value:
    """`c[place] += v`: at its own place in each trip, or the sum over the trips at one place."""
    base, value = e.args[:2]
    index, axis = batch.moved(e.args[0].type.shape, e)
    out = batch.now(base)
    if axis is not None:
        return _write(batch, e, index, axis)
    if not batch.varies(value):
        raise Refused
    rank = sum(not isinstance(i, At) for i in index)
    for term, minus in batch.total(value):
        if term.type.rank != rank:
            raise Refused
        signed = batch.emit("negative", (term,)) if minus else term
        out = _added(batch, out, signed, index, e.out.hint)
    assert isinstance(out, Value)
    return out


def _added(batch: Batch, array: Arg, value: Arg, index: Index, hint: str) -> Value:
    """`array[index] += value`; all of it is a sum."""
    if index == tuple(map(full_span, array.type.shape)) and value.type == array.type:
        return batch.emit("add", (array, value), hint)
    return batch.emit("add_at", (array, value), hint, index=index)


def _set(batch: Batch, e: Eqn) -> Value:
    index, axis = batch.moved(e.args[0].type.shape, e)
    if axis is None:
        raise Refused
    return _write(batch, e, index, axis)


def _write(batch: Batch, e: Eqn, index: Index, axis: int) -> Value:
    """The parts of all trips, written or added to."""
    base, value = e.args[:2]
    rank = sum(not isinstance(i, At) for i in index_of(e.attrs))
    array, new = batch.now(base), batch.now(value)
    if batch.varies(value):
        if value.type.rank != rank:
            raise Refused
        assert isinstance(new, Value)
        new = batch.turned(new, 0, axis)
    elif value.type.rank:
        raise Refused
    elif e.op.name == "setitem" and index == tuple(map(full_span, array.type.shape)):
        return batch.emit("full", (new,), e.out.hint, shape=array.type.shape)
    if e.op.name == "setitem" and index == tuple(map(full_span, array.type.shape)) and new.type == array.type:
        return batch.emit("copy", (new,), e.out.hint)
    if e.op.name == "add_at":
        return _added(batch, array, new, index, e.out.hint)
    return batch.emit("setitem", (array, new), e.out.hint, index=index)


def _plus(batch: Batch, e: Eqn, before: Arg) -> Value:
    """`s = s + v`, for all trips."""
    value = e.args[1] if e.args[0] is before else e.args[0]
    if not batch.varies(value) or value.type != e.out.type:
        raise Refused
    out = batch.now(before)
    for term, minus in batch.total(value):
        minus = minus != (e.op.name == "subtract")
        out = batch.emit("subtract" if minus else "add", (out, term), e.out.hint)
    assert isinstance(out, Value)
    return out
