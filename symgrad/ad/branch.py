"""The adjoint of a branch is a branch on the same condition.

In: a `cond` equation and the cotangents of its results. Out: the same equation, yielding also what its
adjoint needs, and the backward `cond` beside the other adjoint equations.

    if c: y = x * x       ->      if c: dx = dx + dy * (2 * x)
    else: y = x                   else: dx = dx + dy
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.activity import live, moved, varied
from symgrad.ad.control import Backpropagate, Forward
from symgrad.ad.ranges import ANY, extend
from symgrad.ad.tape import known_extents, plan, read_by
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Value
from symgrad.ir.regions import COND, close, cond_parts
from symgrad.ir.types import FLOATS, ArrayType
from symgrad.ir.walk import rewire, rewire_args


@dataclass(slots=True)
class _Side:
    """One branch: its primal equations, its adjoint, what that runs again and what it wants saved."""

    block: Block
    primal: tuple[Eqn, ...]
    eqns: tuple[Eqn, ...]
    results: tuple[Arg, ...]
    again: tuple[Eqn, ...]
    saved: tuple[Value, ...]


def pull_cond(eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate) -> None:
    """Carry the cotangents of a branch's results to its operands."""
    parts = cond_parts(eqn)
    asked = [k for k, o in enumerate(eqn.outs) if o in d.held and o in active]
    moving = [k for k, a in enumerate(parts.captured) if isinstance(a, Value) and a in active]
    if not asked or not moving:
        return
    b = d.builder
    seeds = [Value(eqn.outs[k].type, d.naming.format(eqn.outs[k].hint) if eqn.outs[k].hint else "") for k in asked]
    totals: dict[int, Value] = {}  # operands that have a cotangent already: the branch adds to it
    seen: set[Arg] = set()
    for k in moving:
        operand = parts.captured[k]
        if operand in d.held and operand not in seen and operand not in eqn.outs:
            hint = eqn.regions[0].params[k].hint
            totals[k] = Value(operand.type, d.naming.format(hint) if hint else "")
        seen.add(operand)
    sides = [_side(block, parts.captured, asked, moving, seeds, totals, active, d, f, backpropagate) for block in eqn.regions]
    saved = _save(eqn, sides, f)
    params = [*seeds, *totals.values()]
    given = [d.held[eqn.outs[k]] for k in asked] + [d.held[parts.captured[k]] for k in totals]  # type: ignore[index]
    blocks = []
    for side, tapes in zip(sides, saved, strict=True):
        env: dict[Value, Arg] = dict(zip(side.block.params, parts.captured, strict=True))
        env.update(zip(side.saved, tapes, strict=True))
        body: list[Eqn] = []
        for e in side.again:
            outs = tuple(Value(o.type, o.hint) for o in e.outs)
            body.append(replace(rewire(e, env), outs=outs, phase="bwd"))
            env.update(zip(e.outs, outs, strict=True))
        blocks.append(([*body, *(rewire(e, env) for e in side.eqns)], rewire_args(side.results, env)))
    free = list(dict.fromkeys(v for eqns, results in blocks for v in read_by(eqns, results) if v not in set(params)))
    closed = [
        close([Value(p.type, p.hint) for p in params], *_fresh_params(params, eqns, results), b, free)
        for eqns, results in blocks
    ]
    closed = _same_operands(closed, params)
    operands = closed[0].operands
    hints = [d.naming.format(eqn.regions[0].params[k].hint) if eqn.regions[0].params[k].hint else "" for k in moving]
    outs = tuple(Value(parts.captured[k].type, h) for k, h in zip(moving, hints, strict=True))
    regions = tuple(c.block for c in closed)
    b.eqns.append(Eqn(COND, (parts.condition, *given, *operands), outs, {}, regions, eqn.loc, "bwd"))
    for k, out in zip(moving, outs, strict=True):
        operand = parts.captured[k]
        assert isinstance(operand, Value)
        if k in totals:
            d.bind(operand, out)
        else:
            d.add(operand, b.ref(out))
