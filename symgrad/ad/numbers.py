"""Integers of a program as polynomials, with what is known of them (`ad.proofs`).

In: the equations of a block, the ranges of the loops around it. Out: for each integer a `Dim` over atoms,
fresh names that mean one number each; for each atom its bounds. What nobody knows is one without bounds.

    for j in range(i): A[i, j + 1]      j is #2 with 0 <= #2 <= #1 - 1, so #1 - #2 - 1 is not negative
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from symgrad.ad.conditions import NOTHING, Told, refined, told_by
from symgrad.ad.proofs import Facts, linear
from symgrad.ir.core import Arg, Block, Const, Eqn, Symbol, Value
from symgrad.ir.dims import AtLeastZero, Dim, Extent, substitute, symbol, symbols
from symgrad.ir.ops import extent_of
from symgrad.ir.regions import CALL, COND, FOR
from symgrad.ir.types import INT, ArrayType

BOOLEAN = ArrayType("bool")


@dataclass(slots=True)
class Scope:
    """What the integers of a block, and the names of extents in it, are. `since`: its atoms begin there."""

    facts: Facts
    numbers: dict[Value, Dim] = field(default_factory=dict)
    names: dict[str, Dim] = field(default_factory=dict)
    told: dict[Value, Told] = field(default_factory=dict)  # what conditions say
    since: int = 0
    index: Extent | None = None  # the atom that counts the trips: up, or (`down`) down
    down: bool = False

    @staticmethod
    def of(block: Block) -> Scope:
        """The scope of a whole program."""
        scope = Scope(Facts())
        for s in block.symbols:
            if s.axis is not None or s.param in block.params:
                scope.names[s.name] = scope.facts.atom([(1, 0)] if s.axis is not None else ())
                if s.axis is None:
                    scope.numbers[s.param] = scope.names[s.name]
        scope.extend(block.eqns, block.symbols)
        return scope

    def assume(self, dim: Dim) -> None:
        """`dim >= 0`: what a guard of the program says."""
        if isinstance(dim, int) or not set(symbols(dim)) <= set(self.names):
            return
        told = self.dim(dim)
        latest = max((int(s[1:]) for s in symbols(told)), default=-1)
        if isinstance(told, int) or latest < 0:
            return
        factor, rest = linear(told, f"#{latest}")
        if factor:
            bounds = self.facts.lower if factor > 0 else self.facts.upper
            bounds[f"#{latest}"].append((abs(factor), -rest if factor > 0 else rest))

    def number(self, arg: Arg) -> Dim:
        """An integer operand."""
        if isinstance(arg, Const):
            return int(arg.value)
        if arg not in self.numbers:
            self.numbers[arg] = self.facts.atom()
        return self.numbers[arg]

    def dim(self, dim: Dim) -> Dim:
        """An extent of this block."""
        for name in symbols(dim):
            if name not in self.names:
                self.names[name] = self.facts.atom()
        return self.facts.plain(dim, self.names)

    def nonempty(self, extent: Dim) -> Dim:
        """An extent where there is an element: max(n, 0) is n."""
        if isinstance(extent, Extent) and len(extent.terms) == 1:
            ((mono, coef),) = extent.terms
            if coef == 1 and len(mono) == 1 and isinstance(mono[0], AtLeastZero):
                return self.dim(mono[0].extent)
        return self.dim(extent)

    def extend(self, eqns: Iterable[Eqn], table: Sequence[Symbol]) -> None:
        """Add the integers that equations make, and the extents that these are."""
        told: dict[Value, list[Symbol]] = {}
        for s in table:
            told.setdefault(s.param, []).append(s)
        for eqn in eqns:
            for out in eqn.outs:
                if out.type == INT:
                    self.numbers[out] = self._value(eqn)
                elif out.type == BOOLEAN and not eqn.regions:
                    self.told[out] = told_by(eqn, self.told, self.number)
                for s in told.get(out, ()):
                    known = self.numbers[out] if s.axis is None and out in self.numbers else None
                    self.names[s.name] = self.facts.atom([(1, 0)]) if known is None else known

    def _value(self, eqn: Eqn) -> Dim:
        if eqn.op.name == "extent":
            return self.dim(extent_of(eqn.attrs))
        if eqn.op.name in _SLICES and eqn.attrs["step"] == 1:
            return _SLICES[eqn.op.name](self.facts, *map(self.number, eqn.args))
        rule = _ARITHMETIC.get(eqn.op.name)
        if rule is None or any(a.type != INT for a in eqn.args):
            return self.facts.atom()
        out = rule(self.facts, *map(self.number, eqn.args))
        return self.facts.atom() if out is None else out

    def inside(self, eqn: Eqn, block: Block) -> Scope:
        """The scope of a region: its index in its range, what it carries unknown, the rest as outside."""
        inner = Scope(self.facts, since=self.facts.count)
        params: list[tuple[Value, Arg | None]] = []
        if eqn.op is COND:
            params = list(zip(block.params, eqn.args[1:], strict=True))
        elif eqn.op is CALL:
            params = list(zip(block.params, eqn.args, strict=True))
        else:
            lead, first = (3, 1) if eqn.op is FOR else (0, 0)
            operands: list[Arg | None] = list(eqn.args[lead:])
            operands[: len(eqn.outs)] = [None] * len(eqn.outs)
            params = list(zip(block.params[first:], operands, strict=True))
        types = dict(zip((p for p, _ in params), eqn.args[len(eqn.args) - len(params) :], strict=True))
        outside = [(p, self.number(a)) for p, a in params if a is not None and p.type == INT]
        sizes = {
            s.name: self.dim(types[s.param].type.shape[s.axis])
            for s in block.symbols
            if s.axis is not None and s.param in types
        }
        inner.since = self.facts.count
        known = self._known(eqn, block)
        inner.numbers.update((p, substitute(d, known)) for p, d in outside)
        inner.names.update((name, substitute(d, known)) for name, d in sizes.items())
        inner.told.update((p, self.told[a]) for p, a in params if isinstance(a, Value) and a in self.told)
        if eqn.op is FOR:
            inner.numbers[block.params[0]] = self._trips(eqn, inner)
        for s in block.symbols:
            if s.axis is None and s.param in block.params:
                inner.names[s.name] = inner.number(s.param)
        inner.extend(block.eqns, block.symbols)
        return inner

    def _known(self, eqn: Eqn, block: Block) -> dict[str, Dim]:
        """What the condition of a branch says on one of its sides, by atom."""
        condition = eqn.args[0] if eqn.op is COND else None
        told = self.told.get(condition, NOTHING) if isinstance(condition, Value) else NOTHING
        return refined(self.facts, told.yes if block is eqn.regions[0] else told.no)

    def _trips(self, eqn: Eqn, inner: Scope) -> Dim:
        """The index of a loop, over the atom that counts its trips."""
        start, stop = self.number(eqn.args[0]), self.number(eqn.args[1])
        step = eqn.args[2].value if isinstance(eqn.args[2], Const) else 0
        inner.since = self.facts.count
        if step == 1:
            inner.index = self.facts.atom([(1, start)], [(1, stop - 1)])
            return inner.index
        if step == -1:
            inner.index, inner.down = self.facts.atom([(1, stop + 1)], [(1, start)]), True
            return inner.index
        if not step:
            return self.facts.atom()
        size = int(abs(step))
        last = stop - start - 1 if step > 0 else start - stop - 1
        inner.index = self.facts.atom([(1, 0)], [(size, last)])
        return start + int(step) * inner.index

    def later(self) -> Callable[[Dim], Dim]:
        """What integers of a trip are in any later trip: atoms of this block become others, bounded alike."""
        return self._other(self.down)

    def earlier(self) -> Callable[[Dim], Dim]:
        """What they were in any trip before."""
        return self._other(not self.down)

    def _other(self, less: bool) -> Callable[[Dim], Dim]:
        facts, renamed = self.facts, dict[str, Dim]()

        def atom(name: str) -> Dim:
            if int(name[1:]) < self.since:
                return symbol(name)
            if name not in renamed:
                lower = [(k, again(b)) for k, b in facts.lower[name]]
                upper = [(k, again(b)) for k, b in facts.upper[name]]
                if self.index == symbol(name):
                    (upper if less else lower).insert(0, (1, self.index + (-1 if less else 1)))
                renamed[name] = facts.atom(lower, upper)
                for unequal in tuple(facts.unequal.get(name, ())):
                    facts.not_zero(again(unequal))
            return renamed[name]

        def again(d: Dim) -> Dim:
            if all(int(s[1:]) < self.since for s in symbols(d)):
                return d
            return facts.plain(d, {s: atom(s) for s in sorted(set(symbols(d)), key=lambda s: int(s[1:]))})

        return again


def _product(facts: Facts, x: Dim, y: Dim) -> Dim:
    return x * y


def _same(facts: Facts, x: Dim) -> Dim:
    return x


def _bound(facts: Facts, x: Dim, size: Dim) -> Dim:
    """A bound of a slice: counted from the end if negative, and clipped."""
    from_front = x if facts.nonnegative(x) else facts.greater(facts.atom(), 0)
    return from_front if facts.nonnegative(size - from_front) else facts.less(from_front, size)


def _length(facts: Facts, x: Dim, y: Dim, size: Dim) -> Dim:
    span = _bound(facts, y, size) - _bound(facts, x, size)
    return span if facts.nonnegative(span) else facts.greater(span, 0)


_SLICES: dict[str, Callable[..., Dim]] = {"slice_start": _bound, "slice_count": _length}
_ARITHMETIC: dict[str, Callable[..., Dim | None]] = {
    "add": lambda facts, x, y: x + y,
    "subtract": lambda facts, x, y: x - y,
    "multiply": _product,
    "negative": lambda facts, x: -x,
    "copy": _same,
    "cast": _same,
    "floor_divide": lambda facts, x, y: facts.quotient(x, y) if isinstance(y, int) and y > 0 else None,
    "maximum": lambda facts, x, y: facts.greater(x, y),
    "minimum": lambda facts, x, y: facts.less(x, y),
}
