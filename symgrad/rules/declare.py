"""The four words that a rule is said in, and the strict table that they fill.

In: an op and plain Python over the vocabulary of `ir.build`. Out: a `Rule`, found again by `lookup`.

    partials(op.tanh, lambda y, x: 1 - y * y)              dz/dx_i, elementwise: output first, then inputs
    transpose(op.matmul, 0, lambda g, a, b: g @ b.mT)      linear in argument 0: the transposed map
    vjp(op.softmax), jvp(op.softmax)                       the whole product, where it beats its parts'
    nondiff(op.floor)                                      no derivative flows: an explicit zero

A rule never un-broadcasts, casts, or asks whether its cotangent is zero: `ad` does each once, for all.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symgrad.errors import Loc, NoRule
from symgrad.ir.build import Ref, where
from symgrad.ir.core import Index, Op

Array = Any  # what a rule computes on: a Ref, or a NumPy array when it is tested
Fn = Callable[..., Any]

ALL = -1  # transpose(op, ALL, ...): linear in all arguments together, however many


@dataclass(frozen=True, slots=True)
class AddAt:
    """A contribution to some elements only: `dx[index] += value`, with no array of zeros around it."""

    value: Array
    index: Index
    operands: tuple[Array, ...] = ()


@dataclass(frozen=True, slots=True)
class Cases:
    """A partial by cases: the first condition that holds decides; 0 where none does."""

    branches: tuple[tuple[Array, float], ...]


@dataclass(frozen=True, slots=True)
class Partials:
    """Elementwise: `fn(z, *inputs)` gives dz/dx_i, a number, an array, a bool array (select) or Cases."""

    fn: Fn
    note: str = ""


@dataclass(frozen=True, slots=True)
class Transpose:
    """Linear in `args` together, the others fixed: `fn(g, *inputs, **attrs)` gives one result for each."""

    args: tuple[int, ...]
    fn: Fn


@dataclass(frozen=True, slots=True)
class Linear:
    """Linear in each group of arguments: one group is linear, several are multilinear."""

    transposes: tuple[Transpose, ...]


@dataclass(frozen=True, slots=True)
class Products:
    """The whole product: `fn(g, y, *inputs, **attrs)`, in reverse and in forward mode."""

    vjp: Fn | None = None
    jvp: Fn | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class NonDiff:
    """No derivative flows through: integer or boolean results, step functions, stop_gradient."""


Rule = Partials | Linear | Products | NonDiff
_RULES: dict[str, Rule] = {}


def _claim(op: Op, rule: Rule) -> None:
    if op.name in _RULES:
        raise ValueError(f"op {op.name!r} has a rule already")
    _RULES[op.name] = rule


def partials(op: Op, fn: Fn, *, note: str = "") -> None:
    """Declare the partial derivatives of an elementwise op; `note` is printed beside its adjoint."""
    _claim(op, Partials(fn, note))


def transpose(op: Op, args: int | tuple[int, ...], fn: Fn) -> None:
    """Declare the transpose of an op that is linear in `args`; a tuple means in these together."""
    found = _RULES.get(op.name, Linear(()))
    new = Transpose((args,) if isinstance(args, int) else args, fn)
    taken = {a for t in found.transposes for a in t.args} if isinstance(found, Linear) else {ALL}
    if not isinstance(found, Linear) or taken & {*new.args, ALL}:
        raise ValueError(f"op {op.name!r} has a rule for argument {args} already")
    _RULES[op.name] = Linear((*found.transposes, new))


def vjp(op: Op, *, note: str = "") -> Callable[[Fn], Fn]:
    """Declare the cotangents of all inputs: a tuple, or the one of a single input."""

    def declare(fn: Fn) -> Fn:
        found = _RULES.get(op.name, Products())
        if not isinstance(found, Products) or found.vjp is not None:
            raise ValueError(f"op {op.name!r} has a vjp already")
        _RULES[op.name] = Products(fn, found.jvp, note)
        return fn

    return declare


def jvp(op: Op) -> Callable[[Fn], Fn]:
    """Declare the tangent of the output; inputs that do not move have the tangent 0.0."""

    def declare(fn: Fn) -> Fn:
        found = _RULES.get(op.name, Products())
        if not isinstance(found, Products) or found.jvp is not None:
            raise ValueError(f"op {op.name!r} has a jvp already")
        _RULES[op.name] = Products(found.vjp, fn, found.note)
        return fn

    return declare


def nondiff(*ops: Op) -> None:
    """Declare that no derivative flows through these ops."""
    for op in ops:
        _claim(op, NonDiff())


def lookup(op: Op, loc: Loc | None = None) -> Rule:
    """The rule of an op; NoRule with the nearest name if there is none."""
    if op.name in _RULES:
        return _RULES[op.name]
    near = difflib.get_close_matches(op.name, _RULES, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise NoRule(f"no derivative rule for {op.name}{hint}", loc)


def is_nondiff(op: Op) -> bool:
    """Does no derivative flow through this op? (An op without a rule is not known to stop any.)"""
    return isinstance(_RULES.get(op.name), NonDiff)


def declared() -> dict[str, Rule]:
    """Every rule by the name of its op."""
    return dict(_RULES)


def cases(*branches: tuple[Array, float]) -> Any:
    """A partial by cases, first match first; 0 where none holds."""
    if any(isinstance(c, Ref) for c, _ in branches):
        return Cases(branches)
    value: Any = 0.0
    for condition, slope in reversed(branches):
        value = where(condition, slope, value)
    return value
