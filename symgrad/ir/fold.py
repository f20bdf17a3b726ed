"""Arithmetic on constants, done at once: what the vocabulary of `ir.build` does instead of emitting.

In: an op's name and its operands. Out: the operand that the result is, or None where there is work to do
at run time. A scalar `Const` stands for an array filled with it.

    power(x, Const 2.0):  y * x ** (y - 1)  ->  2.0 * x ** 1.0,  and  where(y == 0, ...)  is no longer there
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence

from symgrad.ir.core import Arg, Const
from symgrad.ir.types import BOOL, INT, ArrayType

# fmt: off
_ARITHMETIC: dict[str, Callable[..., float]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "negative": operator.neg, "log": math.log, "sqrt": math.sqrt,
}
_INTEGERS: dict[str, Callable[..., int]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "negative": operator.neg,
    "maximum": max, "minimum": min,
}
_PREDICATES: dict[str, Callable[..., bool]] = {
    "equal": operator.eq, "not_equal": operator.ne, "less": operator.lt, "less_equal": operator.le,
    "greater": operator.gt, "greater_equal": operator.ge, "logical_not": operator.not_,
}
# fmt: on


def fold(name: str, args: Sequence[Arg]) -> Arg | None:
    """What `name(*args)` is, if constants alone decide it and the value is finite."""
    if name == "where" and isinstance(args[0], Const):
        return _chosen(args[1] if args[0].value else args[2], args)
    if name in ("logical_and", "logical_or"):
        return _decided(args, absorbing=name == "logical_or")
    values = [a.value for a in args if isinstance(a, Const)]
    if len(values) < len(args):
        return None
    if name in _PREDICATES:
        return Const(bool(_PREDICATES[name](*values)), ArrayType(BOOL))
    if all(a.type == INT for a in args) and name in _INTEGERS:
        whole = _INTEGERS[name](*map(int, values))
        return Const(whole, INT) if abs(whole) < 2**53 else None
    if name not in _ARITHMETIC or not args[0].type.is_float:
        return None
    try:
        value = float(_ARITHMETIC[name](*values))
    except (ArithmeticError, ValueError):
        return None
    return Const(value, args[0].type) if math.isfinite(value) else None


def _chosen(taken: Arg, args: Sequence[Arg]) -> Arg | None:
    """The taken side of a `where`, if it has the shape of the whole."""
    same = all(isinstance(a, Const) or a.type == taken.type for a in args[1:])
    return taken if same or isinstance(taken, Const) else None


def _decided(args: Sequence[Arg], *, absorbing: bool) -> Arg | None:
    known = [bool(a.value) for a in args if isinstance(a, Const)]
    unknown = [a for a in args if not isinstance(a, Const)]
    if absorbing in known:
        return Const(absorbing, ArrayType(BOOL))
    if not unknown:
        return Const(not absorbing, ArrayType(BOOL))
    return unknown[0] if len(unknown) == 1 else None
