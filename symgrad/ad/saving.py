"""The forward loop that also writes its tapes: one slot per trip for each value that the adjoint cannot get.

In: a loop, the values to save. Out: the loop that takes its place, its tapes, and the trips it made where
they are counted: a `while`, a loop that is left. A tape is as long as the range; where there is none, or rows
are saved of a range that may be left long before its end, it grows.

    for i in range(n): s = s * x[i]      ->      for i in range(n): s_saved[i] = s; s = s * x[i]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symgrad.ad.loops import Adjoint, Loop, index_of
from symgrad.ad.primal import Forward
from symgrad.ad.tape import bytes_of, name_of, tape_name
from symgrad.ad.trips import computed_trips, known_trips, number_of
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, AtArg, Block, Const, Eqn, Index, Span, Symbol, Value
from symgrad.ir.dims import Dim, symbol
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, WHILE, close, for_parts, index_symbol
from symgrad.ir.types import INT


@dataclass(slots=True)
class Saving:
    """The forward loop as it is now: the tapes after it, and the trips it made (where they are counted)."""

    tapes: list[Value]
    count: Value | None


def save(
    eqn: Eqn,
    loop: Loop,
    adjoint: Adjoint,
    saved: Sequence[Value],
    f: Forward,
    counted: bool,
    lengths: Mapping[str, Dim],
) -> Saving:
    """Replace the forward loop by one that also writes its tapes; `lengths`: of those of inner loops."""
    b = Builder()
    b.loc, b.phase = eqn.loc, eqn.phase
    f.lengths.update(lengths)
    f.bound.update(lengths)
    body = Builder()
    body.loc, body.phase = eqn.loc, eqn.phase
    trip = Value(INT, f.fresh("trip")) if counted else None

    def grows(v: Value) -> bool:
        return counted and (eqn.op is WHILE or bool(v.type.rank) or _is_endless(eqn))

    fixed = [v for v in saved if not grows(v)]
    number = number_of(for_parts(eqn), index_of(eqn)[0], body) if fixed else None
    before: list[Arg] = []
    inside: list[Value] = []
    after: list[Arg] = []
    slots: list[tuple[str, int]] = []
    numbering = tuple(body.eqns)
    saves: dict[Value, Eqn] = {}
    most = _trips(eqn, b, f) if fixed else None
    made = {o: e for e in adjoint.primal for o in e.outs}
    for v in saved:
        called = adjoint.called.get(v) or name_of(v, made)
        hint = f.fresh(tape_name(v, called, made))
        size = f"{bytes_of(v)} a trip" if most is None or grows(v) else bytes_of(v, most)
        b.note = f"saved: {called}, {size}" if called else f"saved: {size}"
        slot = trip if grows(v) else number
        assert slot is not None
        if most is None or grows(v):
            name = f.fresh("slots")
            tape = b.emit(
                OPS["tape"], (), {"dtype": v.type.dtype, "slots": symbol(name), "shape": v.type.shape}, hint
            )
            slots.append((name, len(before)))
        else:
            tape = b.emit(OPS["empty"], (), {"dtype": v.type.dtype, "shape": (most, *v.type.shape)}, hint)
        b.note = ""
        before.append(tape)
        inside.append(Value(tape.type, hint))
        index: Index = (AtArg(), *(Span(0, 1, n) for n in v.type.shape))
        op = OPS["push" if grows(v) else "setitem"]
        after.append(body.emit(op, (inside[-1], v, slot), {"index": index}, hint))
        saves[v] = body.eqns.pop()
    eqns = (*numbering, *_saved_at_once(adjoint.primal, saves))
    if trip is not None:
        after.append(body.emit(OPS["add"], (trip, Const(1, INT)), hint=trip.hint))
        eqns = (*eqns, body.eqns[-1])
        before.append(Const(0, INT))
        inside.append(trip)
    exits = eqn.attrs.get("exits")
    count = len(loop.carried)
    first = len(loop.body.params) - count - len(loop.invariant_params)
    params = [*loop.body.params[: first + count], *inside, *loop.invariant_params]
    yields = (*loop.body.results[: bool(exits)], *loop.yields, *after)
    block, further = close(params, eqns, yields, b, (*adjoint.symbols, *index_symbol(eqn)))
    outs = (*eqn.outs, *(Value(v.type, v.hint) for v in inside))
    lead = eqn.args[: 3 if eqn.op is FOR else 0]
    operands = (*lead, *loop.carried, *before, *loop.invariant, *further)
    regions: tuple[Block, ...] = (block,)
    if eqn.op is WHILE:
        test = eqn.regions[0]
        extra = [Value(v.type, v.hint) for v in (*inside, *block.params[len(params) :])]
        wide = [*test.params[:count], *extra[: len(inside)], *test.params[count:], *extra[len(inside) :]]
        tested, none = close(wide, test.eqns, test.results, b, test.symbols)
        assert not none, "the test of a while reads only its params"
        regions = (tested, block)
    b.eqns.append(replace(eqn, args=operands, outs=outs, regions=regions))
    f.replaced[eqn.outs[0]] = tuple(b.eqns)
    tapes = list(outs[count : count + len(saved)])
    if counted:
        f.partial.update(tapes)
    f.symbols += [Symbol(name, tapes[k], 0) for name, k in slots]
    return Saving(tapes, outs[-1] if trip is not None else None)


def _saved_at_once(primal: Sequence[Eqn], saves: dict[Value, Eqn]) -> Iterator[Eqn]:
    """The equations of a trip, each value saved as soon as it is there: before it is overwritten in place."""
    made = {o for e in primal for o in e.outs}
    yield from (save for v, save in saves.items() if v not in made)
    for eqn in primal:
        yield eqn
        yield from (saves[o] for o in eqn.outs if o in saves)


_ENDLESS = 2**24  # trips: nobody means to make so many of a loop that is left


def _is_endless(eqn: Eqn) -> bool:
    stop = for_parts(eqn).stop
    return isinstance(stop, Const) and stop.value >= _ENDLESS


def _trips(eqn: Eqn, b: Builder, f: Forward) -> Dim:
    """The number of trips of a `for`, as an extent that is bound here."""
    p = for_parts(eqn)
    known = known_trips(p, f.dim, f.signed)
    if known is not None:
        return known
    name = f.fresh("trips")
    f.symbols.append(Symbol(name, computed_trips(p, b, name), None))
    f.bound.add(name)
    f.trips.add(name)
    return symbol(name)
