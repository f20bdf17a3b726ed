"""Equations into statements: each with its loops in the best order, its elements read, its element written.

In: a legalized function. Out: a `Plan`. Views have vanished into coordinates, cheap equations are `inline`,
writes happen in place where the old version of the array is fresh and not read afterwards.

    y = sum(w.T * v, axis=1)     loops over w's own rows first: y[j] += w[i, j] * v[i]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from symgrad.backends.access import (
    Along,
    Coord,
    Coords,
    Fixed,
    Operand,
    Producers,
    Read,
    affine,
    broadcast_coords,
    is_view,
    operand,
    resolve,
    selected,
    sources,
    whole,
)
from symgrad.backends.cost import cheap
from symgrad.backends.legal import ALLOCATED, OWN, layout
from symgrad.backends.library import batch_of, call_of, is_library
from symgrad.backends.nest import Form, Plan, Statement
from symgrad.backends.place import overwritten
from symgrad.backends.totals import only_added
from symgrad.ir.core import Arg, Block, Const, Eqn, Kind, Symbol, Value, array_of, values
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of, index_shape
from symgrad.ir.ops import axes
from symgrad.ir.regions import extent_names
from symgrad.ir.types import STRICT, ArrayType, Shape

Order = tuple[int, ...]  # axes of a value, outermost loop first; axes of extent 1 have no loop


@dataclass
class _Draft:
    """What is known so far while the equations are walked."""

    producers: Producers
    inline: Mapping[Value, Eqn]
    in_place: frozenset[Value]
    statements: list[Statement] = field(default_factory=list)
    orders: dict[Value, Order] = field(default_factory=dict)
    memory: dict[Value, Value] = field(default_factory=dict)
    copies: list[Value] = field(default_factory=list)  # of arrays that a write must not change
    sums: Mapping[Value, Eqn] = field(default_factory=dict)  # that are only added to an array


def plan(block: Block, owned: frozenset[Value] = frozenset(), known: frozenset[str] = frozenset()) -> Plan:
    """The block's statements, in its order.

    It may change the arrays of its params `owned`; the extents `known` have their numbers outside.
    """
    made_here = {s.name: s for s in block.symbols if s.param not in block.params and s.name not in known}
    eqns = _live(block, made_here)
    producers = {out: eqn for eqn in eqns for out in eqn.outs}
    forced = frozenset(_forced(eqns, block, producers))
    written, in_place = _writes(eqns, block, producers, owned)
    inline = cheap(eqns, producers, forced, written)
    draft = _Draft(producers, inline, in_place, sums=only_added(eqns, block.results, producers, written))
    for eqn in eqns:
        if len(eqn.outs) == 1 and eqn.out in draft.sums:
            continue
        if eqn.regions:
            _region(eqn, draft)
        elif eqn.out in inline:
            draft.orders[eqn.out] = order_of(eqn.out.type.shape, eqn.args, draft)
        elif not is_view(eqn) and eqn.op.name != "literal":
            _state(eqn, draft)
    results = frozenset(values(block.results))
    written |= {draft.memory.get(v, v) for v in written}  # each version of an array, and who holds it
    buffers = forced.union(draft.copies)
    return Plan(
        tuple(draft.statements), inline, producers, buffers, draft.memory, written, results, made_here
    )


def _live(block: Block, made_here: Mapping[str, Symbol]) -> list[Eqn]:
    """The equations that the results need, and the numbers of the extents in these."""
    needed = set(values(block.results))
    kept = []
    for eqn in reversed(block.eqns):
        if not needed.isdisjoint(eqn.outs):
            needed.update(eqn.reads)
            if made_here:
                needed.update(made_here[name].param for name in names_in(eqn) if name in made_here)
            kept.append(eqn)
    return kept[::-1]


def names_in(eqn: Eqn) -> frozenset[str]:
    """The extents that an equation's text may mention."""
    inner = [extent_names(block) for block in eqn.regions]
    return eqn.names.union(*[a.type.names for a in eqn.args], *inner)


def _forced(eqns: list[Eqn], block: Block, producers: Producers) -> Iterator[Value]:
    """The values that must be whole arrays, however they are used."""
    for result in values(block.results):
        if result.type.rank:
            yield result
            if (found := layout(result, producers)) is not None:
                yield found[0]
    for eqn in eqns:
        name = eqn.op.name
        if eqn.regions:
            yield from (out for out in eqn.outs if out.type.rank)
            for arg in eqn.reads:
                if arg.type.rank:
                    yield arg
        elif is_library(eqn) or (name in ("matmul", "reshape") and not is_view(eqn)):
            yield eqn.out
            yield from (found[0] for a in eqn.args if (found := layout(a, producers)) is not None)
        elif name in _ARRAYS and eqn.out.type.rank:
            yield eqn.out
            if eqn.op.kind is Kind.WRITE and (found := layout(eqn.args[0], producers)) is not None:
                yield found[0]
        elif _is_of_one_number(eqn, producers):
            yield eqn.out


def _is_of_one_number(eqn: Eqn, producers: Producers) -> bool:
    """Whether an array is made of one number, also where views stand in between: np.zeros, np.full."""
    if eqn.op is not OWN or not eqn.out.type.rank:
        return False
    source = resolve(whole(eqn.args[0]), producers)
    return isinstance(source, Const) or not source.value.type.rank


_ARRAYS = ("concatenate", "setitem", "add_at", "push", "literal", *ALLOCATED)


def _writes(
    eqns: list[Eqn], block: Block, producers: Producers, owned: frozenset[Value]
) -> tuple[frozenset[Value], frozenset[Value]]:
    """The values whose arrays are written to later, and the results of the writes that happen in place."""
    last: dict[Value, int] = {}
    for number, eqn in enumerate(eqns):
        if is_view(eqn) and eqn.op.name != "literal":
            continue
        for arg in eqn.reads:
            for root in sources(arg, producers):
                last[root] = number
    kept = {root for r in values(block.results) for root in sources(r, producers)}
    written: set[Value] = set()
    in_place: set[Value] = set()
    for number, eqn in enumerate(eqns):
        for position, out in overwritten(eqn):
            found = layout(eqn.args[position], producers)
            if found is None or found[1] != tuple(range(out.type.rank)):
                continue
            base = found[0]
            if eqn.regions:  # it has its arrays to itself: `place` saw to that
                written.add(base)
                continue
            others = {r for a in values(eqn.args[1:]) for r in sources(a, producers)}
            made = producers.get(base)
            fresh = base in owned if made is None else made.op.name not in ("reshape", "literal")
            if fresh and last[base] == number and base not in kept and base not in others:
                written.add(base)
                in_place.add(out)
    return frozenset(written), frozenset(in_place)


def _region(eqn: Eqn, draft: _Draft) -> None:
    """A loop or a branch: it reads and changes whole arrays."""
    for position, out in overwritten(eqn):
        source = resolve(whole(eqn.args[position]), draft.producers)
        assert isinstance(source, Read)
        draft.memory[out] = draft.memory.get(source.value, source.value)
    reads = tuple(resolve(whole(a), draft.producers) for a in eqn.args)
    draft.statements.append(Statement(Form.REGION, eqn, (), reads, whole(eqn.outs[0])))


def _state(eqn: Eqn, draft: _Draft) -> None:
    """Append the statements of one equation."""
    if eqn.op.kind is Kind.ELEMENTWISE:
        _map(eqn, draft)
    elif eqn.op.kind is Kind.REDUCTION:
        _fold(eqn, draft)
    elif eqn.op.name in ("cumsum", "cumprod"):
        _scan(eqn, draft)
    elif eqn.op.name == "concatenate":
        _concatenate(eqn, draft)
    elif eqn.op.kind is Kind.WRITE:
        _write(eqn, draft)
    elif eqn.op.name in ALLOCATED:
        draft.statements.append(Statement(Form.CALL, eqn, (), (), whole(eqn.out)))
    elif eqn.op.name == "matmul":
        _matmul(eqn, draft)
    elif is_library(eqn):
        _library(eqn, draft)
    elif eqn.op.name == "reshape":
        _reshape(eqn, draft)
    else:
        raise AssertionError(f"{eqn.op.name} has no loop form")


def _loops(shape: Shape, order: Order) -> tuple[tuple[Coord, ...], Shape]:
    """Coordinates of all elements of a shape, and the extents of the loops over them."""
    number = {axis: k for k, axis in enumerate(order)}
    coords = tuple(Along(number[a]) if a in number else Fixed(0) for a in range(len(shape)))
    return coords, tuple(shape[a] for a in order)


def _natural(shape: Shape) -> Order:
    return tuple(a for a, d in enumerate(shape) if d != 1)


def order_of(shape: Shape, args: tuple[Arg, ...], draft: _Draft) -> Order:
    """The order of loops that reads the operands along their rows.

    The first axes vary slowest. Operands of lower rank have no say; where they disagree, the result decides.
    """
    natural = _natural(shape)
    if len(natural) < 2:
        return natural
    identity = tuple(map(Along, range(len(shape))))
    found: Order | None = None
    for arg in values(args):
        source = resolve(operand(arg, identity), draft.producers)
        if isinstance(source, Const):
            continue
        coords = [source.coords[a] for a in draft.orders.get(source.value, range(len(source.coords)))]
        vote = tuple(c.loop for c in coords if isinstance(c, Along))
        if sorted(vote) != list(natural) or vote == found:
            continue
        if vote == natural or found is not None:
            return natural
        found = vote
    return found or natural


def _elements(args: tuple[Arg, ...], coords: Coords, draft: _Draft) -> tuple[Operand, ...]:
    return tuple(resolve(operand(a, coords), draft.producers) for a in args)


def _map(eqn: Eqn, draft: _Draft) -> None:
    order = order_of(eqn.out.type.shape, eqn.args, draft)
    coords, loops = _loops(eqn.out.type.shape, order)
    draft.orders[eqn.out] = order
    reads = _elements(eqn.args, coords, draft)
    if _is_of_one_number(eqn, draft.producers):
        draft.statements.append(Statement(Form.CALL, eqn, (), reads, Read(eqn.out, coords)))
        return
    draft.statements.append(Statement(Form.MAP, eqn, loops, reads, Read(eqn.out, coords)))


def _fold(eqn: Eqn, draft: _Draft) -> None:
    (x,) = eqn.args
    shape, axis = x.type.shape, axes(eqn.attrs)
    order = order_of(shape, eqn.args, draft)
    if eqn.op.name in ("argmax", "argmin"):  # the first extreme in the array's own order
        order = tuple(a for a in _natural(shape) if a not in axis) + tuple(
            a for a in _natural(shape) if a in axis
        )
    trailing = _trailing(order, axis)
    if 0 < len(trailing) < len(set(axis) & set(order)):  # a scalar over the last loops, then an array
        kept = tuple(a for a in range(len(shape)) if a not in trailing)
        part = Value(ArrayType(x.type.dtype, tuple(shape[a] for a in kept)))
        _fold(replace(eqn, outs=(part,), attrs={"axis": trailing, "keepdims": False}, note=""), draft)
        rest = tuple(kept.index(a) for a in axis if a not in trailing)
        _fold(replace(eqn, args=(part,), attrs={"axis": rest, "keepdims": False}), draft)
        return
    coords, loops = _loops(shape, order)
    first = min(order.index(a) for a in axis if a in order)
    kept = tuple(a for a in range(len(shape)) if a not in axis)
    draft.orders[eqn.out] = tuple(kept.index(a) for a in order if a in kept)
    writes = Read(eqn.out, tuple(coords[a] for a in kept))
    reads = _elements(eqn.args, coords, draft)
    draft.statements.append(Statement(Form.FOLD, eqn, loops, reads, writes, first))


def _trailing(order: Order, axis: tuple[int, ...]) -> tuple[int, ...]:
    """The reduced axes among the innermost loops, before any other."""
    count = 0
    while count < len(order) and order[-1 - count] in axis:
        count += 1
    return tuple(sorted(order[len(order) - count :]))


def _scan(eqn: Eqn, draft: _Draft) -> None:
    order = _natural(eqn.out.type.shape)
    coords, loops = _loops(eqn.out.type.shape, order)
    reads = _elements(eqn.args, coords, draft)
    draft.statements.append(Statement(Form.SCAN, eqn, loops, reads, Read(eqn.out, coords), len(order) - 1))


def _concatenate(eqn: Eqn, draft: _Draft) -> None:
    axis = eqn.attrs["axis"]
    assert isinstance(axis, int)
    offset: Dim = 0
    for piece in eqn.args:
        shape = piece.type.shape
        coords, loops = _loops(shape, order_of(shape, (piece,), draft))
        place = tuple(affine(c, offset, 1) if a == axis else c for a, c in enumerate(coords))
        reads = _elements((piece,), coords, draft)
        draft.statements.append(Statement(Form.STORE, eqn, loops, reads, Read(eqn.out, place)))
        offset = offset + shape[axis]


def _write(eqn: Eqn, draft: _Draft) -> None:
    base, value, *operands = eqn.args
    source = resolve(whole(base), draft.producers)
    if eqn.out in draft.in_place:
        assert isinstance(source, Read)
        draft.memory[eqn.out] = draft.memory.get(source.value, source.value)
    else:
        copy = Value(eqn.out.type, eqn.out.hint)
        _map(Eqn(OWN, (base,), (copy,), {}, (), eqn.loc, eqn.phase), draft)
        draft.memory[eqn.out] = copy
        draft.copies.append(copy)
    shape = index_shape(base.type.shape, tuple(a.type for a in operands), eqn.attrs, STRICT)
    coords, loops = _loops(shape, _natural(shape))
    target = resolve(Read(eqn.out, selected(index_of(eqn.attrs), tuple(operands), coords)), draft.producers)
    assert isinstance(target, Read)
    form = Form.ADD if eqn.op.name == "add_at" else Form.STORE
    if isinstance(value, Value) and value in draft.sums:
        _added_up(eqn, draft.sums[value], draft)
        return
    reads = _elements((value,), coords, draft)
    if eqn.op.name == "push":  # the tape grows before its slot is written
        slot = tuple(resolve(whole(a), draft.producers) for a in operands)
        draft.statements.append(Statement(Form.CALL, eqn, (), slot, target))
    draft.statements.append(Statement(form, eqn, loops, reads, target))


def _added_up(eqn: Eqn, total: Eqn, draft: _Draft) -> None:
    """`a[...] += sum(x, axis)`, element by element of x; what the innermost loops sum is one number first."""
    (x,), axis = total.args, axes(total.attrs)
    order = order_of(x.type.shape, total.args, draft)
    trailing = _trailing(order, axis)
    kept = tuple(a for a in range(x.type.rank) if a not in trailing)
    if trailing:
        x = Value(ArrayType(x.type.dtype, tuple(x.type.shape[a] for a in kept)))
        _fold(replace(total, outs=(x,), attrs={"axis": trailing, "keepdims": False}, note=""), draft)
        axis = tuple(kept.index(a) for a in axis if a not in trailing)
        order = tuple(kept.index(a) for a in order if a not in trailing)
    coords, loops = _loops(x.type.shape, order)
    element = tuple(c for a, c in enumerate(coords) if a not in axis)
    target = resolve(Read(eqn.out, selected(index_of(eqn.attrs), eqn.args[2:], element)), draft.producers)
    assert isinstance(target, Read)
    draft.statements.append(Statement(Form.ADD, eqn, loops, _elements((x,), coords, draft), target))


def _matmul(eqn: Eqn, draft: _Draft) -> None:
    """`np.dot` of matrices, in loops over the batch; the axes of the matrices are loops that nobody sees."""
    shape = eqn.out.type.shape[:-2]
    coords, loops = _loops(shape, _natural(shape))
    inner = (Along(len(loops)), Along(len(loops) + 1))
    reads = tuple(
        resolve(
            Read(a, broadcast_coords(a.type.shape[:-2], coords[len(coords) - a.type.rank + 2 :]) + inner),
            draft.producers,
        )
        for a in eqn.reads
    )
    draft.statements.append(Statement(Form.CALL, eqn, loops, reads, Read(eqn.out, coords + inner)))


def _library(eqn: Eqn, draft: _Draft) -> None:
    """A call on whole arrays, in loops over the batch."""
    call = call_of(eqn)
    batch = batch_of(eqn.out.type.shape, call.out)
    coords, loops = _loops(batch, _natural(batch))

    def inner(count: int) -> Coords:
        return tuple(Along(len(loops) + k) for k in range(count))

    reads = tuple(
        resolve(Read(a, broadcast_coords(batch_of(a.type.shape, n), coords) + inner(n)), draft.producers)
        for a, n in zip(eqn.reads, call.axes, strict=True)
    )
    draft.statements.append(Statement(Form.CALL, eqn, loops, reads, Read(eqn.out, coords + inner(call.out))))


def _reshape(eqn: Eqn, draft: _Draft) -> None:
    reads = _elements(eqn.args, whole(array_of(eqn)).coords, draft)
    writes = whole(eqn.out)
    assert isinstance(reads[0], Read)
    source = reads[0].value
    draft.memory[eqn.out] = draft.memory.get(source, source)
    draft.statements.append(Statement(Form.CALL, eqn, (), reads, writes))
