"""Branches that the data decide: `if`, conditional expressions, `and`, `or`, and what follows an early exit.

In: a run-time condition and two ways to go on. Out: a `cond` equation; names and arrays that hold what the
side that was taken left in them; one exit for both sides.

    if s > 3.0: y[0] = s      ->   y_2 = cond(s > 3.0, y, s): (y, s) -> setitem(y, s, 0); else (y, s) -> y
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import partial

from symgrad.frontend import facts, growing, instances, listed, operators
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.exits import (
    BREAK,
    FALL,
    RETURN,
    Exit,
    Maybe,
    Return,
    code,
    flag,
    kinds,
    made,
    returned,
    without,
)
from symgrad.frontend.flow import always_leaves, flow_of, may_leave
from symgrad.frontend.joining import ABSENT, Join
from symgrad.frontend.promote import as_bool, as_tensor, cast, result_dtype
from symgrad.frontend.regions import Raises, Scope
from symgrad.frontend.solver import Undecided
from symgrad.frontend.structure import is_instance
from symgrad.frontend.values import Missing, Partly, Rows, Tensor, Val
from symgrad.ir.core import Arg, Const
from symgrad.ir.dims import Extent
from symgrad.ir.frozen import replace
from symgrad.ir.regions import COND

Way = Callable[[], Exit]
Run = Callable[[Frame, Sequence[ast.stmt], Exit], Exit]
Live = Callable[[str], bool]
Evaluate = Callable[[Frame, ast.expr], Val]


def decided(low: Lowering, test: Val, what: str) -> bool | Tensor:
    """The condition: known at compile time, or a bool that is computed."""
    test = plain_truth(low, test)
    if isinstance(test, Extent):
        try:
            return not low.solver.same(test, 0)
        except Undecided:
            test = low.extent(test)
    if isinstance(test, Tensor) and not test.rank and not isinstance(low.arg(test), Const):
        return Tensor(as_bool(low, test), weak=True)
    return operators.truth(low, test, what)


def plain_truth(low: Lowering, test: Val) -> Val:
    """What tells the truth of a list or an object: a number or a bool."""
    if isinstance(test, Rows):
        return listed.truth(low, test)
    return instances.truth(low, test) if is_instance(test) else test


def live_after(frame: Frame, statements: Sequence[ast.stmt]) -> Live:
    """Which names may be read once these statements are done."""
    if frame.function is None:
        return lambda name: True
    flow = flow_of(frame.function)
    return lambda name: flow.live(statements, name)


def branch(frame: Frame, test: Tensor, then: Way, orelse: Way, live: Live, *, leaving: bool = True) -> Exit:
    """Go both ways from here, and join them."""
    low = frame.low
    condition = low.arg(test)
    place = low.frame, low.node, low.builder.loc
    sides: list[Scope] = []
    exits: list[Exit] = []
    told = facts.known(low, condition)
    for way, other, assumed in ((then, orelse, told.true), (orelse, then, told.false)):
        scope = Scope(low, frame, certain=False)
        try:
            with scope.inside():
                facts.assume(low, assumed)
                exits.append(way())
        except Raises:  # for data that take this way there is no value
            low.frame, low.node, low.builder.loc = place
            return other()
        sides.append(scope)
    low.frame, low.node, low.builder.loc = place
    return _joined(frame, condition, (sides[0], sides[1]), (exits[0], exits[1]), live, leaving)


def _joined(
    frame: Frame,
    condition: Arg,
    sides: tuple[Scope, Scope],
    exits: tuple[Exit, Exit],
    live: Live,
    leaving: bool,
) -> Exit:
    low = frame.low
    join = Join(low, sides)
    gone = [leaving and kinds(e) == (RETURN,) for e in exits]
    envs = []
    for number, f in enumerate(sides[0].frames):
        envs.append((f, _names(join, number, gone, exits, live)))
    join.containers(gone)
    total = tuple(sorted({k for e in exits for k in kinds(e)}))
    value: Val = None
    if RETURN in total:
        first, second = (returned(e) if RETURN in kinds(e) else ABSENT for e in exits)
        value = join.value(first, second, "")
        if isinstance(value, Missing):
            what = "what is returned here" if leaving else "this choice"
            low.refuse(
                f"{what} has no type that is known at compile time",
                why=value.why,
                instead=value.instead or "return values of one kind on every way through the function",
            )
    codes: tuple[Arg, Arg] | None = None
    if len(total) > 1:
        made_codes = []
        for scope, e in zip(sides, exits, strict=True):
            with scope.inside():
                made_codes.append(code(low, e, total))
        codes = made_codes[0], made_codes[1]
    arg = join.emit(COND, condition, codes)
    for f, env in envs:
        f.env = env
    return made(low, total, exits_code(low, arg), value)


def exits_code(low: Lowering, arg: Arg | None) -> Arg:
    return low.const(True, "bool") if arg is None else arg


def _names(join: Join, number: int, gone: list[bool], exits: tuple[Exit, Exit], live: Live) -> dict[str, Val]:
    """The names after the branch."""
    first, second = (s.env(number) for s in join.sides)
    env: dict[str, Val] = {}
    for name in dict.fromkeys((*first, *second)):
        a = ABSENT if gone[0] else first.get(name, _UNBOUND)
        b = ABSENT if gone[1] else second.get(name, _UNBOUND)
        if gone[0] and gone[1]:
            a, b = first.get(name, _UNBOUND), second.get(name, _UNBOUND)
            env[name] = a if a is b else _DEAD
        elif a is b:
            env[name] = a
        elif (gone[0] and _kept(join, b)) or (gone[1] and _kept(join, a)):
            env[name] = b if gone[0] else a
        elif not live(name):
            env[name] = _DEAD
        else:
            env[name] = _by_break(join, (a, b), exits, name)
    return env


def _by_break(join: Join, both: tuple[Val, Val], exits: tuple[Exit, Exit], name: str) -> Val:
    """One value for both sides; what is only assigned before a `break` is kept for after the loop."""
    ended = [kinds(e) == (BREAK,) for e in exits]
    values = [v.value if isinstance(v, Partly) and end else v for v, end in zip(both, ended, strict=True)]
    if not any(isinstance(v, Missing) for v in values) or BREAK not in {k for e in exits for k in kinds(e)}:
        return join.value(values[0], values[1], name)
    there = []
    for v, e in zip(values, exits, strict=True):
        there.append(v.value if isinstance(v, Partly) else v if BREAK in kinds(e) else ABSENT)
    value = join.value(there[0], there[1], name)
    return value if isinstance(value, Missing) else replace(_BEFORE_BREAK, value=value)


def _kept(join: Join, v: Val) -> bool:
    """A value from before the branch, or of compile time: what the side that is gone holds is no matter."""
    if isinstance(v, Partly):
        return _kept(join, v.value)
    if isinstance(v, tuple):
        return all(_kept(join, item) for item in v)
    if is_instance(v):
        return id(v.__dict__) in join.sides[0].owned
    return join.sides[0].is_outer(v) if isinstance(v, Tensor) else not isinstance(v, list | dict | set)


_UNBOUND = Missing(
    "it is only assigned on one side of a branch that the data decide", "assign it before the branch as well"
)
_BEFORE_BREAK = Partly(
    "it is only assigned before a `break`", "assign it before the loop as well, or in the `else` of the loop"
)
_DEAD = Missing("it was assigned in a branch and not read after it, as far as the text shows")


# -- statements --------------------------------------------------------------------------------------------


def if_statement(
    frame: Frame, node: ast.If, test: Tensor, rest: Callable[[], Sequence[ast.stmt]], end: Exit, run: Run
) -> tuple[Exit, bool]:
    """An `if` that the data decide. True with the exit: the rest of the block is done as well.

    Where one side leaves the block, what follows the `if` belongs to the other side.
    """
    leaves = [always_leaves(block) for block in (node.body, node.orelse)]
    blocks = [list(node.body), list(node.orelse)]
    ends: list[Exit] = [None, None]
    done = any(leaves) and (all(leaves) or may_leave(node.body) or may_leave(node.orelse))
    statements: list[ast.stmt] = [node]
    if done:
        more = [] if all(leaves) else list(rest())
        statements += more
        for i in range(2):
            if not leaves[i]:
                blocks[i] += more
                ends[i] = end

    def both() -> Exit:
        ways = [partial(run, frame, block, end) for block, end in zip(blocks, ends, strict=True)]
        return branch(frame, test, ways[0], ways[1], live_after(frame, statements))

    if frame.low.loops:  # a list that grows here is the matter of the loop
        return both(), done
    return growing.grown(frame.low, frame, both), done


def guarded(frame: Frame, before: Maybe, rest: Sequence[ast.stmt], end: Exit, run: Run) -> Exit:
    """The rest of a block, if what came before did not leave it."""
    if FALL not in before.kinds:
        return before
    if not rest and end is None:
        return before
    low = frame.low
    test = Tensor(flag(low, before, FALL), weak=True)
    live = live_after(frame, rest) if rest else (lambda name: True)
    return branch(frame, test, lambda: run(frame, rest, end), lambda: without(low, before, FALL), live)


# -- expressions -------------------------------------------------------------------------------------------


def choice(frame: Frame, test: Tensor, then: Callable[[], Val], orelse: Callable[[], Val]) -> Val:
    """`a if test else b` as a `cond`."""
    exit_ = branch(
        frame, test, lambda: Return(then()), lambda: Return(orelse()), lambda name: True, leaving=False
    )
    assert isinstance(exit_, Return)
    return exit_.value


def cheap(frame: Frame, node: ast.expr) -> bool:
    """Sums and products of numbers in names: they cost little and cannot fail, so both sides are computed."""
    stack: list[ast.expr] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Constant):
            if not isinstance(part.value, int | float):
                return False
        elif isinstance(part, ast.Name):
            v = frame.env.get(part.id)
            if not (isinstance(v, float | int | Extent) or (isinstance(v, Tensor) and not v.is_array)):
                return False
        elif isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub | ast.UAdd | ast.Not):
            stack.append(part.operand)
        elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add | ast.Sub | ast.Mult):
            stack += [part.left, part.right]
        elif isinstance(part, ast.Compare):
            stack += [part.left, *part.comparators]
        elif isinstance(part, ast.BoolOp):
            stack += part.values
        else:
            return False
    return True


def chosen(frame: Frame, test: Tensor, left: Val, right: Val) -> Tensor:
    """`left if test else right` of two numbers that are both computed."""
    low = frame.low
    a, b = as_tensor(low, left), as_tensor(low, right)
    dtype = result_dtype([a, b])
    operands = [as_bool(low, test), cast(low, a, dtype), cast(low, b, dtype)]
    return Tensor(low.emit("where", operands), weak=a.weak and b.weak)


def connected(frame: Frame, is_and: bool, parts: Sequence[ast.expr], evaluate: Evaluate) -> Val:
    """`a and b and c`, `a or b or c`: what is behind a part that decides is not computed."""
    low = frame.low
    word = "`and`" if is_and else "`or`"
    for k, part in enumerate(parts):
        v = evaluate(frame, part)
        rest = parts[k + 1 :]
        if not rest:
            return v
        low.at(frame, part)
        test = decided(low, v, word)
        if isinstance(v, Rows) or is_instance(v):
            v = test
        if isinstance(test, bool):
            if test is not is_and:
                return v
            continue
        if not (isinstance(v, Tensor) and v.dtype == "bool"):
            low.refuse(
                f"{word} of a run-time number", why="the result would be a number or a bool", instead="!= 0"
            )
        if all(cheap(frame, p) for p in rest):
            later = _bool(frame, connected(frame, is_and, rest, evaluate), word)
            if isinstance(later.arg, Const):
                return v if later.arg.value is is_and else later
            return operators.logical(low, "logical_and" if is_and else "logical_or", [test, later])

        def go_on(rest: Sequence[ast.expr] = rest) -> Val:
            return _bool(frame, connected(frame, is_and, rest, evaluate), word)

        def stop() -> Val:
            return Tensor(low.const(not is_and, "bool"), weak=True)

        out = choice(frame, test, go_on if is_and else stop, stop if is_and else go_on)
        if isinstance(out, Tensor):
            facts.connected(low, is_and, out.arg, [low.arg(test)])
        return out
    raise AssertionError("`and`, `or` have operands")


def _bool(frame: Frame, v: Val, word: str) -> Tensor:
    test = decided(frame.low, v, word)
    return test if isinstance(test, Tensor) else Tensor(frame.low.const(test, "bool"), weak=True)
