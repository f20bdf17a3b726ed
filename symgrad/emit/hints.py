"""The names that values ask for: the user's own, and those that come with being handed on.

In: an open program. Out: for each unnamed value the name of the carried variable or the result that it
becomes; the hints that only one value has; the names of parameters, and what expressions call the extents.

    for i, x in ...: %1 = x * x; yield %1    ->    {%1: "x"}
"""

from __future__ import annotations

from collections import Counter

from symgrad.emit.blocks import Block, Step, all_steps
from symgrad.emit.extents import Scope, lend
from symgrad.emit.names import Slot, allocate
from symgrad.ir.core import Arg, Function, Value


def parameter_names(function: Function, reserved: list[str]) -> list[str]:
    slots = [Slot(0.0, 1.0, p.hint or "arg", "arg") for p in function.params]
    return allocate(slots, reserved)


def scope_of(function: Function, names: list[str], extents: dict[str, str]) -> Scope:
    """What expressions of this function may mention; array parameters lend their shapes."""
    strong = frozenset(s.name for s in function.body.symbols if s.axis is None)
    scope = Scope(extents, strong)
    for param, name in zip(function.params, names, strict=True):
        lend(scope, param.type, param.hint, name)
    return scope


def lasting(program: Block) -> frozenset[str]:
    """The hints that only one value has: its name is never given to another."""
    count = Counter(p.hint for p in program.params)
    for step in all_steps(program):
        count.update(out.hint for out in step.eqn.outs)
        for block in step.blocks:
            count.update(p.hint for p in block.params)
    return frozenset(hint for hint, times in count.items() if hint and times == 1)


def hint_for(step: Step, wanted: dict[Value, str]) -> str:
    """The name of a result: its own, or that of the carried value or branch result that it becomes."""
    return step.key.hint or wanted.get(step.key, "")


def wanted_names(program: Block) -> dict[Value, str]:
    """For unnamed values that a region hands on, the name that they go by then."""
    wanted: dict[Value, str] = {}
    for step in all_steps(program):
        pairs: list[tuple[Arg, Value]] = []
        if step.is_loop:
            pairs += zip(step.carried, step.carried_params, strict=True)
            pairs += zip(step.yields, step.carried_params, strict=True)
        else:
            for block in step.blocks:
                pairs += zip(block.results, step.eqn.outs, strict=True)
        for given, name in pairs:
            if isinstance(given, Value) and not given.hint and name.hint:
                wanted.setdefault(given, name.hint)
    return wanted
