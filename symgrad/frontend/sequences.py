"""Python's sequences that are not containers: ranges, and what is counted, paired or reversed.

In: calls such as range(n), enumerate(x), zip(x, y), reversed(range(n)), len(x). Out: Python's own where all
is known, else `SymRange` and `Items`, which a loop over any number of trips runs over.

    zip(x, y)  ->  Items(0 .. n - 1, i -> (x[i], y[i]))
"""

from __future__ import annotations

import ast
import itertools

from symgrad.frontend import instances, listed, operators
from symgrad.frontend.context import Lowering
from symgrad.frontend.iterate import from_zero, items_of, iterate, length
from symgrad.frontend.operators import constant
from symgrad.frontend.registry import handles
from symgrad.frontend.spans import span
from symgrad.frontend.structure import is_instance
from symgrad.frontend.values import Items, Rows, SymRange, Tensor, Val, is_dim
from symgrad.ir.core import Const
from symgrad.ir.dims import Extent
from symgrad.ir.types import INTS


@handles(len)
def py_len(low: Lowering, obj: Val) -> Val:
    if isinstance(obj, Tensor):
        if not obj.rank:
            low.refuse("len() of a number")
        return low.shape(obj)[0]
    if isinstance(obj, Rows):
        return listed.length(low, obj)
    if isinstance(obj, SymRange | Items) and (items := items_of(low, obj)) is not None:
        return length(low, items)
    if is_instance(obj):
        return instances.called(low, obj, "__len__")
    try:
        return len(obj)
    except TypeError as e:
        low.refuse(str(e))


@handles(range)
def py_range(low: Lowering, start: Val, stop: Val = None, step: Val = 1) -> Val:
    if stop is None:
        start, stop = 0, start
    bounds = [_range_bound(low, v) for v in (start, stop, step)]
    if any(isinstance(b, Extent | Tensor) for b in bounds):
        return SymRange(*bounds)
    return range(*bounds)


def part_of_range(low: Lowering, r: SymRange | range, key: slice) -> SymRange:
    """`range(n)[a:b]`, whose length is that of `x[a:b]` for an `x` of n elements."""
    items = items_of(low, r)
    assert items is not None
    cut = span(low, key, low.solver.resolve(length(low, items)))
    start, step = items.positions.start, items.positions.step
    end = cut.start + cut.step * cut.extent
    return SymRange(start + step * cut.start, start + step * end, step * cut.step)


def _range_bound(low: Lowering, v: Val) -> Val:
    if isinstance(v, Extent):
        v = low.solver.resolve(v)
    if isinstance(v, Extent):
        return v
    if isinstance(v, Tensor) and v.dtype in INTS and not v.rank and not isinstance(low.arg(v), Const):
        return v
    v = constant(low, v, "the bound of a range")
    if not is_dim(v):
        low.refuse(f"the bound of a range is a {type(v).__name__}")
    return int(v)


@handles(enumerate)
def py_enumerate(low: Lowering, iterable: Val, start: Val = 0) -> Val:
    if isinstance(iterable, _LAZY) and (items := items_of(low, iterable)) is not None:
        counted = from_zero(low, items)
        return Items(
            counted.positions,
            lambda i: (operators.binary(low, ast.Add, i, start), counted.at(i)),
            counts=isinstance(start, int) and start == 0,
        )
    return list(enumerate(iterate(low, iterable), constant(low, start)))


@handles(zip)
def py_zip(low: Lowering, *iterables: Val, strict: Val = False) -> Val:
    if iterables and all(isinstance(v, _LAZY) for v in iterables):
        rows = [from_zero(low, i) for v in iterables if (i := items_of(low, v))]
        counts = [length(low, v) for v in rows] if strict else []
        for a, b in itertools.pairwise(counts):
            low.solver.equal(a, b)
        return _side_by_side(low, rows)
    try:
        return list(zip(*(list(iterate(low, v)) for v in iterables), strict=bool(strict)))
    except ValueError as e:
        low.refuse(str(e))


def _side_by_side(low: Lowering, items: list[Items]) -> Items:
    """The items at each position, as far as the shortest goes."""
    shortest = length(low, items[0])
    for other in items[1:]:
        count = length(low, other)
        if not low.solver.same(shortest, count) and low.solver.decide(shortest - count):
            shortest = count
    return Items(SymRange(0, shortest, 1), lambda i: tuple(v.at(i) for v in items))


_LAZY = (Tensor, SymRange, Items, Rows, range)


@handles(reversed)
def py_reversed(low: Lowering, sequence: Val) -> Val:
    if isinstance(sequence, range):
        return sequence[::-1]
    if (
        isinstance(sequence, Tensor | SymRange | Rows | Items)
        and (items := items_of(low, sequence)) is not None
    ):
        r, count = items.positions, length(low, items)
        last = r.start + (count - 1) * r.step
        return Items(SymRange(last, r.start - r.step, -r.step), items.at, items.counts)
    return list(reversed(list(iterate(low, sequence))))
