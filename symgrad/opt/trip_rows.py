"""What one trip reads of an array, where the array is not there any more but the trip that made it is.

In: an array that a loop makes, or elementwise equations of such arrays; the trip's place in it. Out: the part
of it that is the trip's, as equations of the trip, and the trip's own equations reading that.

    dy = 2.0 * y; ... dy[i] ...     ->     t = y[i]; dy_i = 2.0 * t; ... dy_i ...
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from symgrad.ir.build import Builder
from symgrad.ir.core import (
    Arg,
    At,
    AtArg,
    Const,
    Eqn,
    Gather,
    Index,
    Kind,
    NewAxis,
    Span,
    Symbol,
    Value,
)
from symgrad.ir.dims import symbol, symbols
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import close_all, operands_of, params_of
from symgrad.ir.walk import rewire, rewire_args
from symgrad.opt.places import UNNAMED, Place, whole_row


class NotARow(Exception):
    """The trip needs more than what is its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """A part of an array: how it is made (in order), and the results of the loop that this takes."""

    place: Place
    eqns: tuple[tuple[Eqn, Place], ...]  # equations between the loops, and the trip's place in their results
    sources: tuple[tuple[Value, Place], ...]

    @staticmethod
    def of(
        array: Value,
        place: Place,
        made: Mapping[Value, Eqn],
        dependent: Collection[Value],
        ends: Collection[Value],
    ) -> Row | None:
        """The row of `array`; None if it takes more than rows of what the loop `ends` with."""
        eqns: dict[Value, tuple[Eqn, Place]] = {}
        sources: dict[Value, Place] = {}
        stack: list[tuple[Value, Place]] = [(array, place)]
        while stack:
            value, at = stack.pop()
            if value in ends:
                if sources.setdefault(value, at) != at:
                    return None
                continue
            eqn = made[value]
            if value in eqns:
                if eqns[value][1] != at:
                    return None
                continue
            needed = _operands(eqn, at, dependent) if len(eqn.outs) == 1 else None
            if needed is None:
                return None
            eqns[value] = (eqn, at)
            stack += needed
        order = {o: k for k, o in enumerate(made)}
        return Row(place, tuple(sorted(eqns.values(), key=lambda e: order[e[0].out])), tuple(sources.items()))


def _operands(eqn: Eqn, place: Place, dependent: Collection[Value]) -> list[tuple[Value, Place]] | None:
    """What a row of a result takes of the operands that come from the loop; None if it is more than rows."""
    if eqn.op.name == "getitem":
        axis = _axis_before(index_of(eqn.attrs), place.axis)
        first, *others = eqn.reads
        if axis is None or any(a in dependent for a in others):
            return None
        item = index_of(eqn.attrs)[axis]
        assert isinstance(item, Span)
        return [(first, Place(axis, place.offset + item.start))]
    if eqn.op.kind is not Kind.ELEMENTWISE:
        return None
    found = []
    for a in eqn.reads:
        if a in dependent:
            mine = place.axis - (eqn.out.type.rank - a.type.rank)
            if mine < 0 or a.type.shape[mine] != eqn.out.type.shape[place.axis]:
                return None
            found.append((a, Place(mine, place.offset)))
    return found


def _axis_before(index: Index, axis: int) -> int | None:
    """The axis of an array that is this axis of a part of it, in steps of 1."""
    if any(isinstance(item, Gather | NewAxis) for item in index):
        return None
    kept = [k for k, item in enumerate(index) if isinstance(item, Span)]
    item = index[kept[axis]]
    return kept[axis] if isinstance(item, Span) and item.step == 1 else None


class Rows:
    """The equations of a trip that read rows; `last` is what the trip leaves of each result of its loop."""

    def __init__(
        self, index: Value, name: str | None, last: Mapping[Value, Arg], made: Mapping[Value, Eqn], b: Builder
    ) -> None:
        self.index, self.name, self.last, self.made, self.b = index, name, last, made, b
        self.rows: dict[tuple[Value, Place], Arg] = {}
        self.env: dict[Value, Arg] = {}

    def row(self, array: Value, row: Row) -> Arg:
        """The trip's part of `array`."""
        for source, place in row.sources:
            if (source, place) not in self.rows:
                self.rows[source, place] = self._left(source, place)
        for eqn, place in row.eqns:
            if (eqn.out, place) in self.rows:
                continue
            self.b.loc, self.b.phase = eqn.loc, eqn.phase
            if eqn.op.name == "getitem":
                self.rows[eqn.out, place] = self._part_of_row(eqn, place)
                continue
            args = [
                self._part(a, Place(place.axis - (eqn.out.type.rank - a.type.rank), place.offset))
                for a in eqn.args
            ]
            self.rows[eqn.out, place] = self.b.emit(eqn.op, args, dict(eqn.attrs), eqn.out.hint)
        return self.rows[array, row.place]

    def _part_of_row(self, eqn: Eqn, place: Place) -> Arg:
        index = index_of(eqn.attrs)
        axis = _axis_before(index, place.axis)
        assert axis is not None
        item = index[axis]
        assert isinstance(item, Span)
        base = eqn.args[0]
        assert isinstance(base, Value)
        row = self.rows[base, Place(axis, place.offset + item.start)]
        rest = (*index[:axis], *index[axis + 1 :])
        if rest == tuple(Span(0, 1, n) for n in row.type.shape):
            return row
        return self.b.emit(OPS["getitem"], (row, *eqn.args[1:]), {"index": rest}, eqn.out.hint)

    def _part(self, arg: Arg, place: Place) -> Arg:
        """The trip's part of an operand."""
        if not isinstance(arg, Value) or place.axis < 0:
            return arg
        found = self.rows.get((arg, place))
        if found is not None:
            return found
        return self._element(arg, place.axis, place, first=arg.type.shape[place.axis] == 1)

    def _element(self, array: Value, axis: int, place: Place, first: bool = False) -> Value:
        rest = [Span(0, 1, n) for n in array.type.shape]
        item: At | AtArg
        operands: list[Arg] = []
        if first:
            item = At(0)
        elif any(s.startswith(UNNAMED) for s in symbols(place.offset)):
            raise NotARow
        elif self.name is not None:
            item = At(symbol(self.name) + place.offset)
        elif place.offset == 0:
            item, operands = AtArg(), [self.index]
        else:
            raise NotARow
        index = (*rest[:axis], item, *rest[axis + 1 :])
        return self.b.emit(OPS["getitem"], (array, *operands), {"index": index})

    def _left(self, source: Value, place: Place) -> Arg:
        """What the trip leaves in its part of a result: what it has just put there, if that is one value."""
        array = self.last[source]
        assert isinstance(array, Value)
        put = self.made.get(array)
        if put is not None and put.op.name == "setitem":
            row = array.type.shape[: place.axis] + array.type.shape[place.axis + 1 :]
            if whole_row(index_of(put.attrs), place, array.type) and put.args[1].type.shape == row:
                return put.args[1]
        return self._element(array, place.axis, place)

    # -- reading them -------------------------------------------------------------------------------------

    def read(
        self, eqns: Sequence[Eqn], rows: Mapping[Value, tuple[Arg, Place]], known: Sequence[Symbol]
    ) -> list[Eqn]:
        """The equations with the rows in place of the arrays."""
        return self._read(eqns, rows, known, self.env)

    def results(self, args: Sequence[Arg]) -> tuple[Arg, ...]:
        return rewire_args(args, self.env)

    def _read(
        self,
        eqns: Sequence[Eqn],
        rows: Mapping[Value, tuple[Arg, Place]],
        known: Sequence[Symbol],
        env: dict[Value, Arg],
    ) -> list[Eqn]:
        out: list[Eqn] = []
        for old in eqns:
            eqn = rewire(old, env)
            if not any(a in rows for a in eqn.reads):
                out.append(eqn)
            elif eqn.regions:
                out += self._region(eqn, rows, known, env)
            else:
                read = eqn.args[0]
                assert isinstance(read, Value)
                row, place = rows[read]
                part = _without(eqn, row, place.axis)
                if isinstance(part, Eqn):
                    out.append(part)
                elif any(s.param is old.out for s in known):  # it tells an extent
                    out.append(replace(eqn, op=OPS["copy"], args=(part,), attrs={}))
                else:
                    env[old.out] = part
        return out

    def _region(
        self,
        eqn: Eqn,
        rows: Mapping[Value, tuple[Arg, Place]],
        known: Sequence[Symbol],
        env: dict[Value, Arg],
    ) -> list[Eqn]:
        """A loop or branch whose regions read rows: built again, for these are other operands."""
        lead, carried = operands_of(eqn)
        kept: tuple[Value, ...] = ()
        bodies = []
        table = [*known]
        for region in eqn.regions:
            params = params_of(eqn, region)
            inner: dict[Value, Arg] = dict(zip(params[carried:], eqn.args[lead + carried :], strict=True))
            own = region.params[: len(region.params) - len(params) + carried]
            if not kept:
                kept = own
            inner.update(zip(own, kept, strict=True))
            facts = []
            for s in region.symbols:
                param = inner.get(s.param, s.param)
                if not isinstance(param, Value):
                    raise NotARow
                facts.append(Symbol(s.name, param, s.axis))
            table = [*facts, *table]
            body = self._read(region.eqns, rows, table, inner)
            bodies.append((body, rewire_args(region.results, inner)))
        outer = Builder()
        outer.loc, outer.phase = eqn.loc, eqn.phase
        regions, operands = close_all(kept, bodies, outer, _apart(table))
        args = (*eqn.args[: lead + carried], *operands)
        return [*outer.eqns, replace(eqn, args=args, regions=regions)]


def _apart(known: Sequence[Symbol]) -> list[Symbol]:
    return list({(s.name, s.param, s.axis): s for s in known}.values())


def _without(eqn: Eqn, row: Arg, axis: int) -> Eqn | Arg:
    """A `getitem` of an array as one of its row: the item of the trips' axis goes."""
    index = index_of(eqn.attrs)
    if any(isinstance(item, Gather) for item in index):
        raise NotARow
    moving = iter(eqn.args[1:])
    items: list[object] = []
    operands: list[Arg] = []
    at = 0
    for item in index:
        operand = next(moving) if isinstance(item, AtArg) else None
        if isinstance(item, NewAxis):
            items.append(item)
            continue
        if at != axis:
            items.append(item)
            operands += [operand] if operand is not None else []
        at += 1
    if items == [Span(0, 1, n) for n in row.type.shape]:
        return row
    if isinstance(row, Const):
        raise NotARow
    return replace(eqn, args=(row, *operands), attrs={**eqn.attrs, "index": tuple(items)})
