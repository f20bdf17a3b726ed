"""Totals that a loop carries are added to where they are: no array for the summand, none for the new total.

In: the body of a loop. Out: `total + x` as additions to the elements of `total`; sums that nothing reads but
such an addition, which are then added element by element.

    part = sum(x, axis=0)            for l: for i: total[i] += x[l, i]
    total_2 = total + part     ->
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from symgrad.backends.access import Producers, sources
from symgrad.ir.core import Arg, Block, Eqn, Value, full_span, values
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_shape
from symgrad.ir.ops import OPS
from symgrad.ir.switch import is_on
from symgrad.ir.types import STRICT
from symgrad.ir.walk import producers, uses


def running_totals(block: Block, owned: Collection[Value]) -> dict[Value, Value]:
    """The results of a block that are an array of its own (`owned`) and a sum over loops, added."""
    if not owned or not is_on("totals"):
        return {}
    count, made = uses(block), producers(block)
    ends = set(values(block.results))
    found = {}
    for eqn in block.eqns:
        if eqn.op.name != "add" or eqn.out not in ends or not eqn.out.type.rank or not eqn.out.type.is_float:
            continue
        for total, other in (eqn.args, eqn.args[::-1]):
            summed = made.get(other) if isinstance(other, Value) and count[other] == 1 else None
            if summed is None or summed.op.name != "sum" or other.type != eqn.out.type:
                continue
            if isinstance(total, Value) and total in owned and count[total] == 1 and total.type == other.type:
                found[eqn.out] = total
    return found


def added_in_place(eqn: Eqn, total: Arg) -> Eqn:
    """`total + x` as an addition to every element of `total`."""
    x, y = eqn.args
    index = tuple(full_span(n) for n in eqn.out.type.shape)
    return replace(eqn, op=OPS["add_at"], args=(x, y) if x is total else (y, x), attrs={"index": index})


def only_added(
    eqns: Sequence[Eqn], results: Sequence[Arg], producers: Producers, written: Collection[Value]
) -> dict[Value, Eqn]:
    """Sums that nothing reads but one addition to elements of an array.

    What they sum is read at the addition: none of it may have been `written` over by then.
    """
    if not is_on("totals"):
        return {}
    count = Counter(a for e in eqns for a in e.reads)
    count.update(r for r in results if isinstance(r, Value))
    added = {e.args[1]: e for e in eqns if e.op.name == "add_at"}
    found = {}
    for e in eqns:
        if e.op.name != "sum" or e.attrs["keepdims"] or count[e.out] != 1 or e.out not in added:
            continue
        if any(root in written for root in sources(e.args[0], producers)):
            continue
        write = added[e.out]
        operands = tuple(a.type for a in write.args[2:])
        shape = index_shape(write.out.type.shape, operands, write.attrs, STRICT)
        if e.out.type.shape == shape and e.out.type.rank and e.out.type.is_float:
            found[e.out] = e
    return found
