"""Iteration over what is known at compile time: containers, ranges, the rows of arrays of a fixed extent.

In: a value. Out: its items. An extent that is only a name cannot be unrolled.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NoReturn

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.index import getitem
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import columns_of
from symgrad.frontend.structure import rebuilt
from symgrad.frontend.values import Checkpointed, Items, Rows, SymRange, Tensor, Val, is_dim
from symgrad.ir.dims import Extent
from symgrad.ir.frozen import replace

UNROLL = 2000  # trips; beyond, the text would be too long to read and to compile


def iterate(low: Lowering, v: Val) -> Iterable[Val]:
    """The items of `v`, in order."""
    if isinstance(v, Tensor):
        if not v.rank:
            low.refuse("iteration over a number", error=ShapeError)
        extent = low.shape(v)[0]
        if isinstance(extent, Extent):
            limited(low, low.solver.value(extent))
        return [getitem(low, v, i) for i in range(limited(low, constant(low, extent)))]
    if isinstance(v, Rows):
        return _listed(low, _items_of_rows(low, v))
    if isinstance(v, SymRange | Items):
        return _listed(low, v if isinstance(v, Items) else Items(v, lambda i: i))
    if isinstance(v, range):
        limited(low, len(v))
        return v
    if isinstance(v, list | tuple):
        return [low.filled.get(id(item), item) for item in v]
    if isinstance(v, dict | set | frozenset | str) or type(v) in _VIEWS:
        return list(v)
    if isinstance(v, Checkpointed):
        low.refuse(
            "a checkpoint inside of what is run over",
            why="it is the loop of a `for` statement that keeps states",
            instead="a checkpoint around the whole: for ... in checkpoint(enumerate(x))",
        )
    low.refuse(
        f"iteration over a {type(v).__name__}",
        why="loops are unrolled over lists, tuples, dicts, sets, ranges and arrays",
    )


_DICTS: tuple[dict[str, int], ...] = ({}, OrderedDict())
_VIEWS = tuple(type(view) for d in _DICTS for view in (d.keys(), d.values(), d.items()))


def items_of(low: Lowering, v: Val) -> Items | None:
    """Positions and the item at each, where `v` is a range, the first axis of an array, or made of such."""
    if isinstance(v, Items):
        return v
    if isinstance(v, Rows):
        return _items_of_rows(low, v)
    if isinstance(v, range):
        return Items(SymRange(v.start, v.stop, v.step), lambda i: i, counts=True)
    if isinstance(v, SymRange):
        return Items(v, lambda i: i, counts=True)
    if isinstance(v, Tensor) and v.rank:
        return Items(SymRange(0, low.shape(v)[0], 1), lambda i: getitem(low, v, i))
    return None


def _items_of_rows(low: Lowering, rows: Rows) -> Items:
    """The items of a list that loops fill; those of lists in it are lists."""
    if rows.depth:
        low.refuse(
            "a loop over lists in a list that a loop fills", instead="np.array(...) of it, and its rows"
        )
    begins = rows.exact and rows.start == 0
    columns = rows.columns if begins else columns_of(low, rows)
    count = low.solver.resolve(rows.stop) if begins else low.shape(columns[0])[0]
    return Items(SymRange(0, count, 1), lambda i: item_at(low, rows, columns, i))


def item_at(low: Lowering, rows: Rows, columns: Sequence[Tensor], position: Val) -> Val:
    """An item; where other names may hold it too, loops and branches only read it."""
    parts = [getitem(low, t, position) for t in columns]
    inside = bool(low.outer_lists) and id(rows) in low.outer_lists[-1]
    for t, part in zip(columns, parts, strict=True):
        if part.view is not None and inside and (rows.open or t.root.kin):
            part.view = replace(part.view, put=None)
    return rebuilt(rows.form, iter(parts))


def length(low: Lowering, v: Items) -> Val:
    """The number of items."""
    r = v.positions
    if not (is_dim(r.start) and is_dim(r.stop) and isinstance(r.step, int)):
        low.refuse("the length of a range whose bounds depend on the data")
    if all(isinstance(b, int) for b in (r.start, r.stop)):
        return len(range(r.start, r.stop, r.step))
    span = r.stop - r.start if r.step > 0 else r.start - r.stop
    if not low.solver.decide(span):
        return 0
    return span if abs(r.step) == 1 else (span + abs(r.step) - 1) // abs(r.step)


def from_zero(low: Lowering, v: Items) -> Items:
    """The same items at the positions 0, 1, 2, ..."""
    r = v.positions
    if isinstance(r.start, int) and r.start == 0 and r.step == 1:
        return v
    return Items(SymRange(0, length(low, v), 1), lambda i: v.at(i * r.step + r.start))


def _listed(low: Lowering, v: Items) -> list[Val]:
    r = v.positions
    if not (is_dim(r.start) and is_dim(r.stop) and is_dim(r.step)):
        refuse_runtime_loop(low, "a range whose bounds depend on the data")
    positions = range(*(constant(low, bound) for bound in (r.start, r.stop, r.step)))
    limited(low, len(positions))
    return [v.at(i) for i in positions]


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
