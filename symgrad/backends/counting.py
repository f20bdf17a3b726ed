"""Numbers that a loop counts in: where they lie on each trip, and after the last.

In: a loop, the intervals of what it begins with. Out: intervals of the carried integers to which every trip
adds the same number; an early exit only makes fewer trips.

    t = 0; for k in range(n): ...; t = t + 1        0 <= t <= k on trip k, 0 <= t <= n after the loop
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.backends.bounds import Bounds, Interval
from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.ir.dims import Dim, at_least_zero
from symgrad.ir.regions import for_parts
from symgrad.ir.types import INT
from symgrad.ir.walk import producers


def on_each_trip(eqn: Eqn, index: Dim, outer: Bounds) -> dict[Value, Interval]:
    """The intervals of the counters of a `for` in its body, whose index is the extent `index`."""
    loop = for_parts(eqn)
    start = outer.interval(loop.start)
    done = _difference(index, start[0]) if _step(eqn) == 1 else _difference(start[1], index)
    return {loop.carried_params[k]: _moved(first, by, done) for k, first, by in _counters(eqn, outer)}


def after(eqn: Eqn, outer: Bounds) -> dict[Value, Interval]:
    """The intervals of the counters of a `for` when it has ended."""
    loop = for_parts(eqn)
    start, stop = outer.interval(loop.start), outer.interval(loop.stop)
    trips = _difference(stop[1], start[0]) if _step(eqn) == 1 else _difference(start[1], stop[0])
    if trips is not None and not outer.nonnegative(trips):
        trips = at_least_zero(trips, signed=True)
    return {eqn.outs[k]: _moved(first, by, trips) for k, first, by in _counters(eqn, outer)}


def _counters(eqn: Eqn, outer: Bounds) -> Iterator[tuple[int, Interval, int]]:
    """The number of each counter among what the loop carries, its first value, what a trip adds."""
    if _step(eqn) not in (1, -1):
        return
    loop = for_parts(eqn)
    made = producers(loop.body)
    for k, (param, end) in enumerate(zip(loop.carried_params, loop.yields, strict=True)):
        by = _added(param, made.get(end)) if isinstance(end, Value) else None
        if by is not None:
            yield k, outer.interval(loop.carried[k]), by


def _added(param: Value, eqn: Eqn | None) -> int | None:
    if eqn is None or param.type != INT or eqn.op.name not in ("add", "subtract"):
        return None
    x, y = eqn.args
    if eqn.op.name == "add" and y is param:
        x, y = y, x
    if x is not param or not isinstance(y, Const):
        return None
    return int(y.value) if eqn.op.name == "add" else -int(y.value)


def _moved(first: Interval, by: int, trips: Dim | None) -> Interval:
    low, high = first
    far = None if trips is None else by * trips
    if by >= 0:
        return low, None if high is None or far is None else high + far
    return None if low is None or far is None else low + far, high


def _step(eqn: Eqn) -> int:
    step: Arg = eqn.args[2]
    return int(step.value) if isinstance(step, Const) else 0


def _difference(a: Dim | None, b: Dim | None) -> Dim | None:
    return None if a is None or b is None else a - b
