"""The adjoint of a checkpointed loop: its state is kept on a few trips, and run forward again from there.

In: a `for` with the attribute `checkpoint`, and the cotangents of its results. Out: the same loop, which
takes a snapshot on the trips that the binomial schedule asks for, and a backward loop whose trips begin with
the way from the last snapshot to their own state; on it, free slots take new snapshots.

    for t in range(n):                    for t in range(n - 1, -1, -1):
        if t == due:                          u = u_saved[top - 1]
            u_saved[top] = u                  for k in range(trip[top - 1], t):
            trip[top] = t                         if k == due: ...
            ...                                   u = step(u)
        u = step(u)                           top -= trip[top - 1] == t
                                              du = adjoint of step at u
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.control import Backpropagate, adjoint_of, hand_on, initial
from symgrad.ad.loops import Adjoint, Loop, is_counted
from symgrad.ad.primal import Forward
from symgrad.ad.snapshots import Stack, empty_stack, last, pop, push, take
from symgrad.ad.tape import facts, plan, read_by, sizes_in
from symgrad.ad.trips import computed_trips, index_at, known_trips, number_of
from symgrad.ir.build import Builder, Ref
from symgrad.ir.core import Arg, Block, Const, Eqn, Value
from symgrad.ir.dims import Dim, symbol
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, For, close, for_parts, index_symbol
from symgrad.ir.types import INT
from symgrad.ir.walk import again as rerun
from symgrad.ir.walk import rewire, rewire_args, with_extents


def pull_checkpointed(
    eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate
) -> None:
    """Carry the cotangents of a checkpointed loop's results to its operands."""
    found = adjoint_of(eqn, d, active, f, backpropagate)
    if found is None:
        return
    loop, adjoint = found
    reads = [v for v in read_by(adjoint.eqns, adjoint.results) if v not in adjoint.own]
    reads += sizes_in(adjoint.eqns, adjoint.symbols, adjoint.primal)
    free = {*loop.carried_params, *loop.invariant_params, for_parts(eqn).index}
    again = plan(adjoint.primal, reads, free, lambda v: False, adjoint.symbols).again
    state = _state(loop, {*reads, *read_by(again, ())})
    forward = _counted if is_counted(eqn) else _scheduled
    _backward(_Walk(eqn, loop, adjoint, again, state), forward(eqn, loop, state, f), f, d)


def _state(loop: Loop, read: set[Value]) -> list[int]:
    """The carried values that the adjoint of a trip reads, and those that these are computed from."""
    wanted = {k for k, p in enumerate(loop.carried_params) if p in read}
    while True:
        ends = [loop.yields[k] for k in sorted(wanted)]
        reached = {*read_by(_needed(loop.body, ends), ends)}
        more = {k for k, p in enumerate(loop.carried_params) if p in reached} - wanted
        if not more:
            return sorted(wanted)
        wanted |= more


def _needed(body: Block, ends: Sequence[Arg]) -> tuple[Eqn, ...]:
    """The equations of a body that these results need, those that tell an extent too."""
    sizes = {s.name: s.param for s in body.symbols}
    wanted = {v for v in ends if isinstance(v, Value)}
    found = []
    for eqn in reversed(body.eqns):
        if any(out in wanted for out in eqn.outs):
            found.append(eqn)
            wanted.update(eqn.reads)
            wanted.update(sizes[name] for name in eqn.names if name in sizes)
    return tuple(reversed(found))


# -- the forward loop --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Run:
    """The forward loop as it is now: the stack after it, what its values are called, the number of trips."""

    stack: Stack
    hints: list[str]
    trips: Ref


def _scheduled(eqn: Eqn, loop: Loop, state: list[int], f: Forward) -> _Run:
    """Replace the forward loop by one that takes snapshots."""
    p = for_parts(eqn)
    b, body = Builder(), Builder()
    b.loc, b.phase = body.loc, body.phase = eqn.loc, eqn.phase
    trips = _trips(p, b, f)
    values = [loop.carried_params[k] for k in state]
    stack, hints = empty_stack(eqn, values, trips, f)
    inside = stack.renewed(hints)
    number = body.ref(number_of(p, p.index, body))
    # What follows the loop is like a trip: its adjoint is due first, and reads the state after the last.
    after = take(inside, number, trips, values, hints, loop.body.symbols)
    params = [*loop.body.params[: 1 + len(loop.carried)], *_values(inside.carried), *loop.invariant_params]
    eqns = (*body.eqns, *loop.body.eqns)
    block, further = close(params, eqns, (*loop.yields, *after.carried), b, loop.body.symbols)
    left = stack.renewed(hints)
    operands = (*eqn.args[:3], *loop.carried, *stack.carried, *loop.invariant, *further)
    outs = (*eqn.outs, *_values(left.carried))
    b.eqns.append(replace(plain(eqn), args=operands, outs=outs, regions=(block,)))
    f.replaced[eqn.outs[0]] = tuple(b.eqns)
    return _Run(left, hints, trips)


def _counted(eqn: Eqn, loop: Loop, state: list[int], f: Forward) -> _Run:
    """Replace a loop that may be left early by one that counts its trips; the one snapshot is its start."""
    b, body = Builder(), Builder()
    b.loc, b.phase = body.loc, body.phase = eqn.loc, eqn.phase
    trip = Value(INT, f.fresh("trips"))
    more = (body.ref(trip) + 1).arg
    params = [*loop.body.params[: 1 + len(loop.carried)], trip, *loop.invariant_params]
    eqns = (*loop.body.eqns, *body.eqns)
    block, further = close(params, eqns, (*loop.body.results, more), b, loop.body.symbols)
    made = Value(INT, trip.hint)
    operands = (*eqn.args[:3], *loop.carried, Const(0, INT), *loop.invariant, *further)
    b.eqns.append(replace(plain(eqn), args=operands, outs=(*eqn.outs, made), regions=(block,)))
    stack, hints = empty_stack(eqn, [loop.carried_params[k] for k in state], b.ref(made), f)
    stack = push(stack, b.ref(Const(0, INT)), [loop.carried[k] for k in state], hints)
    f.replaced[eqn.outs[0]] = tuple(b.eqns)
    return _Run(stack, hints, b.ref(made))


def _values(args: Sequence[Arg]) -> list[Value]:
    return [a for a in args if isinstance(a, Value)]


def _trips(p: For, b: Builder, f: Forward) -> Ref:
    """The number of trips."""
    known = known_trips(p, f.dim, f.signed)
    if known is None:
        return b.ref(computed_trips(p, b, f.fresh("trips")))
    return b.ref(Const(known, INT) if isinstance(known, int) else b.emit(OPS["extent"], (), {"dim": known}))


def plain(eqn: Eqn) -> Eqn:
    """The loop without its checkpoint: it is said now."""
    return replace(eqn, attrs={k: v for k, v in eqn.attrs.items() if k != "checkpoint"})


# -- the backward loop -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Walk:
    """What the backward loop does on each trip: the way to its state, what it runs again, the adjoint."""

    eqn: Eqn
    loop: Loop
    adjoint: Adjoint
    again: tuple[Eqn, ...]
    state: list[int]


def _backward(walk: _Walk, run: _Run, f: Forward, d: Derivatives) -> None:
    """Emit the backward loop and give its results to the operands."""
    eqn, loop, adjoint = walk.eqn, walk.loop, walk.adjoint
    p, b = for_parts(eqn), d.builder
    b.loc = eqn.loc
    index = Value(INT, p.index.hint if _from_zero(p) else f.fresh("back"))
    body = Builder()
    body.loc, body.phase = eqn.loc, "bwd"
    inside = run.stack.renewed(run.hints)
    state, stack = _way(walk, inside, run.hints, body.ref(index), f)
    stack = pop(stack, body.ref(index))
    env = _operands(walk, body.ref(index), state)
    for e in walk.again:
        body.eqns.append(replace(rerun(e, env), phase="bwd"))
        env.update(zip(e.outs, body.eqns[-1].outs, strict=True))
    eqns = (*body.eqns, *(rewire(e, env) for e in adjoint.eqns))
    own = [*adjoint.seeds, *adjoint.accumulators]
    held = _values(inside.kept)
    results = (*rewire_args(adjoint.results, env), *stack.kept)
    block, further = close(
        [index, *own, *held], eqns, results, b, facts([*adjoint.symbols, *index_symbol(eqn)], env, eqns)
    )
    starts, targets = initial(eqn, loop, adjoint, d)
    outs = tuple(Value(v.type, v.hint) for v in (*own, *held))
    minus = Const(-1, INT)
    bounds = ((b.ref(run.trips.arg) - 1).arg, minus, minus)
    b.eqns.append(Eqn(FOR, (*bounds, *starts, *run.stack.kept, *further), outs, {}, (block,), eqn.loc, "bwd"))
    hand_on(outs[: len(own)], targets, d)


def _way(walk: _Walk, stack: Stack, hints: list[str], number: Ref, f: Forward) -> tuple[list[Arg], Stack]:
    """From the last snapshot to the state of trip `number`; the state, and the stack with new snapshots."""
    eqn, loop, b = walk.eqn, walk.loop, number.builder
    names = [loop.carried_params[k].hint for k in walk.state]
    start, kept, stack = last(stack, number, f.fresh("start"), names)
    index = Value(INT, f.fresh("trip"))
    again = _under_other_names(walk, index, f)
    state = [Value(loop.carried_params[k].type, loop.carried_params[k].hint) for k in walk.state]
    inside = stack.renewed(hints)
    body = Builder()
    body.loc, body.phase = eqn.loc, "bwd"
    here = _operands(walk, body.ref(index), state)
    env = {new: here[old] for old, new in zip(loop.body.params, again.params, strict=True) if old in here}
    known = facts(again.symbols, env, again.eqns)
    after = take(inside, body.ref(index), number, state, hints, facts(again.symbols, env, ()))
    body.eqns += [replace(rewire(e, env), phase="bwd") for e in again.eqns]
    ends = again.results
    yields = (*rewire_args(ends, env), *after.carried)
    params = [index, *state, *_values(inside.carried)]
    block, further = close(params, body.eqns, yields, b, known)
    outs = [Value(v.type, v.hint) for v in params[1:]]
    args = (start.arg, number.arg, Const(1, INT), *kept, *stack.carried, *further)
    b.eqns.append(Eqn(FOR, args, tuple(outs), {}, (block,), eqn.loc, "bwd"))
    *buffers, trip, top, due = outs[len(state) :]
    return [*outs[: len(state)]], replace(stack, buffers=tuple(buffers), trip=trip, top=top, due=due)


def _operands(walk: _Walk, number: Ref, state: Sequence[Arg]) -> dict[Value, Arg]:
    """What the params of the loop's body are on trip `number`."""
    p, loop = for_parts(walk.eqn), walk.loop
    env: dict[Value, Arg] = dict(zip(loop.invariant_params, loop.invariant, strict=True))
    env.update((loop.carried_params[k], v) for k, v in zip(walk.state, state, strict=True))
    b = number.builder
    env[p.index] = index_at(p, number.arg, b)
    return env


def _from_zero(p: For) -> bool:
    """Whether the index is the number of the trip."""
    start, step = p.start, p.step
    return isinstance(start, Const) and start.value == 0 and isinstance(step, Const) and step.value == 1


def _under_other_names(walk: _Walk, index: Value, f: Forward) -> Block:
    """What the way repeats of the loop's body: its extents are others than those of the trip around it."""
    p, body = for_parts(walk.eqn), walk.loop.body
    ends = tuple(walk.loop.yields[k] for k in walk.state)
    eqns = _needed(body, ends)
    mine = {p.index, *(o for e in eqns for o in e.outs)}
    symbols = [*body.symbols, *index_symbol(walk.eqn)]
    names: dict[str, Dim] = {s.name: symbol(f.fresh(s.name)) for s in symbols if s.param in mine}
    if _from_zero(p):
        names.update((s.name, symbol(index.hint)) for s in symbols if s.param is p.index)
    here = {*mine, *body.params}
    block = Block(body.params, eqns, ends, tuple(s for s in symbols if s.param in here))
    return with_extents(block, names)
