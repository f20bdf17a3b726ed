"""Which arrays may be one and the same once a loop has handed them from name to name.

In: for each carried name the arrays that it may hold before the loop, at the end of a trip, and after the
loop. Out: arrays whose contents are no longer known, arrays that may be one; a refusal where a trip writes to
one name and reads the same array under another.

    u, v = v, u       u and v stay two arrays; which is which, other names for them no longer tell
    a = b; a[0] = 1   from the second trip on a and b are one array: refused
"""

from __future__ import annotations

import ast

from symgrad.frontend.context import Lowering
from symgrad.frontend.joining import related
from symgrad.frontend.regions import Scope
from symgrad.frontend.values import Tensor
from symgrad.ir.frozen import dataclass

Pair = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Handed:
    """One carried name that holds an array: the roots that it may have before the loop, its own in a trip,
    those that it may have at the end of a trip, and its root after the loop."""

    before: tuple[Tensor, ...]
    own: Tensor
    end: tuple[Tensor, ...]
    after: Tensor


def settle(low: Lowering, scope: Scope, handed: list[Handed], written: set[Tensor], node: ast.AST) -> None:
    """Relate the arrays after the loop; refuse what a trip may confuse."""
    touched = {*scope.journal.reads, *written}
    for t, state in scope.journal.tensors.items():
        if scope.is_outer(t) and t in scope.journal.reads and state[4] and not t.stale:
            _refuse(low, t, t, node)  # the trip reads it, and then writes what may be the same array
    met = [
        (t, k)
        for t, state in scope.journal.tensors.items()
        for k in state[5]
        if t in written and not t.items and k not in t.kin and scope.is_outer(t) and scope.is_outer(k)
    ]
    scope.settle()
    for (
        t,
        k,
    ) in met:  # the trip writes one of them, perhaps before it makes them one: the next trip writes both
        if k in scope.journal.reads and k not in written:
            _refuse(low, t, k, node)
        low.touch(k)
        k.stale = k.stale or f"a loop wrote into {t.name or 'an array'} after it made both one array"
    pairs = sorted(_aliases(scope, handed), key=lambda p: (p[0].born, p[1].born))
    results = {h.own: h.after for h in handed}
    for a, b in pairs:
        if a in written and not a.items and b in touched and a is not b:
            _refuse(low, a, b, node)
    for a, b in pairs:
        left, right = results.get(a, a), results.get(b, b)
        for one, other, source in ((left, right, a), (right, left, b)):
            if source in written and not (source.items or other.stale or one is other):
                low.touch(other)
                other.stale = (
                    f"a loop wrote into {source.name or 'an array'}, which may be this array: the data decide"
                )
        if left is not right:
            related(low, left, right)


def _refuse(low: Lowering, a: Tensor, b: Tensor, node: ast.AST) -> None:
    low.refuse(
        f"{a.name or 'an array'} is written in a loop, and may be the same array as"
        f" {b.name if b is not a and b.name else 'another'}, which the loop uses too",
        why="names that are handed around in a loop may come to share one array",
        instead="take a .copy() where one name is assigned to another",
        node=node,
    )


def _aliases(scope: Scope, handed: list[Handed]) -> set[Pair]:
    """Pairs that may be one array in some trip, or after the last: the least fixed point."""
    begin: dict[Tensor, tuple[Tensor, ...]] = {h.own: h.before for h in handed}
    following: dict[Tensor, tuple[Tensor, ...]] = {h.own: h.end for h in handed}
    outside = dict.fromkeys(t for h in handed for t in (*h.before, *h.end) if t not in begin)
    for root in outside:
        if scope.is_outer(root):
            for t in (root, *(k for k in root.kin if scope.is_outer(k))):
                begin.setdefault(t, (t, *t.kin))
                following.setdefault(t, (t,))
    nodes = list(begin)
    pairs: set[Pair] = set()
    ahead = begin
    while True:
        more: set[Pair] = set()
        for i, a in enumerate(nodes):
            for b in nodes[:i]:
                if (a, b) not in pairs and any(x is y or (x, y) in pairs for x in ahead[a] for y in ahead[b]):
                    more |= {(a, b), (b, a)}
        if not more and ahead is following:
            return pairs
        pairs |= more
        ahead = following
