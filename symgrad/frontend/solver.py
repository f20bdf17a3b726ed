"""Which extents are the same: names of extents are solved for while the program is lowered.

In: equations and inequalities between extents, and the numbers that they have in the call at hand.
Out: a solution (`m -> n - 1`), guards for what the solution cannot say, or ShapeError.

    s = Solver({"n": 4, "m": 3});  s.equal(m, n - 1);  s.resolve(m) == n - 1

The call at hand decides which branch of NumPy's rules (clipping, broadcasting) is taken, a guard
keeps it honest: when it fails, the call is specialised anew with plain ints. Names that change while the
program runs (loop counters, lengths of slices between bounds of the data) are `moving`: facts about them
are decided where their bounds decide them, and are `Undecided` otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NoReturn

from symgrad.errors import Loc, ShapeError, UnsupportedSyntaxError
from symgrad.frontend.signature import NeedConstant
from symgrad.ir.core import Guard
from symgrad.ir.dims import Dim, Extent, FloorDiv, evaluate, plainly, substitute, symbol, symbols
from symgrad.ir.frozen import dataclass


class Mismatch(ShapeError):
    """Two extents that must be the same are not: told to the user in terms of the operands."""


class Undecided(UnsupportedSyntaxError):
    """Whether an extent is negative differs from one trip of a loop to the next."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest number that a moving name can be; None where that is not known."""

    least: Dim | None
    most: Dim | None


class Solver:
    """A unifier over extents. `sizes` has the number of each name; `fixed` are names never solved for."""

    def __init__(self, sizes: dict[str, int], fixed: frozenset[str] = frozenset()) -> None:
        self.sizes = dict(sizes)
        self.order = {name: i for i, name in enumerate(sizes)}
        self.fixed = fixed
        self.solution: dict[str, Dim] = {}
        self.loc: Loc | None = None
        self.moving: dict[str, Bounds] = {}  # outermost first
        self.certain = True  # what is lowered now is run in every call
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
        if self.is_moving(a - b):
            raise ShapeError(f"extents {a} and {b} differ", why="one of them changes while the program runs")
        left, right = self.value(a), self.value(b)
        if left != right:
            for dim, value in ((a, left), (b, right)):
                if value == 1 and isinstance(dim, Extent):  # would broadcast, which types must show
                    raise NeedConstant(symbols(dim)[0])
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

    def ask(self, dim: Dim) -> NoReturn:
        """The number must be known when the program is compiled: it is asked for, if the call tells it."""
        known = [name for name in symbols(dim) if name not in self.moving]
        if known:
            raise NeedConstant(known[0])
        raise Undecided(
            f"the length {dim} must be known when the program is compiled",
            self.loc,
            why="it changes while the program runs",
            instead="slices, whose lengths may change",
        )

    def require(self, nonnegative: Dim, message: str = "") -> None:
        """A guard, unless the fact is plain; ShapeError where the call at hand breaks it."""
        dim = self.resolve(nonnegative)
        if self.is_moving(dim):
            if not self.decide(dim):
                raise Undecided(message or f"an extent may be negative: {dim}")
            return
        if self.value(dim) < 0:
            raise ShapeError(message or f"an extent would be negative: {dim} is {self.value(dim)}")
        dim = _without_quotient(dim)
        if not _plain(dim, self.fixed):
            self._guards.setdefault(dim, Guard(dim, message or f"{dim} >= 0", self.loc))

    def decide(self, nonnegative: Dim) -> bool:
        """Whether `nonnegative >= 0` in the call at hand; what was decided becomes a guard."""
        dim = self.resolve(nonnegative)
        if self.is_moving(dim):
            return self._decide_moving(dim)
        if self.value(dim) >= 0:
            self.require(dim)
            return True
        self.require(-dim - 1)
        return False

    def _decide_moving(self, dim: Dim) -> bool:
        least, most = self.least(dim), self.most(dim)
        if least is not None and self.value(least) >= 0:
            self.require(least)
            return True
        if most is not None and self.value(most) < 0:
            self.require(-most - 1)
            return False
        raise Undecided(f"whether {dim} is negative changes while the program runs", self.loc)

    def same(self, a: Dim, b: Dim) -> bool:
        """Whether two extents are equal in the call at hand; what was decided becomes a guard."""
        a, b = self.resolve(a), self.resolve(b)
        if a != b and self.is_moving(a - b):
            if not self._decide_moving(a - b) or not self._decide_moving(b - a):
                return False
            raise Undecided(f"whether {a} is {b} changes while the program runs", self.loc)
        if self.value(a) == self.value(b):
            if a != b:
                self._eliminate(a, b)
            return True
        more = a - b if self.value(a) > self.value(b) else b - a
        self.require(more - 1)
        return False

    def is_moving(self, dim: Dim) -> bool:
        return bool(self.moving) and any(s in self.moving for s in symbols(dim))

    def least(self, dim: Dim) -> Dim | None:
        """A bound below, in names that do not move."""
        return self._bound(dim, below=True)

    def most(self, dim: Dim) -> Dim | None:
        """A bound above, in names that do not move."""
        return self._bound(dim, below=False)

    def _bound(self, dim: Dim, *, below: bool) -> Dim | None:
        """Each moving name, innermost first, at the end of its range that makes `dim` extreme."""
        dim = self.resolve(dim)
        for name in reversed(tuple(self.moving)):
            if not isinstance(dim, Extent) or name not in set(symbols(dim)):
                continue
            rising = self._slope(dim, name)
            if rising is None:
                return None
            bounds = self.moving[name]
            end = bounds.least if rising is below else bounds.most
            if end is None:
                return None
            dim = self.resolve(substitute(dim, {name: end}))
        return dim

    def _slope(self, dim: Extent, name: str) -> bool | None:
        """Whether `dim` rises (True) or falls (False) with `name`, if its terms tell."""
        signs = set()
        for mono, coefficient in dim.terms:
            count = sum(atom == name for atom in mono)
            others = [atom for atom in mono if atom != name]
            if any(not isinstance(a, str) and name in set(symbols(Extent((((a,), 1),)))) for a in others):
                return None
            if not count:
                continue
            if any(not self._nonnegative(a) for a in others if isinstance(a, str)):
                return None
            if any(not _plain(a.numerator, self.fixed) for a in others if isinstance(a, FloorDiv)):
                return None
            if count > 1 and not self._nonnegative(name):
                return None
            signs.add(coefficient > 0)
        return signs.pop() if len(signs) == 1 else None

    def _nonnegative(self, name: str) -> bool:
        """Certainly not negative, whatever the call."""
        if name not in self.moving:
            return name not in self.fixed
        least = self.least(symbol(name))
        return least is not None and _plain(least, self.fixed)

    def snapshot(self) -> tuple[dict[str, Dim], dict[Dim, Guard], dict[str, Bounds], bool]:
        """What a trial may have to undo."""
        return dict(self.solution), dict(self._guards), dict(self.moving), self.certain

    def restore(self, state: tuple[dict[str, Dim], dict[Dim, Guard], dict[str, Bounds], bool]) -> None:
        solution, guards, moving, self.certain = state
        self.solution, self._guards, self.moving = dict(solution), dict(guards), dict(moving)

    @property
    def facts(self) -> int:
        """How much was taken from the call at hand so far: guards, and extents that were solved for."""
        return len(self._guards) + len(self.solution)

    @property
    def guards(self) -> Iterator[Guard]:
        """What the types do not say, in the names that are left."""
        done: set[Dim] = set()
        for guard in self._guards.values():
            dim = self.resolve(guard.nonnegative)
            if dim not in done and not _plain(dim, self.fixed):
                done.add(dim)
                yield Guard(dim, guard.message, guard.loc)


def _without_quotient(dim: Dim) -> Dim:
    """What is not negative exactly where `dim` is not: `a // d + c` is not where `a + c * d` is not."""
    if isinstance(dim, Extent):
        quotients = [m[0] for m, c in dim.terms if c == 1 and len(m) == 1 and isinstance(m[0], FloorDiv)]
        rest = dim - Extent((((quotients[0],), 1),)) if len(quotients) == 1 else None
        if isinstance(rest, int):
            (quotient,) = quotients
            return _without_quotient(quotient.numerator + rest * quotient.denominator)
    return dim


def _plain(dim: Dim, fixed: frozenset[str]) -> bool:
    """True whatever the sizes: nothing negative in it, and extents are not (integer arguments may be)."""
    return plainly(dim) and not any(s in fixed for s in symbols(dim))
