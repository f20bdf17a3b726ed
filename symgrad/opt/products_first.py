"""Products of one matrix with a vector of each trip become one product of matrices before the loop.

In: a `for` equation. Out: the product and the loop that reads its rows, or None. The vector may depend on
the index and on what the loop leaves alone. Where only a part of the matrix is needed, which grows or shrinks
with the trips, the whole product is made, and the rest of it is never read.

    for i in range(m):                                  p = x.T @ x
        row = x[:, i] @ x[:, i:m]            ->         for i in range(m):
                                                            row = p[i, i:m]
"""

from __future__ import annotations

from collections.abc import Collection

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, At, AtArg, Const, Eqn, Span, Symbol, Value, full_span
from symgrad.ir.dims import Extent, symbol, symbols
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import bind_symbols, mentioned_symbols
from symgrad.ir.types import INT
from symgrad.ir.walk import live, rewire
from symgrad.opt.batch import Batch, Refused, batch_of
from symgrad.opt.facts import Facts
from symgrad.opt.vector_updates import Loop


@dataclass(frozen=True, slots=True)
class First:
    """Equations before a loop, the loop after them, and where the former find their extents."""

    before: tuple[Eqn, ...]
    loop: Eqn
    symbols: tuple[Symbol, ...]


def products_first(loop: Loop, facts: Facts) -> First | None:
    """The loop with its products before it, if there are any."""
    if loop.trips is None:
        return None
    body = loop.parts.body
    before: list[Eqn] = []
    env: dict[Value, Arg] = {}
    inside = Builder()
    products: list[Value] = []
    params: list[Value] = []
    for e in body.eqns:
        product = _product(e, loop, facts)
        if product is None:
            inside.eqns.append(rewire(e, env))
            continue
        eqns, out, kept = product
        before += eqns
        products.append(out)
        params.append(Value(out.type, out.hint))
        inside.loc, inside.phase, inside.note = e.loc, e.phase, e.note
        env[e.out] = _row(params[-1], kept, loop, inside, e.out.hint)
    if not products:
        return None
    results = tuple(env.get(r, r) if isinstance(r, Value) else r for r in body.results)
    eqns = live(inside.eqns, results, body.symbols)
    all_params = (*body.params, *params)
    needed = mentioned_symbols(all_params, eqns)
    untold = sorted(needed - {s.name for s in bind_symbols(all_params, eqns, needed, body.symbols)})
    numbers = [Value(INT, name) for name in untold]
    known = (*body.symbols, *(Symbol(v.hint, v, None) for v in numbers))
    all_params = (*all_params, *numbers)
    bound = bind_symbols(all_params, eqns, needed, known)
    lengths = Builder()
    lengths.loc, lengths.phase = loop.eqn.loc, loop.eqn.phase
    products += [lengths.emit(OPS["extent"], (), {"dim": symbol(name)}) for name in untold]
    block = replace(body, params=all_params, eqns=eqns, results=results, symbols=bound)
    told = tuple(
        Symbol(s.name, found, s.axis)
        for s in body.symbols
        if isinstance(found := loop.outer.get(s.param), Value)
    )
    return First(
        (*before, *lengths.eqns), replace(loop.eqn, args=(*loop.eqn.args, *products), regions=(block,)), told
    )


def _row(product: Value, kept: Span, loop: Loop, inside: Builder, hint: str) -> Value:
    """The row of this trip."""
    assert loop.trips is not None
    low, index = loop.trips.start, loop.parts.index
    if loop.index_names:
        place = At(symbol(min(loop.index_names)) - low)
        return inside.emit(OPS["getitem"], (product,), {"index": (place, kept)}, hint)
    number: Arg = index
    if low != 0:
        first: Arg = Const(low, INT) if isinstance(low, int) else inside.emit(OPS["extent"], (), {"dim": low})
        number = inside.emit(OPS["subtract"], (index, first))
    return inside.emit(OPS["getitem"], (product, number), {"index": (AtArg(), kept)}, hint)


def _product(e: Eqn, loop: Loop, facts: Facts) -> tuple[tuple[Eqn, ...], Value, Span] | None:
    """The product of all trips, one in each row, and which part of a row a trip reads."""
    if e.op.name != "matmul" or sorted(a.type.rank for a in e.args) != [1, 2]:
        return None
    turned = e.args[1].type.rank == 2  # vector @ matrix
    matrix, vector = e.args if not turned else e.args[::-1]
    found = _whole(matrix, loop, 1 if turned else 0)
    if found is None or not isinstance(vector, Value) or vector is loop.parts.index:
        return None
    path, kept = found
    assert loop.trips is not None
    parts = loop.parts
    batch = batch_of(loop, facts)
    batch.env.update(loop.outer)
    try:
        for part in live([x for x in parts.body.eqns if not x.regions], (vector,)):
            if any(a in parts.carried_params for a in part.reads):
                return None
            batch.equation(part)
        rows = batch.now(vector)
        if not batch.varies(vector) or vector in parts.carried_params or not _known(rows, batch, loop):
            return None
        batch.b.loc, batch.b.phase, batch.b.note = e.loc, e.phase, e.note
        whole = loop.outer[path[0]]
        for step in path[1]:
            whole = batch.emit(step.op.name, (whole,), "", **step.attrs)
        if not turned:
            whole = batch.emit("transpose", (whole,), perm=(1, 0))
        out = batch.emit("matmul", (rows, whole), e.out.hint)
    except Refused:
        return None
    return tuple(batch.b.eqns), out, kept


def _known(rows: Arg, batch: Batch, loop: Loop) -> bool:
    """Whether what stands before the loop reads nothing of the loop's own."""
    own = {o for e in loop.parts.body.eqns for o in e.outs} | set(loop.parts.body.params)
    return isinstance(rows, Value) and not any(a in own for e in batch.b.eqns for a in e.reads)


def _whole(arg: Arg, loop: Loop, kept: int) -> tuple[tuple[Value, list[Eqn]], Span] | None:
    """An array from before the loop and the way from it to all of which `arg` is a part along axis `kept`.

    Also the part. A part of a few rows that moves with the trips would be lost in the whole.
    """
    steps: list[Eqn] = []
    span: Span | None = None
    axis = kept
    while isinstance(arg, Value) and arg not in loop.outer:
        e = loop.made.get(arg)
        if e is None or len(e.args) != 1:
            return None
        if e.op.name == "transpose":
            perm = e.attrs["perm"]
            assert isinstance(perm, tuple)
            axis = perm[axis]
        elif e.op.name == "getitem" and span is None:
            index = index_of(e.attrs)
            source = e.args[0].type.shape
            if len(index) != 2 or not all(isinstance(i, Span) and i.step == 1 for i in index):
                return None
            part, other = index[axis], index[1 - axis]
            assert isinstance(part, Span) and isinstance(other, Span)
            if not _fixed(other, loop.index_names) or part.extent == 1:
                return None
            if _fixed(part, loop.index_names):
                span = full_span(part.extent)
            elif isinstance(part.extent, Extent) and not loop.index_names.isdisjoint(symbols(part.extent)):
                span = part
                items: list[Span] = [full_span(d) for d in source]
                items[1 - axis] = other
                e = replace(e, attrs={"index": tuple(items)})
            else:
                return None
        else:
            return None
        steps.append(e)
        arg = e.args[0]
    if not isinstance(arg, Value) or arg.type.rank != 2 or arg not in loop.outer:
        return None
    if span is None:
        span = full_span(arg.type.shape[axis])
    return (arg, steps[::-1]), span


def _fixed(span: Span, names: Collection[str]) -> bool:
    return all(s not in names for d in (span.start, span.extent) for s in symbols(d))
