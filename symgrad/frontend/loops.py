"""Loops whose trips the data or the sizes decide: `for` and `while` equations.

In: a loop statement, the state before it. Out: the equation, the state after it, how the loop was left.
The body is interpreted once, on params for what is carried. What that is, the text suggests, and the trial
confirms: a name that turns out to be read before the trip writes it, or an array that turns out to be
written, makes the trial start again with it. What was learnt is kept, so that nested loops do not repeat it.

    for i in range(n): s += x[i]      ->   s_1 = for(0, n, 1, s, x): (i, s, x) -> add(s, x[i])
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from symgrad.errors import ShapeError
from symgrad.frontend import aliases, branches
from symgrad.frontend.aliases import Handed
from symgrad.frontend.branches import Run, live_after
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.exits import (
    BREAK,
    CONTINUE,
    FALL,
    FALSE,
    RETURN,
    TRUE,
    Exit,
    Leave,
    flag,
    kinds,
    made,
    negated,
    returned,
)
from symgrad.frontend.flow import may_leave, only_added_to, read_first, rebound, written
from symgrad.frontend.names import known, stored_names
from symgrad.frontend.promote import as_tensor, cast, result_dtype
from symgrad.frontend.regions import (
    Scope,
    alike,
    attempt,
    closed,
    emit_region,
    rebuilt,
    same,
    spread,
    type_of,
)
from symgrad.frontend.values import Carry, Missing, Pending, Tensor, Val, is_number
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.ir.regions import COND, FOR, WHILE
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import rewire, rewire_args

ATTEMPTS = 24  # each learns one thing more; types settle in a few


_LOST = Missing("it is not bound")


class Again(Exception):
    """The trial learnt something: start again."""


@dataclass(slots=True, eq=False)
class Guess:
    """What a loop statement carries, as far as it is known."""

    node: ast.stmt
    names: set[str]  # read before the trip writes them
    cells: set[str]  # names whose arrays the trips write
    fresh: set[str] = field(default_factory=set)  # names of arrays that are not only updated in place
    types: dict[tuple[str, int], tuple[ArrayType, bool]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Slot:
    """One carried number or array: where it starts, its param, what a trip yields, its value afterwards."""

    name: str
    initial: Val
    param: Tensor
    result: Arg | None = None
    out: Value | None = None
    weak: bool = False


@dataclass(slots=True, eq=False)
class Head:
    """What `for` and `while` differ in."""

    node: ast.For | ast.While
    index: Value | None  # the param of the counter
    enter: Callable[[], None]  # at the beginning of a trip: bind the target
    test: Callable[[], Val] | None  # of a `while`
    bounds: tuple[Arg, Arg, Arg] | None  # of a `for`
    certain: bool  # the body is run whenever the loop is reached
    runs: Callable[[], bool]  # whether there is a first trip (asked only where it matters)


def lower(frame: Frame, head: Callable[[], Head], node: ast.For | ast.While, run: Run) -> Exit:
    """Trials, until one confirms what it was begun with."""
    low = frame.low
    guess = low.guesses.get(id(node))
    if guess is None:
        names = read_first([node] if isinstance(node, ast.While) else node.body)
        if isinstance(node, ast.For):
            names -= set(stored_names([node.target]))
        guess = low.guesses[id(node)] = Guess(node, names, written(node.body))
    cells: dict[Tensor, None] = {}
    for _ in range(ATTEMPTS):
        try:
            with attempt(low, frame):
                return _Trial(frame, head(), guess, cells, run).lower()
        except Carry as c:
            if c.pending.loop is not guess:
                raise
            guess.names.add(c.pending.name)
        except Again:
            continue
    low.at(frame, node)
    low.refuse(
        "the types of what this loop carries change from trip to trip",
        why="a compiled loop carries numbers and arrays of fixed types",
        instead="start with values of the types that the loop computes",
    )


class _Trial:
    """One attempt at a loop: what it carries is decided, and checked against what the body does."""

    def __init__(self, frame: Frame, head: Head, guess: Guess, cells: dict[Tensor, None], run: Run) -> None:
        self.low, self.frame, self.head, self.guess = frame.low, frame, head, guess
        self.found, self.run, self.node = cells, run, head.node
        self.before = dict(frame.env)
        bodies: list[ast.AST] = [self.node] if isinstance(self.node, ast.While) else [
            self.node.target, *self.node.body
        ]  # fmt: skip
        self.stored = sorted({*stored_names(bodies)})
        self.live = live_after(frame, [self.node])
        self.in_place = {n for n in self.stored if self._only_updated(n)}
        self.slots: list[Slot] = []
        self.test_scope: list[Scope] = []
        self.values: dict[str, Val] = {}  # carried names: the value before
        for name in self.stored:
            lost = isinstance(self.before.get(name, _LOST), Missing)
            if name in guess.names and not lost and name not in self.in_place:
                self._carry(name, known(self.low, name, self.before[name]))
        self.cells = list(dict.fromkeys([*self._guessed_cells(), *cells]))
        self.cell_params = [self._param(ArrayType(t.dtype, self.low.shape(t)), t.name) for t in self.cells]
        loop_certain = head.certain and not may_leave(self.node.body)
        self.scope = Scope(self.low, frame, certain=loop_certain)

    # -- what is carried ---------------------------------------------------------------------------------

    def _only_updated(self, name: str) -> bool:
        """An array that the text changes by `name += ...` only stays one object."""
        v = self.before.get(name)
        return (
            isinstance(v, Tensor)
            and v.is_array
            and name not in self.guess.fresh
            and not rebound(self.node.body, name)
        )

    def _guessed_cells(self) -> list[Tensor]:
        out = []
        for name in sorted(self.guess.cells):
            v = self.before.get(name)
            if isinstance(v, Tensor) and v.is_array and not v.root.captured:
                if name not in self.stored or name in self.in_place:
                    out.append(v.root)
        return out

    def _param(self, kind: ArrayType, name: str) -> Value:
        value = Value(kind)
        if name:
            self.low.hints[value] = name
        return value

    def _carry(self, name: str, value: Val) -> None:
        for k, leaf in enumerate(spread(value)):
            if not is_number(leaf):
                continue
            kind, weak, is_array = type_of(self.low, leaf)
            kind, weak = self.guess.types.get((name, k), (kind, weak))
            param = Tensor(self._param(kind, name), weak=weak, is_array=is_array or kind.rank > 0)
            param.name = name
            self.slots.append(Slot(name, leaf, param))
        self.values[name] = value

    # -- the trip ----------------------------------------------------------------------------------------

    def lower(self) -> Exit:
        low, frame, scope = self.low, self.frame, self.scope
        with scope.inside():
            self._bind_params()
            test_eqns, test = self._test()
            self.head.enter()
            exit_ = self.run(frame, self.node.body, Leave.CONTINUE)
            low.at(frame, self.node)
            env = dict(frame.env)
            self._yields(env)
            late = self._late(env)
            extra = self._exits(exit_)
            for slot in (*self.slots, *late):
                if slot.result is None:
                    self._yield_late(slot)
            cell_results = [low.arg(t) for t in self.cells]
        self._check_cells()
        low.at(frame, self.node)
        return self._commit(exit_, env, late, extra, cell_results, test_eqns, test)

    def _bind_params(self) -> None:
        low, frame = self.low, self.frame
        for name in self.stored:
            if name in self.values:
                params = iter([s.param for s in self.slots if s.name == name])
                leaves = [next(params) if is_number(v) else v for v in spread(self.values[name])]
                frame.env[name] = rebuilt(self.values[name], iter(leaves))
            elif name in self.before and name not in self.in_place:
                v = self.before[name]
                frame.env[name] = v if isinstance(v, Missing) else Pending(self.guess, name)
        for t, param in zip(self.cells, self.cell_params, strict=True):
            low.touch(t)
            t.arg = param
            t.version += 1

    def _test(self) -> tuple[Sequence[Eqn], Arg | None]:
        if self.head.test is None:
            return (), None
        low = self.low
        scope = Scope(low, self.frame)
        self.test_scope.append(scope)
        with scope.inside():
            v = branches.decided(low, self.head.test(), "`while`")
            test = low.arg(v) if isinstance(v, Tensor) else TRUE if v else FALSE
        if scope.written():
            low.refuse("the condition of a `while` writes into an array")
        return scope.builder.eqns, test

    def _yields(self, env: dict[str, Val]) -> None:
        """What the trip leaves in the carried names, in the types of their params."""
        low = self.low
        for name in [n for n in self.stored if n in self.values]:
            value = env.get(name, Missing("it is deleted in the loop"))
            if isinstance(value, Missing):
                low.refuse(
                    f"the value of {name!r} at the end of a trip is not known", value.why, value.instead
                )
            before = self.values[name]
            if not alike(before, value):
                low.refuse(f"{name!r} is a tuple of another kind from trip to trip")
            slots = iter([s for s in self.slots if s.name == name])
            for k, (old, new) in enumerate(zip(spread(before), spread(value), strict=True)):
                if is_number(old):
                    self._yield(next(slots), k, new)
                elif not same(old, new):
                    low.refuse(
                        f"{name!r} changes from trip to trip, and is not a number",
                        why=f"a compiled loop carries numbers and arrays, not a {type(new).__name__}",
                    )

    def _yield(self, slot: Slot, k: int, new: Val) -> None:
        low = self.low
        if not is_number(new):
            low.refuse(f"{slot.name!r} is a {type(new).__name__} at the end of a trip, and was a number")
        t = as_tensor(low, new)
        kind = slot.param.type
        if t.rank != kind.rank:
            self._ranks_differ(slot, k, t)
        dtype = kind.dtype if t.dtype == kind.dtype else result_dtype([slot.param, t])
        weak = slot.param.weak and t.weak
        if dtype != kind.dtype or (weak != slot.param.weak and self._sensitive()):
            self.guess.types[slot.name, k] = (kind.with_dtype(dtype), weak)
            raise Again
        if t.is_array and not slot.param.is_array:
            slot.param.is_array = True
        for a, b in zip(low.shape(t), low.shape(slot.param), strict=True):
            try:
                low.solver.equal(a, b)
            except ShapeError as e:
                low.refuse(
                    f"the shape of {slot.name!r} changes from trip to trip",
                    why=e.message,
                    instead="an array of the final size, and its elements",
                )
        slot.result, slot.weak = cast(low, t, dtype), weak

    def _ranks_differ(self, slot: Slot, k: int, t: Tensor) -> None:
        """`acc = 0.0; acc = acc + row`: a number that only ever is added to may as well begin as an array."""
        low = self.low
        zero = isinstance(slot.initial, int | float) or not type_of(low, slot.initial)[2]
        if slot.param.rank == 0 and zero and only_added_to(self.node.body, slot.name):
            if self.scope.is_inner(low.shape(t)):
                low.refuse(f"the shape of {slot.name!r} changes from trip to trip")
            dtype = result_dtype([slot.param, t])
            self.guess.types[slot.name, k] = (ArrayType(dtype, low.shape(t)), False)
            raise Again
        low.refuse(
            f"{slot.name!r} has {slot.param.rank} axes before a trip, and {t.rank} after it",
            why="a compiled loop carries arrays of fixed shapes",
            instead="start with an array of the final shape: np.zeros(...)",
        )

    def _sensitive(self) -> bool:
        """Whether dtypes are about that a Python number and a NumPy number meet differently."""
        plain = ("float64", "int64", "bool")
        return any(o.type.dtype not in plain for e in self.scope.builder.eqns for o in e.outs)

    def _late(self, env: dict[str, Val]) -> list[Slot]:
        """Names that no trip reads from the one before, but that are read after the loop."""
        slots: list[Slot] = []
        for name in self.stored:
            value = env.get(name)
            if name in self.values or name in self.in_place or isinstance(value, Pending | None):
                continue
            self.after: dict[str, Val]
            env[name] = value if isinstance(value, Missing) else self._late_value(name, value, slots)
        return slots

    def _late_value(self, name: str, value: Val, slots: list[Slot]) -> Val:
        low, before = self.low, self.before.get(name)
        if not self.live(name):
            return Missing("it was assigned in a loop and not read after it, as far as the text shows")
        if before is not None and same(before, value):
            return before
        runs = self.head.runs()
        if not runs and (before is None or isinstance(before, Missing)):
            return Missing(
                "it is assigned in a loop that may make no trip", "assign it before the loop as well"
            )
        if not runs and isinstance(before, Pending):
            raise Carry(before)
        mine: list[Slot] = []
        olds = spread(before) if not runs and alike(before, value) else [None] * len(spread(value))
        if len(olds) != len(spread(value)):
            return Missing("it is a tuple of another kind after the loop")
        for old, leaf in zip(olds, spread(value), strict=True):
            if not is_number(leaf):
                if runs or same(old, leaf):
                    continue
                return Missing("the loop makes it something else than a number")
            kind, weak, is_array = type_of(low, leaf)
            if self.scope.is_inner(kind.shape):
                return Missing("its shape changes from trip to trip")
            if old is not None:
                if not is_number(old):
                    return Missing("the loop makes it a number")
                first, first_weak, _ = type_of(low, old)
                if first.rank != kind.rank or (first.rank and first.dtype != kind.dtype):
                    return Missing(f"it is {first} before the loop and {kind} after it")
                try:
                    for a, b in zip(first.shape, kind.shape, strict=True):
                        low.solver.equal(a, b)
                except ShapeError:
                    return Missing(f"it is {first} before the loop and {kind} after it")
                kind = kind.with_dtype(
                    result_dtype(
                        [
                            Tensor(low.const(0, t.dtype), weak=w)
                            for t, w in ((first, first_weak), (kind, weak))
                        ]
                    )
                )
                weak = weak and first_weak
            param = Tensor(self._param(kind, name), weak=weak, is_array=is_array)
            param.name = name
            slot = Slot(name, old, param, weak=weak)
            slot.result = cast(low, as_tensor(low, leaf), kind.dtype)
            mine.append(slot)
        slots += mine
        return value

    def _yield_late(self, slot: Slot) -> None:
        raise AssertionError(slot.name)

    def _exits(self, exit_: Exit) -> list[Slot]:
        """The slots of a loop that is left early: whether by `break`, whether by `return`, and with what."""
        low = self.low
        slots = []

        def boolean(name: str, start: bool, result: Arg) -> None:
            param = Tensor(self._param(ArrayType("bool"), name), weak=True)
            slot = Slot(name, start, param, result, weak=True)
            slots.append(slot)

        ways = kinds(exit_)
        if isinstance(self.node, ast.While) and ways != (CONTINUE,):
            boolean("more", True, flag(low, exit_, CONTINUE))
        if BREAK in ways and self.node.orelse:
            boolean("broken", False, flag(low, exit_, BREAK))
        if RETURN in ways:
            boolean("returned", False, flag(low, exit_, RETURN))
            for leaf in spread(returned(exit_)):
                if not is_number(leaf):
                    continue
                kind, weak, is_array = type_of(low, leaf)
                if self.scope.is_inner(kind.shape):
                    low.refuse("the shape of what is returned here changes from trip to trip")
                param = Tensor(self._param(kind, ""), weak=weak, is_array=is_array)
                result = cast(low, as_tensor(low, leaf), kind.dtype)
                slots.append(Slot("", None, param, result, weak=weak))
        return slots

    def _check_cells(self) -> None:
        missing = [t for t in self.scope.written() if t not in self.cells]
        if missing:
            for t in missing:
                self.found[t] = None
                self.guess.cells |= {
                    n for n, v in self.before.items() if isinstance(v, Tensor) and v.root is t
                }
            raise Again
        for name in sorted(self.in_place):
            v = self.scope.env().get(name)
            if v is not self.before[name]:
                self.guess.fresh.add(name)
                self.guess.names.add(name)
                raise Again
        self.scope.refuse_changed_containers("in a loop whose trips are counted at run time")

    # -- the equation ------------------------------------------------------------------------------------

    def _commit(
        self,
        exit_: Exit,
        env: dict[str, Val],
        late: list[Slot],
        extra: list[Slot],
        cell_results: list[Arg],
        test_eqns: Sequence[Eqn],
        test: Arg | None,
    ) -> Exit:
        low, scope, head = self.low, self.scope, self.head
        slots = [*self.slots, *late, *extra]
        written_cells = set(scope.written())
        versions = {t: scope.journal.tensors[t][1] for t in self.cells}
        params: list[Value] = []
        inits: list[Arg] = []
        results: list[Arg] = []
        outs: list[Value] = []
        constant: dict[Value, Arg] = {}
        entries = [(s.param.arg, s.result, s) for s in slots]
        cells = list(zip(self.cells, self.cell_params, cell_results, strict=True))
        for param, result, slot in entries:
            assert isinstance(param, Value) and result is not None
            init = self._initial(slot)
            if result is param:  # it never changes
                constant[param] = init
                continue
            params.append(param)
            inits.append(init)
            results.append(result)
            slot.out = Value(param.type)
            outs.append(slot.out)
            if slot.name:
                low.hints[slot.out] = slot.name
        cell_outs: dict[Tensor, Value] = {}
        for t, param, result in cells:
            init = low.arg(t)
            if result is param:
                constant[param] = init
                continue
            params.append(param)
            inits.append(init)
            results.append(result)
            cell_outs[t] = Value(param.type)
            outs.append(cell_outs[t])
            if t.name:
                low.hints[cell_outs[t]] = t.name
        self._emit(exit_, params, inits, results, outs, constant, extra, test_eqns, test)
        handed = self._after(env, slots, written_cells)
        scope.settle()
        for t, out in cell_outs.items():
            low.touch(t)
            t.arg = out
            t.version = max(t.version, versions[t]) + 1
        written_roots = written_cells | {
            t for t, state in scope.journal.tensors.items() if t.view is None and t.version != state[1]
        }
        aliases.settle(low, scope, handed, written_roots, self.node)
        return self._left(exit_, extra)

    def _initial(self, slot: Slot) -> Arg:
        low, kind = self.low, slot.param.type
        if slot.initial is None:
            return low.builder.full(0, kind)
        arg = cast(low, as_tensor(low, slot.initial), kind.dtype)
        if arg.type.shape == () and kind.shape:
            return low.emit("full", [arg], shape=kind.shape)
        return arg

    def _emit(
        self,
        exit_: Exit,
        params: list[Value],
        inits: list[Arg],
        results: list[Arg],
        outs: list[Value],
        constant: dict[Value, Arg],
        extra: list[Slot],
        test_eqns: Sequence[Eqn],
        test: Arg | None,
    ) -> None:
        low, head = self.low, self.head
        exits = kinds(exit_) != (CONTINUE,)
        eqns = self.scope.builder.eqns
        if head.bounds is not None and exits:
            with self.scope.inside():
                results = [flag(low, exit_, CONTINUE), *results]
        body = ([rewire(e, constant) for e in eqns], rewire_args(results, constant))
        if head.bounds is not None:
            assert head.index is not None
            blocks, operands = closed(low, [head.index, *params], [body], [self.scope])
            args = (*head.bounds, *inits, *operands)
            emit_region(low, FOR, args, tuple(outs), blocks, operands, {"exits": True} if exits else {})
            return
        assert test is not None
        tested = [rewire(e, constant) for e in test_eqns]
        (value,) = rewire_args([test], constant)
        if exits:
            more = extra[0].param.arg
            tested, value = _while_more(low, tested, value, more, self.test_scope)
        if isinstance(value, Const) and value.value:
            low.refuse("a `while` that never ends", why="its condition is always true, and nothing leaves it")
        blocks, operands = closed(low, params, [(tested, [value]), body], [*self.test_scope, self.scope])
        emit_region(low, WHILE, (*inits, *operands), tuple(outs), blocks, operands)

    def _after(self, env: dict[str, Val], slots: list[Slot], written_cells: set[Tensor]) -> list[Handed]:
        """Bind the names to what they hold after the loop."""
        frame, handed = self.frame, []
        by_name: dict[str, list[Slot]] = {}
        for slot in slots:
            by_name.setdefault(slot.name, []).append(slot)
        for name in self.stored:
            value = env.get(name, Missing("it is deleted in a loop"))
            if name in self.in_place or isinstance(value, Pending):
                continue
            if isinstance(value, Missing):
                frame.env[name] = value
                continue
            if name not in by_name:
                frame.env[name] = value
                continue
            mine = iter(by_name[name])
            ends = spread(value)
            leaves: list[Val] = []
            for leaf in ends:
                if not is_number(leaf):
                    leaves.append(leaf)
                    continue
                slot = next(mine)
                if slot.out is None:
                    leaves.append(slot.initial)
                    continue
                t = Tensor(slot.out, weak=slot.weak, is_array=slot.param.is_array)
                t.name = name
                leaves.append(t)
                if t.is_array and t.rank:
                    first = slot.initial.root if isinstance(slot.initial, Tensor) else None
                    last = leaf.root if isinstance(leaf, Tensor) else None
                    handed.append(Handed(name, first, slot.param, last, t))
            frame.env[name] = rebuilt(value, iter(leaves))
        return handed

    def _left(self, exit_: Exit, extra: list[Slot]) -> Exit:
        """How the loop was left; its `else` is for when it was not left early."""
        low, frame = self.low, self.frame
        outs = {s.name: s for s in extra}
        back: Exit = None
        if "returned" in outs:
            value = returned(exit_)
            mine = iter([s for s in extra if s.name == ""])
            leaves = []
            for leaf in spread(value):
                if not is_number(leaf):
                    leaves.append(leaf)
                    continue
                slot = next(mine)
                arg = slot.out if slot.out is not None else self._initial(slot)
                leaves.append(Tensor(arg, weak=slot.weak, is_array=slot.param.is_array))
            out = outs["returned"].out
            assert out is not None
            back = made(low, (FALL, RETURN), out, rebuilt(value, iter(leaves)))
        if not self.node.orelse:
            return back
        early = [outs[n].out for n in ("broken", "returned") if n in outs]
        if not early:
            return self.run(frame, self.node.orelse, None)
        test: Arg | None = None
        for out in early:
            assert out is not None
            test = out if test is None else low.emit("logical_or", [test, out])
        assert test is not None
        finished = Tensor(negated(low, test), weak=True)
        live = live_after(frame, self.node.orelse)
        return branches.branch(
            frame, finished, lambda: self.run(frame, self.node.orelse, None), lambda: back, live
        )


def _while_more(
    low: Lowering, tested: list[Eqn], value: Arg, more: Arg, scopes: Sequence[Scope]
) -> tuple[list[Eqn], Arg]:
    """The condition is only computed again where the last trip did not leave the loop."""
    if isinstance(value, Const):
        return ([], more) if value.value else ([], FALSE)
    out = Value(ArrayType("bool"))
    before, low.builder = low.builder, Builder(low.solver)
    try:
        blocks, operands = closed(low, [], [(tested, [value]), ((), [FALSE])], scopes)
        emit_region(low, COND, (more, *operands), (out,), blocks, operands)
        return low.builder.eqns, out
    finally:
        low.builder = before
