"""What an inner loop fills and the outer one keeps is written where it is kept.

In: a function. Out: the same function where an array that a loop in a loop makes, fills and copies into a
part of a larger one is that part.

    for i in range(n):                        for i in range(n):
        row = np.empty(m)                         for j in range(m):
        for j in range(m):            ->              saved[i, j] = f(i, j)
            row[j] = f(i, j)
        saved[i] = row
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.ir.build import Builder
from symgrad.ir.core import (
    Arg,
    At,
    AtArg,
    Block,
    Eqn,
    Function,
    Index,
    IndexItem,
    Span,
    Symbol,
    Value,
    array_of,
    full_span,
)
from symgrad.ir.dims import symbol
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, bind_symbols, for_parts, mentioned_symbols
from symgrad.ir.types import INT
from symgrad.ir.walk import map_regions, producers, rewire, uses, with_eqns


@dataclass(frozen=True, slots=True)
class _Kept:
    """A result of a loop that only fills an array made for it, and the write that keeps it."""

    number: int
    write: Eqn
    base: Value
    chain: tuple[Eqn, ...]  # the writes in the loop, in order


def write_through(function: Function) -> Function:
    """`function` without the arrays between a loop and where its values are kept."""
    body = _block(function.body)
    return function if body is function.body else replace(function, body=body)


def _block(block: Block) -> Block:
    """Outer loops first: what they hand to an inner loop is where that one writes."""
    made, count = producers(block), uses(block)
    reader = {a: e for e in block.eqns for a in e.reads}
    order = {o: k for k, e in enumerate(block.eqns) for o in e.outs}
    env: dict[Value, Arg] = {}
    gone: set[Value] = set()
    eqns: list[Eqn] = []
    changed = False
    for position, old in enumerate(block.eqns):
        if old.outs and old.outs[0] in gone:
            continue
        eqn = rewire(old, env)
        if eqn.op is FOR:
            for found in list(_kept(old, made, count, reader)):
                if order.get(found.base, -1) < position:
                    eqn, before = _through(eqn, found)
                    eqns += before
                    env[found.write.out] = eqn.outs[found.number]
                    gone.add(found.write.out)
                    changed = True
        inner = map_regions(eqn, _block)
        changed = changed or inner is not eqn
        eqns.append(inner)
    return with_eqns(block, eqns, env=env) if changed else block


def _kept(
    eqn: Eqn, made: Mapping[Value, Eqn], count: Mapping[Value, int], reader: dict[Value, Eqn]
) -> list[_Kept]:
    """The results of a loop that can be written where they are kept."""
    loop = for_parts(eqn)
    found = []
    inside_count = uses(loop.body)
    inside = {a: e for e in loop.body.eqns for a in e.reads}
    for number, (operand, out, param) in enumerate(
        zip(loop.carried, eqn.outs, loop.carried_params, strict=True)
    ):
        first = made.get(operand) if isinstance(operand, Value) else None
        if first is None or first.op.name != "empty" or count[first.out] != 1 or count[out] != 1:
            continue
        write = reader.get(out)
        if (
            write is None
            or write.op.name != "setitem"
            or write.args[1] is not out
            or not _is_part(write, out)
        ):
            continue
        base = write.args[0]
        if not isinstance(base, Value) or count[base] != 1 or base in eqn.reads:
            continue
        chain: list[Eqn] = []
        value: Value = param
        while inside_count[value] == 1 and (step := inside.get(value)) is not None:
            if step.op.name != "setitem" or step.args[0] is not value or value in step.args[1:]:
                break
            if any(not isinstance(i, At | AtArg | Span) for i in index_of(step.attrs)):
                break
            chain.append(step)
            value = step.out
        if chain and value is loop.yields[number] and inside_count[value] == 1:
            found.append(_Kept(number, write, base, tuple(chain)))
    return found


def _is_part(write: Eqn, part: Value) -> bool:
    """Whether a write puts the whole of `part` at one position of an array."""
    index = index_of(write.attrs)
    spans = [item for item in index if isinstance(item, Span)]
    if any(not isinstance(item, At | AtArg | Span) for item in index):
        return False
    return [full_span(d) for d in part.type.shape] == spans


def _through(eqn: Eqn, kept: _Kept) -> tuple[Eqn, list[Eqn]]:
    """The loop on the larger array, and what has to be computed before it."""
    loop = for_parts(eqn)
    base = kept.base
    before = Builder()
    before.loc, before.phase = eqn.loc, eqn.phase
    places: list[Arg] = []
    moving = iter(kept.write.args[2:])
    for item in index_of(kept.write.attrs):
        if isinstance(item, AtArg):
            places.append(next(moving))
        elif isinstance(item, At):
            places.append(before.emit(OPS["extent"], (), {"dim": item.position}))
    params = [Value(p.type, getattr(p, "hint", "")) for p in places]
    array = Value(base.type, kept.chain[0].out.hint)
    env: dict[Value, Arg] = {loop.carried_params[kept.number]: array}
    new: dict[Value, Eqn] = {}
    for step in kept.chain:
        index, operands = _inner_index(kept.write, step, params)
        out = Value(base.type, step.out.hint)
        target = env[array_of(step)]
        new[step.out] = replace(
            step, args=(target, step.args[1], *operands), outs=(out,), attrs={**step.attrs, "index": index}
        )
        env[step.out] = out
    body = loop.body
    n = len(loop.carried)
    carried = [array if k == kept.number else p for k, p in enumerate(loop.carried_params)]
    # The larger array has other axes: what the one before told of extents, it does not.
    told = tuple(s for s in body.symbols if s.param is not loop.carried_params[kept.number])
    block = with_eqns(
        replace(body, params=(loop.index, *carried, *loop.invariant_params, *params), symbols=told),
        [new.get(e.outs[0], e) if e.outs else e for e in body.eqns],
        env=env,
    )
    block, numbers = _with_extents(block, before)
    args = (*eqn.args[:3], *(base if k == kept.number else a for k, a in enumerate(loop.carried)))
    args += (*eqn.args[3 + n :], *places, *numbers)
    outs = tuple(Value(base.type, base.hint) if k == kept.number else o for k, o in enumerate(eqn.outs))
    return replace(eqn, args=args, outs=outs, regions=(block,)), before.eqns


def _with_extents(block: Block, before: Builder) -> tuple[Block, list[Arg]]:
    """The block with a param for each extent that nothing in it tells, and the numbers of these."""
    needed = mentioned_symbols(block.params, block.eqns)
    bound = bind_symbols(block.params, block.eqns, needed, block.symbols)
    names = sorted(needed - {s.name for s in bound})
    params = [Value(INT, name) for name in names]
    told = tuple(Symbol(name, param, None) for name, param in zip(names, params, strict=True))
    numbers: list[Arg] = [before.emit(OPS["extent"], (), {"dim": symbol(n)}, hint=n) for n in names]
    return replace(block, params=(*block.params, *params), symbols=(*bound, *told)), numbers


def _inner_index(write: Eqn, step: Eqn, params: list[Value]) -> tuple[Index, list[Arg]]:
    """The position in the larger array: the outer write's, with the loop's own in place of its spans."""
    places = iter(params)
    inner = iter(index_of(step.attrs))
    moving = iter(step.args[2:])
    items: list[IndexItem] = []
    operands: list[Arg] = []
    for item in index_of(write.attrs):
        if isinstance(item, Span):
            item = next(inner)
            if isinstance(item, AtArg):
                operands.append(next(moving))
        else:
            item = AtArg()
            operands.append(next(places))
        items.append(item)
    return tuple(items), operands
