"""Counters: integers that a loop moves by the same amount on every trip are known on each without a tape.

In: what a loop carries. Out: for each counter where it begins and its step; in the backward loop, its number.

    p = 0; for i in range(n): ... x[p] ...; p = p + 2      ->      for i reversed: ... x[2 * i] ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.ad.loops import Loop
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.ir.frozen import dataclass
from symgrad.ir.ops import OPS
from symgrad.ir.types import INT


@dataclass(frozen=True, slots=True)
class Counter:
    """`start + step * trip`; `start` outside the loop, `step` a number or an invariant param."""

    start: Arg
    step: Arg
    down: bool


def counters(loop: Loop, primal: Sequence[Eqn]) -> dict[Value, Counter]:
    """The carried params that are counters."""
    made = {o: e for e in primal for o in e.outs}
    found = {}
    for param, start, end in zip(loop.carried_params, loop.carried, loop.yields, strict=True):
        while isinstance(end, Value) and end in made and made[end].op.name == "copy":
            end = made[end].args[0]
        if param.type != INT or not isinstance(end, Value) or end not in made:
            continue
        eqn = made[end]
        if eqn.op.name not in ("add", "subtract") or param not in eqn.args:
            continue
        x, y = eqn.args
        step = y if x is param else x
        fixed = isinstance(step, Const) or step in loop.invariant_params
        if fixed and (x is param or eqn.op.name == "add"):
            found[param] = Counter(start, step, eqn.op.name == "subtract")
    return found


def number_at(counter: Counter, trip: Value, env: Mapping[Value, Arg], body: Builder, hint: str) -> Arg:
    """The counter on a trip, in the backward loop."""
    step = env.get(counter.step, counter.step) if isinstance(counter.step, Value) else counter.step
    one = isinstance(step, Const) and step.value == 1
    way = trip if one else body.emit(OPS["multiply"], (trip, step))
    if isinstance(counter.start, Const) and counter.start.value == 0 and not counter.down:
        return way
    return body.emit(OPS["subtract" if counter.down else "add"], (counter.start, way), hint=hint)
