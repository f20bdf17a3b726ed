"""How a block was left: by its end, `break`, `continue`, `return`, or by one of them as the data say.

In: the exits of two sides, or of a block. Out: one exit; where the data decide, a code that tells which.

    if s > 3.0: break     ->  Maybe((FALL, BREAK), code) with the bool code s > 3.0
"""

from __future__ import annotations

from enum import Enum

from symgrad.frontend.context import Lowering
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.core import Arg, Const
from symgrad.ir.frozen import dataclass
from symgrad.ir.types import BOOL, ArrayType

FALL, BREAK, CONTINUE, RETURN = range(4)
TRUE, FALSE = Const(True, ArrayType(BOOL)), Const(False, ArrayType(BOOL))


class Leave(Enum):
    """How a block was left, other than by its end."""

    BREAK = BREAK
    CONTINUE = CONTINUE


@dataclass(frozen=True, slots=True)
class Return:
    """A block was left by `return value`."""

    value: Val


@dataclass(frozen=True, slots=True)
class Maybe:
    """One of `kinds` (in ascending order), as `code` tells: a bool for the second of two, else the number."""

    kinds: tuple[int, ...]
    code: Tensor
    value: Val = None  # what is returned, if RETURN is among them


Exit = Leave | Return | Maybe | None


def kinds(exit_: Exit) -> tuple[int, ...]:
    """The ways in which the block may have been left."""
    if isinstance(exit_, Maybe):
        return exit_.kinds
    return (FALL if exit_ is None else RETURN if isinstance(exit_, Return) else exit_.value,)


def returned(exit_: Exit) -> Val:
    return exit_.value if isinstance(exit_, Return | Maybe) else None


def flag(low: Lowering, exit_: Exit, kind: int) -> Arg:
    """Whether the block was left in this way: a bool operand."""
    if kind not in kinds(exit_):
        return FALSE
    if not isinstance(exit_, Maybe):
        return TRUE
    if len(exit_.kinds) > 2:
        return low.emit("equal", [low.arg(exit_.code), low.const(kind, "int64")])
    arg = low.arg(exit_.code)
    return arg if kind == exit_.kinds[1] else negated(low, arg)


def negated(low: Lowering, arg: Arg) -> Arg:
    if isinstance(arg, Const):
        return FALSE if arg.value else TRUE
    return low.emit("logical_not", [arg])


def code(low: Lowering, exit_: Exit, total: tuple[int, ...]) -> Arg:
    """The code of an exit among the kinds `total`."""
    if len(total) == 2:
        return flag(low, exit_, total[1])
    if not isinstance(exit_, Maybe):
        return low.const(kinds(exit_)[0], "int64")
    if len(exit_.kinds) > 2:
        return low.arg(exit_.code)
    first, second = (low.const(k, "int64") for k in exit_.kinds)
    return low.emit("where", [low.arg(exit_.code), second, first])


def made(low: Lowering, total: tuple[int, ...], arg: Arg, value: Val) -> Exit:
    """The exit that a code stands for."""
    if len(total) > 1:
        return Maybe(total, Tensor(arg, weak=True), value)
    (kind,) = total
    return None if kind == FALL else Return(value) if kind == RETURN else Leave(kind)


def without(low: Lowering, exit_: Maybe, kind: int) -> Exit:
    """The exit where it is known not to be of this kind."""
    rest = tuple(k for k in exit_.kinds if k != kind)
    arg = flag(low, exit_, rest[1]) if len(rest) == 2 else low.arg(exit_.code)
    return made(low, rest, arg, exit_.value)


def relabelled(low: Lowering, exit_: Exit, old: int, new: int) -> Exit:
    """Leaving by `old` counts as leaving by `new`."""
    if old not in kinds(exit_):
        return exit_
    total = tuple(sorted({new if k == old else k for k in kinds(exit_)}))
    value = returned(exit_)
    if len(total) == 1 or not isinstance(exit_, Maybe):
        return made(low, total, TRUE, value)
    if len(total) == 2:
        arg = flag(low, exit_, total[1])
        if total[1] == new:
            other = flag(low, exit_, old)
            known = isinstance(arg, Const) or isinstance(other, Const)
            arg = (other if arg is FALSE else arg) if known else low.emit("logical_or", [arg, other])
        return made(low, total, arg, value)
    arg = low.emit("where", [flag(low, exit_, old), low.const(new, "int64"), low.arg(exit_.code)])
    return made(low, total, arg, value)
