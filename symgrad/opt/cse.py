"""Common subexpressions: what was computed before is read, not computed again.

In: a function. Out: the same function where a repeated equation is a `copy` of the first (`remove_copies`
decides which name stays). In the study text a short repetition between two statements stays as it is, because
naming it would cut the user's statement in two.

    a = exp(x) + y; b = exp(x) * y    ->    t = exp(x); a = t + y; b = t * y
"""

from __future__ import annotations

from symgrad.ir.core import Block, Const, Eqn, Function, Kind, Value
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.settled import settling
from symgrad.ir.walk import map_regions, rewire, uses, with_eqns
from symgrad.opt.numbering import Numbers

_SHORT = frozenset({"negative", "cast", "stop_gradient", "recall", "full", "iota", "extent"})
_SHORT_WITH_CONSTANT = frozenset({"add", "subtract", "multiply", "divide"})


def share(function: Function, *, everything: bool) -> Function:
    """`function` without repeated work; `everything`: the short repetitions too."""
    body = _block(function.body, everything)
    return function if body is function.body else replace(function, body=body)


@settling
def _block(block: Block, everything: bool) -> Block:
    # `dinvden = num` is a statement of the text: what is computed from dinvden is said in its name.
    numbers = Numbers(through_copies=everything)
    count = uses(block)  # what is read twice has a name in any case
    first: dict[int, Eqn] = {}
    env: dict[Value, Value] = {}
    eqns: list[Eqn] = []
    changed = False
    for old in block.eqns:
        eqn = rewired = rewire(old, env)
        if eqn.regions:
            eqn = map_regions(eqn, lambda region: _block(region, everything))
            changed = changed or eqn is not rewired
        if not numbers.add(eqn) or _is_memory(eqn):
            if eqn.op.kind is not Kind.REGION:
                first.setdefault(numbers.of(eqn.out), eqn)
            eqns.append(eqn)
            continue
        number = numbers.of(eqn.out)
        before = first[number]
        apart = (before.loc, before.phase) != (eqn.loc, eqn.phase)
        named = count[before.out] > 1 and count[eqn.out] > 1
        if apart and not everything and not named and not before.out.hint and _short(eqn):
            first[number] = eqn  # the nearest one, for repetitions in this statement
            eqns.append(eqn)
            continue
        changed = True
        if eqn.out.hint:
            eqns.append(replace(eqn, op=OPS["copy"], args=(before.out,), attrs={}, note=""))
        else:
            env[eqn.out] = before.out
    return with_eqns(block, eqns, env=env) if changed else block


def _is_memory(eqn: Eqn) -> bool:
    """An array to be written, not work: two users of one would need a copy of it."""
    if eqn.op.kind is Kind.WRITE:
        return True
    return eqn.op.name in ("full", "empty", "tape") and all(bool(o.type.rank) for o in eqn.outs)


def _short(eqn: Eqn) -> bool:
    """Less to read than a name for it: `-x`, `x.T`, `1 - y`, `x**2`."""
    if eqn.op.kind is Kind.SHAPE or eqn.op.name in _SHORT:
        return eqn.op.name not in ("concatenate", "roll")
    if eqn.op.name in ("power", "square"):  # `x**2`
        return all(isinstance(a, Const) or bool(a.hint) for a in eqn.args)
    return eqn.op.name in _SHORT_WITH_CONSTANT and any(isinstance(a, Const) for a in eqn.args)
