"""Iteration over what is known at compile time: containers, ranges, the rows of arrays of a fixed extent.

In: a value. Out: its items. An extent that is only a name cannot be unrolled.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NoReturn

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.index import getitem
from symgrad.frontend.values import SymRange, Tensor, Val
from symgrad.ir.dims import Extent

UNROLL = 2000  # trips; beyond, the text would be too long to read and to compile


def iterate(low: Lowering, v: Val) -> Iterable[Val]:
    """The items of `v`, in order."""
    if isinstance(v, Tensor):
        if not v.rank:
            low.refuse("iteration over a number", error=ShapeError)
        extent = low.shape(v)[0]
        if isinstance(extent, Extent):
            refuse_runtime_loop(low, f"the {extent} elements of the first axis of an array")
        return [getitem(low, v, i) for i in range(limited(low, extent))]
    if isinstance(v, SymRange):
        refuse_runtime_loop(low, f"{v.stop - v.start} trips")
    if isinstance(v, range):
        limited(low, len(v))
        return v
    if isinstance(v, list | tuple | dict | set | frozenset | str) or type(v) in _VIEWS:
        return list(v)
    low.refuse(
        f"iteration over a {type(v).__name__}",
        why="loops are unrolled over lists, tuples, dicts, sets, ranges and arrays",
    )


_DICTS: tuple[dict[str, int], ...] = ({}, OrderedDict())
_VIEWS = tuple(type(view) for d in _DICTS for view in (d.keys(), d.values(), d.items()))


def refuse_runtime_loop(low: Lowering, what: str) -> NoReturn:
    """A loop whose length is a named extent (here a `for` region will be built)."""
    low.refuse(
        f"a loop over {what}: its length is only known at run time",
        why="loops are unrolled, so their length must be known at compile time",
        instead="an expression on whole arrays, or a loop over a range of a fixed or argument integer",
    )


def limited(low: Lowering, trips: int) -> int:
    """The number of trips of an unrolled loop, if it is reasonable."""
    if trips > UNROLL:
        low.refuse(
            f"a loop of {trips} trips",
            why=f"loops are unrolled, up to {UNROLL} trips",
            instead="an expression on whole arrays",
        )
    return trips
