"""What is known of integers that have no value yet: bounds, and proofs that a polynomial is not negative.

In: atoms, fresh names that mean one number each, with bounds over earlier ones. Out: `nonnegative(d)` is True
only if it is proved; `most(d)` is a bound over some of the atoms.

    0 <= #2 <= #1 - 1:      #1 - #2 - 1 is not negative; #2 is at most #1 - 1
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from symgrad.ir.dims import Dim, Extent, FloorDiv, as_symbol, at_least_zero, substitute, symbol, symbols

Bound = tuple[int, Dim]  # (scale, d): scale * atom >= d, or <= d
_STEPS = 400  # of one proof: it is right to give up


@dataclass(slots=True)
class Facts:
    """The atoms made so far, the later ones bounded by earlier ones only."""

    lower: dict[str, list[Bound]] = field(default_factory=dict)
    upper: dict[str, list[Bound]] = field(default_factory=dict)
    made: dict[object, Extent] = field(default_factory=dict)  # the atom of a quotient, of a maximum
    positive: dict[str, Dim] = field(default_factory=dict)  # atoms that are max(d, 0), with d
    meant: dict[str, str] = field(default_factory=dict)  # atoms of branches, with the one that they are
    unequal: dict[str, list[Dim]] = field(default_factory=dict)  # by atom, polynomials that are not zero
    apart: dict[object, bool] = field(default_factory=dict)  # what was asked of two sets of elements
    count: int = 0

    def atom(self, lower: Iterable[Bound] = (), upper: Iterable[Bound] = ()) -> Extent:
        name = f"#{self.count}"
        self.count += 1
        self.lower[name], self.upper[name] = list(lower), list(upper)
        return symbol(name)

    def same(self, name: str, lower: Iterable[Bound], upper: Iterable[Bound]) -> Extent:
        """Another atom for the same number, of which more is known."""
        made = self.atom(lower, upper)
        self.meant.update((new, name) for new in symbols(made))
        return made

    def original(self, dim: Dim) -> Dim:
        """`dim` over the atoms that the ones of branches mean."""
        while again := {s: symbol(self.meant[s]) for s in symbols(dim) if s in self.meant}:
            dim = substitute(dim, again)
        return dim

    def not_zero(self, dim: Dim) -> None:
        """What a condition says."""
        for name in set(symbols(dim)):
            self.unequal.setdefault(name, []).append(dim)

    def nonzero(self, dim: Dim) -> bool:
        """Is `dim != 0` said?"""
        return any(dim in (e, -e) for name in symbols(dim) for e in self.unequal.get(name, ()))

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
            factor, rest = linear(d, name)
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
        factor, rest = linear(dim, name)
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
        name = as_symbol(dim)
        if name is not None:  # so it is with most
            return env[name]
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


def linear(d: Extent, name: str) -> tuple[int | None, Dim]:
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
