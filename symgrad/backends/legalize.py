"""IR into the IR that loops can say: composite ops opened, indices wrapped, results with memory of their own.

In: any function. Out: the same function in elementwise ops that have a scalar text, reductions without
keepdims, 2-D (or batched 2-D) matmul, views, the two ops of `legal`, and regions of these.

    p = softmax(x, axis=1)   ->   m = max(x, 1);  e = exp(x - m);  s = sum(e, 1);  p = e / s

Equal equations become one on the way: the adjoint of logsumexp finds the exponentials of its primal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from symgrad.backends import chosen, counting
from symgrad.backends.access import Along, Coord, Read, is_view, peel, resolve, sources, whole
from symgrad.backends.bounds import Bounds, facts_of, with_named_index
from symgrad.backends.carry import carry
from symgrad.backends.filled import drop_fills
from symgrad.backends.kept import keep
from symgrad.backends.legal import ALLOCATED, OWN, WRAP, layout
from symgrad.backends.library import is_library
from symgrad.backends.opened import OPEN, scaled
from symgrad.backends.opened_systems import OPEN_SYSTEMS
from symgrad.backends.place import overwritten, place, targets
from symgrad.backends.sink import sink
from symgrad.backends.slices import opened_slice
from symgrad.backends.spread import spread
from symgrad.backends.tables import Checks, Tables
from symgrad.backends.totals import added_in_place, running_totals
from symgrad.ir.build import Builder
from symgrad.ir.core import (
    Arg,
    At,
    AtArg,
    Attrs,
    Block,
    Const,
    Eqn,
    Function,
    Gather,
    Kind,
    NewAxis,
    Op,
    Symbol,
    Value,
    values,
)
from symgrad.ir.dims import Dim, symbol
from symgrad.ir.fold import fold
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS, dims
from symgrad.ir.regions import COND, FOR, extent_names, operands_of, params_of
from symgrad.ir.switch import is_on
from symgrad.ir.types import INT, Shape
from symgrad.ir.walk import all_eqns, producers, rewire, rewire_args

_OPENINGS = {**OPEN, **OPEN_SYSTEMS}


def legalize(function: Function) -> tuple[Function, Checks]:
    """The function in ops that have a loop form, each array result in memory of its own; its first checks."""
    tapes = frozenset(str(e.attrs["slots"]) for e in all_eqns(function.body) if e.op.name == "tape")
    names = frozenset(extent_names(function.body))
    bounds = Bounds(facts=facts_of(g.nonnegative for g in function.guards), inside=tapes, names=names)
    bounds.suppose(function.params)
    bounds.told(function.body)
    tables = Tables.of_function(function, bounds)
    return replace(function, body=legalize_block(function.body, bounds, frozenset(), tables)), tables.checks


def legalize_block(block: Block, bounds: Bounds, owned: frozenset[Value], tables: Tables) -> Block:
    """The block in ops that have a loop form. It may change the arrays of its params `owned`."""
    emitter = _Emitter(bounds, tables)
    env: dict[Value, Arg] = {}
    named: dict[Value, list[str]] = {}
    for s in block.symbols:
        if s.axis is None:
            named.setdefault(s.param, []).append(s.name)
    also: dict[str, Value] = {}  # two extents that turned out to be one number have a variable each
    numbers: set[Arg] = set(block.params)
    given = set(block.params) - owned
    last = _last_uses(block)
    running = running_totals(block, owned)
    for number, original in enumerate(block.eqns):
        eqn = rewire(original, env)
        emitter.loc, emitter.phase, emitter.note = eqn.loc, eqn.phase, eqn.note
        if eqn.regions and not eqn.outs:
            continue  # nobody learns whether it ran
        if eqn.regions:
            free = {a for a in original.reads if last[a] == number and a not in given}
            known = frozenset(s.name for s in block.symbols)
            results = _control(eqn, emitter, frozenset(env.get(a, a) for a in free), known)
            env.update((out, r) for out, r in zip(eqn.outs, results, strict=True) if r is not out)
            continue
        if eqn.out in running:
            eqn = added_in_place(eqn, env.get(running[eqn.out], running[eqn.out]))
        arg = _legal(eqn, emitter)
        if (
            eqn.out in named
        ):  # the number of an extent has a variable, also where it is known in other extents
            if eqn.op.name == "extent" or is_view(eqn) or arg is not eqn.out or arg in numbers:
                own = Value(arg.type, eqn.out.hint)
                arg = emitter.append(emitter.stamp(OWN, [arg], {}, own))
            numbers.add(arg)
            bounds.bind(named[eqn.out][0], arg)
            for name in named[eqn.out][1:]:
                also[name] = Value(arg.type, name)
                numbers.add(emitter.append(emitter.stamp(OWN, [arg], {}, also[name])))
                bounds.bind(name, also[name])
        if arg is not eqn.out:
            env[eqn.out] = arg
    symbols = tuple(
        Symbol(s.name, param, s.axis)
        for s in block.symbols
        if isinstance(param := also.get(s.name) or env.get(s.param, s.param), Value)
    )
    legal = replace(block, eqns=tuple(emitter.eqns), results=rewire_args(block.results, env), symbols=symbols)
    return place(_own_results(drop_fills(legal) if is_on("fills") else legal, owned), owned)


def _last_uses(block: Block) -> dict[Value, float]:
    """The number of the equation that reads each value last."""
    last: dict[Value, float] = {}
    for number, eqn in enumerate(block.eqns):
        last.update((v, number) for v in eqn.reads)
    last.update((v, math.inf) for v in values(block.results))
    return last


def _control(eqn: Eqn, emitter: _Emitter, free: frozenset[Arg], known: frozenset[str]) -> Sequence[Arg]:
    """Append a region equation with legal blocks, or what it becomes; what its results are then."""
    if eqn.op is COND:
        eqn = replace(eqn, attrs={**eqn.attrs, "targets": targets(eqn, free)})
    first, _ = operands_of(eqn)
    changed = [k - first for k, _ in overwritten(eqn)]
    roots = (root for k in changed for root in sources(eqn.args[first + k], emitter.defined))
    if is_on("sink"):
        emitter.changed.update(roots)
        eqn = sink(eqn, emitter.defined, changed, emitter.changed)
    changed = [k - first for k, _ in overwritten(eqn)]
    args = tuple(_as_array(a, k - first in changed, emitter) for k, a in enumerate(eqn.args))
    eqn = replace(eqn, args=args)
    regions, name, carried = [], "", operands_of(eqn)[1]
    found = chosen.picked(eqn, emitter.bounds)
    for number, block in enumerate(eqn.regions):
        params = params_of(eqn, block)
        outside = zip(params[carried:], eqn.args[first + carried :], strict=True)
        narrow = chosen.narrowed(eqn, number, emitter.bounds, emitter.producer)
        inner = emitter.bounds.inner({p: narrow.get(a, emitter.bounds.interval(a)) for p, a in outside})
        inner.of |= {params[k]: interval for k, interval in found.items()}
        inner.suppose(params[carried:])
        if eqn.op is FOR:
            block, name = with_named_index(block, inner)
            inner.of[block.params[0]] = inner.enter(emitter.bounds, eqn.args[:3], name)
            inner.of |= counting.on_each_trip(eqn, symbol(name), emitter.bounds)
        inner.told(block)
        tables = emitter.tables.inside(eqn, params, name, emitter.bounds)
        regions.append(legalize_block(block, inner, frozenset(params[k] for k in changed), tables))
    after = counting.after(eqn, emitter.bounds) if eqn.op is FOR else {}
    emitter.bounds.of |= {eqn.outs[k]: interval for k, interval in found.items()} | after
    eqn = replace(eqn, regions=tuple(regions))
    if eqn.op is FOR and is_on("spread") and (all_trips := spread(eqn, name, emitter.bounds, known)):
        for e in all_trips[0]:
            emitter.append(e)
        return all_trips[1]
    for swept in carry(eqn, name, emitter.bounds) if is_on("carry") else (eqn,):
        for last in keep(swept, emitter.bounds) if is_on("kept") else (swept,):
            emitter.append(last)
    return eqn.outs


def _as_array(arg: Arg, changed: bool, emitter: _Emitter) -> Arg:
    """An operand of a region: blocks read arrays, so that a view that stayed outside (x[idx]) is made one.

    What the region changes is `place`'s to copy.
    """
    made = emitter.defined.get(arg) if isinstance(arg, Value) and arg.type.rank else None
    if changed or made is None or not is_view(made) or _array(made.out, emitter.defined) is not None:
        return arg
    return emitter.emit(OWN, [made.out], hint=made.out.hint)


class _Emitter(Builder):
    """A builder that emits an equation once: a second equal one is the first."""

    def __init__(self, bounds: Bounds, tables: Tables) -> None:
        super().__init__()
        self.bounds, self.tables = bounds, tables
        self.defined: dict[Value, Eqn] = {}
        self.softmaxes: set[Arg] = set()
        self.changed: set[Value] = set()  # arrays that something was written to: nothing reads them later
        self._known: dict[object, Value] = {}

    def emit(
        self, op: Op, args: Sequence[Arg], attrs: dict[str, object] | None = None, hint: str = ""
    ) -> Value:
        (out_type,) = op.infer(tuple(a.type for a in args), attrs or {}, self.unify)
        return self.keep(self.stamp(op, args, attrs or {}, Value(out_type, hint)))

    def stamp(self, op: Op, args: Sequence[Arg], attrs: Attrs, out: Value) -> Eqn:
        return Eqn(op, tuple(args), (out,), attrs, (), self.loc, self.phase, self.note)

    def append(self, eqn: Eqn) -> Value:
        self.eqns.append(eqn)
        self.defined.update((out, eqn) for out in eqn.outs)
        self.changed.update(
            root for position, _ in overwritten(eqn) for root in sources(eqn.args[position], self.defined)
        )
        self.bounds.see(eqn)
        return eqn.outs[0]

    def keep(self, eqn: Eqn) -> Value:
        """Append the equation, or find the one that computes the same."""
        if is_library(eqn):
            eqn = replace(eqn, args=tuple(_in_c_order(a, self) for a in eqn.args))
        known = self._known.setdefault(_key(eqn), eqn.out)
        return self.append(eqn) if known is eqn.out else known

    def producer(self, arg: Arg) -> Eqn | None:
        return self.defined.get(arg) if isinstance(arg, Value) else None

    def name_last(self, arg: Arg, out: Value) -> Arg:
        """Let the last equation define `out`, the user's name for what an opened op computes."""
        last = self.eqns[-1] if self.eqns else None
        if last is None or last.outs != (arg,) or last.out.hint or not out.hint or last.out.type != out.type:
            return arg
        self.eqns.pop()
        self._known[_key(last)] = out
        return self.append(replace(last, outs=(out,)))


def _key(eqn: Eqn) -> object:
    return (eqn.op.name, eqn.args, tuple(sorted(eqn.attrs.items())))


def _legal(eqn: Eqn, emitter: _Emitter) -> Arg:
    """Emit what `eqn` becomes and return what its result is now."""
    if eqn.op.name in ("copy", "recall", "stop_gradient"):
        again = eqn.op.name == "recall" and eqn.out.type.rank  # what is computed of it is computed again
        return emitter.append(eqn) if again else eqn.args[0]
    if (known := fold(eqn.op.name, eqn.args)) is not None and known.type == eqn.out.type:
        return known
    if eqn.op.name in ("getitem", "setitem", "add_at"):
        eqn = _wrapped(eqn, emitter)
    before = len(emitter.eqns)
    opening = _OPENINGS.get(eqn.op.name)
    refs = [emitter.ref(a) for a in eqn.args]
    opened = opening(eqn, refs) if opening else opened_slice(eqn, refs, emitter.bounds)
    if eqn.op.name in ("multiply", "divide") and eqn.args[0] in emitter.softmaxes:
        made = emitter.defined[eqn.args[0]]  # type: ignore[index]  # a value: it is in a set of them
        opened = scaled(eqn, [emitter.ref(a) for a in eqn.args], made)
    if opened is not None:
        arg = emitter.name_last(opened.arg, eqn.out) if len(emitter.eqns) > before else opened.arg
        if eqn.op.name == "softmax":
            emitter.softmaxes.add(arg)
        return arg
    if eqn.op.kind is Kind.WRITE or eqn.op.name in ALLOCATED:  # each has an array of its own to change
        return emitter.append(eqn)
    exact = _exact(eqn, emitter.bounds)
    if exact is not None:
        if isinstance(exact, int):
            return Const(exact, eqn.out.type)
        return emitter.emit(OPS["extent"], [], {"dim": exact})
    if eqn.op.name == "matmul":
        eqn = replace(eqn, args=tuple(_for_blas(a, emitter) for a in eqn.args))
    if eqn.op.name == "reshape" and not is_view(eqn):
        eqn = replace(eqn, args=(_in_c_order(eqn.args[0], emitter),))
    return emitter.keep(eqn)


def _exact(eqn: Eqn, bounds: Bounds) -> Dim | None:
    """What an integer is in terms of extents, if it is known."""
    if eqn.out.type != INT or eqn.op.name in ("extent", "wrap", "own"):
        return None
    return bounds.exact(bounds.result(eqn))


def _wrapped(eqn: Eqn, emitter: _Emitter) -> Eqn:
    """The indexing equation with its run-time positions checked and counted from the front."""
    count = 1 if eqn.op.name == "getitem" else 2
    rest = iter(eqn.args[count:])
    operands: list[Arg] = []
    index = list(index_of(eqn.attrs))
    places = [k for k, item in enumerate(index) if not isinstance(item, NewAxis)]
    for k, extent in zip(places, eqn.args[0].type.shape, strict=True):
        item = index[k]
        if isinstance(item, Gather | AtArg):
            operand = next(rest)
            exact = emitter.bounds.exact(emitter.bounds.interval(operand))
            if exact is not None and emitter.bounds.within(operand, extent):
                index[k] = At(exact)
            else:
                operands.append(_wrap(operand, extent, emitter))
        elif isinstance(item, At) and not emitter.bounds.holds(item.position, extent):
            index[k] = AtArg()
            operands.append(_wrap(emitter.emit(OPS["extent"], [], {"dim": item.position}), extent, emitter))
    args = eqn.args[:count] + tuple(operands)
    if tuple(index) == index_of(eqn.attrs) and args == eqn.args:
        return eqn
    return replace(eqn, args=args, attrs={**eqn.attrs, "index": tuple(index)})


def _wrap(index: Arg, extent: Dim, emitter: _Emitter) -> Arg:
    if index.type.shape == () and emitter.bounds.within(index, extent):
        return index
    source = resolve(whole(index), emitter.defined)
    if isinstance(source, Read) and (made := emitter.defined.get(source.value)) is not None:
        inside = made.op is WRAP and made.attrs["extent"] == extent
        if inside or (made.op.name == "iota" and made.out.type.shape == (extent,)):
            return index
        if made.op.name == "argsort" and made.out.type.shape[-1] == extent:
            return index
    front = index.type.shape == () and emitter.bounds.from_front(index)
    checked = index.type.shape == () and emitter.tables.cover(index, extent, emitter.defined, emitter.bounds)
    return emitter.emit(WRAP, [index], {"extent": extent, "front": front, "checked": checked})


def _in_c_order(arg: Arg, emitter: _Emitter) -> Arg:
    found = layout(arg, emitter.defined)
    if found is not None and found[1] == tuple(range(arg.type.rank)):
        return found[0]
    return emitter.emit(OWN, [arg])


def _for_blas(arg: Arg, emitter: _Emitter) -> Arg:
    """An operand that np.dot takes without a copy: an array, or its transpose in the last two axes."""
    found = layout(arg, emitter.defined)
    rank = arg.type.rank
    if found is not None and found[1][:-2] == tuple(range(rank - 2)):
        return arg
    source = peel(whole(arg), emitter.defined)
    if isinstance(source, Const) or not source.coords or not _is_along(source.coords[-1], rank - 2):
        return emitter.emit(OWN, [arg])
    # Rows of the source are columns here: the copy lies as its source does, and is passed transposed.
    made, swapped = emitter.producer(arg), (*range(rank - 2), rank - 1, rank - 2)
    order: Shape = swapped
    if made is not None and made.op.name == "transpose":
        first = dims(made.attrs, "perm")
        arg, order = made.args[0], tuple(first[p] for p in swapped)
    if order != tuple(range(rank)):
        arg = emitter.emit(OPS["transpose"], [arg], {"perm": order})
    return emitter.emit(OPS["transpose"], [emitter.emit(OWN, [arg])], {"perm": swapped})


def _is_along(coord: Coord, axis: int) -> bool:
    return isinstance(coord, Along) and coord.loop == axis


def _own_results(body: Block, owned: frozenset[Value]) -> Block:
    """The block with a copy for each result that is not an array of its own."""
    made = dict(producers(body))
    eqns = list(body.eqns)
    taken = set(body.params) - owned
    results: list[Arg] = []
    for result in body.results:
        if isinstance(result, Value) and not result.type.rank:
            source = made.get(result)
            if source is not None and (is_view(source) or source.op.kind is Kind.CREATE):
                number = Value(result.type, result.hint)
                eqns.append(Eqn(OWN, (result,), (number,)))
                result = number
        elif isinstance(result, Value):
            array = _array(result, made)
            if array is None or _memory(array, made) in taken:
                array = Value(result.type, result.hint)
                made[array] = Eqn(OWN, (result,), (array,))
                eqns.append(made[array])
            taken.add(_memory(array, made))
            result = array
        results.append(result)
    return replace(body, eqns=tuple(eqns), results=tuple(results))


def _array(result: Value, made: Mapping[Value, Eqn]) -> Value | None:
    """The array that a result is, if it is one as it stands."""
    found = layout(result, made)
    if found is None or found[1] != tuple(range(result.type.rank)) or found[0].type != result.type:
        return None
    return found[0]


def _memory(array: Value, made: Mapping[Value, Eqn]) -> Value:
    """The array whose memory this one shares."""
    while (eqn := made.get(array)) is not None and eqn.op.name == "reshape" and not eqn.regions:
        found = layout(eqn.args[0], made)
        assert found is not None  # `_legal` put a copy there if it was not an array
        array = found[0]
    return array
