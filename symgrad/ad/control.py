"""The adjoint of a loop is a loop: the trips in reverse, cotangents carried, invariants accumulated.

In: a `for` or `while` equation and the cotangents of its results. Out: the same equation with what it saves
(nothing, where the adjoint reads no primal value), and the backward loop beside the other adjoint equations.

    for i in range(n):            for i in range(n - 1, -1, -1):
        s = s * x[i]                  dx[i] += ds * s_saved[i]
                                      ds = ds * x[i]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.activity import body_activity, live, useful
from symgrad.ad.loops import Adjoint, Loop, index_of, is_counted, taken_apart
from symgrad.ad.primal import Forward
from symgrad.ad.ranges import ANY, Ranges, extend
from symgrad.ad.saving import Saving, save
from symgrad.ad.tape import Plan, facts, known_extents, plan, read_by, sizes_in
from symgrad.ad.trips import number_of, reversed_range
from symgrad.ad.versions import NO_VERSIONS, versions
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, AtArg, Const, Eqn, Index, Span, Symbol, Value
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, close, for_parts
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import again as rerun
from symgrad.ir.walk import rewire, rewire_args

INT = ArrayType("int64")
Backpropagate = Callable[[tuple[Eqn, ...], Derivatives, set[Value], Ranges, Forward], None]


def pull_loop(eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate) -> None:
    """Carry the cotangents of a loop's results to its operands."""
    found = adjoint_of(eqn, d, active, f, backpropagate)
    if found is None:
        return
    loop, adjoint = found
    known = (
        NO_VERSIONS
        if f.plain
        else versions(loop.carried_params, loop.yields, eqn.outs, adjoint.primal, adjoint.scope)
    )
    given = known.given(adjoint.eqns, adjoint.results)
    needed = [v for v in read_by(adjoint.eqns, adjoint.results) if v not in adjoint.own and v not in given]
    chosen = plan(
        adjoint.primal,
        [*needed, *sizes_in(adjoint.eqns, adjoint.symbols, adjoint.primal)],
        {*loop.invariant_params, *index_of(eqn)},
        known_extents(f.bound_at(eqn)),
        adjoint.symbols,
        known,
    )
    finals = {v: chain.final for v, (chain, _) in known.of.items()}
    saving = save(eqn, loop, adjoint, chosen.saved, f, is_counted(eqn))
    _backward(eqn, loop, adjoint, chosen, finals, saving, f, d)


def adjoint_of(
    eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate
) -> tuple[Loop, Adjoint] | None:
    """The loop taken apart, and the adjoint of one trip; None if no cotangent goes through it."""
    loop = taken_apart(eqn)
    seeds = _moving(loop.carried_params, loop.carried, active) + _moving(
        loop.invariant_params, loop.invariant, active
    )
    inside = body_activity(loop.body.eqns, loop.carried_params, loop.yields, seeds)
    wanted = _carrying(loop, [d.get(o) is not None for o in eqn.outs], inside)
    if not wanted:
        return None
    return loop, _body_adjoint(eqn, loop, wanted, inside, d, f, backpropagate)


def _moving(params: Sequence[Value], args: Sequence[Arg], active: set[Value]) -> list[Value]:
    return [p for p, a in zip(params, args, strict=True) if isinstance(a, Value) and a in active]


def _carrying(loop: Loop, asked: list[bool], inside: set[Value]) -> list[int]:
    """The carried values whose cotangents the backward loop carries: asked for, or feeding one that is."""
    wanted = {
        k for k, (p, yes) in enumerate(zip(loop.carried_params, asked, strict=True)) if yes and p in inside
    }
    while True:
        reached = useful(loop.body.eqns, [loop.yields[k] for k in sorted(wanted)])
        more = {k for k, p in enumerate(loop.carried_params) if p in reached and p in inside} - wanted
        if not more:
            return sorted(wanted)
        wanted |= more


def _body_adjoint(
    eqn: Eqn,
    loop: Loop,
    wanted: list[int],
    inside: set[Value],
    d: Derivatives,
    f: Forward,
    backpropagate: Backpropagate,
) -> Adjoint:
    b = Builder()
    b.phase = "bwd"
    inner = Derivatives(b, d.naming)
    seeds = []
    for k in wanted:
        param, y = loop.carried_params[k], loop.yields[k]
        hint = param.hint or (y.hint if isinstance(y, Value) else "")
        seeds.append(Value(param.type, inner.naming.format(hint) if hint else ""))
        if isinstance(y, Value) and y in inside:
            if y in inner.held:
                inner.add(y, b.ref(seeds[-1]))
            else:
                inner.bind(y, seeds[-1])
    totals: dict[int, Value] = {}
    for k, param in enumerate(loop.invariant_params):
        if param in inside and param not in inner.held:
            totals[k] = Value(param.type, inner.naming.format(param.hint) if param.hint else "")
            inner.bind(param, totals[k])
    ranges = extend(dict.fromkeys((*loop.carried_params, *loop.invariant_params), ANY), loop.body.eqns)
    mine = f.inside(eqn, loop.body, loop.invariant_params, loop.invariant)
    backpropagate(loop.body.eqns, inner, inside, ranges, mine)
    used = [k for k, t in totals.items() if inner.held[loop.invariant_params[k]] is not t]
    b.loc = None
    results = tuple(
        inner.held.get(loop.carried_params[k]) or b.full(0.0, loop.carried_params[k].type) for k in wanted
    ) + tuple(inner.held[loop.invariant_params[k]] for k in used)
    eqns, results = inner.finish(live(tuple(b.eqns), results), results)
    primal, table = mine.apply(loop.body.eqns), (*mine.symbols, *loop.body.symbols)
    mine.scope.extend(primal, table)
    mine.scope.extend(eqns, ())
    return Adjoint(
        primal,
        table,
        mine.scope,
        tuple(eqns),
        results,
        seeds,
        wanted,
        [totals[k] for k in used],
        used,
    )


def _backward(
    eqn: Eqn,
    loop: Loop,
    adjoint: Adjoint,
    chosen: Plan,
    finals: Mapping[Value, Value],
    saving: Saving,
    f: Forward,
    d: Derivatives,
) -> None:
    """Emit the backward loop and give its results to the operands."""
    b = d.builder
    index = Value(INT, index_of(eqn)[0].hint if saving.count is None else saving.count.hint)
    start, stop, step = _backwards(eqn, saving, f, b)
    body = Builder()
    body.loc, body.phase = eqn.loc, "bwd"
    env: dict[Value, Arg] = {**finals, **dict(zip(loop.invariant_params, loop.invariant, strict=True))}
    number: Value = index
    if eqn.op is FOR:
        p = for_parts(eqn)
        if saving.count is not None:  # counted: the loop runs over trip numbers
            env[p.index] = (body.ref(p.start) + body.ref(index) * body.ref(p.step)).arg
        else:
            env[p.index] = index
            if chosen.saved:
                number = number_of(p, index, body)
    for v, tape in zip(chosen.saved, saving.tapes, strict=True):
        at: Index = (AtArg(), *(Span(0, 1, n) for n in v.type.shape))
        env[v] = body.emit(OPS["getitem"], (tape, number), {"index": at}, v.hint)
    for e in chosen.again:
        body.eqns.append(replace(rerun(e, env), phase="bwd"))
        env.update(zip(e.outs, body.eqns[-1].outs, strict=True))
    eqns = (*body.eqns, *(rewire(e, env) for e in adjoint.eqns))
    params = [index, *adjoint.seeds, *adjoint.accumulators]
    told = [Symbol(v.hint, v, None) for v in index_of(eqn) if v.hint]  # also where only inner regions read it
    known = facts([*adjoint.symbols, *told], env, eqns)
    block, further = close(params, eqns, rewire_args(adjoint.results, env), b, known)
    starts, targets = initial(eqn, loop, adjoint, d)
    outs = tuple(Value(v.type, v.hint) for v in (*adjoint.seeds, *adjoint.accumulators))
    b.loc = eqn.loc
    b.eqns.append(Eqn(FOR, (start, stop, step, *starts, *further), outs, {}, (block,), eqn.loc, "bwd"))
    hand_on(outs, targets, d)


def _backwards(eqn: Eqn, saving: Saving, f: Forward, b: Builder) -> tuple[Arg, Arg, Arg]:
    """Start, stop and step of the backward loop: over trip numbers where they were counted."""
    if saving.count is None:
        return reversed_range(for_parts(eqn), f.dim, b)
    minus = Const(-1, INT)
    return (b.ref(saving.count) - 1).arg, minus, minus


def hand_on(outs: Sequence[Value], targets: Sequence[tuple[Arg, bool]], d: Derivatives) -> None:
    """Give the results of a backward loop to the operands."""
    for out, (operand, fresh) in zip(outs, targets, strict=True):
        if isinstance(operand, Value):
            if fresh:
                d.add(operand, d.builder.ref(out))
            else:
                d.bind(operand, out)


def initial(
    eqn: Eqn, loop: Loop, adjoint: Adjoint, d: Derivatives
) -> tuple[list[Arg], list[tuple[Arg, bool]]]:
    """Where the carried cotangents begin, and where each ends: (operand, whether it is to be added)."""
    starts: list[Arg] = []
    targets: list[tuple[Arg, bool]] = []
    for k in adjoint.wanted:
        held = d.held.get(eqn.outs[k])
        starts.append(d.builder.full(0.0, eqn.outs[k].type) if held is None else held)
        targets.append((loop.carried[k], True))
    taken: set[Arg] = set()
    for k in adjoint.accumulated:
        operand = loop.invariant[k]
        held = d.held.get(operand) if isinstance(operand, Value) and operand not in taken else None
        starts.append(d.builder.full(0.0, operand.type) if held is None else held)
        targets.append((operand, held is None))
        taken.add(operand)
    return starts, targets
