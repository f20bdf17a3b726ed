"""Arithmetic statements of a derivative as terms: what will be printed as one expression, with its leaves.

In: a block. Out: a `Statement` for each root: its term, the values that its leaves are, and what is known of
them (`t = 1 + a` where `t` was computed before). Grouped operations are leaves.

    dx = g / t - g * r / t     ->     subtract(divide(v0, v1), ...), leaves (g, t, r), defined {2: v3 / v1}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symgrad.ir.core import Arg, Block, Const, Eqn, Value
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import producers, uses
from symgrad.opt.terms import ARITHMETIC, COST, Term

_DEFINITION_DEPTH = 4
_DEFINITION_SIZE = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """How large statements are looked at, and how many; counted, not timed: same program, same text."""

    operations: int
    leaves: int
    statements: int


@dataclass(frozen=True, slots=True)
class Statement:
    """An arithmetic expression. `open_leaves` may stand in a new one, the others are inside statements."""

    root: Eqn
    term: Term
    leaves: tuple[Value, ...]
    defined: dict[int, Term]
    open_leaves: frozenset[int]

    @property
    def scalars(self) -> frozenset[int]:
        """The leaves that are numbers where the expression is an array."""
        if not self.root.out.type.shape:
            return frozenset()
        return frozenset(i for i, v in enumerate(self.leaves) if not v.type.shape)


@dataclass(slots=True)
class _Gathering:
    """One statement under construction."""

    type: ArrayType
    produced: Mapping[Value, Eqn]
    count: Mapping[Value, int]
    absorbed: set[Value]
    limits: Limits
    leaves: list[Value] = field(default_factory=list)
    defined: dict[int, Term] = field(default_factory=dict)
    number: dict[Value, int] = field(default_factory=dict)

    def leaf(self, value: Value) -> Term | None:
        if value not in self.number:
            if value.type.dtype != self.type.dtype or value.type.shape not in ((), self.type.shape):
                return None
            if len(self.leaves) == self.limits.leaves:
                return None
            self.number[value] = len(self.leaves)
            self.leaves.append(value)
        return ("leaf", self.number[value])

    def term(self, arg: Arg) -> Term | None:
        """The expression behind an operand, down to values that other statements read."""
        if isinstance(arg, Const):
            return ("const", float(arg.value))
        eqn = self.produced.get(arg)
        if eqn is None or arg not in self.absorbed:
            return self.leaf(arg)
        return self.operation(eqn)

    def operation(self, eqn: Eqn) -> Term | None:
        operands = [self.term(a) for a in eqn.args]
        if any(o is None for o in operands):
            return None
        return (eqn.op.name, *operands)

    def define(self) -> None:
        """What the leaves are, and the leaves of those definitions."""
        for value in tuple(self.leaves):
            self._define(value, _DEFINITION_DEPTH)
        found, self.defined = self.defined, {}

        def place(number: int) -> None:
            """A definition after those of its leaves: one may have been found too deep, and then again."""
            if number in found and number not in self.defined:
                for met in _leaf_numbers(found[number]):
                    place(met)
                self.defined[number] = found[number]

        for number in found:
            place(number)

    def _define(self, value: Value, depth: int) -> None:
        number = self.number[value]
        eqn = self.produced.get(value)
        while eqn is not None and eqn.op.name == "copy" and isinstance(eqn.args[0], Value):
            eqn = self.produced.get(eqn.args[0])
        if number in self.defined or eqn is None or not depth or eqn.op.name not in COST or not _plain(eqn):
            return
        before = len(self.leaves)
        term = self._definition(eqn, _DEFINITION_SIZE)
        if term is None:  # forget what was met on the way
            for late in self.leaves[before:]:
                del self.number[late]
            del self.leaves[before:]
            return
        for met in _leaf_numbers(term):
            self._define(self.leaves[met], depth - 1)
        self.defined[number] = term

    def _definition(self, eqn: Eqn, room: int) -> Term | None:
        """The term of an equation; arithmetic that only it reads is written out."""
        if room <= 0:
            return None
        operands: list[Term] = []
        for arg in eqn.args:
            inner = self.produced.get(arg) if isinstance(arg, Value) else None
            inline = (
                inner is not None
                and not inner.regions
                and not inner.out.hint
                and self.count[inner.out] == 1
                and _arithmetic(inner)
            )
            found: Term | None
            if inline and inner is not None:
                found = self._definition(inner, room - 2)
            else:
                found = ("const", float(arg.value)) if isinstance(arg, Const) else self.leaf(arg)
            if found is None:
                return None
            operands.append(found)
        return (eqn.op.name, *operands)


def _leaf_numbers(term: Term) -> list[int]:
    if term[0] == "leaf":
        return [term[1]]
    return [] if term[0] == "const" else [n for t in term[1:] for n in _leaf_numbers(t)]


def _plain(eqn: Eqn) -> bool:
    """One float out of floats; powers are whole."""
    if len(eqn.outs) != 1 or not eqn.out.type.is_float or any(not a.type.is_float for a in eqn.args):
        return False
    if eqn.op.name != "power":
        return True
    exponent = eqn.args[1]
    return isinstance(exponent, Const) and float(exponent.value).is_integer() and abs(exponent.value) <= 8


def _arithmetic(eqn: Eqn) -> bool:
    return eqn.op.name in ARITHMETIC and _plain(eqn)


def statements(block: Block, limits: Limits) -> list[Statement]:
    """The arithmetic statements of the derivative in `block` that are within the limits, in order."""
    produced, count = producers(block), uses(block)
    reader: dict[Value, Eqn] = {}
    for eqn in block.eqns:
        for arg in eqn.args:
            if isinstance(arg, Value):
                reader[arg] = eqn
    absorbed = {
        eqn.out
        for eqn in block.eqns
        if _arithmetic(eqn) and eqn.phase and _goes_into(eqn, reader.get(eqn.out), count)
    }
    operations: dict[Value, int] = {}
    out: list[Statement] = []
    for eqn in block.eqns:
        if not eqn.phase or not _arithmetic(eqn):
            continue
        operations[eqn.out] = 1 + sum(
            operations[a] for a in eqn.args if isinstance(a, Value) and a in absorbed
        )
        if eqn.out in absorbed or operations[eqn.out] > limits.operations:
            continue
        gathering = _Gathering(eqn.out.type, produced, count, absorbed, limits)
        term = gathering.operation(eqn)
        if term is None:
            continue
        own = len(gathering.leaves)
        gathering.define()
        out.append(
            Statement(
                eqn,
                term,
                tuple(gathering.leaves),
                gathering.defined,
                frozenset(i for i, v in enumerate(gathering.leaves) if i < own or v.hint or count[v] > 1),
            )
        )
    return out


def _goes_into(eqn: Eqn, reader: Eqn | None, count: Mapping[Value, int]) -> bool:
    """Is `eqn` printed inside the one arithmetic expression that reads it?"""
    if reader is None or count[eqn.out] != 1 or eqn.out.hint or not _arithmetic(reader):
        return False
    return (reader.loc, reader.phase) == (eqn.loc, eqn.phase)
