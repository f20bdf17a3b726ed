"""Slices of one axis: negative bounds count from the end, bounds out of reach are clipped, as in NumPy.

In: a slice of integers and the extent of an axis. Out: a `Span`. Bounds that the data decide, or a loop
counter whose range does not tell how they are clipped, become extents, whose numbers are computed before.

    x[1:]                 ->  Span(1, 1, n - 1), with the guard n - 1 >= 0
    x[row[i]:row[i + 1]]  ->  Span(p, 1, q), with p = row[i] clipped and q = the number of elements
"""

from __future__ import annotations

from symgrad.frontend.context import Lowering
from symgrad.frontend.extents import named
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import as_tensor, cast
from symgrad.frontend.solver import Bounds, Undecided
from symgrad.frontend.values import Tensor, Val, is_dim
from symgrad.ir.core import Arg, Const, Span
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.types import INTS


def span(low: Lowering, item: slice, extent: Dim) -> Span:
    """The elements that a slice selects."""
    step = 1 if item.step is None else constant(low, item.step, "the step of a slice")
    if step == 0:
        low.refuse("the step of a slice is 0")
    first, last = _bound(low, item.start), _bound(low, item.stop)
    if not isinstance(first, Tensor) and not isinstance(last, Tensor):
        try:
            return _static(low, first, last, step, extent)
        except Undecided:
            pass
    return _computed(low, first, last, step, extent)


def _bound(low: Lowering, bound: Val) -> Dim | Tensor | None:
    if bound is None:
        return None
    if isinstance(bound, Tensor):
        arg = low.arg(bound)
        if isinstance(arg, Const):
            return int(arg.value)
        if bound.rank or bound.dtype not in INTS:
            low.refuse(f"the bound of a slice is {bound.type}", instead="an integer: int(...)")
        if any(arg is leaf for leaf in low.integers.values()):
            return int(constant(low, bound))  # an integer argument: the specialisation depends on it
        return bound
    if not is_dim(bound):
        low.refuse(f"the bound of a slice is a {type(bound).__name__}", instead="an integer")
    return bound if isinstance(bound, Extent) else int(bound)


def _static(low: Lowering, first: Dim | None, last: Dim | None, step: int, extent: Dim) -> Span:
    s = low.solver

    def clipped(bound: Dim, below: Dim, above: Dim) -> Dim:
        if not s.decide(bound):
            bound = bound + extent
            if not s.decide(bound):
                return below
        return bound if s.decide(above - bound) else above

    if step > 0:
        start: Dim = 0 if first is None else clipped(first, 0, extent)
        stop = extent if last is None else clipped(last, 0, extent)
        if (first is None or last is None) or s.decide(stop - start):
            return Span(start, step, s.resolve((stop - start + step - 1) // step))
        return Span(0, 1, 0)
    end = extent - 1
    start = end if first is None else clipped(first, -1, end)
    stop = -1 if last is None else clipped(last, -1, end)
    if start != -1 and s.decide(start - stop):  # start >= 0, or there is nothing on the axis
        return Span(start, step, s.resolve((start - stop - step - 1) // -step))
    return Span(0, 1, 0)


# -- bounds that are computed --------------------------------------------------------------------------------


def _computed(
    low: Lowering, first: Dim | Tensor | None, last: Dim | Tensor | None, step: int, extent: Dim
) -> Span:
    cut = _cut(first, last, step)
    if cut is not None:
        return Span(cut[0], 1, _shorter(low, extent, sum(cut)))
    lowest, highest = (0, extent) if step > 0 else (-1, extent - 1)
    begin, end = (0, extent) if step > 0 else (extent - 1, -extent - 1)
    keys = tuple(_key(low, b) for b in (first, last))
    known = low.spans.get((*keys, step))
    if known is not None:
        other, made = known
        if other == extent or low.solver.value(other) == low.solver.value(extent):
            low.solver.equal(other, extent)  # the same bounds of arrays that have one length: one slice
            return made
    a, b = _number(low, begin if first is None else first), _number(low, end if last is None else last)
    size = _number(low, extent)
    position: Dim
    if first is None:
        position = begin
    elif not isinstance(first, Tensor) and _certain(low, first) and _certain(low, highest - first):
        position = low.solver.resolve(first)
    else:
        position = named(low, Tensor(low.emit("slice_start", [a, size], step=step)), Bounds(lowest, highest))
    number = Tensor(low.emit("slice_count", [a, b, size], step=step))
    out = Span(position, step, named(low, number, Bounds(0, extent)))
    low.spans[(*keys, step)] = (extent, out)
    return out


def _cut(first: Dim | Tensor | None, last: Dim | Tensor | None, step: int) -> tuple[int, int] | None:
    """How many elements `x[1:]`, `x[:-1]`, `x[1:-1]` leave out at the ends."""
    before, after = 0 if first is None else first, 0 if last is None else last
    if step != 1 or not isinstance(before, int) or not isinstance(after, int) or before < 0:
        return None
    return (before, -after) if after < 0 or last is None else None


def _shorter(low: Lowering, extent: Dim, by: int) -> Dim:
    """max(extent - by, 0), one name for one number: `x[1:]` is as long as `x[:-1]`."""
    size = low.arg(as_tensor(low, extent))
    if by:
        size = _integer(low, "subtract", size, low.const(by, "int64"))
    return named(low, Tensor(_integer(low, "maximum", size, low.const(0, "int64"))), Bounds(0, extent))


def _key(low: Lowering, bound: Dim | Tensor | None) -> object:
    return low.arg(bound) if isinstance(bound, Tensor) else bound


def _number(low: Lowering, bound: Dim | Tensor) -> Arg:
    return cast(low, as_tensor(low, bound), "int64")


def _certain(low: Lowering, nonnegative: Dim) -> bool:
    try:
        return low.solver.decide(nonnegative)
    except Undecided:
        return False


def _integer(low: Lowering, name: str, *args: Arg) -> Arg:
    return low.emit(name, list(args))


def counted(low: Lowering, t: Tensor) -> Extent:
    """An integer of the data as an extent of a new array."""
    arg = cast(low, t, "int64")
    key = ("count", arg)
    known = low.spans.get(key)
    if known is None:
        out = named(low, Tensor(_integer(low, "maximum", arg, low.const(0, "int64"))), Bounds(0, None))
        known = low.spans[key] = (out, Span(0, 1, out))
    count = known[1].extent
    assert isinstance(count, Extent)
    return count
