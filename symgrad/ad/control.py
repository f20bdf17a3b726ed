"""The adjoint of a loop is a loop: the trips in reverse, cotangents carried, invariants accumulated.

In: a `for` or `while` equation and the cotangents of its results. Out: the same equation with what it saves
(nothing, where the adjoint reads no primal value), and the backward loop beside the other adjoint equations.

    for i in range(n):            for i in range(n - 1, -1, -1):
        s = s * x[i]                  dx[i] += ds * s_saved[i]
                                      ds = ds * x[i]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.activity import body_activity, live, useful
from symgrad.ad.ranges import ANY, Ranges, extend
from symgrad.ad.tape import bytes_of, known_extents, name_of, plan, read_by, sizes_in
from symgrad.ad.trips import computed_trips, known_trips, number_of, reversed_range
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, AtArg, Block, Const, Eqn, Index, Span, Symbol, Value
from symgrad.ir.dims import Dim, symbol, symbols
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, WHILE, close, for_parts, while_parts
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import again as rerun
from symgrad.ir.walk import rewire, rewire_args

INT = ArrayType("int64")
Backpropagate = Callable[[tuple[Eqn, ...], Derivatives, set[Value], Ranges, "Forward"], None]


@dataclass(slots=True)
class Forward:
    """What reverse mode changes in the primal block: equations that save more, and symbols that they bring.

    `bound` are the extents whose numbers are known before the block runs, so that a tape can be made there.
    """

    bound: set[str]
    names: set[str]
    dims: dict[Value, Dim]
    replaced: dict[Value, tuple[Eqn, ...]] = field(default_factory=dict)
    symbols: list[Symbol] = field(default_factory=list)

    @staticmethod
    def of(block: Block, names: set[str]) -> Forward:
        """The state before anything is differentiated."""
        dims: dict[Value, Dim] = {s.param: symbol(s.name) for s in block.symbols if s.axis is None}
        for eqn in block.eqns:
            if eqn.op.name == "extent":
                dims[eqn.out] = eqn.attrs["dim"]  # type: ignore[assignment]  # an extent's attribute is a Dim
        defined = {o for e in block.eqns for o in e.outs}
        return Forward({s.name for s in block.symbols if s.param not in defined}, names, dims)

    def inside(self, block: Block, params: Sequence[Value], args: Sequence[Arg]) -> Forward:
        """The state in a region, some of whose params are `args` throughout: extents are what they were."""
        inner = Forward.of(block, self.names)
        inner.bound |= self.bound
        for param, arg in zip(params, args, strict=True):
            dim = self.dim(arg)
            if dim is not None:
                inner.dims.setdefault(param, dim)
        return inner

    def bound_at(self, eqn: Eqn) -> set[str]:
        """`bound`, with the extents of what an equation takes: they are known where it stands."""
        return self.bound | {s for arg in eqn.args for d in arg.type.shape for s in symbols(d)}

    def dim(self, arg: Arg) -> Dim | None:
        """The extent that an integer operand is, if it is one."""
        return int(arg.value) if isinstance(arg, Const) else self.dims.get(arg)

    def fresh(self, stem: str) -> str:
        name, k = stem, 1
        while name in self.names:
            name, k = f"{stem}_{k}", k + 1
        self.names.add(name)
        return name

    def apply(self, eqns: Sequence[Eqn]) -> tuple[Eqn, ...]:
        """The primal equations with the replacements in their places."""
        return tuple(new for e in eqns for new in (self.replaced.get(e.outs[0], (e,)) if e.regions else (e,)))


@dataclass(slots=True)
class Loop:
    """What `for` and `while` have in common."""

    body: Block
    carried: tuple[Arg, ...]
    carried_params: tuple[Value, ...]
    invariant: tuple[Arg, ...]
    invariant_params: tuple[Value, ...]
    yields: tuple[Arg, ...]


def pull_loop(eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate) -> None:
    """Carry the cotangents of a loop's results to its operands."""
    found = adjoint_of(eqn, d, active, f, backpropagate)
    if found is None:
        return
    loop, adjoint = found
    counted = is_counted(eqn)
    scope = plan(
        adjoint.primal,
        [
            *(v for v in read_by(adjoint.eqns, adjoint.results) if v not in adjoint.own),
            *sizes_in(adjoint.eqns, adjoint.symbols, adjoint.primal),
        ],
        {*loop.invariant_params, *_index(eqn)},
        known_extents(f.bound_at(eqn)),
        adjoint.symbols,
    )
    saving = _save(eqn, loop, adjoint, scope.saved, f, counted)
    _backward(eqn, loop, adjoint, scope.again, scope.saved, saving, f, d)


def is_counted(eqn: Eqn) -> bool:
    """Whether the number of trips is known only when the loop has run."""
    return eqn.op is WHILE or bool(eqn.attrs.get("exits"))


def adjoint_of(
    eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate
) -> tuple[Loop, Adjoint] | None:
    """The loop taken apart, and the adjoint of one trip; None if no cotangent goes through it."""
    loop = _common(eqn)
    seeds = _moving(loop.carried_params, loop.carried, active) + _moving(
        loop.invariant_params, loop.invariant, active
    )
    inside = body_activity(loop.body.eqns, loop.carried_params, loop.yields, seeds)
    wanted = _carrying(loop, [d.get(o) is not None for o in eqn.outs], inside)
    if not wanted:
        return None
    return loop, _body_adjoint(loop, wanted, inside, d, f, backpropagate)


def _common(eqn: Eqn) -> Loop:
    if eqn.op is FOR:
        p = for_parts(eqn)
        return Loop(p.body, p.carried, p.carried_params, p.invariant, p.invariant_params, p.yields)
    w = while_parts(eqn)
    count = len(w.carried)
    return Loop(w.body, w.carried, w.body.params[:count], w.invariant, w.body.params[count:], w.body.results)


def _index(eqn: Eqn) -> tuple[Value, ...]:
    return (eqn.regions[0].params[0],) if eqn.op is FOR else ()


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


@dataclass(slots=True)
class Adjoint:
    """The adjoint of one trip: cotangents of the yields in, of the carried values and accumulators out."""

    primal: tuple[Eqn, ...]
    symbols: tuple[Symbol, ...]  # the extents that values of `primal` are, besides those that its params tell
    eqns: tuple[Eqn, ...]
    results: tuple[Arg, ...]
    seeds: list[Value]
    wanted: list[int]
    accumulators: list[Value]
    accumulated: list[int]

    @property
    def own(self) -> set[Value]:
        return {*self.seeds, *self.accumulators}


def _body_adjoint(
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
    mine = f.inside(loop.body, loop.invariant_params, loop.invariant)
    backpropagate(loop.body.eqns, inner, inside, ranges, mine)
    used = [k for k, t in totals.items() if inner.held[loop.invariant_params[k]] is not t]
    b.loc = None
    results = tuple(
        inner.held.get(loop.carried_params[k]) or b.full(0.0, loop.carried_params[k].type) for k in wanted
    ) + tuple(inner.held[loop.invariant_params[k]] for k in used)
    eqns, results = inner.finish(live(tuple(b.eqns), results), results)
    return Adjoint(
        mine.apply(loop.body.eqns),
        (*mine.symbols, *loop.body.symbols),
        tuple(eqns),
        results,
        seeds,
        wanted,
        [totals[k] for k in used],
        used,
    )


@dataclass(slots=True)
class _Saving:
    """The forward loop as it is now: the tapes after it, and the trips it made (where they are counted)."""

    tapes: list[Value]
    count: Value | None


def _save(
    eqn: Eqn, loop: Loop, adjoint: Adjoint, saved: Sequence[Value], f: Forward, counted: bool
) -> _Saving:
    """Replace the forward loop by one that also writes its tapes."""
    b = Builder()
    b.loc, b.phase = eqn.loc, eqn.phase
    body = Builder()
    body.loc, body.phase = eqn.loc, eqn.phase
    trip = Value(INT, f.fresh("trip")) if counted else None
    number = trip if trip is not None else number_of(for_parts(eqn), _index(eqn)[0], body) if saved else None
    before: list[Arg] = []
    inside: list[Value] = []
    after: list[Arg] = []
    slots: list[str] = []
    numbering = tuple(body.eqns)
    saves: dict[Value, Eqn] = {}
    if saved and not counted:
        extent = _trips(eqn, b, f)
    made = {o: e for e in adjoint.primal for o in e.outs}
    for v in saved:
        assert number is not None
        called = name_of(v, made)
        hint = f.fresh(f"{called}_saved" if called else "saved")
        size = f"{bytes_of(v)} a trip" if counted else bytes_of(v, extent)
        b.note = f"saved: {called}, {size}" if called else f"saved: {size}"
        if counted:
            name = f.fresh("slots")
            tape = b.emit(
                OPS["tape"], (), {"dtype": v.type.dtype, "slots": symbol(name), "shape": v.type.shape}, hint
            )
            slots.append(name)
        else:
            tape = b.emit(OPS["empty"], (), {"dtype": v.type.dtype, "shape": (extent, *v.type.shape)}, hint)
        b.note = ""
        before.append(tape)
        inside.append(Value(tape.type, hint))
        index: Index = (AtArg(), *(Span(0, 1, n) for n in v.type.shape))
        op = OPS["push"] if counted else OPS["setitem"]
        after.append(body.emit(op, (inside[-1], v, number), {"index": index}, hint))
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
    block, further = close(params, eqns, yields, b, adjoint.symbols)
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
    f.symbols += [Symbol(name, tape, 0) for name, tape in zip(slots, tapes, strict=False)]
    return _Saving(tapes, outs[-1] if trip is not None else None)


def _saved_at_once(primal: Sequence[Eqn], saves: dict[Value, Eqn]) -> Iterator[Eqn]:
    """The equations of a trip, each value saved as soon as it is there: before it is overwritten in place."""
    made = {o for e in primal for o in e.outs}
    yield from (save for v, save in saves.items() if v not in made)
    for eqn in primal:
        yield eqn
        yield from (saves[o] for o in eqn.outs if o in saves)


def _backward(
    eqn: Eqn,
    loop: Loop,
    adjoint: Adjoint,
    again: tuple[Eqn, ...],
    saved: tuple[Value, ...],
    saving: _Saving,
    f: Forward,
    d: Derivatives,
) -> None:
    """Emit the backward loop and give its results to the operands."""
    b = d.builder
    index = Value(INT, _index(eqn)[0].hint if saving.count is None else saving.count.hint)
    start, stop, step = _backwards(eqn, saving, f, b)
    body = Builder()
    body.loc, body.phase = eqn.loc, "bwd"
    env: dict[Value, Arg] = dict(zip(loop.invariant_params, loop.invariant, strict=True))
    number: Value = index
    if eqn.op is FOR:
        p = for_parts(eqn)
        if saving.count is not None:  # counted: the loop runs over trip numbers
            env[p.index] = (body.ref(p.start) + body.ref(index) * body.ref(p.step)).arg
        else:
            env[p.index] = index
            if saved:
                number = number_of(p, index, body)
    for v, tape in zip(saved, saving.tapes, strict=True):
        at: Index = (AtArg(), *(Span(0, 1, n) for n in v.type.shape))
        env[v] = body.emit(OPS["getitem"], (tape, number), {"index": at}, v.hint)
    for e in again:
        body.eqns.append(replace(rerun(e, env), phase="bwd"))
        env.update(zip(e.outs, body.eqns[-1].outs, strict=True))
    eqns = (*body.eqns, *(rewire(e, env) for e in adjoint.eqns))
    params = [index, *adjoint.seeds, *adjoint.accumulators]
    known = []
    told = [Symbol(v.hint, v, None) for v in _index(eqn) if v.hint]  # also where only inner regions read it
    for s in (*adjoint.symbols, *told):
        param = env.get(s.param)
        if isinstance(param, Value):
            known.append(Symbol(s.name, param, s.axis))
    block, further = close(params, eqns, rewire_args(adjoint.results, env), b, known)
    starts, targets = initial(eqn, loop, adjoint, d)
    outs = tuple(Value(v.type, v.hint) for v in (*adjoint.seeds, *adjoint.accumulators))
    b.loc = eqn.loc
    b.eqns.append(Eqn(FOR, (start, stop, step, *starts, *further), outs, {}, (block,), eqn.loc, "bwd"))
    hand_on(outs, targets, d)


def _trips(eqn: Eqn, b: Builder, f: Forward) -> Dim:
    """The number of trips of a `for`, as an extent that is bound here."""
    p = for_parts(eqn)
    known = known_trips(p, f.dim)
    if known is not None:
        return known
    name = f.fresh("trips")
    f.symbols.append(Symbol(name, computed_trips(p, b, name), None))
    f.bound.add(name)
    return symbol(name)


def _backwards(eqn: Eqn, saving: _Saving, f: Forward, b: Builder) -> tuple[Arg, Arg, Arg]:
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
