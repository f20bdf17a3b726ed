"""Value numbers: equal numbers, equal values, whatever their names.

In: equations in order. Out: a number for each value; two values computed alike have one number. Copies have
the number of what they copy, operands of commutative ops count in either order.

    a = exp(x); b = exp(x); c = a + y; d = y + b    ->    a, b: 1    c, d: 3
"""

from __future__ import annotations

from collections.abc import Hashable

from symgrad.ir.core import Arg, Const, Eqn, Kind, Value

COMMUTATIVE = frozenset(
    {
        "add", "multiply", "maximum", "minimum", "equal", "not_equal",
        "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor",
        "logaddexp", "hypot",
    }
)  # fmt: skip

_MEMORY = frozenset({"empty", "tape"})  # two of them are two, to be written apart


class Numbers:
    """Numbers given so far. Values that were not `add`ed are equal to themselves only."""

    def __init__(self, *, through_copies: bool = True) -> None:
        self.through_copies = through_copies
        self._of_value: dict[Value, int] = {}
        self._of_key: dict[Hashable, int] = {}
        self._next = 0

    def add(self, eqn: Eqn) -> bool:
        """Number the results of `eqn`; was it computed before?"""
        if eqn.op.kind is Kind.REGION or eqn.op.name in _MEMORY:
            for out in eqn.outs:
                self._of_value[out] = self._new()
            return False
        if eqn.op.name == "copy" and isinstance(eqn.args[0], Value):
            self._of_value[eqn.out] = self.of(eqn.args[0]) if self.through_copies else self._new()
            return False
        operands = [a if isinstance(a, Const) else self.of(a) for a in eqn.args]
        together = frozenset(operands) if eqn.op.name in COMMUTATIVE else tuple(operands)  # all are binary
        number = self._of_key.setdefault((eqn.does, together), self._next + 1)
        known = number <= self._next
        if not known:
            self._next = number
        self._of_value[eqn.out] = number
        return known

    def of(self, value: Value) -> int:
        number = self._of_value.get(value)
        if number is None:
            number = self._of_value[value] = self._new()
        return number

    def same(self, a: Arg, b: Arg) -> bool:
        """Are the two operands the same value?"""
        return self._key(a) == self._key(b)

    def _key(self, arg: Arg) -> Const | int:
        return arg if isinstance(arg, Const) else self.of(arg)

    def _new(self) -> int:
        self._next += 1
        return self._next
