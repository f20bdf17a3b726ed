"""A loop that fills tapes and the loop over the same trips that reads them are one loop without tapes.

In: a function. Out: the same function where a loop that reads, on each trip, only what another one has made
on the same trip stands in one loop with it. Equations between them that work on such elements go along.

    for i in range(n): y[i] = f(x[i])             for i in range(n):
    dy = 2 * y                              ->        y = f(x[i])
    for i reversed: dx[i] += dy[i] * df(x[i])         dx[i] += 2 * y * df(x[i])

The trips of one of the two may come in the other's order if each touches only elements of its own, or adds.
If the second loop needs what the first one ends with (a sum), and what it reads of each trip is cheap and
needs no other trip, that is computed in both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Eqn, Function, Value
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import replace
from symgrad.ir.regions import FOR, close, extent_names, for_parts
from symgrad.ir.walk import live, map_regions, rewire, with_eqns
from symgrad.opt.bodies import Opener
from symgrad.opt.places import Integers, Place, any_order, needed_carried, own_places, trips_of
from symgrad.opt.trip_rows import NotARow, Row, Rows

_TRIES = 4  # how many earlier loops over the same trips are tried: keeps the pass linear
_DEAR = frozenset(
    """
    exp exp2 expm1 log log2 log10 log1p cbrt sin cos tan arcsin arccos arctan sinh cosh tanh
    arcsinh arccosh arctanh erf erfc gammaln sigmoid log_sigmoid softplus silu power arctan2 hypot logaddexp
    sqrt divide matmul sum prod max min softmax logsumexp norm for while cond call
    """.split()  # noqa: SIM905 (a table of names)
)


def join_loops(function: Function) -> Function:
    """`function` with loops over the same trips joined."""
    body = _Join(Opener(extent_names(function.body))).block(function.body)
    return function if body is function.body else replace(function, body=body)


class _Refused(Exception):
    """The two loops stay two."""


class _Join:
    """The pass, with the names that it has given."""

    def __init__(self, opener: Opener) -> None:
        self.opener = opener

    def block(self, block: Block) -> Block:
        """Outer loops first: the trips of inner ones meet only then."""
        at = 0
        loops = _Loops(block)
        while at < len(block.eqns):
            found = self._at(loops, at)
            if found is None:
                at += 1
            else:
                block, at = found
                loops = _Loops(block)
        eqns = [map_regions(e, self.block) if e.regions else e for e in block.eqns]
        same = all(
            a is b for e, old in zip(eqns, block.eqns, strict=True)
            for a, b in zip(e.regions, old.regions, strict=True)
        )  # fmt: skip
        return block if same else with_eqns(block, eqns)

    def _at(self, loops: _Loops, second: int) -> tuple[Block, int] | None:
        """The block with the loop at `second` joined to an earlier one, and where it stands; None if not."""
        alike = loops.alike.get(second, [])
        for first in alike[: bisect_left(alike, second)][: -_TRIES - 1 : -1]:
            try:
                return _Pair(loops.block, first, second, loops.integers, self.opener).joined()
            except (_Refused, NotARow):
                continue
        return None


class _Loops:
    """The loops of a block: by the place of each, the places of all over the same trips."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.integers = Integers.outside(block) if FOR in block.ops else Integers({})
        self.alike: dict[int, list[int]] = {}
        by_trips: dict[tuple[Dim, Dim], list[int]] = {}
        for place, eqn in enumerate(block.eqns):
            if eqn.op is FOR and (trips := trips_of(eqn, self.integers)) is not None:
                self.alike[place] = by_trips.setdefault(trips[:2], [])
                self.alike[place].append(place)


class _Pair:
    """Two loops of a block over the same trips."""

    def __init__(self, block: Block, first: int, second: int, integers: Integers, opener: Opener) -> None:
        self.block, self.at, self.to, self.integers, self.opener = block, first, second, integers, opener
        self.first, self.second = block.eqns[first], block.eqns[second]
        self.p, self.q = for_parts(self.first), for_parts(self.second)
        self.here, self.there = integers.inside(self.first), integers.inside(self.second)
        self.dependent = set(self.first.outs)
        self.gone: set[Value] = set()
        self.moved: list[Eqn] = []
        self.between: list[Eqn] = []
        for eqn in block.eqns[first + 1 : second]:
            if any(a in self.dependent for a in eqn.reads):
                self.dependent |= set(eqn.outs)
                self.moved.append(eqn)
            else:
                self.between.append(eqn)
        if any(s.param in self.dependent for s in block.symbols):
            raise _Refused

    def joined(self) -> tuple[Block, int]:
        read = {v for v in self.q.invariant if isinstance(v, Value) and v in self.dependent}
        if not read:
            raise _Refused
        found: dict[Value, Row] = {}
        made = {o: e for e in (self.first, *self.moved) for o in e.outs}
        for v in read:
            param = self.q.invariant_params[self.q.invariant.index(v)]
            place = self._place(param) if v.type.rank and self.q.invariant.count(v) == 1 else None
            row = None if place is None else Row.of(v, place, made, self.dependent, set(self.first.outs))
            if row is not None and all(self._is_own(source, at) for source, at in row.sources):
                found[v] = row
        if not found:
            raise _Refused
        rest = (read - set(found)) | {a for a in self.second.args[:3] if a in self.dependent}
        rest |= {a for a in self.q.carried if isinstance(a, Value) and a in self.dependent}
        whole = not rest
        asked = {self.p_out(source) for row in found.values() for source, _ in row.sources}
        if whole:
            asked |= self._read_elsewhere(set(found))
        wanted = sorted(needed_carried(self.p.body, self.p.carried_params, self.p.yields, asked))
        if not whole and not (self._is_cheap(wanted) and any_order(self.p, wanted, self.here)):
            raise _Refused
        if self._clashes(wanted):
            raise _Refused
        return self._written(found, wanted, self._leader(wanted), whole)

    def p_out(self, source: Value) -> int:
        return self.first.outs.index(source)

    def _place(self, param: Value) -> Place | None:
        """Where each trip of the second loop reads an array."""
        own = own_places(self.q.body, param, self.there, writes=False)
        if own is None or not own[0] or any(r in own[1] for r in self.q.body.results):
            return None
        return min(own[0], key=lambda p: p.axis)

    def _is_own(self, source: Value, place: Place) -> bool:
        """Whether each trip of the first loop touches `place` of this result only."""
        k = self.p_out(source)
        own = own_places(self.p.body, self.p.carried_params[k], self.here)
        return own is not None and own[0] is not None and place in own[0] and self.p.yields[k] in own[1]

    def _read_elsewhere(self, rows: set[Value]) -> set[int]:
        """The results of the first loop that something reads besides the second loop's rows."""
        needed = {r for r in self.block.results if isinstance(r, Value)}
        told = {s.name: s.param for s in self.block.symbols}
        for k in range(len(self.block.eqns) - 1, self.at, -1):
            eqn = self.block.eqns[k]
            if k == self.to:
                needed |= {a for a in eqn.reads if a not in rows}
            elif not needed.isdisjoint(eqn.outs):
                needed |= set(eqn.reads) | {told[n] for n in eqn.names if n in told}
        return {k for k, out in enumerate(self.first.outs) if out in needed}

    def _is_cheap(self, wanted: Sequence[int]) -> bool:
        kept = live(self.p.body.eqns, [self.p.yields[k] for k in wanted], self.p.body.symbols)
        return all(e.op.name not in _DEAR for e in kept)

    def _clashes(self, wanted: Sequence[int]) -> bool:
        """Whether an array that the first loop reads is overwritten before it would run."""
        mine = {self.p.carried[k] for k in wanted} | set(self.p.invariant)
        for eqn in self.between:
            if eqn.op.name in ("setitem", "add_at", "push") and eqn.args[0] in mine:
                return True
            if eqn.regions and eqn.op is FOR and any(a in mine for a in for_parts(eqn).carried):
                return True
        arrays = {a for a in mine if a.type.rank}
        return any(a in arrays for a in self.q.carried)

    def _leader(self, wanted: Sequence[int]) -> Eqn:
        """The loop whose order the trips take."""
        up = [trips_of(e, self.integers) for e in (self.first, self.second)]
        if up[0] == up[1] or any_order(self.q, range(len(self.q.carried)), self.there):
            return self.first
        if any_order(self.p, wanted, self.here):
            return self.second
        raise _Refused

    # -- the loop that takes their place -----------------------------------------------------------------

    def _written(
        self, rows: dict[Value, Row], wanted: Sequence[int], leader: Eqn, whole: bool
    ) -> tuple[Block, int]:
        q = self.q
        index = Value(q.index.type, q.index.hint or self.p.index.hint)
        outer = Builder()
        outer.loc, outer.phase = self.second.loc, self.second.phase
        bodies = self.opener.both(self.p, q, index, [*self.between, *self.moved])
        if bodies is None:
            raise _Refused
        one, two = bodies
        eqns = list(live(one.eqns, [one.yields[k] for k in wanted], one.symbols))
        last = {self.first.outs[k]: one.yields[k] for k in wanted}
        inside = Builder()
        inside.loc, inside.phase = self.second.loc, self.second.phase
        made = {o: e for e in one.eqns for o in e.outs}
        names = [s.name for s in (*two.symbols, *one.symbols) if s.param is index and s.axis is None]
        rewritten = Rows(index, names[0] if names else None, last, made, inside)
        rows_here = {v: (rewritten.row(v, row), row.place) for v, row in rows.items()}
        known = [*one.symbols, *two.symbols, *self.block.symbols]
        second = rewritten.read(two.eqns, rows_here, known)
        kept = [one.params[1 + k] for k in wanted]
        params = (index, *kept, *two.params[1:])
        ends = [*(one.yields[k] for k in wanted), *rewritten.results(two.yields)]
        body, further = close(params, (*eqns, *inside.eqns, *second), ends, outer, known)
        outs = tuple(
            Value(o.type, o.hint) for o in (*(self.first.outs[k] for k in wanted), *self.second.outs)
        )
        start = (*(self.p.carried[k] for k in wanted), *q.carried)
        args = (*leader.args[:3], *start, *further)
        new = replace(self.second, args=args, outs=outs, regions=(body,))
        env: dict[Value, Arg] = dict(zip(self.second.outs, outs[len(wanted) :], strict=True))
        block = self.block
        head = list(block.eqns[: self.at])
        if whole:
            env |= {self.first.outs[k]: o for k, o in zip(wanted, outs, strict=False)}
            moved = [rewire(e, env) for e in self.moved if self._is_there(e, env)]
            middle, after = self.between, moved
        else:
            middle, after = list(block.eqns[self.at : self.to]), []
        tail = [rewire(e, env) for e in block.eqns[self.to + 1 :]]
        eqns = [*head, *middle, *outer.eqns, new, *after, *tail]
        return with_eqns(block, eqns, env=env), len(head) + len(middle) + len(outer.eqns)

    def _is_there(self, eqn: Eqn, env: dict[Value, Arg]) -> bool:
        """Whether what an equation between the loops reads is still made; else nothing needs it."""
        gone = set(self.first.outs) - set(env)
        there = not any(a in gone or a in self.gone for a in eqn.reads)
        if not there:
            self.gone |= set(eqn.outs)
        return there
