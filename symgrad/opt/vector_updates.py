"""What a loop adds to a matrix, a vector at a time: rank-one updates, products of a matrix and a vector.

In: a `for` equation and what stands before it. Out: a `Plan` of updates that can follow the loop as products
of matrices: their factors are matrices from before the loop, and vectors of the trips as the rows of one.

    da += np.outer(b[:, i], w)    ->    da += b @ W
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symgrad.ir.core import (
    Arg,
    At,
    AtArg,
    Const,
    Eqn,
    Index,
    NewAxis,
    Span,
    Symbol,
    Value,
    dims_in,
    full_span,
)
from symgrad.ir.dims import Dim, as_symbol, at_least_zero, of_range, symbol, symbols
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import extent_of
from symgrad.ir.regions import For, for_parts
from symgrad.ir.types import INT
from symgrad.ir.walk import producers, uses
from symgrad.opt.facts import Facts

_LITTLE = 16  # vectors of a fixed extent up to this are left to the loop


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix from before the loop: `array[rows, columns]`, transposed or not."""

    array: Value
    rows: Span
    columns: Span
    turned: bool = False

    @property
    def mT(self) -> Matrix:
        return replace(self, turned=not self.turned)


@dataclass(frozen=True, slots=True)
class Rows:
    """The vectors that the trips compute, one in each row, in columns `span` of `extent`; turned or not."""

    vector: Value
    span: Span
    extent: Dim
    turned: bool = False

    @property
    def mT(self) -> Rows:
        return replace(self, turned=not self.turned)


Factor = Matrix | Rows


@dataclass(frozen=True, slots=True)
class Update:
    """`target[rows, columns] += left @ right`, after the loop."""

    rows: Span
    columns: Span
    left: Factor
    right: Factor


@dataclass
class Plan:
    """What is taken out of a loop: equations by what stands for their results, and updates of its results."""

    skipped: dict[Value, Arg] = field(default_factory=dict)
    updates: dict[int, list[Update]] = field(default_factory=dict)  # by the number of the result


class Loop:
    """A `for` equation and what is known of it."""

    def __init__(
        self,
        eqn: Eqn,
        names: set[str],
        made: dict[Value, Eqn],
        known: Facts,
        counts: Sequence[Symbol] = (),
    ) -> None:
        self.eqn = eqn
        self.parts: For = for_parts(eqn)
        self.before = made
        self.names = names  # extents that have their numbers before the loop
        self.made = producers(self.parts.body)
        self.count = uses(self.parts.body)
        index = self.parts.index
        self.index_names = {s.name for s in self.parts.body.symbols if s.param is index and s.axis is None}
        self.outer = dict(zip(self.parts.invariant_params, self.parts.invariant, strict=True))
        bounds = [_dim(a, made) for a in (self.parts.start, self.parts.stop)]
        step = self.parts.step.value if isinstance(self.parts.step, Const) else 0
        self.trips: Span | None = None
        self.distance: Dim = 0  # the number of trips, negative perhaps where there are none
        if bounds[0] is not None and bounds[1] is not None and step in (1, -1) and not self.parts.exits:
            low, high = (bounds[0], bounds[1]) if step == 1 else (bounds[1] + 1, bounds[0] + 1)
            if not isinstance(low, int) or low >= 0:
                self.trips = Span(low, 1, at_least_zero(high - low, signed=not known.sure(high - low)))
                self.distance = high - low
        elif not self.parts.exits and (count := _counted(self.parts, made, counts)) is not None:
            self.trips, self.distance = Span(0, 1, count), count
        self.known = known
        self.counts = counts

    def plan(self) -> Plan | None:
        """What can be done after the loop, if anything."""
        plan = Plan()
        if self.trips is not None:
            for number, param in enumerate(self.parts.carried_params):
                if param.type.rank == 2 and param.type.is_float:
                    self._follow(number, param, plan)
        return plan if plan.updates else None

    def _follow(self, number: int, param: Value, plan: Plan) -> None:
        """The additions to one array, if nothing else is done with it in a trip."""
        chain: list[tuple[Eqn, Arg]] = []
        value: Arg = param
        readers = {a: e for e in self.parts.body.eqns for a in e.reads}
        while value is not self.parts.yields[number]:
            eqn = readers.get(value) if isinstance(value, Value) and self.count[value] == 1 else None
            if eqn is None or _added(eqn, value) is None:
                return
            chain.append((eqn, value))
            value = eqn.out
        if not isinstance(value, Value) or self.count[value] != 1:
            return
        for eqn, base in chain:
            update = self._update(eqn, base)
            if update is not None:
                plan.updates.setdefault(number, []).append(update)
                plan.skipped[eqn.out] = base

    def _update(self, eqn: Eqn, base: Arg) -> Update | None:
        """What an addition is in terms of the loop, if it is a part of a matrix product."""
        assert self.trips is not None
        added = _added(eqn, base)
        index = index_of(eqn.attrs) if eqn.op.name == "add_at" else tuple(map(full_span, base.type.shape))
        term = self.made.get(added) if isinstance(added, Value) else None
        if term is None or len(index) != 2 or self.count[term.outs[0]] != 1:
            return None
        kinds = tuple(isinstance(item, Span) and item.step == 1 for item in index)
        shape = base.type.shape
        if kinds == (True, True) and term.op.name == "multiply":
            return self._rank_one(term, index, shape)
        if kinds == (True, True) and term.op.name == "transpose":
            inner = self.made.get(term.args[0]) if isinstance(term.args[0], Value) else None
            if inner is None or inner.op.name != "multiply" or self.count[inner.out] != 1:
                return None
            found = self._rank_one(inner, index[::-1], shape[::-1])
            return found and Update(found.columns, found.rows, found.right.mT, found.left.mT)
        if kinds in ((True, False), (False, True)) and term.op.name == "matmul":
            span, place = (index[0], index[1]) if kinds[0] else (index[1], index[0])
            extent = shape[1] if kinds[0] else shape[0]
            if not isinstance(span, Span) or not self._fixed(span):
                return None
            if not self._is_trip(place, eqn.args[2:], extent):
                return None
            factors = self._matvec(term)
            if factors is None:
                return None
            matrix, vectors = factors
            if kinds[0]:
                return Update(span, self.trips, matrix, vectors.mT)
            return Update(self.trips, span, vectors, matrix.mT)
        return None

    def _rank_one(self, term: Eqn, index: Index, shape: tuple[Dim, ...]) -> Update | None:
        """`outer(x, y)`, added to a block of the array."""
        rows, columns = index
        assert isinstance(rows, Span)
        assert isinstance(columns, Span)
        for x, y in (term.args, term.args[::-1]):
            column, row = self._vector(x, 0), self._vector(y, 1)
            if column is None or row is None or _is_little(column) or _is_little(row):
                continue
            left, rows_after = self._factor(column, rows, shape[0])
            right, columns_after = self._factor(row, columns, shape[1])
            if isinstance(left, Matrix) or isinstance(right, Matrix) or self._fixed(rows, columns):
                return Update(rows_after, columns_after, left, right.mT)
        return None

    def _factor(self, vector: Value, span: Span, extent: Dim) -> tuple[Factor, Span]:
        """The vectors of all trips side by side, and where they are added."""
        found = self.column(vector)
        if self._fixed(span):
            return (
                found if found is not None else Rows(vector, full_span(span.extent), span.extent).mT
            ), span
        return Rows(vector, span, extent).mT, full_span(extent)

    def _vector(self, arg: Arg, axis: int) -> Value | None:
        """The vector that a factor of an outer product is, along this axis of the product."""
        if not isinstance(arg, Value) or not arg.type.is_float:
            return None
        if arg.type.rank == 1:
            return arg if axis == 1 else None
        eqn = self.made.get(arg)
        if arg.type.rank != 2 or arg.type.shape[1 - axis] != 1 or eqn is None:
            return None
        source = eqn.args[0] if eqn.args else None
        if not isinstance(source, Value) or source.type.rank != 1:
            return None
        if eqn.op.name == "reshape":
            return source
        if eqn.op.name == "getitem":
            whole: list[object] = [full_span(source.type.shape[0]), NewAxis()]
            return source if list(index_of(eqn.attrs)) == whole[:: 1 if axis == 0 else -1] else None
        return None

    def column(self, vector: Value) -> Matrix | None:
        """The matrix whose columns the vectors of the trips are."""
        assert self.trips is not None
        eqn = self.made.get(vector)
        if eqn is None or eqn.op.name != "getitem" or eqn.args[0] not in self.outer:
            return None
        array, index = eqn.args[0], index_of(eqn.attrs)
        if not isinstance(array, Value) or array.type.rank != 2 or len(index) != 2:
            return None
        for axis in (0, 1):
            span, place = index[axis], index[1 - axis]
            if (
                isinstance(span, Span)
                and span.step == 1
                and self._fixed(span)
                and self._is_trip(place, eqn.args[1:], array.type.shape[1 - axis])
            ):
                return Matrix(array, span, self.trips) if axis == 0 else Matrix(array, self.trips, span, True)
        return None

    def _matvec(self, term: Eqn) -> tuple[Matrix, Rows] | None:
        """A product of a matrix from before the loop and a vector: `matrix @ vector`."""
        a, b = term.args
        if {a.type.rank, b.type.rank} != {1, 2}:
            return None
        matrix = self._matrix(a) if a.type.rank == 2 else self._matrix(b)
        vector = b if a.type.rank == 2 else a
        if matrix is None or not isinstance(vector, Value) or _is_little(vector):
            return None
        if a.type.rank == 1:
            matrix = matrix.mT
        kept, summed = (matrix.columns, matrix.rows) if matrix.turned else (matrix.rows, matrix.columns)
        if not self._fixed(kept):
            return None
        if self._fixed(summed):
            return matrix, Rows(vector, full_span(summed.extent), summed.extent)
        extent = matrix.array.type.shape[0 if matrix.turned else 1]
        wide = full_span(extent)
        matrix = replace(matrix, rows=wide) if matrix.turned else replace(matrix, columns=wide)
        return matrix, Rows(vector, summed, extent)

    def _matrix(self, arg: Arg) -> Matrix | None:
        """A part of an array that is there before the loop."""
        if not isinstance(arg, Value) or arg.type.rank != 2:
            return None
        if arg in self.outer:
            rows, columns = arg.type.shape
            return Matrix(arg, full_span(rows), full_span(columns))
        eqn = self.made.get(arg)
        if eqn is None:
            return None
        if eqn.op.name == "transpose":
            inner = self._matrix(eqn.args[0])
            return inner.mT if inner is not None else None
        if eqn.op.name == "getitem" and eqn.args[0] in self.outer and eqn.args[0].type.rank == 2:
            array, index = eqn.args[0], index_of(eqn.attrs)
            if isinstance(array, Value) and len(index) == 2:
                down, across = index
                if isinstance(down, Span) and isinstance(across, Span) and down.step == across.step == 1:
                    return Matrix(array, down, across)
        return None

    def _is_trip(self, item: object, operands: Sequence[Arg], extent: Dim) -> bool:
        """Whether a position is the index of the loop, and counts neither from the end nor past it."""
        if isinstance(item, AtArg):
            assert self.trips is not None
            low = self.trips.start
            inside = self.known.sure(low) and self.known.sure(extent - low - of_range(self.trips.extent))
            return inside and list(operands) == [self.parts.index]
        return isinstance(item, At) and as_symbol(item.position) in self.index_names

    def _fixed(self, *spans: Span) -> bool:
        """Whether the spans are the same in each trip."""
        return all(s in self.names for span in spans for d in dims_in(span) for s in symbols(d))


def _added(eqn: Eqn, base: Arg) -> Arg | None:
    """What an equation adds to an array, or to a part of it."""
    if eqn.op.name == "add_at" and eqn.args[0] is base:
        return eqn.args[1]
    if eqn.op.name == "add" and base in eqn.args:
        other = eqn.args[1] if eqn.args[0] is base else eqn.args[0]
        return other if other.type == base.type and other is not base else None
    return None


def _is_little(vector: Value) -> bool:
    (extent,) = vector.type.shape
    return isinstance(extent, int) and extent <= _LITTLE


def _counted(parts: For, made: dict[Value, Eqn], counts: Sequence[Symbol]) -> Dim | None:
    """The extent that counts the trips of a loop over `range(steps)`, either way: that of its tapes."""
    steps: Arg | None = None
    ends = [a.value if isinstance(a, Const) else None for a in (parts.start, parts.stop, parts.step)]
    if (ends[0], ends[2]) == (0, 1):
        steps = parts.stop
    elif ends[1:] == [-1, -1] and isinstance(parts.start, Value):
        last = made.get(parts.start)
        if last is not None and last.op.name == "subtract" and last.args[1] == Const(1, INT):
            steps = last.args[0]
    for s in counts:
        eqn = made.get(s.param)
        if (
            s.axis is None
            and eqn is not None
            and eqn.op.name == "maximum"
            and eqn.args == (steps, Const(0, INT))
        ):
            return symbol(s.name)
    return None


def _dim(arg: Arg, made: dict[Value, Eqn]) -> Dim | None:
    """A bound of the loop as an extent."""
    if isinstance(arg, Const):
        return int(arg.value)
    eqn = made.get(arg)
    if eqn is None or eqn.op.name != "extent":
        return None
    return extent_of(eqn.attrs)
