"""Regions in the making: statements interpreted on an equation list of their own, and results that two sides share.

In: the state of the interpreter. Out: a `Scope`, whose equations may read everything around it and whose
changes are gone when it ends; a `Join`, which makes one value of what two scopes hold; closed blocks.

    scope = Scope(low, frame)
    with scope.inside(): run(frame, body)         # scope.builder.eqns; names and arrays as before
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from symgrad.errors import ShapeError
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.journal import Journal
from symgrad.frontend.promote import as_tensor, cast, result_dtype
from symgrad.frontend.values import Carry, Missing, Pending, Tensor, Val, is_number, now
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Op, Symbol, Value
from symgrad.ir.dims import Dim, Extent, as_symbol, symbol, symbols
from symgrad.ir.ops import OPS
from symgrad.ir.regions import Body, bind_symbols, close_all, mentioned_symbols, result_types
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import rewire_args


class Scope:
    """One region: its equations, and the changes that its interpretation makes, applied while inside."""

    def __init__(self, low: Lowering, frame: Frame, *, certain: bool = True) -> None:
        self.low = low
        self.builder = Builder(low.solver)
        self.journal = Journal()
        self.start = now()
        self.owned = set(low.owned)
        self.frames = [frame]
        while self.frames[-1].comprehension and (outer := self.frames[-1].outer) is not None:
            self.frames.append(outer)
        self._envs = [dict(f.env) for f in self.frames]
        self._moving, self.numbers = dict(low.solver.moving), dict(low.numbers)
        self.axes = dict(low.axes)
        self._spans, self._scalars = dict(low.spans), dict(low.scalars)
        self._certain = low.solver.certain and certain

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Apply the changes, undo them at the end."""
        low = self.low
        outer, low.builder = low.builder, self.builder
        place = low.frame, low.node, outer.loc
        self.builder.loc = outer.loc
        low.journals.append(self.journal)
        self._swap()
        try:
            yield
        finally:
            self._swap()
            low.journals.pop()
            low.builder = outer
            low.frame, low.node, outer.loc = place
            low.solver.loc = outer.loc
            if low.journals:
                low.journals[-1].reads |= self.journal.reads

    def _swap(self) -> None:
        low, solver = self.low, self.low.solver
        self.journal.swap()
        for i, frame in enumerate(self.frames):
            frame.env, self._envs[i] = self._envs[i], frame.env
        solver.moving, self._moving = self._moving, solver.moving
        low.numbers, self.numbers = self.numbers, low.numbers
        low.axes, self.axes = self.axes, low.axes
        low.spans, self._spans = self._spans, low.spans
        low.scalars, self._scalars = self._scalars, low.scalars
        solver.certain, self._certain = self._certain, solver.certain

    def env(self, number: int = 0) -> dict[str, Val]:
        """The names as they are inside, seen from outside."""
        return self._envs[number]

    def written(self) -> list[Tensor]:
        """The arrays from outside that were written."""
        return self.journal.written(self.start)

    def is_outer(self, t: Tensor) -> bool:
        return t.born < self.start

    def refuse_changed_containers(self, where: str) -> None:
        for container, other in self.journal.containers.values():
            if id(container) in self.owned and container != other:
                self.low.refuse(
                    f"a {type(container).__name__} is changed {where}",
                    why="how many items a container has must be known when the program is compiled",
                    instead="an array of a fixed length, and its elements",
                )

    def is_inner(self, shape: Sequence[Dim]) -> bool:
        """Whether a shape depends on numbers that only exist inside."""
        moving = self.low.solver.moving
        return any(s in self._moving and s not in moving for d in shape for s in symbols(d))

    def settle(self) -> None:
        """Take over, outside, which arrays are no longer known (call once, when the scope is done)."""
        for t, state in self.journal.tensors.items():
            if self.is_outer(t) and (state[4] or state[5] != t.kin):
                self.low.touch(t)
                t.stale = t.stale or state[4]
                t.kin = tuple(dict.fromkeys((*t.kin, *state[5])))


@contextmanager
def attempt(low: Lowering, frame: Frame) -> Iterator[None]:
    """All or nothing: an exception leaves no trace of what was lowered meanwhile."""
    journal, eqns, count = Journal(), low.builder.eqns, len(low.builder.eqns)
    state, envs = low.solver.snapshot(), [(frame, dict(frame.env))]
    made = dict(low.numbers), dict(low.axes), dict(low.spans), dict(low.scalars)
    low.journals.append(journal)
    try:
        yield
    except BaseException:
        journal.swap()
        low.journals.pop()
        del eqns[count:]
        low.solver.restore(state)
        low.numbers, low.axes, low.spans, low.scalars = made
        for f, env in envs:
            f.env = env
        raise
    low.journals.pop()
    if low.journals:
        journal.merge_into(low.journals[-1])


# -- values ------------------------------------------------------------------------------------------------


class _Absent:
    """What a side holds that has left the function: anything will do."""


ABSENT = _Absent()


def spread(v: Val) -> list[Val]:
    """The leaves of (nested) tuples, which are what merges and is carried item by item."""
    if isinstance(v, tuple):
        return [leaf for item in v for leaf in spread(item)]
    return [v]


def rebuilt(v: Val, leaves: Iterator[Val]) -> Val:
    """Tuples of the structure of `v` over other leaves."""
    if isinstance(v, tuple):
        items = [rebuilt(item, leaves) for item in v]
        return type(v)(*items) if hasattr(v, "_fields") else tuple(items)
    return next(leaves)


def alike(a: Val, b: Val) -> bool:
    """The same structure of tuples."""
    if isinstance(a, tuple) or isinstance(b, tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(alike, a, b))
    return True


def same(a: Val, b: Val) -> bool:
    """Certainly one and the same value."""
    if a is b:
        return True
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        known = isinstance(a.arg, Const) and isinstance(b.arg, Const) and not a.is_array and not b.is_array
        return known and a.arg == b.arg and a.weak == b.weak
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return repr(a) == repr(b)
    return isinstance(a, int | str | bytes | Extent | Missing) and bool(a == b)


class Join:
    """The results of a `cond`: one value for what its two sides hold."""

    def __init__(self, low: Lowering, sides: tuple[Scope, Scope]) -> None:
        self.low, self.sides = low, sides
        self.outs: list[Value] = []
        self.wanted: list[tuple[Val, Val, ArrayType]] = []  # what each side yields, and its type
        self.arrays: list[tuple[Tensor, Tensor | None, Tensor | None]] = []  # with the roots on both sides
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
        if x is ABSENT or y is ABSENT:
            both = [(ABSENT, v) if x is ABSENT else (v, ABSENT) for v in spread(y if x is ABSENT else x)]
        elif alike(x, y):
            both = list(zip(spread(x), spread(y), strict=True))
        else:
            return Missing("it is a tuple of another kind on each side of a branch that the data decide")
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
        types = [_type(self.low, v) for v in present]
        kind = self._kind(types, present)
        if isinstance(kind, Missing):
            return kind
        out = Tensor(
            self._out(x, y, kind, name),
            weak=all(w for _, w, _ in types),
            is_array=any(a for _, _, a in types),
        )
        out.name = name
        if out.is_array:
            roots = [v.root if isinstance(v, Tensor) and v.is_array else None for v in (x, y)]
            self.arrays.append((out, roots[0], roots[1]))
        return out

    def _kind(self, types: list[tuple[ArrayType, bool, bool]], present: list[Val]) -> ArrayType | Missing:
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

    def emit(self, op: Op, condition: Arg, codes: tuple[Arg, Arg] | None = None) -> Value | None:
        """The `cond` equation; arrays that either side wrote have its results. Gives the value of the code."""
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
            bodies.append((scope.builder.eqns, [*results, codes[number]] if codes is not None else results))
        versions = [
            [s.journal.tensors[t][1] for s in self.sides if t in s.journal.tensors] for t in self.cells
        ]
        for scope in self.sides:
            scope.refuse_changed_containers("under a condition that the data decide")
            scope.settle()
        if self.outs:
            blocks, operands = closed(low, [], bodies, self.sides)
            emit_region(low, op, (condition, *operands), tuple(self.outs), blocks, operands)
        for t, out, seen in zip(self.cells, self.outs, versions, strict=False):
            low.touch(t)
            t.arg = out
            t.version = max(t.version, *seen) + 1
        self._relate()
        return code

    def _yield(self, v: Val, kind: ArrayType) -> Arg:
        low = self.low
        if v is ABSENT:
            return low.builder.full(0, kind)
        return cast(low, as_tensor(low, v), kind.dtype)

    def _relate(self) -> None:
        """Which arrays may be one, as the data decide."""
        for i, (t, a, b) in enumerate(self.arrays):
            for root in (a, b):
                if root is not None and self.sides[0].is_outer(root):
                    related(self.low, t, root)
            for other, c, d in self.arrays[:i]:
                if (a is not None and a is c) or (b is not None and b is d):
                    related(self.low, t, other)


def related(low: Lowering, a: Tensor, b: Tensor) -> None:
    """Two roots may be one array: a write to either leaves the other unknown."""
    for t, other in ((a, b), (b, a)):
        if other is not t and other not in t.kin:
            low.touch(t)
            t.kin = (*t.kin, other)


def _type(low: Lowering, v: Val) -> tuple[ArrayType, bool, bool]:
    """The type of a number, whether it is a Python number, whether it is an array."""
    if isinstance(v, Tensor):
        return ArrayType(v.dtype, low.shape(v)), v.weak, v.is_array
    if isinstance(v, Extent):
        return ArrayType("int64"), True, False
    t = as_tensor(low, v)
    return t.type, t.weak, False


type_of = _type


# -- equations ---------------------------------------------------------------------------------------------


def closed(
    low: Lowering, params: Sequence[Value], bodies: Sequence[Body], scopes: Sequence[Scope] = ()
) -> tuple[tuple[Block, ...], tuple[Arg, ...]]:
    """Closed blocks, and the operands that they take; integers that are extents tell those extents."""
    numbers = {**low.integers, **low.numbers}
    everything = [*numbers.items(), *(pair for s in scopes for pair in s.numbers.items())]
    known = [Symbol(name, value, None) for name, value in dict.fromkeys(everything)]
    known += dict.fromkeys(a for owner in (low, *scopes) for a in owner.axes.values())
    extents = Builder(low.solver)
    extents.loc = low.builder.loc
    blocks, operands = close_all(params, bodies, extents, known)
    env: dict[Value, Arg] = {}
    for eqn in extents.eqns:
        name = as_symbol(eqn.attrs["dim"])  # type: ignore[arg-type]  # an extent's attribute is a Dim
        if name in numbers:
            env[eqn.out] = numbers[name or ""]
        else:
            low.builder.eqns.append(eqn)
    return blocks, rewire_args(operands, env)


def reclosed(function: Function) -> Function:
    """Regions bind the extents that they mention, now that names of extents were replaced."""
    return replace(function, body=_reclosed(function.body))


def _reclosed(block: Block) -> Block:
    builder = Builder()
    for eqn in block.eqns:
        if not eqn.regions:
            builder.eqns.append(eqn)
            continue
        inner = [_reclosed(r) for r in eqn.regions]
        needed = [mentioned_symbols(r.params, r.eqns) for r in inner]
        bound = [bind_symbols(r.params, r.eqns, n, r.symbols) for r, n in zip(inner, needed, strict=True)]
        names = sorted({n for m, b in zip(needed, bound, strict=True) for n in m - {s.name for s in b}})
        builder.loc = eqn.loc
        operands = [builder.emit(OPS["extent"], (), {"dim": symbol(n)}, hint=n) for n in names]
        blocks = []
        for r, symbols_here in zip(inner, bound, strict=True):
            params = [Value(ArrayType("int64"), n) for n in names]
            missing = {
                n: p for n, p in zip(names, params, strict=True) if n not in {s.name for s in symbols_here}
            }
            more = tuple(Symbol(n, p, None) for n, p in missing.items())
            blocks.append(replace(r, params=(*r.params, *params), symbols=(*symbols_here, *more)))
        builder.eqns.append(replace(eqn, args=(*eqn.args, *operands), regions=tuple(blocks)))
    return replace(block, eqns=tuple(builder.eqns))


def emit_region(
    low: Lowering,
    op: Op,
    args: Sequence[Arg],
    outs: tuple[Value, ...],
    blocks: tuple[Block, ...],
    operands: Sequence[Arg],
    attrs: dict[str, Any] | None = None,
) -> None:
    """Append a region equation; params of its blocks have the names of the operands that they stand for."""
    attrs = attrs or {}
    results = result_types(op, blocks, bool(attrs.get("exits")))
    for out, kind in zip(outs, results, strict=True):  # a trip may have found two names to be one extent
        same_type = out.type.dtype == kind.dtype
        assert same_type and low.solver.shape(out.type.shape) == low.solver.shape(kind.shape), (op, outs)
    for block in blocks:
        last = block.params[len(block.params) - len(operands) :] if operands else ()
        for param, operand in zip(last, operands, strict=True):
            if isinstance(operand, Value) and not param.hint and operand in low.hints:
                low.hints[param] = low.hints[operand]
    low.builder.eqns.append(Eqn(op, tuple(args), outs, attrs, blocks, low.builder.loc))
