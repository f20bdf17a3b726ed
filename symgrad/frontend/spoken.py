"""Extents are called what the user calls them.

In: the bindings of names to extents that were met while a program was lowered, and the lowered function.
Out: the function whose extents have the user's names, where a name means one extent and nothing else.

    n, d = x.shape    ->    x has the shape (n, d) in every text, where it had (m, k)
"""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.ir.core import Block, Function, Value
from symgrad.ir.dims import Dim, as_symbol, symbol
from symgrad.ir.regions import extent_names
from symgrad.ir.types import INT
from symgrad.ir.walk import all_eqns, substitute_extents


def as_called(function: Function, bindings: Iterable[tuple[str, Dim]], taken: Iterable[str]) -> Function:
    """`function` with its params' extents named as in `bindings` (name, extent; first met first).

    `taken` are names that mean something else. A name that the program gives to two extents, or to a value
    of its own, stays the user's alone: the text would have to tell the two apart.
    """
    means: dict[str, set[Dim]] = {}
    for name, dim in bindings:
        means.setdefault(name, set()).add(dim)
    told = {s.name for s in function.body.symbols if s.axis is not None and s.param in function.params}
    free = set(means) - set(taken) - extent_names(function.body) - _hints(function.body)
    called: dict[str, str] = {}
    for name, dims in means.items():
        extent = as_symbol(next(iter(dims)))
        if name in free and len(dims) == 1 and extent in told and extent not in called:
            called[extent] = name
    if not called:
        return function
    numbers = {v: called[v.hint] for v in _values(function.body) if v.type == INT and v.hint in called}
    return substitute_extents(function, {old: symbol(new) for old, new in called.items()}, numbers)


def _values(block: Block) -> Iterable[Value]:
    yield from block.params
    for eqn in all_eqns(block):
        yield from eqn.outs
        for region in eqn.regions:
            yield from region.params


def _hints(block: Block) -> set[str]:
    return {v.hint for v in _values(block)}
