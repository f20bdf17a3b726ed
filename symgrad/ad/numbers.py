"""Integers of a program as polynomials, with what is known of them; and proofs that one is not negative.

In: the equations of a block, the ranges of the loops around it. Out: for each integer a `Dim` over atoms,
fresh names that mean one number each; for each atom its bounds. What nobody knows is one without bounds.

    for j in range(i): A[i, j + 1]      j is #2 with 0 <= #2 <= #1 - 1, so #1 - #2 - 1 is not negative
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.ir.core import Arg, Block, Const, Eqn, Symbol, Value
from symgrad.ir.dims import AtLeastZero, Dim, Extent, FloorDiv, at_least_zero, symbol, symbols
from symgrad.ir.ops import extent_of
from symgrad.ir.regions import CALL, COND, FOR
from symgrad.ir.types import INT

Bound = tuple[int, Dim]  # (scale, d): scale * atom >= d, or <= d
_STEPS = 400  # of one proof: it is right to give up


@dataclass(slots=True)
class Facts:
    """The atoms made so far, the later ones bounded by earlier ones only."""

    lower: dict[str, list[Bound]] = field(default_factory=dict)
    upper: dict[str, list[Bound]] = field(default_factory=dict)
    made: dict[object, Extent] = field(default_factory=dict)  # the atom of a quotient, of a maximum
    positive: dict[str, Dim] = field(default_factory=dict)  # atoms that are max(d, 0), with d
    count: int = 0

    def atom(self, lower: Iterable[Bound] = (), upper: Iterable[Bound] = ()) -> Extent:
        name = f"#{self.count}"
        self.count += 1
        self.lower[name], self.upper[name] = list(lower), list(upper)
        return symbol(name)

    def nonnegative(self, dim: Dim) -> bool:
        """Is `dim >= 0` sure? The latest atom is replaced by its bounds, until a number is left."""
        left = [_STEPS]

        def sure(d: Dim) -> bool:
            if isinstance(d, int):
                return d >= 0
            left[0] -= 1
            latest = max((int(s[1:]) for s in symbols(d)), default=-1)
            if latest < 0 or left[0] < 0:
                return False
            name = f"#{latest}"
            factor, rest = _linear(d, name)
            if factor is None:
                return False
            bounds = self.lower[name] if factor > 0 else self.upper[name]
            return any(factor % scale == 0 and sure(rest + factor // scale * b) for scale, b in bounds)

        return sure(dim)

    def most(self, dim: Dim, told: Collection[str]) -> Dim | None:
        """What `dim` is at most, over the atoms `told`: the latest of the others is replaced by a bound."""
        others = [s for s in symbols(dim) if s not in told]
        if isinstance(dim, int) or not others:
            return dim
        name = max(others, key=lambda s: int(s[1:]))
        factor, rest = _linear(dim, name)
        if factor is None:
            return None
        if factor > 0 and name in self.positive:
            inside = self.most(self.positive[name], told)
            return None if inside is None else self.most(rest + factor * at_least_zero(inside), told)
        for scale, b in self.upper[name] if factor > 0 else self.lower[name]:
            found = self.most(rest + factor // scale * b, told) if factor % scale == 0 else None
            if found is not None:
                return found
        return None

    def plain(self, dim: Dim, env: Mapping[str, Dim]) -> Dim:
        """`dim` over atoms: names replaced, quotients and maxima by atoms of their own."""
        if isinstance(dim, int):
            return dim
        out: Dim = 0
        for mono, coef in dim.terms:
            term: Dim = coef
            for a in mono:
                if isinstance(a, str):
                    term = term * env[a]
                elif isinstance(a, FloorDiv):
                    term = term * self.quotient(self.plain(a.numerator, env), a.denominator)
                else:
                    term = term * self.greater(0, self.plain(a.extent, env))
            out = out + term
        return out

    def quotient(self, d: Dim, by: int) -> Dim:
        if isinstance(d, int) or all(c % by == 0 for _, c in d.terms):
            return d // by
        key = ("//", d, by)
        if key not in self.made:
            self.made[key] = self.atom([(by, d - by + 1)], [(by, d)])
        return self.made[key]

    def greater(self, x: Dim, y: Dim) -> Dim:
        if isinstance(x, int) and isinstance(y, int):
            return max(x, y)
        key = ("max", x, y)
        if key not in self.made:
            made = self.made[key] = self.atom([(1, x), (1, y)])
            if 0 in (x, y):
                self.positive.update((name, y if x == 0 else x) for name in symbols(made))
        return self.made[key]

    def less(self, x: Dim, y: Dim) -> Dim:
        if isinstance(x, int) and isinstance(y, int):
            return min(x, y)
        key = ("min", x, y)
        if key not in self.made:
            self.made[key] = self.atom([], [(1, x), (1, y)])
        return self.made[key]


def _linear(d: Extent, name: str) -> tuple[int | None, Dim]:
    """`d` as factor * atom + rest; no factor where it is no number."""
    factor, rest = 0, d - 0
    for mono, coef in d.terms:
        if name in mono:
            if mono != (name,):
                return None, 0
            factor, rest = coef, rest - coef * symbol(name)
    return factor, rest


def constant_of(d: Dim) -> int:
    """The term without atoms."""
    return d if isinstance(d, int) else next((c for mono, c in d.terms if not mono), 0)


@dataclass(slots=True)
class Scope:
    """What the integers of a block, and the names of extents in it, are. `since`: its atoms begin there."""

    facts: Facts
    numbers: dict[Value, Dim] = field(default_factory=dict)
    names: dict[str, Dim] = field(default_factory=dict)
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
        factor, rest = _linear(told, f"#{latest}")
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
                for s in told.get(out, ()):
                    known = self.numbers[out] if s.axis is None and out in self.numbers else None
                    self.names[s.name] = self.facts.atom([(1, 0)]) if known is None else known

    def _value(self, eqn: Eqn) -> Dim:
        if eqn.op.name == "extent":
            return self.dim(extent_of(eqn.attrs))
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
        inner.numbers.update(outside)
        inner.names.update(sizes)
        if eqn.op is FOR:
            inner.numbers[block.params[0]] = self._trips(eqn, inner)
        for s in block.symbols:
            if s.axis is None and s.param in block.params:
                inner.names[s.name] = inner.number(s.param)
        inner.extend(block.eqns, block.symbols)
        return inner

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
            return renamed[name]

        def again(d: Dim) -> Dim:
            return facts.plain(d, {s: atom(s) for s in sorted(set(symbols(d)), key=lambda s: int(s[1:]))})

        return again


def _product(facts: Facts, x: Dim, y: Dim) -> Dim:
    return x * y


def _same(facts: Facts, x: Dim) -> Dim:
    return x


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
