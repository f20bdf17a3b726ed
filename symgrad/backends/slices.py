"""The bounds of a slice that the data decide, as scalars: counted from the end if negative, then clipped.

In: `slice_start` or `slice_count` and its operands. Out: the integer, computed; what is known of a bound is
not tested.

    slice_start(a, n)     ->  min(max(a + n, 0) if a < 0 else a, n)
    slice_count(a, b, n)  ->  max(stop - start, 0)
"""

from __future__ import annotations

from symgrad.backends.bounds import Bounds
from symgrad.ir.build import Ref, apply, call, less, where
from symgrad.ir.core import Eqn
from symgrad.ir.ops import SLICES


def opened_slice(eqn: Eqn, args: list[Ref], bounds: Bounds) -> Ref | None:
    """The scalars that `eqn` is made of; None for another equation."""
    step = eqn.attrs.get("step")
    if eqn.op.name not in SLICES or not isinstance(step, int):
        return None
    start = _clipped(args[0], args[-1], step, bounds)
    if eqn.op.name == "slice_start":
        return start
    span = _clipped(args[1], args[-1], step, bounds) - start
    if step < 0:
        span = -span
    if abs(step) != 1:
        span = call("floor_divide", span + (abs(step) - 1), abs(step))
    return apply("maximum", span, 0)


def _clipped(bound: Ref, extent: Ref, step: int, bounds: Bounds) -> Ref:
    """A bound as Python counts it: from 0 to the extent, downwards from -1 to the last position."""
    lowest, highest = (0, extent) if step > 0 else (-1, extent - 1)
    low, high = bounds.interval(bound.arg)
    if low is None or not bounds.nonnegative(low):
        bound = where(less(bound, 0), apply("maximum", bound + extent, lowest), bound)
    _, length = bounds.interval(extent.arg)
    if high is None or length is None or not bounds.below(high, length if step < 0 else length + 1):
        bound = apply("minimum", bound, highest)
    return bound
