"""The adjoint of a loop is a loop: the trips in reverse, cotangents carried, invariants accumulated.

In: a `for` or `while` equation and the cotangents of its results. Out: the same equation with what it saves
(nothing, where the adjoint reads no primal value), and the backward loop beside the other adjoint equations.

    for i in range(n):            for i in range(n - 1, -1, -1):
        s = s * x[i]                  dx[i] += ds * s_saved[i]
                                      ds = ds * x[i]
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.activity import body_activity, useful
from symgrad.ad.backward import backward_body
from symgrad.ad.loops import Adjoint, Loop, is_counted, taken_apart
from symgrad.ad.primal import Forward
from symgrad.ad.ranges import ANY, Ranges, extend
from symgrad.ad.saving import Saving, save
from symgrad.ad.trips import reversed_range
from symgrad.ad.undo import Decision, decide
from symgrad.ad.zeros import Zeros
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.ir.regions import FOR, for_parts
from symgrad.ir.types import INT
from symgrad.ir.walk import live

Backpropagate = Callable[[tuple[Eqn, ...], Derivatives, set[Value], Ranges, Forward], None]


def pull_loop(eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate) -> None:
    """Carry the cotangents of a loop's results to its operands."""
    found = adjoint_of(eqn, d, active, f, backpropagate)
    if found is None:
        return
    loop, adjoint = found
    decision = decide(eqn, loop, adjoint, f)
    saving = save(eqn, loop, decision.adjoint, decision.chosen.saved, f, is_counted(eqn), decision.lengths)
    _backward(eqn, loop, decision, saving, f, d)


def adjoint_of(
    eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate
) -> tuple[Loop, Adjoint] | None:
    """The loop taken apart, and the adjoint of one trip; None if no cotangent goes through it."""
    loop = taken_apart(eqn)
    wanted, inside = carrying(loop, [d.get(o) is not None for o in eqn.outs], active)
    if not wanted:
        return None
    return loop, _body_adjoint(eqn, loop, wanted, inside, d, f, backpropagate)


def carrying(loop: Loop, asked: list[bool], active: set[Value]) -> tuple[list[int], set[Value]]:
    """The carried values whose cotangents the backward loop carries, and what varies in a trip."""
    seeds = _moving(loop.carried_params, loop.carried, active) + _moving(
        loop.invariant_params, loop.invariant, active
    )
    inside = body_activity(loop.body.eqns, loop.carried_params, loop.yields, seeds)
    return _carrying(loop, asked, inside), inside


def _moving(params: Sequence[Value], args: Sequence[Arg], active: set[Value]) -> list[Value]:
    return [p for p, a in zip(params, args, strict=True) if isinstance(a, Value) and a in active]


def _carrying(loop: Loop, asked: list[bool], inside: set[Value]) -> list[int]:
    """The numbers of those that are asked for, or feed one that is."""
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
    mine = f.inside(eqn, loop.body, loop.invariant_params, loop.invariant)
    inner = Derivatives(b, d.naming, Zeros(mine.scope))
    totals: dict[int, Value] = {}
    for k, param in enumerate(loop.invariant_params):
        if param in inside and param not in inner.held:
            totals[k] = Value(param.type, inner.naming.format(param.hint) if param.hint else "")
            inner.bind(param, totals[k])
    seeds = []
    for k in wanted:  # a trip may hand on an invariant as it is: the seed adds to its total
        param, y = loop.carried_params[k], loop.yields[k]
        hint = param.hint or (y.hint if isinstance(y, Value) else "")
        seeds.append(Value(param.type, inner.naming.format(hint) if hint else ""))
        if isinstance(y, Value) and y in inside:
            if y in inner.held:
                inner.add(y, b.ref(seeds[-1]))
            else:
                inner.bind(y, seeds[-1])
    ranges = extend(dict.fromkeys((*loop.carried_params, *loop.invariant_params), ANY), loop.body.eqns)
    before = len(b.eqns)
    backpropagate(loop.body.eqns, inner, inside, ranges, mine)
    used = [k for k, t in totals.items() if inner.held[loop.invariant_params[k]] is not t]
    b.loc = None
    results = tuple(
        inner.held.get(loop.carried_params[k]) or b.full(0.0, loop.carried_params[k].type) for k in wanted
    ) + tuple(inner.held[loop.invariant_params[k]] for k in used)
    needed = {o for e in live(b.eqns, results, mine.symbols) for o in e.outs}
    kept = [k for k, e in enumerate(b.eqns) if not needed.isdisjoint(e.outs)]
    last = len(loop.body.eqns)
    groups = tuple(last if k < before else last - 1 - bisect_right(mine.marks, k) for k in kept)
    eqns, results = inner.finish([b.eqns[k] for k in kept], results)
    applied = list(mine.applied(loop.body.eqns))
    primal = tuple(e for _, e in applied)
    table = (*mine.symbols, *loop.body.symbols)
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
        tuple(number for number, _ in applied),
        groups,
        mine.restored,
    )


def _backward(
    eqn: Eqn,
    loop: Loop,
    decision: Decision,
    saving: Saving,
    f: Forward,
    d: Derivatives,
) -> None:
    """Emit the backward loop and give its results to the operands."""
    b = d.builder
    adjoint, known = decision.adjoint, decision.known
    bounds = _backwards(eqn, saving, f, b)
    block, further = backward_body(eqn, loop, decision, saving, b)
    starts, targets = initial(eqn, loop, adjoint, d)
    carried = (*adjoint.seeds, *adjoint.accumulators, *(u.chain.final for u in known.undone))
    outs = tuple(Value(v.type, v.hint) for v in carried)
    starts += [u.chain.final for u in known.undone]
    f.restored |= {u.chain.final: out for u, out in zip(known.undone, outs[len(targets) :], strict=True)}
    b.loc = eqn.loc
    b.eqns.append(Eqn(FOR, (*bounds, *starts, *further), outs, {}, (block,), eqn.loc, "bwd"))
    hand_on(outs[: len(targets)], targets, d)


def _backwards(eqn: Eqn, saving: Saving, f: Forward, b: Builder) -> tuple[Arg, Arg, Arg]:
    """Start, stop and step of the backward loop: over trip numbers where they were counted."""
    if saving.count is None:
        return reversed_range(for_parts(eqn), f.dim, b)
    minus = Const(-1, INT)
    return (b.ref(saving.count) - 1).arg, minus, minus


def hand_on(outs: Sequence[Value], targets: Sequence[tuple[Arg, bool]], d: Derivatives) -> None:
    """Give the results of a backward loop to the operands.

    What went through the loop comes first: an array may be what it starts with, and read by its trips too.
    """
    pairs = [(out, operand, fresh) for out, (operand, fresh) in zip(outs, targets, strict=True)]
    for out, operand, fresh in sorted(pairs, key=lambda p: p[2]):
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
