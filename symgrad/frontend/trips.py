"""`for` and `while` statements: which are unrolled, and how the others count their trips.

In: a loop statement. Out: its trips one after the other, where they are few and known at compile time, else a
region (`loops.lower`) with a counter that extents may mention: `A[i, :i]` has the length i.

    for i in range(n): ...      counter i in 0 .. n - 1;   for row in A: ...    row = A[i], a view
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial

from symgrad.errors import SymgradError, UnsupportedSyntaxError
from symgrad.frontend import branches, grids, growing, listed, loops, operators
from symgrad.frontend.branches import Evaluate, Run
from symgrad.frontend.carried import Unstable, as_refusal
from symgrad.frontend.checkpoints import refuse_unrolled
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.exits import (
    BREAK,
    CONTINUE,
    FALL,
    Exit,
    Leave,
    Maybe,
    Return,
    flag,
    relabelled,
    without,
)
from symgrad.frontend.growing import OfObjects
from symgrad.frontend.iterate import UNROLL, items_of, iterate, length
from symgrad.frontend.leaving import assigned
from symgrad.frontend.names import stored_names
from symgrad.frontend.parts import parts
from symgrad.frontend.promote import as_tensor, cast
from symgrad.frontend.regions import Grown, attempt
from symgrad.frontend.solver import Bounds, Undecided
from symgrad.frontend.trial import Head
from symgrad.frontend.values import Checkpointed, Items, NeedUnrolled, Rows, SymRange, Tensor, Val, is_dim
from symgrad.ir.core import Arg, Value
from symgrad.ir.dims import Dim, symbol
from symgrad.ir.frozen import replace
from symgrad.ir.types import INT

LISTED = 8  # known trips that are written out rather than make an array of a list
FEW = 1  # known trips that are written out at once
SHORT = 16  # trips of a `while` that are written out, if its condition is known at each
Bind = Callable[[Frame, ast.expr, Val], None]


def for_statement(frame: Frame, node: ast.For, value: Val, run: Run, bind: Bind) -> Exit:
    """Unroll, or make a region of, a `for`."""
    low = frame.low
    if isinstance(value, grids.Grid) and value.axes:
        node, value = grids.as_loops(frame, node, value)
    if isinstance(value, Checkpointed):
        value = replace(value.items, schedule=value.schedule)
    low.loops += 1
    low.iterated.append(value)
    try:
        return _for(frame, node, value, run, bind)
    finally:
        low.loops -= 1
        low.iterated.pop()


def _for(frame: Frame, node: ast.For, value: Val, run: Run, bind: Bind) -> Exit:
    low = frame.low

    def unrolled(items: Val = value) -> Exit:
        return _unrolled(frame, node, list(iterate(low, items)), run, bind)

    items = items_of(low, value)
    trips = None if items is None else _known_trips(items.positions)
    if items is None or (trips is not None and trips <= FEW):
        return growing.grown(low, frame, unrolled)
    try:
        with attempt(low, frame):
            return growing.grown(low, frame, partial(_few_or_region, frame, node, items, run, bind, unrolled))
    except NeedUnrolled as need:
        if items.schedule is not None:
            refuse_unrolled(low, node)
        if _counter_name(frame, node, items) not in need.names:
            raise
        if trips is None:
            low.at(frame, node.iter)
            items = _of_this_size(low, items)
    except OfObjects:
        if items.schedule is not None or _extent_trips(items.positions) is None:
            raise
        if trips is None:
            low.at(frame, node.iter)
            items = _of_this_size(low, items)
    except SymgradError:
        if trips is None or trips > UNROLL or items.schedule is not None:
            raise
    low.at(frame, node.iter)
    return growing.grown(low, frame, partial(unrolled, items))


def _of_this_size(low: Lowering, items: Items) -> Items:
    """The same trips, as many as there are in this call."""
    r = items.positions
    bounds = (operators.constant(low, b, "the length of a loop") for b in (r.start, r.stop, r.step))
    return Items(SymRange(*bounds), items.at)


def _few_or_region(
    frame: Frame, node: ast.For, items: Items, run: Run, bind: Bind, unrolled: Callable[[], Exit]
) -> Exit:
    """A region; but a list that a few known trips make longer stays a list."""
    trips = _known_trips(items.positions)
    try:
        with attempt(frame.low, frame):
            return _region(frame, node, items, run, bind)
    except Grown as g:
        if trips is None or trips > LISTED or isinstance(g.items, Rows) or items.schedule is not None:
            raise
    return unrolled()


def _region(frame: Frame, node: ast.For, items: Items, run: Run, bind: Bind) -> Exit:
    """A loop; where a name is something else after the first trip, that trip is written out before it."""
    low = frame.low
    try:
        with attempt(low, frame):
            return loops.lower(frame, lambda: _counted(frame, node, items, bind), node, run)
    except Unstable as e:
        unstable = as_refusal(e)
    r = items.positions
    if not _certainly_runs(low, r):
        raise unstable
    low.at(frame, node)
    after = SymRange(operators.binary(low, ast.Add, r.start, r.step), r.stop, r.step)
    rest = Items(after, items.at, schedule=items.schedule)
    bind(frame, node.target, items.at(r.start))
    exit_ = run(frame, node.body, Leave.CONTINUE)
    low.at(frame, node)

    def go_on() -> Exit:
        try:
            return loops.lower(frame, lambda: _counted(frame, node, rest, bind), node, run, "rest")
        except Unstable:
            raise unstable from None

    if isinstance(exit_, Maybe):
        return _guarded(frame, node, exit_, go_on)
    if exit_ is Leave.BREAK:
        return None
    return exit_ if isinstance(exit_, Return) else go_on()


def _certainly_runs(low: Lowering, r: SymRange) -> bool:
    """Whether there is a first trip, in every call that this program is for."""
    last = _extent_trips(r)
    try:
        return last is not None and low.solver.decide(last - 1)
    except Undecided:
        return False


def _known_trips(r: SymRange) -> int | None:
    if all(isinstance(b, int) for b in (r.start, r.stop, r.step)):
        return len(range(r.start, r.stop, r.step))
    return None


def _unrolled(frame: Frame, node: ast.For, items: Sequence[Val], run: Run, bind: Bind) -> Exit:
    """The trips one after the other."""
    low = frame.low
    for k, item in enumerate(items):
        frame.statement, frame.loc = node, frame.unit.loc(node)
        low.at(frame, node)
        bind(frame, node.target, item)
        exit_ = run(frame, node.body, Leave.CONTINUE)
        if exit_ is Leave.BREAK:
            return None
        if isinstance(exit_, Return):
            return exit_
        if isinstance(exit_, Maybe):
            low.at(frame, node)
            return _guarded(frame, node, exit_, partial(_unrolled, frame, node, items[k + 1 :], run, bind))
    return run(frame, node.orelse, None)


def _guarded(frame: Frame, node: ast.For | ast.While, exit_: Maybe, go_on: Callable[[], Exit]) -> Exit:
    """The trips that are left, if this one has not left the loop."""
    low = frame.low
    test = Tensor(flag(low, exit_, CONTINUE), weak=True)
    live = branches.live_after(frame, [node])
    bound = [*stored_names(node.body)]

    def left() -> Exit:
        assigned(frame, bound)
        return relabelled(low, without(low, exit_, CONTINUE), BREAK, FALL)

    if CONTINUE not in exit_.kinds:
        return relabelled(low, exit_, BREAK, FALL)
    return branches.branch(frame, test, go_on, left, lambda name: True if name else live(name))


def _counted(frame: Frame, node: ast.For, items: Items, bind: Bind) -> Head:
    """A loop over positions: the counter, what it can be, and the item there."""
    low = frame.low
    r = items.positions
    name = _counter_name(frame, node, items)
    index = Value(INT, name)
    low.hints[index] = name
    bounds = _bounds(low, r)
    start, stop, step = (_integer(low, b) for b in (r.start, r.stop, r.step))
    last = _extent_trips(r)

    def enter() -> None:
        s = low.solver
        s.moving[name] = bounds
        s.sizes[name] = s.value(r.start) if is_dim(r.start) else 0
        s.order.setdefault(name, len(s.order))
        low.numbers[name] = index
        frame.statement, frame.loc = node, frame.unit.loc(node)
        low.at(frame, node)
        bind(frame, node.target, items.at(symbol(name)))

    known = last is not None and not low.solver.is_moving(last)
    certain = known and last is not None and low.solver.value(last) > 0
    out = Head(node, index, enter, None, (start, stop, step), certain, lambda: _certainly_runs(low, r))
    out.trips = partial(_trips, low, items)
    if items.schedule is not None:
        out.attrs["checkpoint"] = items.schedule
    if last is not None and r.step in (1, -1):
        out.number = (symbol(name) - r.start) * r.step
        out.first = lambda: bind(frame, node.target, items.at(r.start))
    return out


def _trips(low: Lowering, items: Items) -> Dim | None:
    """How many trips there are, where that is an extent."""
    if _extent_trips(items.positions) is None:
        return None
    try:
        trips: Dim = length(low, items)
    except Undecided:
        return None
    return trips


def _integer(low: Lowering, v: Val) -> Arg:
    return cast(low, as_tensor(low, v), "int64")


def _extent_trips(r: SymRange) -> Dim | None:
    """A number that is positive exactly if there is a first trip."""
    if not (is_dim(r.start) and is_dim(r.stop) and isinstance(r.step, int)):
        return None
    span: Dim = r.stop - r.start if r.step > 0 else r.start - r.stop
    return span


def _bounds(low: Lowering, r: SymRange) -> Bounds:
    """The least and the greatest value of the counter."""
    if not isinstance(r.step, int):
        return Bounds(None, None)
    first = r.start if is_dim(r.start) else None
    last: Dim | None = None
    if is_dim(r.stop):
        if r.step in (1, -1):
            last = r.stop - r.step
        elif first is not None:
            span = r.stop - r.start if r.step > 0 else r.start - r.stop
            last = r.start + (span - 1) // abs(r.step) * r.step
        else:
            last = r.stop - 1 if r.step > 0 else r.stop + 1
    return Bounds(first, last) if r.step > 0 else Bounds(last, first)


def _counter_name(frame: Frame, node: ast.For, items: Items) -> str:
    """The user's name for the counter, or one that nothing else has."""
    low = frame.low
    target = node.target
    if isinstance(target, ast.Tuple | ast.List) and target.elts and items.counts:
        target = target.elts[0]
    taken = {*low.integers, *low.solver.moving, *(low.solver.sizes.keys() - low.counters)}
    if isinstance(target, ast.Name) and items.counts:
        stem = target.id
    else:
        taken |= frame.local_names | low.counters
        stem = next((n for n in ("i", "j", "k", "l") if n not in taken), "i")
    name, number = stem, 1
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    low.counters.add(name)
    return name


# -- while -------------------------------------------------------------------------------------------------


class _RunTime(Exception):
    """A `while` that cannot be unrolled."""


class _Sized(_RunTime):
    """A `while` that can be unrolled for arrays of one size: another size would be compiled anew."""


def while_statement(frame: Frame, node: ast.While, evaluate: Evaluate, run: Run) -> Exit:
    """Unroll a `while` whose condition is known at each trip; a region otherwise."""
    frame.low.loops += 1
    try:
        return growing.grown(frame.low, frame, lambda: _while(frame, node, evaluate, run))
    finally:
        frame.low.loops -= 1


def _while(frame: Frame, node: ast.While, evaluate: Evaluate, run: Run) -> Exit:
    low = frame.low
    sized = False
    try:
        with attempt(low, frame):
            return _unrolled_while(frame, node, evaluate, run, any_size=True)
    except _Sized:
        sized = True
    except _RunTime:
        pass
    try:
        with attempt(low, frame):
            return _region_while(frame, node, evaluate, run)
    except UnsupportedSyntaxError as e:
        if not sized:
            raise
        try:  # for this size alone
            with attempt(low, frame):
                return _unrolled_while(frame, node, evaluate, run, any_size=False)
        except _RunTime:
            raise e from None


def _region_while(frame: Frame, node: ast.While, evaluate: Evaluate, run: Run) -> Exit:
    low = frame.low
    if any(isinstance(n, ast.NamedExpr) for n in parts(node.test)):
        node = _rotated(low, node)
    low.at(frame, node)
    always = isinstance(node.test, ast.Constant) and bool(node.test.value)

    def head() -> Head:
        return Head(node, None, lambda: None, lambda: evaluate(frame, node.test), None, False, lambda: always)

    try:
        return loops.lower(frame, head, node, run)
    except Unstable as e:
        raise as_refusal(e) from None


def _unrolled_while(frame: Frame, node: ast.While, evaluate: Evaluate, run: Run, *, any_size: bool) -> Exit:
    """Trip after trip; with `any_size`, not where the number of trips depends on extents."""
    low = frame.low
    for _ in range(SHORT + 1):
        frame.statement, frame.loc = node, frame.unit.loc(node)
        low.at(frame, node)
        known = low.solver.facts
        value = evaluate(frame, node.test)
        low.at(frame, node.test)
        if isinstance(value, Rows) and not isinstance(listed.length(low, value), int):
            raise _RunTime
        test = branches.decided(low, value, "`while`")
        if not isinstance(test, bool):
            raise _RunTime
        if any_size and low.solver.facts != known:
            raise _Sized
        if not test:
            return run(frame, node.orelse, None)
        exit_ = run(frame, node.body, Leave.CONTINUE)
        if exit_ is Leave.BREAK:
            return None
        if isinstance(exit_, Return):
            return exit_
        if isinstance(exit_, Maybe):
            raise _RunTime
    raise _RunTime


def _rotated(low: Lowering, node: ast.While) -> ast.While:
    """`while (e := f(x)) > tol: ...` as `while True: if not (e := f(x)) > tol: break; ...`"""
    if id(node) in low.rotated:
        return low.rotated[id(node)]
    if node.orelse:
        low.refuse("`:=` in the condition of a `while` with `else`", instead="assign before, and in the body")
    negated = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
    leave = ast.copy_location(ast.If(negated, [ast.copy_location(ast.Break(), node.test)], []), node.test)
    always = ast.copy_location(ast.Constant(True), node.test)
    out = ast.copy_location(ast.While(always, [leave, *node.body], []), node)
    low.rotated[id(node)] = out
    return out
