"""The adjoint of a branch is a branch on the same condition.

In: a `cond` equation and the cotangents of its results. Out: the same equation, yielding also what its
adjoint needs, and the backward `cond` beside the other adjoint equations.

    if c: y = x * x       ->      if c: dx = dx + dy * (2 * x)
    else: y = x                   else: dx = dx + dy
"""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.activity import moved, varied
from symgrad.ad.control import Backpropagate
from symgrad.ad.primal import Forward
from symgrad.ad.ranges import ANY, extend
from symgrad.ad.tape import facts, known_extents, plan, read_by, sizes_in
from symgrad.ad.zeros import Given, Zeros
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Symbol, Value
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, close_all, cond_parts
from symgrad.ir.types import FLOATS, ArrayType
from symgrad.ir.walk import again, live, rewire, rewire_args


@dataclass(slots=True)
class _Side:
    """One branch: its primal equations, its adjoint, what that runs again and what it wants saved."""

    block: Block
    primal: tuple[Eqn, ...]
    symbols: tuple[Symbol, ...]
    eqns: tuple[Eqn, ...]
    results: tuple[Arg, ...]
    again: tuple[Eqn, ...]
    saved: tuple[Value, ...]


def pull_cond(
    eqn: Eqn,
    d: Derivatives,
    active: set[Value],
    f: Forward,
    backpropagate: Backpropagate,
    repeats: bool = False,
) -> None:
    """Carry the cotangents of a branch's results to its operands.

    `repeats`: the adjoint makes again what it reads of the branch, which the forward part does not have.
    """
    parts = cond_parts(eqn)
    asked = [k for k, o in enumerate(eqn.outs) if o in d.held and o in active]
    moving = [k for k, a in enumerate(parts.captured) if isinstance(a, Value) and a in active]
    if not asked or not moving:
        return
    b = d.builder
    seeds = [
        Value(eqn.outs[k].type, d.naming.format(eqn.outs[k].hint) if eqn.outs[k].hint else "") for k in asked
    ]
    totals: dict[int, Value] = {}  # operands that have a cotangent already: the branch adds to it
    seen: set[Arg] = set()
    for k in moving:
        operand = parts.captured[k]
        if operand in d.held and operand not in seen and operand not in eqn.outs:
            hint = eqn.regions[0].params[k].hint
            totals[k] = Value(operand.type, d.naming.format(hint) if hint else "")
        seen.add(operand)
    handed = [d.held[eqn.outs[k]] for k in asked]
    for k in totals:
        operand = parts.captured[k]
        assert isinstance(operand, Value), "what has a cotangent is a value"
        handed.append(d.held[operand])
    given = {p: (d.zeros, a) for p, a in zip((*seeds, *totals.values()), handed, strict=True)}
    sides = [
        _side(
            eqn,
            block,
            parts.captured,
            asked,
            moving,
            seeds,
            totals,
            active,
            f,
            d.naming,
            given,
            backpropagate,
            repeats,
        )
        for block in eqn.regions
    ]
    saved: list[list[Value]] = [[] for _ in sides] if repeats else _save(eqn, sides, f)
    params = [*seeds, *totals.values()]
    blocks = []
    known = []
    for side, tapes in zip(sides, saved, strict=True):
        env: dict[Value, Arg] = dict(zip(side.block.params, parts.captured, strict=True))
        env.update(zip(side.saved, tapes, strict=True))
        body: list[Eqn] = []
        for e in side.again:
            body.append(replace(again(e, env), phase="bwd"))
            env.update(zip(e.outs, body[-1].outs, strict=True))
        known += facts(side.symbols, env, side.eqns)
        blocks.append(([*body, *(rewire(e, env) for e in side.eqns)], rewire_args(side.results, env)))
    regions, operands = close_all(params, blocks, b, known)
    hints = [
        d.naming.format(eqn.regions[0].params[k].hint) if eqn.regions[0].params[k].hint else ""
        for k in moving
    ]
    outs = tuple(Value(parts.captured[k].type, h) for k, h in zip(moving, hints, strict=True))
    b.eqns.append(Eqn(COND, (parts.condition, *handed, *operands), outs, {}, regions, eqn.loc, "bwd"))
    for k, out in sorted(zip(moving, outs, strict=True), key=lambda p: p[0] not in totals):
        operand = parts.captured[k]
        assert isinstance(operand, Value)
        if k in totals:
            d.bind(operand, out)
        else:
            d.add(operand, b.ref(out))


def _side(
    eqn: Eqn,
    block: Block,
    captured: tuple[Arg, ...],
    asked: list[int],
    moving: list[int],
    seeds: list[Value],
    totals: dict[int, Value],
    active: set[Value],
    f: Forward,
    naming: str,
    given: Given,
    backpropagate: Backpropagate,
    repeats: bool,
) -> _Side:
    """Differentiate one branch as a function of its params."""
    b = Builder()
    b.phase = "bwd"
    mine = f.inside(eqn, block, block.params, captured)
    inner = Derivatives(b, naming, Zeros(mine.scope, given))
    inside = varied(block.eqns, moved(block.params, captured, active))
    for k, total in totals.items():
        inner.bind(block.params[k], total)
    for k, seed in zip(asked, seeds, strict=True):
        result = block.results[k]
        if isinstance(result, Value) and result in inside:
            if result in inner.held:
                inner.add(result, b.ref(seed))
            else:
                inner.bind(result, seed)
    backpropagate(block.eqns, inner, inside, extend(dict.fromkeys(block.params, ANY), block.eqns), mine)
    b.loc = None
    results: tuple[Arg, ...] = tuple(
        inner.held.get(block.params[k]) or b.full(0.0, block.params[k].type) for k in moving
    )
    eqns, results = inner.finish(live(b.eqns, results, mine.symbols), results)
    primal = mine.apply(block.eqns)
    symbols = (*mine.symbols, *block.symbols)
    own = {*seeds, *totals.values()}
    needed = [v for v in read_by(eqns, results) if v not in own] + sizes_in(eqns, symbols, primal)
    saveable = (lambda v: False) if repeats else known_extents(f.bound, f.partial)
    scope = plan(primal, needed, block.params, saveable, symbols)
    return _Side(block, primal, symbols, tuple(eqns), results, scope.again, scope.saved)


def _save(eqn: Eqn, sides: list[_Side], f: Forward) -> list[list[Value]]:
    """Replace the forward branch by one that also yields what is saved; its outer names, for each side.

    What a side gives anyway is there as a result of the branch.
    """
    there = [dict(zip(reversed(side.block.results), reversed(eqn.outs), strict=True)) for side in sides]
    tapes = [
        [there[k].get(v) or Value(v.type, f.fresh(f"{v.hint or 'branch'}_saved")) for v in side.saved]
        for k, side in enumerate(sides)
    ]
    saved = [[v for v in side.saved if v not in there[k]] for k, side in enumerate(sides)]
    before = Builder()
    before.loc, before.phase = eqn.loc, eqn.phase
    captured = cond_parts(eqn).captured
    bodies = []
    known: list[Symbol] = []
    for side in sides:
        b = Builder()
        b.loc, b.phase = eqn.loc, eqn.phase
        extra: list[Arg] = []
        for other, values in zip(sides, saved, strict=True):
            extra += [v if other is side else _nothing(v.type, b) for v in values]
        env = dict(zip(side.block.params, sides[0].block.params, strict=True))
        eqns = [rewire(e, env) for e in (*side.primal, *b.eqns)]
        bodies.append((eqns, rewire_args((*side.block.results, *extra), env)))
        known += [Symbol(s.name, env.get(s.param, s.param), s.axis) for s in side.symbols]
    regions, further = close_all(sides[0].block.params, bodies, before, known)
    outs = (*eqn.outs, *(t for side in tapes for t in side if t not in eqn.outs))
    before.eqns.append(replace(eqn, args=(eqn.args[0], *captured, *further), outs=outs, regions=regions))
    f.replaced[eqn.outs[0]] = tuple(before.eqns)
    return tapes


def _nothing(type_: ArrayType, b: Builder) -> Arg:
    """What the branch that was not taken saves."""
    if type_.shape:
        return b.emit(OPS["empty"], (), {"dtype": type_.dtype, "shape": type_.shape})
    return Const(0.0 if type_.dtype in FLOATS else type_.dtype != "bool" and 0, type_)
