"""One value for what two regions hold, or what a loop holds before and after a trip.

In: two values. Out: a `Join`, whose `cond` equation makes one number of two; `Missing` where there is none.

    s = 0 | s = x[1]      s is 0.0 or x[1]: a float64          h = None | h = x      reading h is refused
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.errors import ShapeError
from symgrad.frontend import contents
from symgrad.frontend.context import Lowering
from symgrad.frontend.instances import freeze
from symgrad.frontend.promote import as_tensor, cast, result_dtype
from symgrad.frontend.regions import Grown, Scope, closed, emit_region
from symgrad.frontend.structure import alike, rebuilt, same, spread
from symgrad.frontend.values import Carry, Missing, Pending, Tensor, Val, is_number
from symgrad.ir.core import Arg, Const, Op, Value
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.types import INT, ArrayType


class _Absent:
    """What a side holds that has left the function: anything will do."""


ABSENT = _Absent()


class Join:
    """The results of a `cond`: one value for what its two sides hold."""

    def __init__(self, low: Lowering, sides: tuple[Scope, Scope]) -> None:
        self.low, self.sides = low, sides
        self.outs: list[Value] = []
        self.wanted: list[tuple[Val, Val, ArrayType]] = []  # what each side yields, and its type
        self.arrays: list[tuple[Tensor, Val, Val]] = []  # with what they are on both sides
        self.origins: list[list[tuple[Tensor, ...]]] = []  # of these, on each side
        self.held: list[tuple[contents.Container, list[Val]]] = []
        self.cells = list(dict.fromkeys(t for s in sides for t in s.written()))
        for t in self.cells:
            self._out(t, t, ArrayType(t.dtype, low.shape(t)), t.name)

    def _out(self, x: Val, y: Val, kind: ArrayType, name: str) -> Value:
        out = Value(kind)
        if name:
            self.low.hints[out] = name
        self.outs.append(out)
        self.wanted.append((x, y, kind))
        return out

    def value(self, x: Val, y: Val, name: str) -> Val:
        """What x on the first side and y on the second are afterwards."""
        if x is ABSENT and y is ABSENT:
            return Missing("neither side of the branch comes here")
        if same(x, y):
            return x
        for v in (x, y):
            if isinstance(v, Pending):
                raise Carry(v)
            if isinstance(v, Missing):
                return v
        for v in (x, y):
            if v is not ABSENT:
                freeze(self.low, v)
        if x is ABSENT or y is ABSENT:
            both = [(ABSENT, v) if x is ABSENT else (v, ABSENT) for v in spread(y if x is ABSENT else x)]
        elif alike(x, y):
            both = list(zip(spread(x), spread(y), strict=True))
        else:
            return Missing("it is of another kind on each side of a branch that the data decide")
        merged = [self._leaf(a, b, name) for a, b in both]
        lost = next((m for m in merged if isinstance(m, Missing)), None)
        return lost if lost is not None else rebuilt(y if x is ABSENT else x, iter(merged))

    def _leaf(self, x: Val, y: Val, name: str) -> Val:
        if same(x, y):
            return x
        present = [v for v in (x, y) if v is not ABSENT]
        if not all(map(is_number, present)):
            if len(present) == 1 and not isinstance(present[0], list | dict | set):
                return present[0]
            return Missing(
                "a branch that the data decide makes it "
                + " or ".join(type(v).__name__ if not is_number(v) else "a number" for v in present),
                "numbers and arrays only, of one shape on both sides",
            )
        types = [type_of(self.low, v) for v in present]
        kind = self._kind(types)
        if isinstance(kind, Missing):
            return kind
        out = Tensor(
            self._out(x, y, kind, name),
            weak=all(w for _, w, _ in types),
            is_array=any(a for _, _, a in types),
        )
        out.name = name
        if out.is_array:
            self.arrays.append((out, x, y))
        return out

    def _kind(self, types: list[tuple[ArrayType, bool, bool]]) -> ArrayType | Missing:
        """The type that both sides yield."""
        first, last = types[0][0], types[-1][0]
        if first.rank != last.rank:
            return Missing(f"a branch that the data decide gives it {first.rank} axes or {last.rank}")
        dtype = first.dtype
        if first.dtype != last.dtype:
            if first.rank:
                return Missing(f"a branch that the data decide gives it {first.dtype} or {last.dtype}")
            dtype = result_dtype([Tensor(self.low.const(0, t.dtype), weak=weak) for t, weak, _ in types])
        shape: list[Dim] = []
        for a, b in zip(first.shape, last.shape, strict=True):
            if any(s.is_inner((a, b)) for s in self.sides):
                return Missing("its length is decided inside of a branch that the data decide")
            try:
                shape.append(self.low.solver.equal(a, b))
            except ShapeError:
                values = [self.low.solver.values(t.shape) for t in (first, last)]
                return Missing(f"a branch that the data decide gives it the shape {values[0]} or {values[1]}")
        return ArrayType(dtype, tuple(shape))

    def containers(self, gone: Sequence[bool]) -> None:
        """Lists and dicts whose items a side replaced hold what the side that was taken left in them."""
        inside = [{id(c): (c, other) for c, other in contents.replaced(s)} for s in self.sides]
        changed = [{id(c) for c, _ in s.changed_containers()} for s in self.sides]
        longer = {k for c, side in zip(changed, inside, strict=True) for k in c - set(side)}  # or shorter
        for key in dict.fromkeys(k for side in inside for k in side if k not in longer):
            container = next(side[key][0] for side in inside if key in side)
            both: list[Sequence[Val]] = [
                contents.items(side[key][1] if key in side else container) for side in inside
            ]
            absent = (ABSENT,) * len(container)
            first, second = (absent if g else v for g, v in zip(gone, both, strict=True))
            hint = contents.called(self.low, container, self.sides[0].env()).lstrip(contents.PREFIX)
            merged = [self.value(x, y, hint) for x, y in zip(first, second, strict=True)]
            for v in merged:
                if isinstance(v, Missing) and not all(gone):
                    self.low.refuse(f"what an item of {hint!r} is here is not known", v.why, v.instead)
            self.held.append((container, merged))

    def emit(self, op: Op, condition: Arg, codes: tuple[Arg, Arg] | None = None) -> Value | None:
        """The `cond` equation; arrays that a side wrote have its results. Gives the code's value."""
        low = self.low
        code: Value | None = None
        if codes is not None and all(isinstance(c, Const) for c in codes) and codes[0].type.dtype == "bool":
            first = (
                condition if codes[0] == Const(True, codes[0].type) else low.emit("logical_not", [condition])
            )
            assert isinstance(first, Value)
            code, codes = first, None
        if codes is not None:
            code = Value(codes[0].type)
            self.outs.append(code)
        bodies = []
        for number, scope in enumerate(self.sides):
            with scope.inside():
                results = [self._yield(w[number], w[2]) for w in self.wanted]
                self.origins.append([scope.origins(a[1 + number]) for a in self.arrays])
            bodies.append((scope.builder.eqns, [*results, codes[number]] if codes is not None else results))
        versions = [
            [s.journal.tensors[t][1] for s in self.sides if t in s.journal.tensors] for t in self.cells
        ]
        for scope in self.sides:
            held = {id(c) for c, _ in self.held}
            scope.refuse_changed_containers("under a condition that the data decide", held)
            scope.settle()
        self._lists()
        if self.outs:
            kept = self._once([results for _, results in bodies])
            bodies = [(eqns, [results[k] for k in kept]) for eqns, results in bodies]
            blocks, operands = closed(low, [], bodies, self.sides)
            emit_region(low, op, (condition, *operands), tuple(self.outs[k] for k in kept), blocks, operands)
        for t, out, seen in zip(self.cells, self.outs, versions, strict=False):
            low.touch(t)
            t.arg = out
            t.version = max(t.version, *seen) + 1
        for container, merged in self.held:
            contents.put(low, container, merged)
        self._relate()
        return code

    def _once(self, results: Sequence[Sequence[Arg]]) -> list[int]:
        """Counts of lists that are one number on each side are one afterwards; gives the results to keep."""
        kept: list[int] = []
        made: dict[tuple[Arg, ...], Value] = {}
        for k, out in enumerate(self.outs):
            if k < len(self.cells) and self.cells[k].items and not out.type.rank:
                self.outs[k] = made.setdefault(tuple(side[k] for side in results), out)
            if self.outs[k] is out:
                kept.append(k)
        return kept

    def _lists(self) -> None:
        """Lists that both sides left with the same ends have these; what was appended is at most the sum."""
        low = self.low
        ends = [dict(s.changed_lists()) for s in self.sides]
        for rows in dict.fromkeys(r for side in ends for r in side):
            first, second = (side.get(rows) for side in ends)
            if first != second or first is None:
                raise Grown(rows, [], low.loc(), "under a condition that the data decide", exact=False)
            low.change_rows(rows)
            rows.start, rows.stop = first
        for rows in dict.fromkeys(r for s in self.sides for r in s.journal.appended):
            counts = [s.journal.appended.get(rows, 0) for s in self.sides]
            for journal in low.journals[-1:]:
                journal.count(rows, counts[0])
                if counts[0] != counts[1]:
                    journal.count(rows, counts[1])

    def _yield(self, v: Val, kind: ArrayType) -> Arg:
        low = self.low
        if v is ABSENT:
            return low.builder.full(0, kind)
        return cast(low, as_tensor(low, v), kind.dtype)

    def _relate(self) -> None:
        """Which arrays may be one, as the data decide."""
        for i, (t, x, y) in enumerate(self.arrays):
            for root in dict.fromkeys((*self.origins[0][i], *self.origins[1][i])):
                may_be(self.low, t, root)
            for other, u, v in self.arrays[:i]:
                if _one(x, u) or _one(y, v):
                    related(self.low, t, other)


def _one(a: Val, b: Val) -> bool:
    """The same array, or parts of it."""
    return isinstance(a, Tensor) and isinstance(b, Tensor) and a.is_array and a.root is b.root


def may_be(low: Lowering, t: Tensor, root: Tensor) -> None:
    """A new array may be `root`, and so each array that `root` may be."""
    for other in (root, *root.kin):
        related(low, t, other)


def related(low: Lowering, a: Tensor, b: Tensor) -> None:
    """Two roots may be one array: a write to either leaves the other unknown."""
    for t, other in ((a, b), (b, a)):
        if other is not t and other not in t.kin:
            low.touch(t)
            t.kin = (*t.kin, other)


def type_of(low: Lowering, v: Val) -> tuple[ArrayType, bool, bool]:
    """The type of a number, whether it is a Python number, whether it is an array."""
    if isinstance(v, Tensor):
        return ArrayType(v.dtype, low.shape(v)), v.weak, v.is_array
    if isinstance(v, Extent):
        return INT, True, False
    t = as_tensor(low, v)
    return t.type, t.weak, False
