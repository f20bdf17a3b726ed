"""Checkpointed calls: the backward pass computes the inside again, of the forward pass it keeps the operands.

In: a `call` equation and the cotangents of its results. Out: the equations of its block in its place, and in
the backward part, once more, the ones that the adjoint reads: on operands that are recalled, so that they are
not taken for those of the forward pass.

    h = checkpoint(layer)(x, w)      h = tanh(x @ w) ...   t = tanh(recall(x) @ recall(w)); ... dw = x.T @ ds
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.activity import moved, varied
from symgrad.ad.control import Backpropagate
from symgrad.ad.primal import Forward
from symgrad.ad.ranges import ANY, extend
from symgrad.ad.tape import plan, read_by, sizes_in
from symgrad.ad.zeros import Zeros
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Eqn, Function, Symbol, Value
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import CALL
from symgrad.ir.walk import again, all_eqns, live, rewire, rewire_args


def pull_call(eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate) -> None:
    """Carry the cotangents of a checkpointed call's results to its operands."""
    (block,) = eqn.regions
    inside = varied(block.eqns, moved(block.params, eqn.args, active))
    mine = f.inside(eqn, block, block.params, eqn.args)
    inner = Derivatives(Builder(), d.naming, Zeros(mine.scope))
    inner.builder.phase = "bwd"
    operands = dict(zip(block.params, eqn.args, strict=True))
    totals = {  # to be added to
        p: d.held[a] for p, a in operands.items() if isinstance(a, Value) and p in inside and a in d.held
    }
    for param, total in totals.items():
        inner.bind(param, total)
    for out, result in zip(eqn.outs, block.results, strict=True):
        held = d.held.get(out)
        if held is not None and isinstance(result, Value) and result in inside:
            if result in inner.held:
                inner.add(result, inner.builder.ref(held))
            else:
                inner.bind(result, held)
    backpropagate(block.eqns, inner, inside, extend(dict.fromkeys(block.params, ANY), block.eqns), mine)
    inner.builder.loc = None
    moving = [p for p in block.params if p in inner.held and inner.held[p] is not totals.get(p)]
    totals_now = tuple(inner.held[p] for p in moving)
    eqns, results = inner.finish(live(inner.builder.eqns, totals_now, mine.symbols), totals_now)
    env: dict[Value, Arg] = {**operands, **_again(mine, block, eqns, results, operands, d.builder, f)}
    d.builder.eqns += [rewire(e, env) for e in eqns]
    for param, total in zip(moving, rewire_args(results, env), strict=True):
        operand = operands[param]
        assert isinstance(operand, Value)
        if param in totals:
            d.bind(operand, total)
        else:
            d.add(operand, d.builder.ref(total))


def _again(
    mine: Forward,
    block: Block,
    eqns: Sequence[Eqn],
    results: Sequence[Arg],
    operands: Mapping[Value, Arg],
    b: Builder,
    f: Forward,
) -> dict[Value, Arg]:
    """Emit the equations of the call that its adjoint reads, on recalled operands; what their results are."""
    primal = mine.apply(block.eqns)
    symbols = (*mine.symbols, *block.symbols)
    own = {o for e in primal for o in e.outs}
    needed = [*(v for v in read_by(eqns, results) if v in own), *sizes_in(eqns, symbols, primal)]
    repeated = plan(primal, needed, block.params, lambda v: False, symbols).again
    b.phase = "bwd"
    env: dict[Value, Arg] = {}
    for v in dict.fromkeys(v for e in repeated for v in e.reads if v in operands):
        arg = operands[v]
        arrays = isinstance(arg, Value) and arg.type.rank
        env[v] = b.emit(OPS["recall"], (arg,)) if arrays else arg
    for e in repeated:
        b.eqns.append(replace(again(e, env), phase="bwd"))
        env.update(zip(e.outs, b.eqns[-1].outs, strict=True))
    for s in symbols:
        number = env.get(s.param)
        if s.param in own and isinstance(number, Value):
            f.symbols.append(Symbol(s.name, number, s.axis))
    made = {o for e in eqns for o in e.outs}
    f.symbols += [s for s in mine.symbols if s.param in made]  # what a call inside of this one made again
    return {v: arg for v, arg in env.items() if v in own}


# -- without -----------------------------------------------------------------------------------------------


def without_checkpoints(function: Function) -> Function:
    """`function` as if nothing were checkpointed (the same object if nothing is)."""
    if not any(e.op is CALL or "checkpoint" in e.attrs for e in all_eqns(function.body)):
        return function
    return replace(function, body=_opened(function.body))


def _opened(block: Block) -> Block:
    eqns: list[Eqn] = []
    symbols = list(block.symbols)
    for eqn in block.eqns:
        eqn = replace(eqn, regions=tuple(map(_opened, eqn.regions))) if eqn.regions else eqn
        if eqn.op is CALL:
            inside, told = spliced(eqn)
            eqns += inside
            symbols += [s for s in told if all(s.name != mine.name for mine in symbols)]
        elif eqn.regions:
            attrs = {k: v for k, v in eqn.attrs.items() if k != "checkpoint"}
            eqns.append(replace(eqn, attrs=attrs))
        else:
            eqns.append(eqn)
    return replace(block, eqns=tuple(eqns), symbols=tuple(symbols))


def spliced(eqn: Eqn) -> tuple[list[Eqn], list[Symbol]]:
    """The equations of a call, for the block that it stands in; the extents that they tell."""
    (block,) = eqn.regions
    env: dict[Value, Arg] = dict(zip(block.params, eqn.args, strict=True))
    own = {o for e in block.eqns for o in e.outs}
    pairs = reversed([*zip(eqn.outs, block.results, strict=True)])
    named = {r: o for o, r in pairs if isinstance(r, Value) and r in own}
    env.update(named)
    eqns = [replace(rewire(e, env), outs=tuple(named.get(o, o) for o in e.outs)) for e in block.eqns]
    for out, result in zip(eqn.outs, block.results, strict=True):
        given = env.get(result, result) if isinstance(result, Value) else result
        if given is not out:
            eqns.append(Eqn(OPS["copy"], (given,), (out,), {}, (), eqn.loc, eqn.phase))
    told = [(s, env.get(s.param, s.param)) for s in block.symbols if s.param in own]
    return eqns, [Symbol(s.name, param, s.axis) for s, param in told if isinstance(param, Value)]
