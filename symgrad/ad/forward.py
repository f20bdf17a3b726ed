"""Forward mode: each statement is followed by the one that carries its tangent.

In: a function, the params that move. Out: one function with a tangent param `x_dot` for each of them, whose
results are the function's, then the tangent of each.

    y = sin(x)      ->      y = sin(x); y_dot = x_dot * cos(x)
"""

from __future__ import annotations

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.activity import needed_anywhere, useful, varied
from symgrad.ad.calls import without_checkpoints
from symgrad.ad.local import push
from symgrad.ad.moving import push_region
from symgrad.ad.numbers import Scope
from symgrad.ad.ranges import Ranges, extend
from symgrad.ad.reverse import differentiated_params
from symgrad.ad.zeros import Zeros
from symgrad.ir.build import Builder, Ref
from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Value
from symgrad.ir.frozen import replace
from symgrad.ir.types import ArrayType
from symgrad.rules.declare import Partials, Products, lookup


def forward(function: Function, wrt: tuple[int, ...]) -> Function:
    """Differentiate `function` along tangents of its params `wrt`.

    The tangent of a float result that does not move is zeros; that of an integer result is the number 0.0.
    """
    function = without_checkpoints(function)
    inputs = differentiated_params(function, wrt)
    builder = Builder()
    d = Derivatives(builder, "{}_dot", Zeros(Scope.of(function.body)))
    tangents = tuple(Value(p.type, f"{p.hint}_dot" if p.hint else "") for p in inputs)
    for param, tangent in zip(inputs, tangents, strict=True):
        d.bind(param, tangent)
    active = varied(function.eqns, inputs) & needed_anywhere(function.eqns, function.results)
    pushforward(function.eqns, d, active, extend({}, function.eqns))
    builder.loc, builder.phase = None, "fwd"
    moves = tuple(_tangent(r, d) for r in function.results)
    primal = [out for eqn in function.eqns for out in eqn.outs]  # loops that carry tangents beside these
    needed = useful(tuple(builder.eqns), (*moves, *primal))
    kept = [eqn for eqn in builder.eqns if any(out in needed for out in eqn.outs)]
    eqns, results = d.finish(kept, (*function.results, *moves))
    body = Block((*function.params, *tangents), tuple(eqns), results, function.body.symbols)
    return replace(function, name=f"jvp_{function.name}", body=body)


def pushforward(eqns: tuple[Eqn, ...], d: Derivatives, active: set[Value], ranges: Ranges) -> None:
    """Emit `eqns` again, each followed by the tangents of its results."""
    for eqn in eqns:
        if eqn.regions:
            d.builder.loc, d.builder.phase = eqn.loc, eqn.phase
            push_region(eqn, d, ranges, pushforward)
            continue
        d.repeat(eqn)
        if eqn.op.name == "tape" and eqn.out.type.is_float:  # its tangent grows with it
            hint = d.naming.format(eqn.out.hint)
            d.bind(eqn.out, d.builder.emit(eqn.op, (), dict(eqn.attrs), hint))
        moving: dict[int, Ref] = {}
        for position, operand in enumerate(eqn.args):
            t = d.get(operand) if isinstance(operand, Value) else None
            if t is not None:
                moving[position] = t
        grows = eqn.op.name == "push" and 0 in moving  # a tangent is as long as its tape, whatever is pushed
        if not moving or not (grows or eqn.outs[0] in active):
            continue
        d.builder.loc, d.builder.phase = eqn.loc, "fwd"
        tangent = push(eqn, moving, d.zeros, ranges)
        if tangent is not None:
            rule = lookup(eqn.op, eqn.loc)
            d.hold(eqn.out, tangent.arg, rule.note if isinstance(rule, Partials | Products) else "")


def _tangent(result: Arg, d: Derivatives) -> Arg:
    if not result.type.is_float:
        return Const(0.0, ArrayType("float64"))
    held = d.held.get(result) if isinstance(result, Value) else None
    return d.builder.full(0.0, result.type) if held is None else held
