"""What a loop contracts in each trip: which factors move with it, which are the same, what only adds up.

In: a loop's body, opened. Out: a `Plan`: the sums that become rows of a product, and those that become one
product of the rows of all trips, with the rows that they need.

    for j: y[j] = sum(x[j : j + k, :, newaxis] * w, (0, 1))    ->    x: rows, its windows;  w: fixed
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from symgrad.ir.core import Block, Eqn, Kind, Value, values
from symgrad.ir.dims import symbols
from symgrad.ir.regions import For
from symgrad.ir.walk import live, producers, uses
from symgrad.opt.bodies import Body
from symgrad.opt.contraction import Contraction, Factor, contraction, worthwhile

_MOVES = frozenset({"getitem", "reshape", "transpose", "broadcast_to", "extent"})


@dataclass(frozen=True, slots=True)
class Rows:
    """A factor of all trips: its axes `lead`, the trips, its axes `tail`."""

    value: Value
    axes: tuple[int, ...]
    lead: tuple[int, ...]
    tail: tuple[int, ...]

    @staticmethod
    def of(factor: Factor, lead: tuple[int, ...], tail: tuple[int, ...]) -> Rows:
        return Rows(factor.value, factor.axes, lead, tail)


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over all trips, added to a carried array by the equation number `at`."""

    contraction: Contraction
    one: Rows
    other: Rows
    place: int
    at: int
    views: tuple[Eqn, ...]  # between the two


@dataclass
class Plan:
    """What becomes products: by number of the equation in the body."""

    of_rows: dict[int, tuple[Contraction, Rows]] = field(default_factory=dict)  # the second factor is fixed
    totals: dict[int, Total] = field(default_factory=dict)

    def rows(self) -> list[tuple[int, Rows]]:
        """All rows, each with a contraction that needs it."""
        found = [(n, r) for n, (_, r) in self.of_rows.items()]
        for n, t in self.totals.items():
            found += [(n, t.one), (n, t.other)]
        return found


class Look:
    """A loop's body, opened: what moves with the index, what depends on what the loop carries."""

    def __init__(self, body: Body, parts: For) -> None:
        self.body, self.parts = body, parts
        self.index, *self.carried = body.params
        block = Block(body.params, body.eqns, body.yields)
        self.made, self.count = producers(block), uses(block)
        self.moving, self.bound = {self.index}, set(self.carried)
        by_value: dict[Value, set[str]] = {}
        for s in body.symbols:
            if s.axis is None:
                by_value.setdefault(s.param, set()).add(s.name)
        self.names = set(by_value.get(self.index, ()))  # of extents that differ from trip to trip
        for e in body.eqns:
            read = set(values(e.args))
            if e.regions or read & self.bound:
                self.bound.update(e.outs)
            elif read & self.moving or e.names & self.names:
                self.moving.update(e.outs)
            else:
                continue
            for out in e.outs:
                self.names |= by_value.get(out, set())

    def plan(self) -> Plan:
        plan = Plan()
        for number, e in enumerate(self.body.eqns):
            found = contraction(e, self.made, self.count)
            if found is None or any(s in self.names for d in found.shape for s in symbols(d)):
                continue
            factors = {found.first.value, found.second.value}
            if factors & self.bound:
                continue
            moving = factors & self.moving
            if len(moving) == 1 and found.summed:
                self._row_product(number, found if found.first.value in moving else found.turned(), plan)
            elif len(moving) == 2:
                self._total(number, found, plan)
        return plan

    def _row_product(self, number: int, c: Contraction, plan: Plan) -> None:
        """`rows @ matrix`: the factor that moves comes first."""
        summed = tuple(a for a in c.second.axes if a in c.summed)
        if worthwhile(c.extents(summed), c.extents(c.second.own)) and self._movable((c.first.value,)):
            plan.of_rows[number] = c, Rows.of(c.first, c.first.own, summed)

    def _total(self, number: int, c: Contraction, plan: Plan) -> None:
        """`rows.T @ rows`, the sum over all trips, if nothing but a carried array gets it."""
        if not c.first.own or not c.second.own:
            return
        if c.second.own < c.first.own:  # the axes of the result in their order
            c = c.turned()
        place = self._added(c.eqn.out)
        if place is None or not self._movable((c.first.value, c.second.value)):
            return
        if worthwhile(c.extents(c.first.own), c.extents(c.second.own)):
            one, other = (Rows.of(f, c.summed, f.own) for f in (c.first, c.second))
            plan.totals[number] = Total(c, one, other, *place)

    def _added(self, term: Value) -> tuple[int, int, tuple[Eqn, ...]] | None:
        """Which carried array a term is added to, by which equation, and in which other shape."""
        views: list[Eqn] = []
        while True:
            eqns = [n for n, e in enumerate(self.body.eqns) if term in e.args]
            if self.count[term] != 1 or len(eqns) != 1:
                return None
            e = self.body.eqns[eqns[0]]
            if e.op.name in ("add", "add_at"):
                break
            if e.op.name not in ("reshape", "transpose"):
                return None
            views.append(e)
            term = e.out
        base = [a for a in e.reads if a in self.carried and a is not term]
        if len(base) != 1 or e.out.type != base[0].type or len(e.args) > 2 or e.names & self.names:
            return None
        if (e.out.type != term.type) if e.op.name == "add" else (e.args[0] is not base[0]):
            return None
        place = self.carried.index(base[0])
        once = self.count[self.carried[place]] == 1 and self.count[e.out] == 1
        return (place, eqns[0], tuple(views)) if once and self.body.yields[place] is e.out else None

    def movable(self, factors: Iterable[Value]) -> tuple[Eqn, ...]:
        """The equations of the body that make these factors."""
        return live(self.body.eqns, factors, self.body.symbols)

    def _movable(self, factors: Sequence[Value]) -> bool:
        """Whether they can be made apart: by views, and arithmetic that nothing else needs."""
        eqns = self.movable(factors)
        within = Counter(a for e in eqns for a in values(e.args))
        for e in eqns:
            if e.op.kind is Kind.ELEMENTWISE:
                if any(self.count[o] > within[o] + (o in factors) for o in e.outs):
                    return False
            elif e.op.name not in _MOVES:
                return False
        return all(f.type.rank for f in factors)
