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
        if eqn.left is None or not self.open:
            return False
        key, counts, makers = eqn.left
        now = self._makers(eqn)
        if key != self.key or counts != self._counts(eqn) or not all(map(operator.is_, makers, now)):
            return False
        if not all([maker is None or id(maker) in self._as_before for maker in now]):
            return False
        self._as_before.add(id(eqn))
        return True

    def note(self, eqn: Eqn) -> None:
        """The rules left `eqn` alone."""
        if self.open:
            object.__setattr__(eqn, "left", (self.key, self._counts(eqn), self._makers(eqn)))

    def _counts(self, eqn: Eqn) -> tuple[int, ...]:
        return tuple([self.count.get(v, 0) for v in (*eqn.reads, *eqn.outs)])

    def _makers(self, eqn: Eqn) -> tuple[Eqn | None, ...]:
        return tuple([self.produced.get(v) for v in eqn.reads])
