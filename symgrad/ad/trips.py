"""Counting the trips of a `for`: which one an index belongs to, how many there are, and all of them reversed.

In: the loop's range. Out: integers of the enclosing block, as extents where the range is made of extents.

    range(a, n)            trip number i - a of max(n - a, 0); backwards range(n - 1, a - 1, -1)
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from symgrad.ir.build import Builder, Ref
from symgrad.ir.core import Arg, Const, Value
from symgrad.ir.dims import Dim, at_least_zero, symbols
from symgrad.ir.ops import OPS
from symgrad.ir.regions import For
from symgrad.ir.types import INT

Known = Callable[[Arg], Dim | None]  # the extent that an integer operand is, if it is one


def number_of(p: For, index: Value, body: Builder) -> Value:
    """In the loop, or in one that has the same range backwards: 0 on the first trip, 1 on the second."""
    if isinstance(p.step, Const) and p.step.value == 1 and isinstance(p.start, Const) and p.start.value == 0:
        return index
    down = isinstance(p.step, Const) and p.step.value == -1
    first, then = (index, p.start) if not down else (p.start, index)
    number = (body.ref(first) - body.ref(then)).arg
    if not (isinstance(p.step, Const) and abs(p.step.value) == 1):
        number = body.emit(OPS["floor_divide"], (number, p.step))
    assert isinstance(number, Value)
    return number


def index_at(p: For, number: Arg, b: Builder) -> Arg:
    """The loop's index on trip `number`."""
    zero, one = Const(0, INT), Const(1, INT)
    hint = p.index.hint
    if p.start == zero:
        return number if p.step == one else b.emit(OPS["multiply"], (p.step, number), hint=hint)
    moved = number if p.step == one else b.emit(OPS["multiply"], (p.step, number))
    return b.emit(OPS["add"], (p.start, moved), hint=hint)


def known_trips(p: For, known: Known, signed: Collection[str]) -> Dim | None:
    """The number of trips, if it is an extent; `signed` extents may be negative, and have to be compared."""
    start, stop = known(p.start), known(p.stop)
    if start is None or stop is None or not isinstance(p.step, Const):
        return None
    count = _count(start, stop, int(p.step.value))
    return None if set(symbols(count)) & set(signed) else at_least_zero(count)


def computed_trips(p: For, b: Builder, hint: str) -> Value:
    """The number of trips, as an equation."""
    down = isinstance(p.step, Const) and p.step.value == -1
    span = b.ref(p.start) - b.ref(p.stop) if down else b.ref(p.stop) - b.ref(p.start)
    if not (isinstance(p.step, Const) and abs(p.step.value) == 1):
        span = b.ref(b.emit(OPS["floor_divide"], ((span + b.ref(p.step) + _away(p, b)).arg, p.step)))
    return b.emit(OPS["maximum"], (span.arg, Const(0, INT)), hint=hint)


def reversed_range(p: For, known: Known, b: Builder) -> tuple[Arg, Arg, Arg]:
    """Start, stop and step of the loop that makes the same trips, last first."""
    if isinstance(p.step, Const) and abs(p.step.value) == 1:
        by = int(p.step.value)
        return _less(p.stop, by, known, b), _less(p.start, by, known, b), Const(-by, INT)
    first, last = known(p.start), known(p.stop)
    if isinstance(p.step, Const) and first is not None and last is not None:
        by = int(p.step.value)
        return _number(first + (_count(first, last, by) - 1) * by, b), _number(first - by, b), Const(-by, INT)
    start, stop, step = b.ref(p.start), b.ref(p.stop), b.ref(p.step)
    trips = b.ref(b.emit(OPS["floor_divide"], ((stop - start + step + _away(p, b)).arg, p.step)))
    return (start + (trips - 1) * step).arg, (start - step).arg, (-step).arg


def _less(bound: Arg, by: int, known: Known, b: Builder) -> Arg:
    """`bound - by`."""
    dim = known(bound)
    return (b.ref(bound) - by).arg if dim is None else _number(dim - by, b)


def _number(dim: Dim, b: Builder) -> Arg:
    return Const(dim, INT) if isinstance(dim, int) else b.emit(OPS["extent"], (), {"dim": dim})


def _count(start: Dim, stop: Dim, step: int) -> Dim:
    """How many trips there are, or a number below 0 for none."""
    return (stop - start + step - 1) // step if step > 0 else (start - stop - step - 1) // -step


def _away(p: For, b: Builder) -> Ref | int:
    """-1 for a positive step and +1 for a negative one: rounds the number of trips up."""
    if isinstance(p.step, Const):
        return -1 if p.step.value > 0 else 1
    return -b.ref(b.emit(OPS["sign"], (p.step,)))
