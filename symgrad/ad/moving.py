"""Forward mode through loops and branches: the same equation, with tangents carried beside the values.

In: a region equation and the tangents of its operands. Out: one equation that computes both.

    for i in range(n):              for i in range(n):
        s = s * x[i]                    s_dot = s_dot * x[i] + x_dot[i] * s
                                        s = s * x[i]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.activity import body_activity, moved, varied
from symgrad.ad.ranges import ANY, Ranges, extend
from symgrad.ad.zeros import Zeros
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Eqn, Symbol, Value
from symgrad.ir.frozen import replace
from symgrad.ir.regions import COND, FOR, WHILE, close, close_all, index_symbol
from symgrad.ir.walk import rewire, rewire_args

Pushforward = Callable[[tuple[Eqn, ...], Derivatives, set[Value], Ranges], None]


def push_region(eqn: Eqn, d: Derivatives, ranges: Ranges, pushforward: Pushforward) -> None:
    """Emit the equation again with the tangents of its results."""
    if any(isinstance(a, Value) and a in d.held for a in eqn.args):
        (_push_cond if eqn.op is COND else _push_loop)(eqn, d, pushforward)
    else:
        d.repeat(eqn)


def _push_loop(eqn: Eqn, d: Derivatives, pushforward: Pushforward) -> None:
    body = eqn.regions[-1]
    count = len(eqn.outs)
    lead, first = (3, 1) if eqn.op is FOR else (0, 0)
    params = body.params[first:]
    carried, invariant = params[:count], params[count:]
    operands = eqn.args[lead:]
    exits = bool(eqn.attrs.get("exits"))
    yields = body.results[exits:]
    inside = body_activity(body.eqns, carried, yields, moved(params, operands, set(d.held)))
    moving = [k for k, p in enumerate(carried) if p in inside]
    if not moving:
        d.repeat(eqn)
        return
    inner = Derivatives(Builder(), d.naming, Zeros(d.zeros.scope.inside(eqn, body)))
    tangents = [_tangent_param(carried[k], d) for k in moving]
    for k, t in zip(moving, tangents, strict=True):
        inner.bind(carried[k], t)
    for p, a in zip(invariant, operands[count:], strict=True):
        if isinstance(a, Value) and a in d.held:
            inner.bind(p, d.held[a])
    more = _tangents(body.eqns, [yields[k] for k in moving], inside, inner, pushforward)
    eqns, results = inner.finish(inner.builder.eqns, (*body.results, *more))
    wide = [*body.params[: first + count], *tangents, *invariant]
    block, further = close(wide, eqns, results, d.builder, (*body.symbols, *index_symbol(eqn)))
    starts = [_held(operands[k], d) for k in moving]
    regions: tuple[Block, ...] = (block,)
    if eqn.op is WHILE:
        regions = (
            _widened(eqn.regions[0], count, tangents, block.params[count + len(tangents) + len(invariant) :]),
            block,
        )
    outs = tuple(Value(eqn.outs[k].type, _hint(eqn.outs[k], d)) for k in moving)
    args = (*eqn.args[: lead + count], *starts, *operands[count:], *further)
    _emit(replace(eqn, args=args, outs=(*eqn.outs, *outs), regions=regions), moving, outs, d)


def _push_cond(eqn: Eqn, d: Derivatives, pushforward: Pushforward) -> None:
    captured = eqn.args[1:]
    inside = [varied(block.eqns, moved(block.params, captured, set(d.held))) for block in eqn.regions]
    moving = [
        k
        for k, out in enumerate(eqn.outs)
        if out.type.is_float and any(b.results[k] in s for b, s in zip(eqn.regions, inside, strict=True))
    ]
    if not moving:
        d.repeat(eqn)
        return
    bodies = []
    known: list[Symbol] = []
    for block, active in zip(eqn.regions, inside, strict=True):
        inner = Derivatives(Builder(), d.naming, Zeros(d.zeros.scope.inside(eqn, block)))
        for p, a in zip(block.params, captured, strict=True):
            if isinstance(a, Value) and a in d.held:
                inner.bind(p, d.held[a])
        more = _tangents(block.eqns, [block.results[k] for k in moving], active, inner, pushforward)
        eqns, results = inner.finish(inner.builder.eqns, (*block.results, *more))
        env: dict[Value, Arg] = dict(zip(block.params, captured, strict=True))
        for s in block.symbols:
            param = env.get(s.param, s.param)
            if isinstance(param, Value):
                known.append(Symbol(s.name, param, s.axis))
        bodies.append(([rewire(e, env) for e in eqns], rewire_args(results, env)))
    regions, operands = close_all([], bodies, d.builder, known)
    outs = tuple(Value(eqn.outs[k].type, _hint(eqn.outs[k], d)) for k in moving)
    args = (eqn.args[0], *operands)
    _emit(replace(eqn, args=args, outs=(*eqn.outs, *outs), regions=regions), moving, outs, d)


def _tangents(
    eqns: tuple[Eqn, ...], of: Sequence[Arg], inside: set[Value], inner: Derivatives, pushforward: Pushforward
) -> list[Arg]:
    """Run `pushforward` over a body and give the tangents of some of its values."""
    pushforward(eqns, inner, inside, extend({p: ANY for p in inner.held}, eqns))
    inner.builder.loc = None
    return [_held(v, inner) for v in of]


def _held(arg: Arg, d: Derivatives) -> Arg:
    held = d.held.get(arg) if isinstance(arg, Value) else None
    return d.builder.full(0.0, arg.type) if held is None else held


def _tangent_param(param: Value, d: Derivatives) -> Value:
    return Value(param.type, _hint(param, d))


def _hint(value: Value, d: Derivatives) -> str:
    return d.naming.format(value.hint) if value.hint else ""


def _widened(test: Block, count: int, tangents: Sequence[Value], further: Sequence[Value]) -> Block:
    """The test of a `while` with params for what its body takes besides."""
    extra = [Value(v.type, v.hint) for v in (*tangents, *further)]
    here = len(tangents)
    params = (*test.params[:count], *extra[:here], *test.params[count:], *extra[here:])
    block, none = close(params, test.eqns, test.results, Builder(), test.symbols)
    assert not none, "the test of a while reads only its params"
    return block


def _emit(eqn: Eqn, moving: Sequence[int], outs: Sequence[Value], d: Derivatives) -> None:
    d.repeat(eqn)
    for k, out in zip(moving, outs, strict=True):
        d.bind(eqn.outs[k], out)
