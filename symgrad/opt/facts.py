"""What is known of integers: which are never negative, and between what the indices of loops lie.

In: guards of a function, lengths of arrays, ranges of the loops around. Out: answers, `False` where in doubt.

    lengths {n}, guards {p - n}, i in range(n)    ->    n - 1 - i >= 0,  p - i >= 0,  not i - 1 >= 0
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from symgrad.ir.dims import Dim, plainly, substitute, symbol, symbols
from symgrad.ir.frozen import replace


@dataclass(frozen=True)
class Facts:
    """`ranges` gives each index of a loop around from where, and up to where (not included), it runs."""

    nonnegative: frozenset[Dim]
    lengths: frozenset[str]  # of arrays
    ranges: Mapping[str, tuple[Dim, Dim]] = field(default_factory=dict)

    def within(self, names: Iterable[str], low: Dim, high: Dim) -> Facts:
        """The facts inside a loop whose index has these names."""
        return replace(self, ranges={**self.ranges, **dict.fromkeys(names, (low, high))})

    def sure(self, dim: Dim) -> bool:
        """Whether a number is proved not to be negative."""
        for name, (low, high) in reversed(list(self.ranges.items())):
            if name in symbols(dim):
                slope = substitute(dim, {name: symbol(name) + 1}) - dim
                if not isinstance(slope, int):
                    return False
                dim = substitute(dim, {name: low if slope > 0 else high - 1})
        return self._plain(dim) or any(self._plain(dim - fact) for fact in self.nonnegative)

    def _plain(self, dim: Dim) -> bool:
        return plainly(dim) and self.lengths.issuperset(symbols(dim))

    def holds(self, position: Dim, extent: Dim) -> bool:
        """Whether a position is one of an axis."""
        return self.sure(position) and self.sure(extent - 1 - position)
