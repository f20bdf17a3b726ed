"""What an elementwise op costs, in additions, and which values are cheap enough to compute where read.

In: equations in order. Out: the set of results that need no array: computing them again is cheaper than
storing them and loading them.

    mask = a > 0          computed in the forward loop and again in the backward loop
    h = tanh(a)           stored
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symgrad.backends.access import Along, Read, loops_in, operand, resolve, roots_of
from symgrad.ir.core import Eqn, Kind, Value
from symgrad.ir.switch import is_on

# fmt: off
_WEIGHTS = {
    1: "negative absolute add subtract multiply maximum minimum where cast wrap square copysign"
       " less less_equal greater greater_equal equal not_equal isnan isinf isfinite"
       " logical_and logical_or logical_xor logical_not"
       " bitwise_and bitwise_or bitwise_xor left_shift right_shift invert",
    2: "sign floor ceil trunc rint",
    3: "divide reciprocal sqrt",
}
# fmt: on
WEIGHT = {name: weight for weight, names in _WEIGHTS.items() for name in names.split()}

# An expression up to this weight is computed again: a store and a load of a large array cost more.
LIMIT = 4
_DEAR = ("divide", "reciprocal", "sqrt")


def cheap(
    eqns: Iterable[Eqn], producers: Mapping[Value, Eqn], forced: frozenset[Value], written: frozenset[Value]
) -> dict[Value, Eqn]:
    """The equations to compute where they are read.

    `forced` values are arrays anyway; `written` ones change later, so what reads them is computed at once.
    An expression over two arrays that exist nowhere would make both of them arrays: it is stored itself. So
    is a quotient that stands for a row in each of many rows: it would be computed for each of them.
    """
    eqns = list(eqns)
    rows = _rows(eqns, producers)
    dear: set[Value] = set()
    inline: dict[Value, Eqn] = {}
    weight: dict[Value, int] = {}
    bases: dict[Value, frozenset[Value]] = {}
    for eqn in eqns:
        if eqn.op.name in ("iota", "extent"):
            inline[eqn.out] = eqn
            weight[eqn.out], bases[eqn.out] = 0, frozenset()
        if eqn.op.kind is not Kind.ELEMENTWISE or eqn.out in forced or eqn.out.type.rank == 0:
            continue
        total = WEIGHT.get(eqn.op.name, LIMIT + 1)
        roots: set[Value] = set()
        coords = tuple(map(Along, range(eqn.out.type.rank)))
        for arg in eqn.reads:
            for root in roots_of(resolve(operand(arg, coords), producers)):
                total += weight.get(root, 0)
                roots |= bases.get(root, {root})
        if eqn.op.name in _DEAR or not dear.isdisjoint(eqn.reads):
            dear.add(eqn.out)
        if (
            total > LIMIT
            or roots & written
            or not is_on("recompute")
            or (eqn.out in dear and eqn.out in rows)
        ):
            continue
        virtual = [r for r in roots if r in producers and r not in forced and r.type.rank]
        if len(virtual) > 1:
            continue
        inline[eqn.out], weight[eqn.out], bases[eqn.out] = eqn, total, frozenset(roots)
    return inline


def _rows(eqns: Sequence[Eqn], producers: Mapping[Value, Eqn]) -> set[Value]:
    """The values of which an elementwise equation reads the same row in each trip of an outer loop."""
    found: set[Value] = set()
    for eqn in eqns:
        shape = eqn.outs[0].type.shape if eqn.op.kind is Kind.ELEMENTWISE else ()
        if len(shape) < 2:
            continue
        loops = {k for k, d in enumerate(shape) if d != 1}
        for arg in eqn.reads:
            read = resolve(operand(arg, tuple(map(Along, range(len(shape))))), producers)
            mine = set(loops_in(read.coords)) & loops if isinstance(read, Read) else set()
            if mine and any(k < max(mine) for k in loops - mine):
                assert isinstance(read, Read)
                found.add(read.value)
    return found
