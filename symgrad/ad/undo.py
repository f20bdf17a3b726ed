"""Undoing writes on the way back, where the adjoint reads an array that later writes change.

In: a loop's arrays, the adjoint of a trip. Out: the arrays to undo, with loads of what each write overwrites
put before it, to be saved: one slot a trip for the elements written, where the array itself was saved before.

    for i: x[i] = (b[i] - A[i] @ x) / A[i, i]     x_saved[i] = x[i]; backwards: ... dA[i] -= dx[i] * x ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from itertools import zip_longest

from symgrad.ad.counters import Counter, counters
from symgrad.ad.dependence import WRITES
from symgrad.ad.lengths import lengthened
from symgrad.ad.loops import Adjoint, Loop, index_of, with_loads
from symgrad.ad.parts import in_parts
from symgrad.ad.primal import Forward
from symgrad.ad.tape import Plan, known_extents, plan, read_by, sizes_in, uses_of
from symgrad.ad.versions import PLAIN, Chain, Undo, Versions, versions
from symgrad.ir.core import Eqn, Value
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.ops import OPS
from symgrad.ir.switch import is_on
from symgrad.ir.types import STRICT

_MOST = 6  # arrays of a trip: of more, no selections are tried


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of each value that the adjoint reads, and of each array that the loop writes."""

    adjoint: Adjoint
    known: Versions
    chosen: Plan
    counted: Mapping[Value, Counter]
    lengths: Mapping[str, Dim] = field(default_factory=dict)  # of tapes of inner loops, known before the loop


def decide(eqn: Eqn, loop: Loop, adjoint: Adjoint, f: Forward) -> Decision:
    """What saves least: tapes of inner loops are made as long as they ever get, if less is saved then."""
    best = _decide(eqn, loop, adjoint, f, f.bound_at(eqn))
    longer = None if f.plain or not is_on("parts") else lengthened(adjoint, f.trips, f.bound_at(eqn))
    if longer is None:
        return best
    other = _decide(eqn, loop, longer.adjoint, f, f.bound_at(eqn) | set(longer.lengths))
    return replace(other, lengths=longer.lengths) if _cost(other.chosen) < _cost(best.chosen) else best


def _decide(eqn: Eqn, loop: Loop, adjoint: Adjoint, f: Forward, bound: set[str]) -> Decision:
    """An array is undone if less is saved then: no copies of it, or fewer of its elements.

    Where it is the same, an array is undone in an inner loop: the loop around it need not save it. Arrays are
    saved whole, as the trip begins, if that lets more be computed from them than it costs.
    """
    counted = {} if f.plain else counters(loop, adjoint.primal)
    free = {*loop.invariant_params, *index_of(eqn), *counted}
    saveable = known_extents(bound, f.partial)
    known = PLAIN if f.plain else versions(loop, eqn.outs, adjoint, not f.depth)
    best = replace(_planned(known, adjoint, free, saveable), counted=counted)
    found = [best]
    if not best.chosen.saved and not f.depth:
        return best  # inside a loop the one around it may save less by what is undone here
    state = [p for p in loop.carried_params if p.type.rank and p.type.is_float and p not in known.of]
    if state and not f.plain and all(map(saveable, state)) and _may_pay(state, best):
        other = _planned(known, adjoint, free, saveable, state)
        if _cost(other.chosen) < _cost(best.chosen):
            best = replace(other, counted=counted)
            found.insert(0, best)
    early = set() if f.plain or f.depth else known.from_before(adjoint, best.chosen.saved)
    if early:  # outside of all loops: one array at most is kept
        trial = replace(known, early=early)
        other = _planned(trial, adjoint, free, saveable)
        rank = max(v.type.rank for v in early)
        now, then = _cost(best.chosen), _cost(other.chosen)
        if then < now and rank <= _greatest(now, then) + 1:
            known, best = trial, replace(other, counted=counted)
            found.insert(0, best)
    for chain in known.chains():
        if not _missing(chain, known, adjoint) and not _loads_saved(chain, best.chosen, adjoint):
            continue
        undone = _undo(chain, adjoint, saveable)
        if undone is None:
            continue
        trial = replace(known, undone=[*best.known.undone, undone])
        other = _planned(trial, adjoint, free, saveable)
        now, then = _cost(best.chosen), _cost(other.chosen)
        if not _missing(chain, trial, adjoint) and (then < now or (then == now and f.depth)):
            best = replace(other, counted=counted)
            found.insert(0, best)
    begin = [p for p in loop.carried_params if p.type.rank and p.type.is_float and saveable(p)]
    for kept in [] if f.plain or not begin else _fewer(begin):
        if not _may_pay(kept, best):
            continue
        other = _planned(known, adjoint, free, saveable, kept)
        if _cost(other.chosen) < _cost(best.chosen):
            best = replace(other, counted=counted)
            found.insert(0, best)
    if f.plain or not is_on("parts"):
        return best
    return min(
        (_in_parts(one, eqn, loop, free, f, bound) for one in found), key=lambda one: _cost(one.chosen)
    )


def _fewer(state: Sequence[Value]) -> list[Sequence[Value]]:
    """The arrays that a trip begins with: all, all but one, one alone."""
    if len(state) > _MOST:
        return [state]
    singles = [[v] for v in state] if len(state) > 1 else []
    return [state, *([v for v in state if v is not w] for w in state if len(state) > 2), *singles]


def _in_parts(
    decision: Decision, eqn: Eqn, loop: Loop, free: set[Value], f: Forward, bound: set[str]
) -> Decision:
    """The same, with rows and columns saved in place of arrays, where less is saved then."""
    saveable = known_extents(bound, f.partial)
    parts: list[Value] = []
    for array in decision.chosen.saved:
        if not array.type.rank or array not in decision.chosen.saved:
            continue
        again = [e for e in decision.chosen.again if array in e.args]
        known = decision.known
        stays = partial(known.at_end, array)
        found = in_parts(array, eqn, loop, decision.adjoint, again, bound, stays)
        if found is None:
            continue
        known = replace(known, instead={**found.instead, **known.instead})
        if found.end is not None:
            known = known.with_end(found.end, array)
        first = [*parts, *found.parts]
        other = _chosen(known, found.adjoint, free, saveable, first)
        if _cost(other.chosen) < _cost(decision.chosen):
            decision, parts = replace(other, counted=decision.counted), first
    return decision


def _missing(chain: Chain, known: Versions, adjoint: Adjoint) -> bool:
    """Does an equation of the adjoint read a version that is not there when it does?"""
    given = known.given(adjoint)
    mine = set(chain.versions)
    return any(v in mine and v not in given for e in adjoint.eqns for v in e.reads)


def _planned(
    known: Versions,
    adjoint: Adjoint,
    free: set[Value],
    saveable: Callable[[Value], bool],
    first: Sequence[Value] = (),
) -> Decision:
    loads = [load for u in known.undone for load in u.loads]
    return _chosen(known, with_loads(adjoint, loads), free, saveable, first)


def _chosen(
    known: Versions,
    adjoint: Adjoint,
    free: set[Value],
    saveable: Callable[[Value], bool],
    first: Sequence[Value],
) -> Decision:
    """The plan for an adjoint that has its loads."""
    given = known.given(adjoint)
    needed = [v for v in read_by(adjoint.eqns, adjoint.results) if v not in adjoint.own and v not in given]
    sizes = sizes_in(adjoint.eqns, adjoint.symbols, adjoint.primal)
    wanted = [*needed, *sizes, *known.places_needed()]
    uses = uses_of(adjoint, sizes, known)
    return Decision(
        adjoint, known, plan(adjoint.primal, wanted, free, saveable, adjoint.symbols, known, uses, first), {}
    )


def _loads_saved(chain: Chain, chosen: Plan, adjoint: Adjoint) -> bool:
    """Is something saved that the array holds at some time of the trip?"""
    mine, saved = set(chain.versions), set(chosen.saved)
    loads = (e for e in adjoint.primal if e.op.name == "getitem" and e.args[0] in mine)
    return not mine.isdisjoint(saved) or any(e.out in saved for e in loads)


def _cost(chosen: Plan) -> list[int]:
    """The ranks of the arrays that are saved on each trip, the largest first: fewer large ones cost less."""
    return sorted([v.type.rank for v in chosen.saved], reverse=True)


def _may_pay(first: Sequence[Value], best: Decision) -> bool:
    """May less be saved with one of these arrays or more? If none is used, nothing is gained."""
    return [min(v.type.rank for v in first)] < _cost(best.chosen)


def _greatest(now: Sequence[int], then: Sequence[int]) -> int:
    """The rank of the largest of what is saved no longer."""
    return next(a for a, b in zip_longest(now, then, fillvalue=-1) if a > b)


def _undo(chain: Chain, adjoint: Adjoint, saveable: Callable[[Value], bool]) -> Undo | None:
    """How each step is undone, if all of them can be."""
    ready = {o for e in adjoint.eqns for o in e.outs}
    olds: list[Value | None] = []
    loads: list[tuple[int, Eqn]] = []
    for place, step in enumerate(chain.steps):
        eqn = step.eqn
        if eqn.op.name in WRITES:
            old = _before(chain, place, adjoint)
            if old is None:
                load = replace(eqn, op=OPS["getitem"], args=(step.before, *eqn.args[2:]), outs=(), note="")
                (type_,) = load.op.infer(tuple(a.type for a in load.args), load.attrs, STRICT)
                old = Value(type_)
                loads.append((step.number, replace(load, outs=(old,))))
            if not saveable(old):
                return None
            olds.append(old)
        elif eqn.op.name == "copy" or adjoint.restored.get(step.after) in ready:
            olds.append(None)
        else:
            return None
    return Undo(chain, tuple(olds), tuple(loads))


def _before(chain: Chain, place: int, adjoint: Adjoint) -> Value | None:
    """What a step overwrites, where the program has it: it was loaded, or set just before."""
    step = chain.steps[place]
    operands, index = step.eqn.args[2:], step.eqn.attrs["index"]
    for e in adjoint.primal[: step.number]:
        if e.op.name == "getitem" and e.args == (step.before, *operands) and e.attrs["index"] == index:
            return e.out
    if place and (last := chain.steps[place - 1].eqn).op.name == "setitem":
        value = last.args[1]
        if last.args[2:] == operands and last.attrs["index"] == index and isinstance(value, Value):
            selected = OPS["getitem"].infer(
                tuple(a.type for a in (step.before, *operands)), {"index": index}, STRICT
            )
            return value if selected == (value.type,) else None
    return None
