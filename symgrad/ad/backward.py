"""The body of the backward loop: values read or computed again, writes undone, adjoints.

In: a loop, the adjoint of a trip, what was decided of each value and array. Out: the block of the backward
loop. Loads from an array that is undone on the way back stand where they are needed first: it changes.

    for i: x[i] = x[i] * c     ->     for i reversed: dc += dx[i] * x_saved[i]; x[i] = x_saved[i]; ...
"""

from __future__ import annotations

from symgrad.ad.counters import number_at
from symgrad.ad.loops import Adjoint, Loop, index_of
from symgrad.ad.saving import Saving
from symgrad.ad.tape import Plan, facts, read_by
from symgrad.ad.trips import index_at, number_of
from symgrad.ad.undo import Decision
from symgrad.ad.versions import Undo, Versions
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, AtArg, Block, Eqn, Index, Span, Symbol, Value
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, close, for_parts, told_by
from symgrad.ir.types import INT
from symgrad.ir.walk import again as rerun
from symgrad.ir.walk import rewire, rewire_args


def backward_body(
    eqn: Eqn, loop: Loop, decision: Decision, saving: Saving, outer: Builder
) -> tuple[Block, tuple[Arg, ...]]:
    """The block, and what it takes besides the index and what is carried (`close`)."""
    adjoint, chosen, known = decision.adjoint, decision.chosen, decision.known
    read = {*read_by((*chosen.again, *adjoint.eqns), adjoint.results), *(s.param for s in adjoint.symbols)}
    counted = {v: c for v, c in decision.counted.items() if v in read or v in known.places_needed()}
    index = Value(INT, index_of(eqn)[0].hint if saving.count is None else saving.count.hint)
    body = Builder()
    body.loc, body.phase = eqn.loc, "bwd"
    env: dict[Value, Arg] = {v: known.source(v) for v in known.of}
    env.update(zip(loop.invariant_params, loop.invariant, strict=True))
    number: Value = index
    if eqn.op is FOR:
        p = for_parts(eqn)
        if saving.count is not None:  # counted: the loop runs over trip numbers
            env[p.index] = index_at(p, index, body)
        else:
            env[p.index] = index
            if chosen.saved or counted:
                number = number_of(p, index, body)
    for v, tape in zip(chosen.saved, saving.tapes, strict=True):
        at: Index = (AtArg(), *(Span(0, 1, n) for n in v.type.shape))
        env[v] = body.emit(OPS["getitem"], (tape, number), {"index": at}, v.hint or adjoint.called.get(v, ""))
    for v, counter in counted.items():
        env[v] = number_at(counter, number, env, body, v.hint)
    trip = _Trip(body, env, adjoint, chosen, known)
    arrays = [Value(u.chain.param.type, u.chain.final.hint) for u in known.undone]
    for u, array in zip(known.undone, arrays, strict=True):
        trip.restore(u, array)
    trip.run()
    results = (*rewire_args(adjoint.results, env), *(trip.now[u.chain.param] for u in known.undone))
    told = [Symbol(n, v, None) for v in index_of(eqn) for n in told_by(v, eqn.regions[0])]
    symbols = facts([*adjoint.symbols, *told], env, body.eqns)
    params = [index, *adjoint.seeds, *adjoint.accumulators, *arrays]
    return close(params, body.eqns, results, outer, symbols)


class _Trip:
    """The equations of one trip back, in `body`; `env`: what each primal value is by now."""

    def __init__(
        self, body: Builder, env: dict[Value, Arg], adjoint: Adjoint, chosen: Plan, known: Versions
    ) -> None:
        self.body, self.env, self.adjoint, self.chosen, self.known = body, env, adjoint, chosen, known
        changing = {v for v, (chain, _) in known.of.items() if known.undo_of(chain) is not None}
        self.kept = {*chosen.saved, *(o for e in chosen.again for o in e.outs)}
        changing -= self.kept
        self.now: dict[Value, Value] = {}
        self.late: list[Eqn] = []
        for e in chosen.again:
            if any(a in changing for a in e.reads):
                self.late.append(e)
                changing.update(e.outs)
            else:
                self.emit(e)

    def emit(self, e: Eqn) -> None:
        self.body.eqns.append(replace(rerun(e, self.env), phase="bwd"))
        self.env.update(zip(e.outs, self.body.eqns[-1].outs, strict=True))

    def run(self) -> None:
        """For each statement, from the body's last to its first: loads, its adjoint, its undoing."""
        adjoint, chosen = self.adjoint, self.chosen
        adjoints: dict[int, list[Eqn]] = {}
        for eqn, group in zip(adjoint.eqns, adjoint.groups, strict=True):
            adjoints.setdefault(group, []).append(eqn)
        loads: dict[int, list[Eqn]] = {}
        for eqn in self.late:
            loads.setdefault(chosen.since[eqn.outs[0]], []).append(eqn)
        undone: dict[int, list[tuple[Undo, int]]] = {}
        for u in self.known.undone:
            for place, origin in enumerate(u.chain.origins):
                undone.setdefault(origin, []).append((u, place))
        for group in sorted({*adjoints, *loads, *undone}, reverse=True):
            for eqn in loads.get(group, ()):
                self.emit(eqn)
            self.body.eqns += [rewire(eqn, self.env) for eqn in adjoints.get(group, ())]
            for u, place in reversed(undone.get(group, ())):
                self.undo(u, place)

    def undo(self, u: Undo, place: int) -> None:
        """The array as it was before one of its steps."""
        step, old = u.chain.steps[place], u.olds[place]
        if step.eqn.op.name == "copy":
            return
        if old is None:
            self.restore(u, self.adjoint.restored[step.after])
            return
        operands = step.eqn.args[2:]
        before = (self.now[u.chain.param], self.env[old], *rewire_args(operands, self.env))
        self.body.loc = step.eqn.loc
        hint = u.chain.final.hint
        self.restore(u, self.body.emit(OPS["setitem"], before, {"index": step.eqn.attrs["index"]}, hint))

    def restore(self, u: Undo, array: Value) -> None:
        """From here on each version that is not kept by itself is read from `array`."""
        self.now[u.chain.param] = array
        self.env.update((v, array) for v in u.chain.versions if v not in self.kept)
