"""Which arrays may be one and the same once a loop has handed them from name to name.

In: for each carried name the array that it holds before the loop, in a trip, at the end of a trip, and
after the loop. Out: arrays whose contents are no longer known, arrays that may be one; a refusal where a
trip writes to one name and reads the same array under another.

    u, v = v, u       u and v stay two arrays; which is which, other names for them no longer tell
    a = b; a[0] = 1   from the second trip on a and b are one array: refused
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from symgrad.frontend.context import Lowering
from symgrad.frontend.joining import related
from symgrad.frontend.regions import Scope
from symgrad.frontend.values import Tensor


@dataclass(frozen=True, slots=True)
class Handed:
    """One carried name that holds an array: roots before, in the trip (its own), at the end, and after."""

    name: str
    before: Tensor | None
    own: Tensor
    end: Tensor | None
    after: Tensor


def settle(low: Lowering, scope: Scope, handed: list[Handed], written: set[Tensor], node: ast.AST) -> None:
    """Relate the arrays after the loop; refuse what a trip may confuse."""
    if not handed:
        return
    pairs = _aliases(scope, handed)
    touched = {*scope.journal.reads, *written}
    results = {h.own: h.after for h in handed}
    for a, b in sorted(pairs, key=lambda p: (p[0].born, p[1].born)):
        if a in written and b in touched and a is not b:
            low.refuse(
                f"{a.name or 'an array'} is written in a loop, and may be the same array as"
                f" {b.name or 'another'}, which the loop uses too",
                why="names that are handed around in a loop may come to share one array",
                instead="take a .copy() where one name is assigned to another",
                node=node,
            )
    for a, b in sorted(pairs, key=lambda p: (p[0].born, p[1].born)):
        left, right = results.get(a, a), results.get(b, b)
        for one, other, source in ((left, right, a), (right, left, b)):
            if source in written and not (other.stale or one is other):
                low.touch(other)
                other.stale = (
                    f"a loop wrote into {source.name or 'an array'}, which may be this array: the data decide"
                )
        related(low, left, right)


def _aliases(scope: Scope, handed: list[Handed]) -> set[tuple[Tensor, Tensor]]:
    """Pairs that may be one array in some trip, or after the last: the least fixed point."""
    begin: dict[Tensor, Tensor | None] = {h.own: h.before for h in handed}
    following: dict[Tensor, Tensor | None] = {h.own: h.end for h in handed}
    for h in handed:
        for t in (h.before, h.end):
            if t is not None and t not in begin and scope.is_outer(t):
                begin[t] = following[t] = t
    nodes = list(begin)
    pairs: set[tuple[Tensor, Tensor]] = set()
    for i, a in enumerate(nodes):
        for b in nodes[:i]:
            if begin[a] is not None and begin[a] is begin[b]:
                pairs |= {(a, b), (b, a)}
    while True:
        more = set()
        for i, a in enumerate(nodes):
            for b in nodes[:i]:
                x, y = following[a], following[b]
                if (a, b) not in pairs and x is not None and y is not None and (x is y or (x, y) in pairs):
                    more |= {(a, b), (b, a)}
        if not more:
            return pairs
        pairs |= more
