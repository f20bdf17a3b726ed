"""Arrays that each trip of a loop makes anew: made once, before the loop, and written again.

In: the arrays that a body is about to allocate. Out: those that can wait outside. What a trip hands to the
next is written into the other one of two buffers, which change places:

    for t in range(n):                       y_2 = np.empty(n)
        y_2 = np.empty(n)                    for t in range(n):
        for i in range(n): y_2[i] = ...          for i in range(n): y_2[i] = ...
        y = y_2                                  y, y_2 = y_2, y
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symgrad.ir.dims import Dim, symbols
from symgrad.ir.switch import is_on
from symgrad.ir.types import ArrayType

Assignment = tuple[str, str]


@dataclass
class Buffers:
    """The buffers of one loop. `known` are the extents that have numbers before it."""

    known: frozenset[str]
    leaving: set[str] = field(default_factory=set)  # arrays whose memory outlives the trip
    texts: dict[str, str] = field(default_factory=dict)
    extents: dict[str, frozenset[str]] = field(default_factory=dict)
    shapes: dict[str, tuple[Dim, ...]] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, shape: Sequence[Dim], text: str) -> bool:
        """Make the array before the loop, if its size is known there and its memory stays its own."""
        needed = frozenset(s for d in shape for s in symbols(d))
        if not is_on("buffers") or name in self.leaving or name in self.texts or not needed <= self.known:
            return False
        self.texts[name], self.extents[name], self.shapes[name] = text, needed, tuple(shape)
        return True

    def settle(self, pairs: Sequence[Assignment], types: Sequence[ArrayType]) -> None:
        """Before the body is written: which old array each array that a trip hands on gets for itself."""
        targets, sources = [t for t, _ in pairs], [s for _, s in pairs]
        free = [(t, kind) for t, kind in zip(targets, types, strict=True) if t not in sources]
        for source, kind in zip(sources, types, strict=True):
            if not kind.rank or source in targets:
                continue
            old = next((pair for pair in free if pair[1] == kind), None)
            if old is None or sources.count(source) > 1:
                self.leaving.add(source)
            else:
                free.remove(old)
                self.instead[source] = old[0]

    def exchanged(self, pairs: Sequence[Assignment]) -> list[Assignment]:
        """The assignments at the end of a trip; a buffer that is handed on gets the old array for it."""
        return [*pairs, *((s, t) for s, t in self.instead.items() if s in self.texts)]

    def lines(self, outer: Buffers | None) -> list[str]:
        """The allocations before the loop; those that can be made before a loop around it go there."""
        out = []
        for name, text in self.texts.items():
            if outer is None or self.extents[name] - outer.known or name in outer.texts:
                out.append(f"{name} = {text}")
            else:
                outer.texts[name], outer.extents[name] = text, self.extents[name]
                outer.shapes[name] = self.shapes[name]
        return out
