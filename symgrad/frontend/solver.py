"""Which extents are the same: names of extents are solved for while the program is lowered.

In: equations and inequalities between extents, and the numbers that they have in the call at hand.
Out: a solution (`m -> n - 1`), guards for what the solution cannot say, or ShapeError.

    s = Solver({"n": 4, "m": 3});  s.equal(m, n - 1);  s.resolve(m) == n - 1

The call at hand decides which branch of NumPy's rules (clipping, broadcasting) is taken, a guard
keeps it honest: when it fails, the call is specialised anew with plain ints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symgrad.errors import Loc, ShapeError
from symgrad.frontend.signature import NeedConstant
from symgrad.ir.core import Guard
from symgrad.ir.dims import Dim, Extent, evaluate, substitute, symbol, symbols


class Mismatch(ShapeError):
    """Two extents that must be the same are not: told to the user in terms of the operands."""


class Solver:
    """A unifier over extents. `sizes` has the number of each name; `fixed` are names never solved for."""

    def __init__(self, sizes: dict[str, int], fixed: frozenset[str] = frozenset()) -> None:
        self.sizes = dict(sizes)
        self.order = {name: i for i, name in enumerate(sizes)}
        self.fixed = fixed
        self.solution: dict[str, Dim] = {}
        self.loc: Loc | None = None
        self._guards: dict[Dim, Guard] = {}

    def introduce(self, name: str, size: int) -> Extent:
        """A new named extent."""
        self.order[name] = len(self.order)
        self.sizes[name] = size
        return symbol(name)

    def resolve(self, dim: Dim) -> Dim:
        """`dim` in the names that are left."""
        while isinstance(dim, Extent) and any(s in self.solution for s in symbols(dim)):
            dim = substitute(dim, self.solution)
        return dim

    def shape(self, dims: Iterable[Dim]) -> tuple[Dim, ...]:
        return tuple(map(self.resolve, dims))

    def value(self, dim: Dim) -> int:
        """The number in the call at hand."""
        return evaluate(dim, self.sizes) if isinstance(dim, Extent) else dim

    def values(self, dims: Iterable[Dim]) -> tuple[int, ...]:
        return tuple(map(self.value, dims))

    def equal(self, a: Dim, b: Dim) -> Dim:
        """The common extent; they are the same from now on."""
        a, b = self.resolve(a), self.resolve(b)
        if a == b:
            return a
        left, right = self.value(a), self.value(b)
        if left != right:
            for dim, value in ((a, left), (b, right)):
                if value == 1 and isinstance(dim, Extent):  # would broadcast, which types must show
                    raise NeedConstant(next(symbols(dim)))
            raise Mismatch(f"extents {left} and {right} differ")
        self._eliminate(a, b)
        return self.resolve(a)

    def _eliminate(self, a: Dim, b: Dim) -> None:
        """Solve `a == b` for its youngest name that appears alone; plain numbers where none does."""
        difference = a - b
        assert isinstance(difference, Extent)
        names = sorted(set(symbols(difference)), key=lambda s: self.order[s], reverse=True)
        for name in names:
            if name in self.fixed:
                continue
            coefficient = dict(difference.terms).get((name,), 0)
            rest = difference - coefficient * symbol(name)
            if abs(coefficient) == 1 and name not in set(symbols(rest)):
                self.solution[name] = -coefficient * rest if isinstance(rest, int) else rest * -coefficient
                return
        if all(name in self.fixed for name in names):
            self.require(a - b)
            self.require(b - a)
            return
        raise NeedConstant(next(name for name in names if name not in self.fixed))

    def require(self, nonnegative: Dim, message: str = "") -> None:
        """A guard, unless the fact is plain; ShapeError where the call at hand breaks it."""
        dim = self.resolve(nonnegative)
        if self.value(dim) < 0:
            raise ShapeError(message or f"an extent would be negative: {dim} is {self.value(dim)}")
        if not _plain(dim, self.fixed):
            self._guards.setdefault(dim, Guard(dim, message or f"{dim} >= 0", self.loc))

    def decide(self, nonnegative: Dim) -> bool:
        """Whether `nonnegative >= 0` in the call at hand; what was decided becomes a guard."""
        dim = self.resolve(nonnegative)
        if self.value(dim) >= 0:
            self.require(dim)
            return True
        self.require(-dim - 1)
        return False

    def same(self, a: Dim, b: Dim) -> bool:
        """Whether two extents are equal in the call at hand; what was decided becomes a guard."""
        a, b = self.resolve(a), self.resolve(b)
        if self.value(a) == self.value(b):
            if a != b:
                self._eliminate(a, b)
            return True
        self.decide(a - b)
        return False

    @property
    def guards(self) -> Iterator[Guard]:
        """What the types do not say, in the names that are left."""
        done: set[Dim] = set()
        for guard in self._guards.values():
            dim = self.resolve(guard.nonnegative)
            if dim not in done and not _plain(dim, self.fixed):
                done.add(dim)
                yield Guard(dim, guard.message, guard.loc)


def _plain(dim: Dim, fixed: frozenset[str]) -> bool:
    """True whatever the sizes: no negative term, and extents are not negative (integer arguments may be)."""
    if not isinstance(dim, Extent):
        return dim >= 0
    return all(c >= 0 for _, c in dim.terms) and not any(s in fixed for s in symbols(dim))
