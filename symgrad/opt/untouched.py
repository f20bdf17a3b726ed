"""Equations that no rule has to look at again.

In: the equations of a block in order, and how often values are read. Out: whether a table of rules left an
equation alone the last time, and everything that the rules can see from it is as it was: the equations behind
its operands, all the way back, and how often their results are read.

    second round:   t = sin(x); u = t * y   (neither is new)    ->    no rule is tried on them
"""

from __future__ import annotations

import operator
from collections.abc import Mapping

from symgrad.ir.core import Eqn, Value


class Untouched:
    """One pass over a block. `key` is what is asked: the table of rules, and how they are to be applied."""

    def __init__(self, key: object, produced: Mapping[Value, Eqn], count: Mapping[Value, int]) -> None:
        self.key, self.produced, self.count = key, produced, count
        self.open = True  # until a rule applies: from there on values are not read as often as before
        self._as_before: set[int] = set()  # equations of the block, which live until it is done

    def knows(self, eqn: Eqn) -> bool:
        """Whether the rules have nothing to do at `eqn`."""
        if eqn.left is None or not self.open or eqn.left[0] != self.key:
            return False
        counts, makers = self._seen(eqn)
        if counts != eqn.left[1] or not all(map(operator.is_, makers, eqn.left[2])):
            return False
        for maker in makers:
            if maker is not None and id(maker) not in self._as_before:
                return False
        self._as_before.add(id(eqn))
        return True

    def note(self, eqn: Eqn) -> None:
        """The rules left `eqn` alone."""
        if self.open:
            object.__setattr__(eqn, "left", (self.key, *self._seen(eqn)))

    def _seen(self, eqn: Eqn) -> tuple[list[int], list[Eqn | None]]:
        """How often the results and operands are read, and the equations behind the operands."""
        count, produced = self.count, self.produced
        counts = [count.get(o, 0) for o in eqn.outs]
        makers: list[Eqn | None] = []
        for v in eqn.reads:
            counts.append(count.get(v, 0))
            makers.append(produced.get(v))
        return counts, makers
