"""Views and numbers of extents move into the regions that read them: no array is made for them outside.

In: a region equation and the equations before it. Out: the same equation whose operands are arrays and
scalars with a place of their own; the views stand at the head of its blocks.

    v = x.T[1:]                           for i in range(n):
    for i in range(n): s += v[i, 0]  ->       v = x.T[1:]
                                              s += v[i, 0]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from symgrad.backends.access import is_view
from symgrad.ir.core import Arg, Block, Const, Eqn, Gather, Symbol, Value
from symgrad.ir.dims import as_symbol
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import extent_of
from symgrad.ir.regions import COND, operands_of, params_of
from symgrad.ir.walk import rewire, rewire_args

Producers = Mapping[Value, Eqn]


# The operand of a branch whose array each result takes over; None where a branch brings an array of its own.
Targets = tuple[int | None, ...]


def targets_of(eqn: Eqn) -> Targets:
    targets = eqn.attrs["targets"]
    assert isinstance(targets, tuple)
    return targets


@dataclass
class _Moved:
    """What an operand becomes: equations to repeat inside, and the values that they read from outside."""

    eqns: dict[Value, Eqn] = field(default_factory=dict)
    leaves: dict[Value, None] = field(default_factory=dict)


def sink(eqn: Eqn, made: Producers, changed: Sequence[int], avoid: Set[Value]) -> Eqn:
    """`eqn` with its views inside; not the operands that it changes, nor views of the arrays `avoid`.

    These are written to, by `eqn` or before it: what a view shows is read earlier.
    """
    first, carried = operands_of(eqn)
    operands = eqn.args[first:]
    named = {s.param: s for block in eqn.regions for s in block.symbols if s.axis is None}
    moved: dict[int, _Moved | Const] = {}
    for k in range(carried, len(operands)):
        if k in changed:
            continue
        bound = next((named[p] for b in eqn.regions if (p := params_of(eqn, b)[k]) in named), None)
        if eqn.op is not COND and _is_element(operands[k], made):
            continue  # read once, before the loop
        found = _sunk(operands[k], made, avoid, bound)
        if found is not None:
            moved[k] = found
    if not moved:
        return eqn
    kept = [k for k in range(len(operands)) if k not in moved]
    have: dict[Value, int] = {}
    for k in kept:
        arg = operands[k]
        if k >= carried and isinstance(arg, Value):
            have.setdefault(arg, k)
    new = [
        leaf
        for leaf in dict.fromkeys(v for m in moved.values() if isinstance(m, _Moved) for v in m.leaves)
        if leaf not in have
    ]
    regions = tuple(_block(eqn, b, moved, kept, have, new) for b in eqn.regions)
    attrs = dict(eqn.attrs)
    if "targets" in attrs:
        number = {k: new_k for new_k, k in enumerate(kept)}
        attrs["targets"] = tuple(None if k is None else number[k] for k in targets_of(eqn))
    args = (*eqn.args[:first], *(operands[k] for k in kept), *new)
    return replace(eqn, args=args, regions=regions, attrs=attrs)


def _sunk(arg: Arg, made: Producers, avoid: Set[Value], bound: Symbol | None) -> _Moved | Const | None:
    """How an operand moves inside, if it does."""
    if isinstance(arg, Const):
        return None if bound is not None else arg
    if bound is not None:
        eqn = made.get(arg)
        if eqn is None or eqn.op.name != "extent" or as_symbol(extent_of(eqn.attrs)) != bound.name:
            return None
    moved = _Moved()
    stack = [arg]
    order: list[Value] = []
    while stack:
        value = stack.pop()
        eqn = made.get(value)
        if eqn is None or not _movable(eqn):
            if value in avoid:
                return None
            moved.leaves[value] = None
        elif value not in moved.eqns:
            moved.eqns[value] = eqn
            order.append(value)
            stack += eqn.reads
    if arg not in moved.eqns:
        return None
    moved.eqns = {v: moved.eqns[v] for v in _sorted(order, moved.eqns)}
    return moved


def _is_element(arg: Arg, made: Producers) -> bool:
    return isinstance(arg, Value) and arg in made and not arg.type.rank and made[arg].op.name == "getitem"


def _sorted(found: list[Value], eqns: Mapping[Value, Eqn]) -> list[Value]:
    """Producers before their readers."""
    out: dict[Value, None] = {}
    stack = [(v, False) for v in found[:1]]
    while stack:
        value, ready = stack.pop()
        if value in out or value not in eqns:
            continue
        if ready:
            out[value] = None
        else:
            stack.append((value, True))
            stack += [(v, False) for v in eqns[value].reads]
    return list(out)


def _movable(eqn: Eqn) -> bool:
    if eqn.regions:
        return False
    if eqn.op.name == "getitem":
        return not any(isinstance(item, Gather) for item in index_of(eqn.attrs))
    return is_view(eqn) or eqn.op.name in ("extent", "iota")


def _block(
    eqn: Eqn,
    block: Block,
    moved: Mapping[int, _Moved | Const],
    kept: list[int],
    have: Mapping[Value, int],
    new: list[Value],
) -> Block:
    """One block with the moved equations at its head."""
    params = params_of(eqn, block)
    lead = block.params[: len(block.params) - len(params)]
    fresh = {leaf: Value(leaf.type, leaf.hint) for leaf in new}
    outer: dict[Value, Arg] = {leaf: params[k] for leaf, k in have.items()}
    outer |= fresh
    env: dict[Value, Arg] = {}
    head: list[Eqn] = []
    done: dict[Value, Arg] = dict(outer)
    for k, found in moved.items():
        if isinstance(found, Const):
            env[params[k]] = found
            continue
        for value, source in found.eqns.items():
            if value not in done:
                out = Value(value.type, value.hint)
                head.append(replace(rewire(source, done), outs=(out,)))
                done[value] = out
            last = done[value]
        env[params[k]] = last
    eqns = (*head, *(rewire(e, env) for e in block.eqns))
    symbols = []
    for s in block.symbols:
        param = env.get(s.param, s.param)
        if isinstance(param, Value):
            symbols.append(Symbol(s.name, param, s.axis))
    kept_params = (*lead, *(params[k] for k in kept), *fresh.values())
    return Block(kept_params, eqns, rewire_args(block.results, env), tuple(symbols))
