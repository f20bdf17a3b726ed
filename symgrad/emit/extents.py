"""Sizes in the text: `n`, `x.shape[0]`, `x.shape`, `zeros_like(x)`.

In: extents and shapes of the graph, and a `Scope` that says what the text calls things. Out: texts.
A scope also counts which extents it was asked for, so that only those are fetched from the arguments.

    extent(n - 1, scope)  ->  n - 1  or  x.shape[0] - 1
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field

from symgrad.emit.syntax import ADD, ATOM, MUL, Text, atom
from symgrad.ir.dims import Dim, Extent, substitute, symbol, symbols
from symgrad.ir.frozen import dataclass
from symgrad.ir.types import ArrayType, Shape, is_named

FEW = 40  # how many lenders of a shape are looked at


@dataclass(frozen=True, slots=True)
class Lender:
    """An array whose name means nothing else, ever, so that others may borrow its shape."""

    type: ArrayType
    hint: str
    name: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may mention besides its operands."""

    extents: Mapping[str, str] = field(default_factory=dict)
    strong: frozenset[str] = frozenset()  # extents that are integer parameters: NumPy ints at run time
    lenders: dict[Shape, list[Lender]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)


def lend(scope: Scope, type: ArrayType, hint: str, name: str) -> None:
    """From here on, others may borrow the shape of this array."""
    if type.rank:
        scope.lenders.setdefault(type.shape, []).append(Lender(type, hint, name))


def extent(dim: Dim, scope: Scope) -> Text:
    """The text of an extent; a plain Python int at run time, unless an integer parameter is in it."""
    if isinstance(dim, int):
        return atom(repr(dim), "int64", weak=True)
    names = list(symbols(dim))
    scope.asked.update(names)
    spelled = substitute(dim, {s: symbol(scope.extents[s]) for s in names if scope.extents.get(s, s) != s})
    return Text(str(spelled), _level(spelled), "int64", weak=scope.strong.isdisjoint(names))


def _level(dim: Dim) -> int:
    assert isinstance(dim, Extent)
    if len(dim.terms) > 1:
        return ADD
    ((monomial, coefficient),) = dim.terms
    if coefficient != 1:
        return MUL if coefficient > 1 else ADD
    return ATOM if len(monomial) == 1 and isinstance(monomial[0], str) else MUL


def lender(shape: Shape, hint: str, scope: Scope, dtype: str = "") -> Lender | None:
    """An array of this shape: the one whose adjoint `hint` is, or else the first one of `dtype`."""
    if not any(map(is_named, shape)):
        return None
    found = scope.lenders.get(shape, [])
    for candidate in found[:FEW]:
        if candidate.hint and hint == f"d{candidate.hint}":
            return candidate
    return next((c for c in found[:FEW] if c.type.dtype == dtype), found[0] if found else None)


def shape(dims: Shape, scope: Scope, hint: str = "") -> str:
    """A shape as an argument: `x.shape`, `(n, m)`, or `n` alone."""
    whole = lender(dims, hint, scope)
    if whole is not None:
        return f"{whole.name}.shape"
    if len(dims) == 1:
        return extent(dims[0], scope).text
    return f"({', '.join(extent(d, scope).text for d in dims)})"


def target_shape(source: Shape, dims: Shape, scope: Scope) -> str:
    """The arguments of reshape, with -1 for an extent that NumPy can find by itself."""
    named = [i for i, d in enumerate(dims) if is_named(d)]
    free = named[0] if len(named) == 1 and 0 not in dims else None
    if len(dims) == 1 and source:
        free = 0
    texts = ["-1" if i == free else extent(d, scope).text for i, d in enumerate(dims)]
    return ", ".join(texts)
