"""Backward loops whose trips may come in any order count up: processors read rows forwards faster.

In: a function. Out: the same function, where a loop of the adjoint that goes down by one, and whose trips
touch elements of their own or only add, goes up over the same range.

    for j in range(m - 1, -1, -1):            for j in range(m):
        dx[j] += dy * power[j]        ->          dx[j] += dy * power[j]
"""

from __future__ import annotations

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Function
from symgrad.ir.dims import Dim, symbols
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import FOR, for_parts
from symgrad.ir.types import INT
from symgrad.ir.walk import map_regions
from symgrad.opt.places import UNNAMED, Integers, any_order, trips_of


def count_up(function: Function) -> Function:
    """`function` with such loops turned round (the same object if there are none)."""
    body = _block(function.body)
    return function if body is function.body else replace(function, body=body)


def _block(block: Block) -> Block:
    integers = Integers.outside(block) if any(e.op is FOR for e in block.eqns) else None
    eqns: list[Eqn] = []
    for original in block.eqns:
        eqn = map_regions(original, _block) if original.regions else original
        if integers is not None and eqn.op is FOR and eqn.phase == "bwd":
            eqns += _turned(eqn, integers)
        else:
            eqns.append(eqn)
    same = len(eqns) == len(block.eqns) and all(a is b for a, b in zip(eqns, block.eqns, strict=True))
    return block if same else replace(block, eqns=tuple(eqns))


def _turned(eqn: Eqn, integers: Integers) -> list[Eqn]:
    """The loop, after the integers that it runs between."""
    trips, p = trips_of(eqn, integers), for_parts(eqn)
    if trips is None or trips[2] or not any_order(p, range(len(p.carried)), integers.inside(eqn)):
        return [eqn]
    b = Builder()
    b.loc, b.phase = eqn.loc, eqn.phase
    start = _one_more(p.stop, trips[0], b)
    stop = _one_more(p.start, trips[1], b)
    return [*b.eqns, replace(eqn, args=(start, stop, Const(1, INT), *eqn.args[3:]))]


def _one_more(bound: Arg, dim: Dim, b: Builder) -> Arg:
    """`bound + 1`, which is `dim`."""
    if isinstance(dim, int):
        return Const(dim, INT)
    if any(name.startswith(UNNAMED) for name in symbols(dim)):
        return (b.ref(bound) + 1).arg
    return b.emit(OPS["extent"], (), {"dim": dim})
