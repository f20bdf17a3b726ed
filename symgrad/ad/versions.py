"""The final array is the tape: which reads of a carried array find the same elements in it at the end.

In: a loop's body, what its adjoint reads. Out: for each read whether later writes, in the same trip or a
later one, leave its elements alone: then the backward loop reads the array as the loop left it.

    for i in range(n): x[i] = b[i] - L[i, :i] @ x[:i]      dL[i, :i] -= dx[i] * x[:i]     with the final x
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from symgrad.ad.dependence import (
    WHOLE,
    Elements,
    Step,
    apart,
    moved,
    reads,
    steps,
    written,
)
from symgrad.ad.numbers import Facts, Scope
from symgrad.ir.core import Arg, Eqn, Value, values
from symgrad.ir.indexing import index_of, is_basic
from symgrad.ir.ops import OPS
from symgrad.ir.types import STRICT


@dataclass(slots=True)
class Chain:
    """The versions of one carried array in a trip: `param`, one after each step; `final`: after the loop."""

    param: Value
    steps: list[Step]
    final: Value
    now: list[list[Elements]] = field(default_factory=list)  # what each step may change, in this trip
    later: list[Elements] = field(default_factory=list)  # what any step may change in later trips


@dataclass(slots=True)
class Versions:
    """Each version's chain and its place in it, and the values that a load gives again (`instead`)."""

    scope: Scope
    of: dict[Value, tuple[Chain, int]] = field(default_factory=dict)
    instead: dict[Value, Eqn] = field(default_factory=dict)

    def survives(self, value: Value, eqn: Eqn) -> bool:
        """Does every element that `eqn` reads of this version stay what it is until the loop has ended?"""
        chain, place = self.of[value]
        return all(self._alone(e, chain, place) for e in reads(eqn, value, self.scope))

    def _alone(self, elements: Elements, chain: Chain, place: int) -> bool:
        against = [w for step in chain.now[place:] for w in step] + chain.later
        return all(apart(elements, w, self.scope) for w in against)

    def reads(self, eqn: Eqn) -> bool:
        """Does `eqn` read an array that the loop writes?"""
        return any(v in self.of for v in values(eqn.args))

    def readable(self, eqn: Eqn) -> bool:
        """May `eqn`, which reads versions, be run again on the final arrays?"""
        found = [v for v in dict.fromkeys(values(eqn.args)) if v in self.of]
        return bool(found) and all(self.survives(v, eqn) for v in found)

    def given(self, eqns: Sequence[Eqn], results: Iterable[Arg]) -> dict[Value, Value]:
        """The versions that these equations may read from the final array, and which one that is."""
        asked = dict.fromkeys(v for e in eqns for v in values(e.args) if v in self.of)
        asked |= dict.fromkeys(r for r in results if isinstance(r, Value) and r in self.of)
        kept = set(results)
        found = {}
        for v in asked:
            whole = v not in kept or self._alone(WHOLE, *self.of[v])
            if whole and all(self.survives(v, e) for e in eqns if any(a is v for a in e.args)):
                found[v] = self.of[v][0].final
        return found


NO_VERSIONS = Versions(Scope(Facts()))


def versions(
    params: Sequence[Value],
    yields: Sequence[Arg],
    finals: Sequence[Value],
    primal: Sequence[Eqn],
    scope: Scope,
) -> Versions:
    """The versions of the arrays that a loop carries, one chain for each that is only written in parts."""
    out = Versions(scope)
    made = {o: (k, e) for k, e in enumerate(primal) for o in e.outs}
    for param, end, final in zip(params, yields, finals, strict=True):
        found = steps(end, param, made) if param.type.rank else None
        if not found:
            continue
        chain = Chain(param, found, final)
        chain.now = [list(written(s, scope)) for s in found]
        later = scope.later()
        chain.later = [moved(w, later) for step in chain.now for w in step]
        out.of[param] = (chain, 0)
        for place, step in enumerate(found, 1):
            out.of[step.after] = (chain, place)
            out.instead.update(_loaded(step))
    return out


def _loaded(step: Step) -> Iterator[tuple[Value, Eqn]]:
    """What an element was set to is there to be loaded."""
    eqn = step.eqn
    if eqn.op.name != "setitem" or not isinstance(eqn.args[1], Value) or not is_basic(index_of(eqn.attrs)):
        return
    value, operands = eqn.args[1], eqn.args[2:]
    load = replace(eqn, op=OPS["getitem"], args=(step.after, *operands), outs=(value,))
    if load.op.infer(tuple(a.type for a in load.args), load.attrs, STRICT) == (value.type,):
        yield value, load
