"""Extents: polynomials in named sizes, so that shapes are compared without knowing them.

In: names of extents (`n`), integers, and +, -, *, // between them.
Out: a `Dim`, either a plain int or an `Extent` in canonical form; equal extents are equal objects.

    n = symbol("n");  (n - 1) + 1 == n;  str(2 * n - 1) == "2 * n - 1"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import lru_cache

from symgrad.ir.frozen import dataclass


@dataclass(frozen=True, slots=True)
class FloorDiv:
    """An atom that is not a polynomial: the length of a strided slice."""

    numerator: Extent
    denominator: int

    def __str__(self) -> str:
        text = str(self.numerator)
        return f"{text if text.isidentifier() else f'({text})'} // {self.denominator}"


@dataclass(frozen=True, slots=True)
class AtLeastZero:
    """An atom: max(extent, 0), the number of trips of a range that may be empty."""

    extent: Extent

    def __str__(self) -> str:
        return f"max({self.extent}, 0)"


# One compilation asks for the same few sums many times over; the latest answers are kept.
_KNOWN = 4096

Atom = str | FloorDiv | AtLeastZero
Monomial = tuple[Atom, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """A polynomial with integer coefficients, never a constant (that is an int).

    `names` are the names in it, in order of appearance, with repeats. Most arithmetic is with a plain number:
    it keeps the order of the terms, and the constant is the last of them.
    """

    __leaf__ = True  # for `symgrad.tree`: a number among arguments and results, not a container
    terms: tuple[tuple[Monomial, int], ...]
    names: tuple[str, ...] = field(init=False)
    _hash: int = field(init=False)

    def __post_init__(self) -> None:
        names: list[str] = []
        for mono, _ in self.terms:
            for atom in mono:
                if isinstance(atom, str):
                    names.append(atom)
                else:
                    names += atom.numerator.names if isinstance(atom, FloorDiv) else atom.extent.names
        object.__setattr__(self, "names", tuple(names))
        object.__setattr__(self, "_hash", hash(self.terms))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Extent) and self.terms == other.terms)

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Extent], tuple[object]]:
        return Extent, (self.terms,)  # hashes of strings are another process's

    def __add__(self, other: Dim) -> Dim:
        if not isinstance(other, Extent):
            return self._plus(other)
        return _sum(self, other, 1)

    __radd__ = __add__

    def __sub__(self, other: Dim) -> Dim:
        if not isinstance(other, Extent):
            return self._plus(-other)
        return 0 if self is other else _sum(self, other, -1)

    def __rsub__(self, other: int) -> Dim:
        return self._times(-1)._plus(other)

    def __neg__(self) -> Dim:
        return self._times(-1)

    def __mul__(self, other: Dim) -> Dim:
        if not isinstance(other, Extent):
            return self._times(other) if other else 0
        return _product(self, other)

    __rmul__ = __mul__

    def _plus(self, number: int) -> Extent:
        if not number:
            return self
        *others, (mono, constant) = self.terms
        if mono:
            return self._of_terms((*self.terms, ((), number)))
        total = constant + number
        return self._of_terms((*others, ((), total)) if total else tuple(others))

    def _times(self, number: int) -> Extent:
        return self if number == 1 else self._of_terms(tuple([(m, c * number) for m, c in self.terms]))

    def _of_terms(self, terms: tuple[tuple[Monomial, int], ...]) -> Extent:
        """An extent whose terms have the same names."""
        new = object.__new__(Extent)
        object.__setattr__(new, "terms", terms)
        object.__setattr__(new, "names", self.names)
        object.__setattr__(new, "_hash", hash(terms))
        return new

    def __floordiv__(self, other: int) -> Dim:
        if other == 1:
            return self
        if other > 1 and all(c % other == 0 for _, c in self.terms):
            return Extent(tuple([(m, c // other) for m, c in self.terms]))
        return _make({(FloorDiv(self, other),): 1})

    def __mod__(self, other: int) -> Dim:
        return self - other * (self // other)

    def __str__(self) -> str:
        parts: list[str] = []
        for mono, coef in sorted(self.terms, key=lambda t: (not t[0], t[1] < 0)):
            size = abs(coef)
            # 2 * ((n + 1) // 2) and -((n + 1) // 2): `//` binds no tighter than `*`, and looser than a sign.
            alone = len(mono) == 1 and size == 1 and (coef > 0 or parts)
            body = " * ".join(f"({a})" if isinstance(a, FloorDiv) and not alone else str(a) for a in mono)
            text = str(size) if not mono else body if size == 1 else f"{size} * {body}"
            if parts:
                parts.append(f"{'-' if coef < 0 else '+'} {text}")
            else:
                parts.append(f"-{text}" if coef < 0 else text)
        return " ".join(parts)

    __repr__ = __str__


Dim = int | Extent


@lru_cache(_KNOWN)
def symbol(name: str) -> Extent:
    """The extent that is called `name`."""
    return Extent((((name,), 1),))


def as_symbol(dim: Dim) -> str | None:
    """The name, if `dim` is exactly one named extent."""
    if isinstance(dim, Extent) and len(dim.terms) == 1:
        (mono, coef), *_ = dim.terms
        if coef == 1 and len(mono) == 1 and isinstance(mono[0], str):
            return mono[0]
    return None


def symbols(dim: Dim) -> tuple[str, ...]:
    """The names in `dim`, in order of appearance, with repeats."""
    return dim.names if isinstance(dim, Extent) else ()


def names_in(shape: tuple[Dim, ...]) -> frozenset[str]:
    """The names in a shape."""
    return frozenset([name for dim in shape if isinstance(dim, Extent) for name in dim.names])


def substitute(dim: Dim, env: Mapping[str, Dim]) -> Dim:
    """`dim` with names replaced; names that `env` lacks stay."""
    if not isinstance(dim, Extent) or env.keys().isdisjoint(dim.names):
        return dim
    return _fold(dim, lambda name: env[name] if name in env else symbol(name))


def evaluate(dim: Dim, env: Mapping[str, int]) -> int:
    """The number that `dim` is when every name has its value."""
    value = _fold(dim, lambda name: env[name]) if isinstance(dim, Extent) else dim
    assert isinstance(value, int)
    return value


def solve(left: Dim, right: Dim) -> tuple[str, Dim] | None:
    """A name and its value that make `left == right`, if one appears with coefficient +-1 alone."""
    difference = left - right
    if not isinstance(difference, Extent):
        return None
    for mono, coef in sorted(difference.terms, key=lambda t: str(t[0]), reverse=True):
        if len(mono) == 1 and isinstance(mono[0], str) and abs(coef) == 1:
            rest = difference - coef * symbol(mono[0])
            if mono[0] not in symbols(rest):
                return mono[0], -coef * rest if isinstance(rest, int) else rest * (-coef)
    return None


def at_least_zero(dim: Dim, signed: bool = False) -> Dim:
    """max(dim, 0); without a minus sign it is `dim` itself, unless names may be negative (`signed`)."""
    if isinstance(dim, int):
        return max(dim, 0)
    if not signed and plainly(dim):
        return dim
    return _make({(AtLeastZero(dim),): 1})


def plainly(dim: Dim) -> bool:
    """Whether `dim` is never negative, where names are lengths: no minus sign, also in what is divided."""
    if isinstance(dim, int):
        return dim >= 0
    atoms = (atom for mono, _ in dim.terms for atom in mono)
    return all(coef > 0 for _, coef in dim.terms) and all(
        plainly(a.numerator) and a.denominator > 0 for a in atoms if isinstance(a, FloorDiv)
    )


def of_range(dim: Dim) -> Dim:
    """What `range` may be given in place of `dim`: `e` for max(e, 0)."""
    if isinstance(dim, Extent) and len(dim.terms) == 1:
        mono, coef = dim.terms[0]
        if coef == 1 and len(mono) == 1 and isinstance(mono[0], AtLeastZero):
            return mono[0].extent
    return dim


def product(dims: tuple[Dim, ...]) -> Dim:
    """The number of elements of a shape."""
    out: Dim = 1
    for d in dims:
        out = out * d
    return out


def _fold(dim: Extent, value_of: Callable[[str], Dim]) -> Dim:
    out: Dim = 0
    for mono, coef in dim.terms:
        term: Dim = coef
        for atom in mono:
            if isinstance(atom, str):
                term = term * value_of(atom)
            elif isinstance(atom, FloorDiv):
                term = term * (_fold(atom.numerator, value_of) // atom.denominator)
            else:
                term = term * at_least_zero(_fold(atom.extent, value_of))
        out = out + term
    return out


@lru_cache(_KNOWN)
def _sum(a: Extent, b: Extent, sign: int) -> Dim:
    out = dict(a.terms)
    for mono, coef in b.terms:
        out[mono] = out.get(mono, 0) + sign * coef
    return _make(out)


@lru_cache(_KNOWN)
def _product(a: Extent, b: Extent) -> Dim:
    out: dict[Monomial, int] = {}
    for m1, c1 in a.terms:
        for m2, c2 in b.terms:
            m = tuple(sorted(m1 + m2, key=str))
            out[m] = out.get(m, 0) + c1 * c2
    return _make(out)


def _make(terms: dict[Monomial, int]) -> Dim:
    kept = {m: c for m, c in terms.items() if c}
    if all(m == () for m in kept):
        return kept.get((), 0)
    return Extent(tuple(sorted(kept.items(), key=lambda t: (not t[0], str(t[0])))))
