"""Additions to neighbours by rows are one pass: they are read from arrays with a border of zeros.

In: a legal function. Out: the same, in whose loops what is added to several places of an array is put into
one that is wider by as much as the places lie apart, and the sum over the places is added at once. The border
is zero for good: each trip of the loop hands the array on to the next one (`lasting`), and none writes there.

    g = 0.2 * da[1:-1, 1:-1]              wide[2:-2, 2:-2] = 0.2 * da[1:-1, 1:-1]
    db[:-2, 1:-1] += g
    db[2:, 1:-1] += g              ->     db += (wide[2:, 1:-1] + wide[:-2, 1:-1]
    db[1:-1, :-2] += g                           + wide[1:-1, 2:] + wide[1:-1, :-2])
    db[1:-1, 2:] += g

The transpose of a stencil is a stencil, for every length. Neighbours in one row alone are left to `windows`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, groupby

from symgrad.backends.access import REACH
from symgrad.backends.lasting import Lasting, with_lasting
from symgrad.backends.widened import Addition, Place, Rewritten, Stencil, Wide
from symgrad.ir.core import At, Block, Const, Eqn, Function, Span, Value
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.walk import producers, uses

# An addition to elements further apart than this is one of its own.
_FURTHEST = 2 * REACH
# Two passes over rows take no longer than filling an array and reading it twice.
_FEWEST = 3


def with_borders(function: Function) -> Function:
    """The function in which loops add to neighbouring rows at once."""
    return with_lasting(function, _gathered)


def _gathered(block: Block, told: frozenset[str]) -> tuple[Block, list[Lasting]]:
    """The body of a loop with its stencils, and the arrays with borders that it wants."""
    if OPS["add_at"] not in block.ops:
        return block, []
    made = producers(block)
    new = Rewritten()
    for chain in _chains(block):
        stencils = [found for group in _groups(chain, told) if (found := _stencil(group, made)) is not None]
        if stencils:
            new.write(chain, stencils)
    return new.rebuilt(block), new.wanted


def _chains(block: Block) -> Iterator[list[tuple[int, Eqn]]]:
    """Additions to versions of one array that nothing else reads, each with its number.

    Those before and after a loop are apart: what is computed there would have to wait in arrays.
    """
    count = uses(block)
    loops = list(accumulate((bool(e.regions) for e in block.eqns), initial=0))
    onward = {e.args[0]: (k, e) for k, e in enumerate(block.eqns) if e.op.name == "add_at"}
    follows = {e.out for _, e in onward.values() if count[e.out] == 1 and e.out in onward}
    for base, first in onward.items():
        if base not in follows:
            chain = [first]
            while chain[-1][1].out in follows:
                chain.append(onward[chain[-1][1].out])
            if first[1].out.type.rank > 1:
                parts = (list(part) for _, part in groupby(chain, key=lambda item: loops[item[0]]))
                yield from (part for part in parts if len(part) > 1)


def _groups(chain: Sequence[tuple[int, Eqn]], told: frozenset[str]) -> Iterator[list[Addition]]:
    """The additions of a chain by what is added: arrays of one shape, along the same axes."""
    groups: dict[object, list[Addition]] = {}
    for number, eqn in chain:
        target, value = eqn.args[:2]
        index = tuple([item for item in index_of(eqn.attrs) if isinstance(item, Span | At)])
        if len(index) != target.type.rank or not isinstance(value, Value) or not value.type.is_float:
            continue
        found = Addition(eqn, number, index)
        if any(span.step != 1 for span in found.spans) or value.type.dtype != target.type.dtype:
            continue
        shape = tuple(span.extent for span in found.spans)
        if value.type.shape == shape and value.type.names <= told:
            along = tuple(None if isinstance(item, Span) else item for item in index)
            groups.setdefault((along, shape), []).append(found)
    yield from groups.values()


def _stencil(group: Sequence[Addition], made: Mapping[Value, Eqn]) -> Stencil | None:
    """The additions as one, if they meet in several rows, all of them inside the array."""
    starts = [[span.start for span in a.spans] for a in group]
    apart = [[s - t for s, t in zip(start, starts[0], strict=True)] for start in starts]
    if not all(isinstance(d, int) and abs(d) <= _FURTHEST for distance in apart for d in distance):
        return None
    lowest = [min(d) for d in zip(*apart, strict=True)]
    places = [tuple(d - low for d, low in zip(distance, lowest, strict=True)) for distance in apart]
    spread = tuple(max(d) for d in zip(*places, strict=True))
    rows = spread[:-1] if isinstance(group[0].index[-1], Span) else spread
    if not any(rows) or len(set(places)) < _FEWEST:
        return None
    first = tuple(start + low for start, low in zip(starts[0], lowest, strict=True))
    shape = group[0].eqn.out.type.shape
    axes = [d for d, item in zip(shape, group[0].index, strict=True) if isinstance(item, Span)]
    for extent, start, span, far in zip(axes, first, group[0].spans, spread, strict=True):
        room = extent - start - span.extent - far
        if not isinstance(room, int) or room < 0:
            return None  # an empty slice may stand anywhere
    return Stencil(group[0], first, spread, *_cheapest(group, places, made))


def _cheapest(
    group: Sequence[Addition], places: Sequence[Place], made: Mapping[Value, Eqn]
) -> tuple[list[Wide], list[int], list[int]]:
    """The arrays to be made: one for each value, or one for each place, whichever takes fewer accesses.

    One place is home: what is added only there is added where it is computed. The numbers of the additions
    that the arrays replace, and of those at home, come second and third.
    """
    factors = _factors(group, made)
    by_base: dict[Value, list[int]] = {}
    by_place: dict[Place, list[int]] = {}
    for k, (a, place) in enumerate(zip(group, places, strict=True)):
        by_base.setdefault(factors[a.value][0], []).append(k)
        by_place.setdefault(place, []).append(k)
    where = {base: {places[k] for k in which} for base, which in by_base.items()}
    alone = Counter(place for at in where.values() if len(at) == 1 for place in at)
    home = max(alone, key=lambda place: alone[place], default=None)
    wanted = [base for base, at in where.items() if at != {home}]
    accesses = sum(1 + len(where[base]) for base in wanted) + 2 * (len(wanted) < len(where))
    if wanted and accesses <= 2 * len(by_place):
        wide = []
        for base in wanted:
            total: dict[Place, float] = {}
            for k in by_base[base]:
                total[places[k]] = total.get(places[k], 0.0) + factors[group[k].value][1]
            wide.append(Wide((base,), group[by_base[base][0]].number, total))
        replaced = [k for base in wanted for k in by_base[base]]
    else:
        home = max(by_place, key=lambda place: len(by_place[place]))
        rest = {place: which for place, which in by_place.items() if place != home}
        wide = [
            Wide(tuple(group[k].value for k in which), group[which[-1]].number, {place: 1.0})
            for place, which in rest.items()
        ]
        replaced = [k for which in rest.values() for k in which]
    at_home = [a.number for k, a in enumerate(group) if k not in set(replaced)]
    return wide, [group[k].number for k in replaced], at_home


def _factors(group: Sequence[Addition], made: Mapping[Value, Eqn]) -> dict[Value, tuple[Value, float]]:
    """What is added as a finite multiple of something else that is added."""
    added = {a.value for a in group}
    found: dict[Value, tuple[Value, float]] = {}
    for value in (a.value for a in group):
        base, factor = value, 1.0
        while (step := _multiple(base, made)) is not None and step[0] in added:
            base, factor = step[0], factor * step[1]
        found[value] = base, factor
    return found


def _multiple(value: Value, made: Mapping[Value, Eqn]) -> tuple[Value, float] | None:
    eqn = made.get(value)
    if eqn is None:
        return None
    if eqn.op.name == "negative" and isinstance(eqn.args[0], Value):
        return eqn.args[0], -1.0
    if eqn.op.name == "multiply":
        for number, other in (eqn.args, eqn.args[::-1]):
            if isinstance(number, Const) and isinstance(other, Value) and math.isfinite(number.value):
                return (other, float(number.value)) if other.type == value.type else None
    return None
