"""Loops of two to four trips over the elements of tiny arrays are written out.

In: a function. Out: the same function where such a loop is its trips, one after the other; the numbers of the
indices are constants then, and `opt.tiny` can keep the arrays in scalars. A loop that only reads and writes
large arrays stays a loop.

    v = for(0, 3, 1, v, x): v[k] = x[i, k]**2    ->    v[0] = x[i, 0]**2; v[1] = x[i, 1]**2; v[2] = ...
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from symgrad.ir.core import (
    Arg,
    At,
    AtArg,
    Block,
    Const,
    Eqn,
    Function,
    Gather,
    IndexItem,
    NewAxis,
    Symbol,
    Value,
    dims_in,
)
from symgrad.ir.dims import Dim, symbols
from symgrad.ir.fold import fold
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS, extent_of
from symgrad.ir.regions import COND, FOR, for_parts, operands_of, params_of
from symgrad.ir.types import BOOL, INT
from symgrad.ir.walk import map_regions, rewire, rewire_args, with_eqns, with_extents
from symgrad.opt.elements import is_tiny

_TRIPS = 4
_EQUATIONS = 256
_INTEGERS: dict[str, Callable[..., int]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "negative": operator.neg,
    "floor_divide": operator.floordiv, "remainder": operator.mod,
}  # fmt: skip


def unroll(function: Function) -> Function:
    """`function` with short loops over tiny arrays written out."""
    body = _block(function.body)
    return function if body is function.body else replace(function, body=body)


def _block(block: Block) -> Block:
    env: dict[Value, Arg] = {}
    out: list[Eqn] = []
    pending = [*reversed(block.eqns)]
    renamed: set[Value] = set()
    known = {s.name: s for s in block.symbols}
    numbers = {s.param for s in block.symbols if s.axis is None}  # of extents: equations make these, always
    changed = False
    while pending:
        old = pending.pop()
        eqn = rewire(old, env)
        written = _written_out(eqn, known)
        if written is not None:
            eqns, results = written
            changed = True
            last = [Eqn(OPS["copy"], (r,), (o,)) for o, r in zip(eqn.outs, results, strict=True)]
            renamed.update(eqn.outs)
            pending.extend(reversed([*eqns, *last]))
            continue
        constant = eqn.op.name == "copy" and isinstance(eqn.args[0], Const)
        if eqn.op.name == "copy" and eqn.out in renamed and not (constant and eqn.out in numbers):
            env[eqn.out] = eqn.args[0]
            continue
        if (number := _known(eqn)) is not None and eqn.out not in numbers:
            changed = True
            env[eqn.out] = number
            continue
        eqn = _at(eqn)
        inner = map_regions(eqn, _block)
        changed = changed or inner is not eqn
        out.append(inner)
    return with_eqns(replace(block, symbols=tuple(known.values())), out, env=env) if changed else block


def _written_out(eqn: Eqn, known: dict[str, Symbol]) -> tuple[list[Eqn], Sequence[Arg]] | None:
    """The equations that stand for a short loop or a decided branch, and what its results are."""
    if eqn.op is COND and isinstance(eqn.args[0], Const):
        block = eqn.regions[0 if eqn.args[0].value else 1]
        return _inlined(block, eqn.args[1:], known) if _is_plain(block) else None
    trips = _trips(eqn)
    if trips is None:
        return None
    loop = for_parts(eqn)
    carried: Sequence[Arg] = loop.carried
    done: list[Eqn] = []
    for number in trips:
        index = Const(number, INT)
        eqns, carried = _inlined(loop.body, (index, *carried, *loop.invariant), known)
        done += eqns
    return done, carried


def _inlined(block: Block, args: Sequence[Arg], known: dict[str, Symbol]) -> tuple[list[Eqn], Sequence[Arg]]:
    """The block's equations, once more, reading these operands, and its results.

    An extent that a constant tells becomes that number; the others join those `known` outside.
    """
    place = dict(zip(block.params, args, strict=True))
    numbers: dict[str, Dim] = {}
    for s in block.symbols:
        source = place[s.param]
        if isinstance(source, Value):
            known.setdefault(s.name, Symbol(s.name, source, s.axis))
        elif s.axis is None:
            numbers[s.name] = int(source.value)
    fresh = with_extents(block, numbers)
    env = dict(zip(fresh.params, args, strict=True))
    return [rewire(eqn, env) for eqn in fresh.eqns], rewire_args(fresh.results, env)


def _is_plain(block: Block) -> bool:
    """No extent gets its number inside the block."""
    return all(s.param in block.params for s in block.symbols)


def _trips(eqn: Eqn) -> range | None:
    """The values of the index, if the loop is to be written out."""
    if eqn.op is not FOR or eqn.attrs.get("exits"):
        return None
    bounds = [int(a.value) for a in eqn.args[:3] if isinstance(a, Const)]
    (body,) = eqn.regions
    if len(bounds) < 3 or not _is_plain(body):
        return None
    trips = range(*bounds)
    if not 0 < len(trips) <= _TRIPS or len(trips) * _size(body) > _EQUATIONS:
        return None
    return trips if _picks_from_tiny(body, {body.params[0]}) else None


def _size(block: Block) -> int:
    """About how many equations the block is when its own short loops are written out."""
    return sum(1 if not e.regions else 1 + _TRIPS * sum(map(_size, e.regions)) for e in block.eqns)


def _picks_from_tiny(block: Block, indices: AbstractSet[Arg]) -> bool:
    """Whether an index of the loop picks elements of a tiny array."""
    names = {s.name for s in block.symbols if s.param in indices and s.axis is None}
    indices = {*indices}
    for eqn in block.eqns:
        follows = eqn.op.name in _INTEGERS and any(a in indices for a in eqn.args)
        if follows or (eqn.op.name == "extent" and names & eqn.names):
            indices.update(o for o in eqn.outs if o.type == INT)
        if eqn.op.name in ("getitem", "setitem", "add_at") and is_tiny(eqn.args[0]):
            moving = iter(eqn.args[1 if eqn.op.name == "getitem" else 2 :])
            for item in index_of(eqn.attrs):
                if isinstance(item, AtArg | Gather):
                    if next(moving) in indices:
                        return True
                elif names & {s for d in dims_in(item) for s in symbols(d)}:
                    return True
        for region in eqn.regions:
            operands = zip(params_of(eqn, region), eqn.args[operands_of(eqn)[0] :], strict=True)
            if _picks_from_tiny(region, {p for p, a in operands if a in indices}):
                return True
    return False


def _known(eqn: Eqn) -> Const | None:
    """The number that an integer or a predicate is, where the index was all that it depended on."""
    if eqn.op.name == "extent" and isinstance(dim := extent_of(eqn.attrs), int):
        return Const(dim, INT)
    numbers = [a.value for a in eqn.args if isinstance(a, Const)]
    if not eqn.args or len(numbers) < len(eqn.args) or len(eqn.outs) != 1 or eqn.out.type.shape:
        return None
    if eqn.op.name in _INTEGERS and eqn.out.type.dtype == "int64" and 0 not in numbers[1:]:
        return Const(_INTEGERS[eqn.op.name](*map(int, numbers)), eqn.out.type)
    found = fold(eqn.op.name, eqn.args) if eqn.out.type.dtype == BOOL else None
    return found if isinstance(found, Const) else None


def _at(eqn: Eqn) -> Eqn:
    """Positions that are numbers now, in axes of a fixed extent."""
    if eqn.op.name not in ("getitem", "setitem", "add_at") or not any(
        isinstance(a, Const) for a in eqn.args[1:]
    ):
        return eqn
    index = index_of(eqn.attrs)
    if any(isinstance(item, Gather) for item in index):
        return eqn
    lead = 1 if eqn.op.name == "getitem" else 2
    moving = iter(eqn.args[lead:])
    extents = iter(eqn.args[0].type.shape)
    items: list[IndexItem] = []
    kept: list[Arg] = []
    for item in index:
        extent = 0 if isinstance(item, NewAxis) else next(extents)
        if isinstance(item, AtArg):
            arg = next(moving)
            if isinstance(arg, Const) and isinstance(extent, int) and -extent <= arg.value < extent:
                item = At(int(arg.value) % extent)
            else:
                kept.append(arg)
        items.append(item)
    if len(kept) == len(eqn.args) - lead:
        return eqn
    return replace(eqn, args=(*eqn.args[:lead], *kept), attrs={**eqn.attrs, "index": tuple(items)})
