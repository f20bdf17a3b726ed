"""Integers that conditions decide about: what a loop has picked, what a branch knows.

In: a loop or a branch, and what is known of integers before it. Out: their intervals in it, and after it.

    hit = -1                                    hit is in -1, ..., n - 1: a trip leaves it, or puts its index
    for s in range(n):
        if t[s] < near: near, hit = t[s], s
    if hit >= 0: y = x[hit]                     hit is in 0, ..., n - 1: the position needs no check
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from symgrad.backends.bounds import UNKNOWN, Bounds, Interval
from symgrad.ir.core import Arg, Block, Const, Eqn, Value
from symgrad.ir.dims import Dim
from symgrad.ir.regions import COND, FOR, For, for_parts
from symgrad.ir.types import INTS
from symgrad.ir.walk import producers


def picked(eqn: Eqn, outer: Bounds) -> dict[int, Interval]:
    """Where carried integers of a `for` lie that a trip leaves, or takes from what is known outside.

    By number; on each trip as after the last.
    """
    if eqn.op is not FOR:
        return {}
    loop = for_parts(eqn)
    found = {}
    for k, (param, end) in enumerate(zip(loop.carried_params, loop.yields, strict=True)):
        if param.type.shape or param.type.dtype not in INTS:
            continue
        interval = _Choices(loop, param, outer).of(end, loop.body, {})
        if interval is not None:
            found[k] = _hull(outer.interval(loop.carried[k]), interval, outer)
    return {k: interval for k, interval in found.items() if interval != UNKNOWN}


@dataclass(frozen=True, slots=True)
class _Choices:
    """What a carried integer may become: intervals before the loop, `None` where it stays what it is."""

    loop: For
    param: Value
    outer: Bounds

    def of(self, arg: Arg, block: Block, given: Mapping[Value, Interval | None]) -> Interval | None:
        """`given` has what the params of the block are, if that is not the body of the loop."""
        if isinstance(arg, Const):
            return self.outer.interval(arg)
        if arg in given:
            return given[arg]
        if arg is self.param:
            return None
        if arg is self.loop.index:
            return self._trips()
        if arg in self.loop.invariant_params:
            return self.outer.interval(self.loop.invariant[self.loop.invariant_params.index(arg)])
        eqn = producers(block).get(arg)
        if eqn is None:
            return UNKNOWN
        if eqn.op.name in ("where", "copy"):
            sides = [self.of(a, block, given) for a in eqn.args[eqn.op.name == "where" :]]
        elif eqn.op is COND:
            operands = [self.of(a, block, given) if a.type.dtype in INTS else UNKNOWN for a in eqn.args[1:]]
            number = eqn.outs.index(arg)
            sides = [
                self.of(b.results[number], b, dict(zip(b.params, operands, strict=True))) for b in eqn.regions
            ]
        else:
            return UNKNOWN
        known = [s for s in sides if s is not None]
        return _hull(known[0], known[-1], self.outer) if known else None

    def _trips(self) -> Interval:
        """Where the index lies."""
        step = self.loop.step
        if not isinstance(step, Const) or not step.value:
            return UNKNOWN
        ends = [self.outer.interval(a) for a in (self.loop.start, self.loop.stop)]
        if step.value > 0:
            return ends[0][0], None if ends[1][1] is None else ends[1][1] - 1
        return None if ends[1][0] is None else ends[1][0] + 1, ends[0][1]


def _hull(a: Interval, b: Interval, outer: Bounds) -> Interval:
    """An interval that has both in it."""
    return _end(a[0], b[0], outer, 1), _end(a[1], b[1], outer, -1)


def _end(a: Dim | None, b: Dim | None, outer: Bounds, sign: int) -> Dim | None:
    """The lower (sign 1) or upper (sign -1) of two ends, if it is known which that is."""
    if a is None or b is None:
        return None
    if outer.nonnegative(sign * (b - a)):
        return a
    return b if outer.nonnegative(sign * (a - b)) else None


_TURNED = {"greater": "less", "less": "greater", "greater_equal": "less_equal", "less_equal": "greater_equal"}
_ELSE = {"greater": "less_equal", "less": "greater_equal", "greater_equal": "less", "less_equal": "greater"}


def narrowed(
    eqn: Eqn, side: int, outer: Bounds, producer: Callable[[Arg], Eqn | None]
) -> dict[Arg, Interval]:
    """The integers of which a side of a branch knows more than what stands before it."""
    return _where(eqn.args[0], side, outer, producer) if eqn.op is COND else {}


def _where(test: Arg, side: int, outer: Bounds, producer: Callable[[Arg], Eqn | None]) -> dict[Arg, Interval]:
    """The integers that a test compares with constants, where it holds (side 0) or does not (side 1)."""
    eqn = producer(test)
    if eqn is None:
        return {}
    if eqn.op.name == "logical_not":
        return _where(eqn.args[0], 1 - side, outer, producer)
    if eqn.op.name == ("logical_and", "logical_or")[side]:  # both hold, or neither
        first, second = (_where(a, side, outer, producer) for a in eqn.args)
        return first | second
    if eqn.op.name not in _TURNED:
        return {}
    (x, y), name = eqn.args, eqn.op.name
    if isinstance(x, Const):
        x, y, name = y, x, _TURNED[name]
    if not isinstance(x, Value) or not isinstance(y, Const) or x.type.shape or x.type.dtype not in INTS:
        return {}
    name = _ELSE[name] if side else name
    bound = int(y.value) + {"greater": 1, "less": -1}.get(name, 0)
    low, high = outer.interval(x)
    if name in ("greater", "greater_equal"):
        low = bound if low is None or outer.nonnegative(bound - low) else low
    else:
        high = bound if high is None or outer.nonnegative(high - bound) else high
    return {x: (low, high)}
