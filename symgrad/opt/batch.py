"""The equations of a loop's body for all of its trips at once.

In: equations of a body, one after the other. Out: the same as equations on arrays whose first axis is the
trips. `total` adds a value up over the trips; sums of products become products of arrays.

    x = a[i]; y = b[k, :]; v = x * y,  all k    ->    V = a[i] * b[:, :],  total: a[i] * sum(b, 0)
    x = a[i, k]; y = b[k, :]; v = x * y         ->    total: a[i, :] @ b

What has no such form, or could fail where no trip is made, raises `Refused`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, At, AtArg, Const, Eqn, Index, Kind, NewAxis, Span, Value, full_span
from symgrad.ir.dims import Dim, Extent, symbol, symbols
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS, SLICES, axes
from symgrad.ir.types import INT, Shape
from symgrad.ir.walk import producers, uses
from symgrad.opt.facts import Facts
from symgrad.opt.vector_updates import Loop

_INVARIANT = frozenset({"sum", "transpose", "reshape", "broadcast_to", "matmul", "extent", "full", "iota"})


class Refused(Exception):
    """The loop stays a loop."""


@dataclass
class Batch:
    """The equations so far, and what the values of the body are now."""

    b: Builder
    index: Value
    names: Collection[str]  # of the index as an extent
    trips: Span
    distance: Dim  # the number of trips, where there are any
    facts: Facts
    made: Mapping[Value, Eqn]  # what makes each value of the body
    count: Mapping[Value, int]
    env: dict[Value, Arg] = field(default_factory=dict)
    moving: set[Arg] = field(
        default_factory=set
    )  # values of the body whose stand-ins have an axis of trips first
    produced: dict[Value, Eqn] = field(default_factory=dict)
    failed: set[Arg] = field(default_factory=set)

    def varies(self, arg: Arg) -> bool:
        """Whether a value of the body is another one in each trip."""
        return arg is self.index or arg in self.failed or arg in self.moving

    def follows(self, dim: Dim) -> bool:
        return any(s in self.names for s in symbols(dim))

    def now(self, arg: Arg) -> Arg:
        """What stands for a value of the body."""
        if arg in self.failed:
            raise Refused
        if arg is self.index:
            return self._counted(0)
        return self.env.get(arg, arg) if isinstance(arg, Value) else arg

    def emit(self, name: str, args: Iterable[Arg], hint: str = "", **attrs: Any) -> Value:
        eqn_args = tuple(args)
        if name == "transpose" and isinstance(eqn_args[0], Value):  # twice is not at all
            inner = self.produced.get(eqn_args[0])
            if inner is not None and inner.op.name == "transpose" and len(inner.out.type.shape) == 2:
                source = inner.args[0]
                assert isinstance(source, Value)
                return source
        if name == "sum" and isinstance(eqn_args[0], Value):  # of sums: one over all of their axes
            inner = self.produced.get(eqn_args[0])
            if inner is not None and inner.op.name == "sum" and not inner.attrs["keepdims"]:
                over = axes(inner.attrs)
                left = [a for a in range(inner.args[0].type.rank) if a not in over]
                attrs["axis"] = tuple(sorted((*over, *(left[a] for a in axes(attrs)))))
                eqn_args = inner.args
        out = self.b.emit(OPS[name], eqn_args, attrs, hint)
        self.produced[out] = self.b.eqns[-1]
        return out

    def equation(self, e: Eqn) -> None:
        """Take an equation of the body along; what cannot be had may not be needed by itself."""
        self.b.loc, self.b.phase, self.b.note = e.loc, e.phase, e.note
        try:
            self.env[e.out] = self._equation(e)
        except Refused:
            self.failed.update(e.outs)
        if any(map(self.varies, e.args)) or any(s in self.names for s in e.names):
            self.moving.update(e.outs)

    def _equation(self, e: Eqn) -> Arg:
        if any(self.follows(d) for d in e.out.type.shape):
            raise Refused
        if e.op.name == "getitem":
            return self._getitem(e)
        if e.op.name == "extent" and self.follows(_dim(e)):
            offset = _dim(e) - symbol(next(iter(self.names)))
            return self._counted(offset) if not self.follows(offset) else _refuse()
        if any(s in self.names for s in e.names) or e.op.name in SLICES:
            raise Refused
        if not any(map(self.varies, e.args)):
            if e.op.kind is not Kind.ELEMENTWISE and e.op.name not in _INVARIANT:
                raise Refused
            return self.emit(e.op.name, map(self.now, e.args), e.out.hint, **e.attrs)
        if e.op.kind is Kind.ELEMENTWISE:
            args = [self._aligned(a, e.out.type.rank) for a in e.args]
            return self.emit(e.op.name, args, e.out.hint, **e.attrs)
        if e.op.name == "sum":
            return self._sum(e)
        if e.op.name == "matmul":
            return self._matmul(*e.args)
        if e.op.name == "reshape":
            shape = (self.trips.extent, *e.out.type.shape)
            return self.emit("reshape", map(self.now, e.args), shape=shape)
        if e.op.name == "transpose":
            perm = e.attrs["perm"]
            assert isinstance(perm, tuple)
            return self.emit("transpose", map(self.now, e.args), perm=(0, *(p + 1 for p in perm)))
        raise Refused

    def _counted(self, offset: Dim) -> Value:
        """The index of each trip, as integers, plus `offset`."""
        number = self.emit("iota", (), shape=(self.trips.extent,))
        start = self.trips.start + offset
        if start == 0:
            return number
        first = Const(start, INT) if isinstance(start, int) else self.emit("extent", (), dim=start)
        return self.emit("add", (number, first))

    def _aligned(self, arg: Arg, rank: int) -> Arg:
        """An operand that broadcasts to this rank beside the trips."""
        new = self.now(arg)
        if not self.varies(arg) or new.type.rank == rank + 1:
            return new
        lead, *rest = new.type.shape
        index = (full_span(lead), *(NewAxis(),) * (rank + 1 - new.type.rank), *map(full_span, rest))
        return self.emit("getitem", (new,), index=index)

    def moved(self, shape: Shape, e: Eqn) -> tuple[Index, int | None]:
        """The index of an access for all trips, and which axis of the selection they are."""
        index = index_of(e.attrs)
        operands = e.args[1 if e.op.name == "getitem" else 2 :]
        sizes = iter(shape)
        out: list[At | AtArg | Span | NewAxis] = []
        axis: int | None = None
        for item in index:
            size = 1 if isinstance(item, NewAxis) else next(sizes)
            shift: Dim | None = None
            if isinstance(item, At) and self.follows(item.position):
                name = next(s for s in symbols(item.position) if s in self.names)
                shift = item.position - symbol(name)
            elif isinstance(item, AtArg):
                if operands != (self.index,):
                    raise Refused
                shift = 0
            if shift is not None:
                first = self.trips.start + shift
                if axis is not None or self.follows(shift) or not self.facts.sure(first):
                    raise Refused
                if not self.facts.sure(size - first - self.distance):
                    raise Refused  # a position that is checked in each trip
                axis = sum(not isinstance(i, At) for i in out)
                out.append(Span(first, 1, self.trips.extent))
                continue
            if isinstance(item, Span) and (self.follows(item.start) or self.follows(item.extent)):
                raise Refused
            if not isinstance(item, At | Span | NewAxis):
                raise Refused
            if isinstance(item, At) and not self.facts.holds(item.position, size):
                raise Refused  # it would be looked at also if there is no trip
            out.append(item)
        return tuple(out), axis

    def _getitem(self, e: Eqn) -> Arg:
        array = self.now(e.args[0])
        moving = self.varies(e.args[0])
        index, axis = self.moved(array.type.shape[moving:], e)
        if moving:
            if axis is not None:
                raise Refused
            index = (full_span(self.trips.extent), *index)
            return self.emit("getitem", (array,), e.out.hint, index=index)
        if index == tuple(map(full_span, array.type.shape)):
            out = array
            assert isinstance(out, Value)
        else:
            out = self.emit("getitem", (array,), e.out.hint, index=index)
        return self.turned(out, axis, 0) if axis is not None else out

    def turned(self, value: Value, source: int, target: int) -> Value:
        """The value with the axis of the trips elsewhere."""
        order = [a for a in range(value.type.rank) if a != source]
        order.insert(target, source)
        if order != list(range(value.type.rank)):
            value = self.emit("transpose", (value,), perm=tuple(order))
        return value

    def _sum(self, e: Eqn) -> Value:
        scalars, parts = self._factors(e.args[0])
        vectors = [p for p in parts if p.type.rank == 1]
        fixed = [p for p in vectors if not self.varies(p)]
        if e.args[0].type.rank == 1 and len(vectors) == len(parts) and fixed and len(fixed) < len(vectors):
            one = self._product(fixed, 1)
            all_ = self._product([p for p in vectors if self.varies(p)], 1)
            out = self.emit("matmul", (all_, one))
            for s in scalars:
                out = self.emit("multiply", (self.now(s), out))
            return out
        if e.attrs["keepdims"]:
            raise Refused
        return self.emit(
            "sum", map(self.now, e.args), axis=tuple(a + 1 for a in axes(e.attrs)), keepdims=False
        )

    def _matmul(self, a: Arg, b: Arg) -> Value:
        """One operand is the same in all trips, or both are vectors."""
        x, y = self.now(a), self.now(b)
        match a.type.rank, b.type.rank, self.varies(a), self.varies(b):
            case (1, 1, True, True):
                return self.emit("sum", (self.emit("multiply", (x, y)),), axis=(1,), keepdims=False)
            case (1, 1 | 2, True, False):
                return self.emit("matmul", (x, y))
            case (1, 1, False, True):
                return self.emit("matmul", (y, x))
            case (2, 1, False, True):
                return self.emit("matmul", (y, self.emit("transpose", (x,), perm=(1, 0))))
            case (2, 2, True, False):  # the rows of all trips below each other
                product = self.emit("matmul", (self._stacked(x), y))
                shape = (*x.type.shape[:2], y.type.shape[1])
                return self.emit("reshape", (product,), shape=shape)
        raise Refused

    def _stacked(self, matrices: Arg) -> Value:
        """The matrices of all trips below each other."""
        trips, rows, columns = matrices.type.shape
        return self.emit("reshape", (matrices,), shape=(trips * rows, columns))

    # sums over the trips

    def total(self, arg: Arg, hint: str = "") -> list[tuple[Value, bool]]:
        """Terms whose sum is the value's sum over the trips, each with whether it is subtracted."""
        return [(self._total(t, hint), minus) for t, minus in self._terms(arg, False)]

    def _terms(self, arg: Arg, minus: bool) -> list[tuple[Arg, bool]]:
        e = self._inside(arg, "add", "subtract", "negative")
        if e is None or any(a.type != arg.type for a in e.args):
            return [(arg, minus)]
        if e.op.name == "negative":
            return self._terms(e.args[0], not minus)
        x, y = e.args
        return self._terms(x, minus) + self._terms(y, minus != (e.op.name == "subtract"))

    def _inside(self, arg: Arg, *names: str) -> Eqn | None:
        """The equation behind an operand that nothing else reads."""
        e = self.made.get(arg) if isinstance(arg, Value) and self.count[arg] == 1 else None
        return e if e is not None and e.op.name in names else None

    def _factors(self, arg: Arg) -> tuple[list[Arg], list[Arg]]:
        """The numbers and the arrays that a value is the product of."""
        e = self._inside(arg, "multiply")
        if e is None:
            return ([], [arg]) if arg.type.rank else ([arg], [])
        found = [self._factors(a) for a in e.args]
        return found[0][0] + found[1][0], found[0][1] + found[1][1]

    def _total(self, arg: Arg, hint: str) -> Value:
        rank = arg.type.rank
        turned = self._inside(arg, "transpose")
        if rank == 2 and turned is not None:
            return self.emit("transpose", (self._total(turned.args[0], hint),), perm=(1, 0))
        if (product := self._inside(arg, "matmul")) and rank == 2:
            return self._stacked_product(*product.args)
        if rank > 2:
            return self.emit("sum", (self.now(arg),), axis=(0,), keepdims=False)
        scalars, parts = self._factors(arg)
        outside = [a for a in scalars if not self.varies(a)]
        numbers = [a for a in scalars if self.varies(a)]
        by_axis: list[list[Value]] = [[], []]
        fixed: list[Arg] = []
        for p in parts:
            if not self.varies(p):
                fixed.append(p)
            elif rank == 1:
                by_axis[0].append(self._in_body(p))
            elif rank == 2 and (found := self._vector(p)) is not None:
                by_axis[found[1]].append(found[0])
            else:
                raise Refused
        if rank == 2 and (fixed or not all(by_axis)):
            raise Refused
        if rank == 2:
            left = self._product([*numbers, *by_axis[0]], 1)
            right = self._product(by_axis[1], 1)
            out = self.emit("matmul", (self.emit("transpose", (left,), perm=(1, 0)), right))
        elif by_axis[0] and numbers:
            out = self.emit("matmul", (self._product(numbers, 0), self._product(by_axis[0], 1)))
        elif by_axis[0] or len(numbers) == 1:
            one = self._product(by_axis[0], 1) if by_axis[0] else self.now(numbers[0])
            out = self.emit("sum", (one,), axis=(0,), keepdims=False)
        elif len(numbers) > 1:
            out = self.emit("matmul", (self.now(numbers[0]), self._product(numbers[1:], 0)))
        else:
            raise Refused  # the same in every trip
        for p in (*fixed, *outside):
            out = self.emit("multiply", (self.now(p), out))
        return out

    def _stacked_product(self, left: Arg, right: Arg) -> Value:
        """The sum of `x.T @ y`: one product of the x and the y of all trips below each other."""
        e = self.made.get(left) if isinstance(left, Value) else None
        if e is None or e.op.name != "transpose" or not (self.varies(left) and self.varies(right)):
            raise Refused
        x, y = self._stacked(self.now(e.args[0])), self._stacked(self.now(right))
        return self.emit("matmul", (self.emit("transpose", (x,), perm=(1, 0)), y))

    def _in_body(self, arg: Arg) -> Value:
        assert isinstance(arg, Value)
        return arg

    def _vector(self, arg: Arg) -> tuple[Value, int] | None:
        """The vector that a factor of an outer product is, and its axis there."""
        assert isinstance(arg, Value)
        if arg.type.rank == 1:
            return arg, 1
        e = self.made.get(arg)
        if e is None or e.op.name not in ("getitem", "reshape") or len(e.args) > 1:
            return None
        source = e.args[0]
        if not isinstance(source, Value) or source.type.rank != 1:
            return None
        rows, columns = arg.type.shape
        if e.op.name == "getitem" and NewAxis() not in index_of(e.attrs):
            return None
        if columns == 1 and rows == source.type.shape[0]:
            return source, 0
        return (source, 1) if rows == 1 and columns == source.type.shape[0] else None

    def _product(self, factors: Iterable[Arg], rank: int) -> Value:
        """The product of factors in each trip."""
        first, *rest = sorted(factors, key=lambda a: -a.type.rank)
        out = self.now(first)
        for f in rest:
            out = self.emit("multiply", (self._aligned(f, rank), out))
        assert isinstance(out, Value)
        return out


def _dim(e: Eqn) -> Dim:
    dim = e.attrs["dim"]
    assert isinstance(dim, int | Extent)
    return dim


def _refuse() -> Arg:
    raise Refused


def batch_of(loop: Loop, facts: Facts) -> Batch:
    """The batch of a loop whose trips can be counted, before its first equation."""
    assert loop.trips is not None
    names = loop.index_names or {""}  # without a name no position follows it
    body = loop.parts.body
    return Batch(
        Builder(), loop.parts.index, names, loop.trips, loop.distance, facts, producers(body), uses(body)
    )
