"""Loops that are left early: what they carry to tell how, and what happens then.

In: the exit of a loop's body. Out: slots for "is there a next trip", "was it left by break", "by return, with
what"; the condition of a `while` that is not computed once the loop is left; the exit of the loop statement.

    for ...: if c: return v      ->   returned, value = for(...), and the rest stands in cond(not returned)
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symgrad.frontend import branches
from symgrad.frontend.branches import Run, live_after
from symgrad.frontend.carried import Slot, initial, param_of
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.exits import (
    BREAK,
    CONTINUE,
    FALL,
    FALSE,
    RETURN,
    Exit,
    flag,
    kinds,
    made,
    negated,
    returned,
)
from symgrad.frontend.instances import freeze
from symgrad.frontend.joining import may_be, type_of
from symgrad.frontend.promote import as_tensor, cast
from symgrad.frontend.regions import Scope, closed, emit_region
from symgrad.frontend.structure import rebuilt, spread
from symgrad.frontend.values import Partly, Tensor, Val, is_number
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.ir.regions import COND
from symgrad.ir.types import ArrayType

LOOP = ast.For | ast.While
BOOL = ArrayType("bool")


def slots_of_exit(low: Lowering, scope: Scope, node: LOOP, exit_: Exit) -> list[Slot]:
    """What the loop carries besides: nothing, if every trip goes on to the next."""
    slots = []

    def boolean(name: str, start: bool, result: Arg) -> None:
        param = Tensor(param_of(low, BOOL, name), weak=True)
        slots.append(Slot(name, start, param, result, weak=True))

    ways = kinds(exit_)
    if isinstance(node, ast.While) and ways != (CONTINUE,):
        boolean("more", True, flag(low, exit_, CONTINUE))
    if BREAK in ways and node.orelse:
        boolean("broken", False, flag(low, exit_, BREAK))
    if RETURN in ways:
        boolean("returned", False, flag(low, exit_, RETURN))
        for leaf in spread(returned(exit_)):
            if not is_number(leaf):
                continue
            kind, weak, is_array = type_of(low, leaf)
            if scope.is_inner(kind.shape):
                low.refuse("the shape of what is returned here changes from trip to trip")
            param = Tensor(param_of(low, kind, ""), weak=weak, is_array=is_array)
            slots.append(Slot("", None, param, cast(low, as_tensor(low, leaf), kind.dtype), weak=weak))
    return slots


def condition(
    low: Lowering, tested: list[Eqn], value: Arg, more: Arg, scopes: Sequence[Scope]
) -> tuple[list[Eqn], Arg]:
    """The condition of a `while`, only computed where the last trip did not leave the loop."""
    if isinstance(value, Const):
        return ([], more) if value.value else ([], FALSE)
    out = Value(BOOL)
    before, low.builder = low.builder, Builder(low.solver)
    try:
        blocks, operands = closed(low, [], [(tested, [value]), ((), [FALSE])], scopes)
        emit_region(low, COND, (more, *operands), (out,), blocks, operands)
        return low.builder.eqns, out
    finally:
        low.builder = before


def returned_origins(scope: Scope, exit_: Exit, own: Sequence[Tensor]) -> list[tuple[Tensor, ...]]:
    """The arrays that each returned number or array may be; asked inside."""
    if RETURN not in kinds(exit_):
        return []
    return [scope.origins(leaf, own) for leaf in spread(returned(exit_)) if is_number(leaf)]


def left(
    frame: Frame,
    node: LOOP,
    exit_: Exit,
    slots: Sequence[Slot],
    origins: Sequence[tuple[Tensor, ...]],
    carried: Sequence[Slot],
    broken: Sequence[str],
    run: Run,
) -> Exit:
    """How the loop statement was left; its `else` is for when nothing left the loop early.

    `broken` are names that have a value if it was left by `break`.
    """
    low = frame.low
    outs = {s.name: s.out for s in slots if s.name}
    back: Exit = None
    if (flagged := outs.get("returned")) is not None:
        value = _value(low, returned(exit_), [s for s in slots if not s.name], origins, carried)
        back = made(low, (FALL, RETURN), flagged, value)
    if not node.orelse:
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
            assigned(frame, broken)  # there is no other way out
        return back
    early = [out for name in ("broken", "returned") if (out := outs.get(name)) is not None]
    if not early:
        return run(frame, node.orelse, None)
    test: Arg = early[0] if len(early) == 1 else low.emit("logical_or", early)
    finished = Tensor(negated(low, test), weak=True)
    live = live_after(frame, node.orelse)

    def by_break() -> Exit:
        assigned(frame, broken)
        return back

    return branches.branch(frame, finished, lambda: run(frame, node.orelse, None), by_break, live)


def assigned(frame: Frame, names: Sequence[str]) -> None:
    """The loop was left by `break`: names that are assigned before it have their values."""
    for name in names:
        v = frame.env.get(name)
        if isinstance(v, Partly):
            frame.env[name] = v.value


def _value(
    low: Lowering,
    value: Val,
    slots: Sequence[Slot],
    origins: Sequence[tuple[Tensor, ...]],
    carried: Sequence[Slot],
) -> Val:
    """What the loop returns, if it does; it may be one of the arrays that were there before."""
    freeze(low, value)
    mine = iter(zip(slots, origins, strict=True))
    before = {s.param: s.initial.root for s in carried if isinstance(s.initial, Tensor)}
    leaves: list[Val] = []
    for leaf in spread(value):
        if not is_number(leaf):
            leaves.append(leaf)
            continue
        slot, roots = next(mine)
        arg = slot.out if slot.out is not None else initial(low, slot)
        leaves.append(t := Tensor(arg, weak=slot.weak, is_array=slot.param.is_array))
        for root in roots if t.is_array else ():
            may_be(low, t, before.get(root, root))
    return rebuilt(value, iter(leaves))
