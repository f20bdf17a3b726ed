"""The first lines of a kernel: the extents that it uses, and checks that the arguments are as it assumes.

In: a function and its statements. Out: lines. A failed check is a ValueError that the caller of the kernel
turns into a new specialisation, or into the ShapeError that the user sees.

    n, k = x.shape
    m = w.shape[1]
    if w.shape[0] != k:
        raise ValueError("axis 0 of `w` does not have the length of axis 1 of `x`")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symgrad.backends.folds import reduced
from symgrad.backends.nest import Statement
from symgrad.ir.core import Function, Symbol, Value
from symgrad.ir.dims import Dim, symbols


def guards(function: Function, statements: Sequence[Statement], names: Mapping[Value, str]) -> Iterator[str]:
    """The lines before the first statement."""
    yield from extents(function, names)
    places = {(s.param, s.axis) for s in function.body.symbols}
    where = {s.name: s for s in function.body.symbols if s.param in function.params}
    for param in function.params:
        for axis, dim in enumerate(param.type.shape):
            if (param, axis) not in places:
                yield f"if {names[param]}.shape[{axis}] != {_number(dim)}:"
                message = f"axis {axis} of `{names[param]}` does not have {_described(dim, where, names)}"
                yield f"    raise ValueError({message!r})"
    for guard in function.guards:
        yield f"if {guard.nonnegative} < 0:"
        yield f"    raise ValueError({guard.message!r})"
    yield from _empty(statements, told(function))


def extents(function: Function, names: Mapping[Value, str]) -> Iterator[str]:
    """`n, m = x.shape`, or `n = x.shape[0]` where not every axis has a name of its own."""
    bound: dict[Value, list[Symbol]] = {}
    for symbol in function.body.symbols:
        if symbol.axis is not None and symbol.param in function.params:
            bound.setdefault(symbol.param, []).append(symbol)
    for param, found in bound.items():
        found = sorted(found, key=lambda s: s.axis or 0)
        if len(found) == param.type.rank > 1:
            yield f"{', '.join(s.name for s in found)} = {names[param]}.shape"
        else:
            for symbol in found:
                yield f"{symbol.name} = {names[param]}.shape[{symbol.axis}]"


def _number(dim: Dim) -> str:
    return str(dim)


def _described(dim: Dim, where: Mapping[str, Symbol], names: Mapping[Value, str]) -> str:
    """An extent in the user's terms."""
    found = list(symbols(dim))
    if len(found) == 1 and str(dim) == found[0] and where[found[0]].axis is not None:
        symbol = where[found[0]]
        return f"the length of axis {symbol.axis} of `{names[symbol.param]}`"
    return f"length {dim}"


def told(function: Function) -> frozenset[str]:
    """The extents that the parameters tell."""
    return frozenset(s.name for s in function.body.symbols if s.param in function.params)


def _empty(statements: Sequence[Statement], told: frozenset[str]) -> Iterator[str]:
    """A maximum of nothing is an error; where only the program tells the extent, it is checked there."""
    seen: set[Dim] = set()
    for statement in statements:
        if statement.eqn.op.name in ("max", "min", "argmax", "argmin"):
            for extent in reduced(statement):
                early = told.issuperset(symbols(extent))
                if early and extent not in seen and not (isinstance(extent, int) and extent > 0):
                    seen.add(extent)
                    yield f"if {extent} == 0:"
                    yield f'    raise ValueError("{statement.eqn.op.name} of an empty array")'
