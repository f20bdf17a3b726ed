"""Which elements of an array belong to one trip of a loop: those at the loop's index on one of its axes.

In: a loop, arrays that its body reads or changes. Out: the axes on which every access stands at the index,
plus what is the same on all trips, if there are any; then no trip touches what another one does.

    for i in range(n): y[i] = f(x[i - 1], i)      y: axis 0, offset 0      x: axis 0, offset -1
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from symgrad.ir.core import Arg, At, AtArg, Block, Const, Eqn, Gather, Index, NewAxis, Span, Value
from symgrad.ir.dims import Dim, substitute, symbol, symbols
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import extent_of
from symgrad.ir.regions import FOR, For, for_parts, operands_of, params_of, told_by
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import live

INT = ArrayType("int64")
HERE = symbol("@")  # the index of the trip
UNNAMED = "%"  # begins the names of integers that are no extents


@dataclass(frozen=True, slots=True)
class Place:
    """The elements at `HERE + offset` on an axis."""

    axis: int
    offset: Dim


@dataclass(slots=True)
class Integers:
    """The integers of a block as extents: in a loop as the index plus what is the same on every trip."""

    of: dict[Value, Dim]
    names: Mapping[str, Dim] = field(default_factory=dict)  # what the index is called
    fixed: Collection[str] = ()
    low: Dim | None = None  # the smallest index

    @staticmethod
    def outside(block: Block) -> Integers:
        """Those of a block with loops in it."""
        found = Integers({s.param: symbol(s.name) for s in block.symbols if s.axis is None})
        for param in block.params:
            if param.type == INT:
                found.of.setdefault(param, symbol(f"{UNNAMED}{len(found.of)}"))
        for eqn in block.eqns:
            for out in eqn.outs:
                if out.type == INT:
                    made = found._computed(eqn) if len(eqn.outs) == 1 else None
                    found.of.setdefault(out, symbol(f"{UNNAMED}{len(found.of)}") if made is None else made)
        return found

    def _computed(self, eqn: Eqn) -> Dim | None:
        name = eqn.op.name
        if name == "extent":
            return extent_of(eqn.attrs)
        if name not in ("add", "subtract"):
            return None
        x, y = map(self.dim, eqn.args)
        if x is None or y is None:
            return None
        return x + y if name == "add" else x - y

    def dim(self, arg: Arg) -> Dim | None:
        return int(arg.value) if isinstance(arg, Const) else self.of.get(arg)

    def inside(self, eqn: Eqn) -> Integers:
        """Those of the body of a `for`."""
        p = for_parts(eqn)
        given = zip(p.invariant_params, p.invariant, strict=True)
        of = {x: d for x, a in given if (d := self.dim(a)) is not None}
        of[p.index] = HERE
        params = p.body.params[1:]  # an array has the same shape on every trip
        told = {s.name for s in p.body.symbols if s.param in params and s.axis is not None}
        told |= {s.name for s in p.body.symbols if s.param in p.invariant_params}
        span = trips_of(eqn, self)
        names = dict.fromkeys(told_by(p.index, p.body), HERE)
        found = Integers(of, names, told, None if span is None else span[0])
        for e in p.body.eqns:
            if len(e.outs) == 1 and e.out.type == INT and (d := found._computed(e)) is not None:
                found.of[e.out] = substitute(d, found.names)
        return found

    def within(self, eqn: Eqn, region: Block) -> Integers:
        """The same in a region of the body."""
        given = zip(params_of(eqn, region), eqn.args[operands_of(eqn)[0] :], strict=True)
        carried = set(params_of(eqn, region)[: operands_of(eqn)[1]])
        of = {x: d for x, a in given if x not in carried and (d := self.dim(a)) is not None}
        return Integers(of, self.names, self.fixed, self.low)

    def places(self, index: Index, operands: Sequence[Arg]) -> Iterator[Place]:
        """Where an index follows the trip."""
        moving = iter(operands)
        axis = 0
        for item in index:
            if isinstance(item, NewAxis):
                continue
            position: Dim | None = None
            if isinstance(item, At):
                position = substitute(item.position, self.names)
            elif isinstance(item, AtArg):
                position = self.dim(next(moving))
                if position is not None and not self._counts_from_the_front(position):
                    position = None
            elif isinstance(item, Gather):
                next(moving)
            if position is not None:
                offset = position - HERE
                if all(s in self.fixed or s.startswith(UNNAMED) for s in symbols(offset)):
                    yield Place(axis, offset)
            axis += 1

    def _counts_from_the_front(self, position: Dim) -> bool:
        """A negative position would be another trip's as well."""
        if self.low is None:
            return False
        first = substitute(position, {"@": self.low})
        return isinstance(first, int) and first >= 0


def trips_of(eqn: Eqn, outer: Integers) -> tuple[Dim, Dim, bool] | None:
    """The smallest index of a `for`, the one after its largest, and whether the trips go up."""
    p = for_parts(eqn)
    start, stop = outer.dim(p.start), outer.dim(p.stop)
    if start is None or stop is None or not isinstance(p.step, Const) or abs(p.step.value) != 1 or p.exits:
        return None
    return (start, stop, True) if p.step.value == 1 else (stop + 1, start + 1, False)


Places = set[Place] | None  # None: nothing is touched


def touching(block: Block, versions: set[Value]) -> Iterator[Eqn]:
    """The equations that read a version of an array, in order; what they give may be added as they come."""
    waiting = [number for v in versions for number in block.readers.get(v, ())]
    heapify(waiting)
    last = -1
    while waiting:
        number = heappop(waiting)
        if number == last:
            continue
        last, eqn = number, block.eqns[number]
        yield eqn
        for out in eqn.outs:
            if out in versions:
                for number in block.readers.get(out, ()):
                    heappush(waiting, number)


def own_places(
    block: Block, array: Value, here: Integers, *, writes: bool = True
) -> tuple[Places, set[Value]] | None:
    """The places where `block` touches an array, and its versions; None if some of it is another trip's."""
    versions = {array}
    common: Places = None
    for eqn in touching(block, versions):
        used = [k for k, a in enumerate(eqn.args) if isinstance(a, Value) and a in versions]
        name = eqn.op.name
        found: Places
        if name == "copy" and writes:
            versions.add(eqn.out)
            continue
        if name in ("getitem", "setitem", "add_at") and used == [0] and (writes or name == "getitem"):
            found = set(here.places(index_of(eqn.attrs), eqn.args[1 if name == "getitem" else 2 :]))
            if name != "getitem":
                versions.add(eqn.out)
        elif name in ("for", "cond") and len(used) == 1:
            inner = _in_regions(eqn, used[0], here, writes)
            if inner is None:
                return None
            found, changed = inner
            versions |= changed
        else:
            return None
        common = _both(common, found)
        if common == set():
            return None
    return common, versions


def _both(a: Places, b: Places) -> Places:
    return b if a is None else a if b is None else a & b


def _in_regions(eqn: Eqn, used: int, here: Integers, writes: bool) -> tuple[Places, set[Value]] | None:
    """`own_places` of the regions of a loop or branch, and its results that are versions of the array."""
    lead, carried = operands_of(eqn)
    place = used - lead
    if place < 0 or eqn.attrs.get("exits"):
        return None
    common: Places = None
    yielded: list[list[int]] = []
    for region in eqn.regions:
        found = own_places(region, params_of(eqn, region)[place], here.within(eqn, region), writes=writes)
        if found is None:
            return None
        places, versions = found
        common = _both(common, places)
        yielded.append([k for k, r in enumerate(region.results) if isinstance(r, Value) and r in versions])
    if any(ends != yielded[0] for ends in yielded) or (yielded[0] and not writes):
        return None  # a version that only one of the branches yields
    if eqn.op is FOR and yielded[0] != ([place] if place < carried else []):
        return None
    return common, {eqn.outs[k] for k in yielded[0]}


def only_adds(block: Block, param: Value, result: Arg) -> bool:
    """Whether a block does nothing with a param but add to it: its trips may come in any order."""
    readers, count = block.readers, block.uses
    value = param
    while value is not result:
        if len(readers.get(value, ())) != 1 or count[value] != 1:
            return False
        following = _added(block.eqns[readers[value][0]], value)
        if following is None:
            return False
        value = following
    return not readers.get(value) and count[value] == 1


def any_order(p: For, carried: Iterable[int], here: Integers) -> bool:
    """Whether the trips of a loop may come in any order: each touches what is its own, or adds."""
    for k in carried:
        param, end = p.carried_params[k], p.yields[k]
        if only_adds(p.body, param, end):
            continue
        own = own_places(p.body, param, here) if param.type.rank else None
        if own is None or end not in own[1]:
            return False
    return True


def _added(eqn: Eqn, value: Value) -> Value | None:
    """What `value` is after an equation that only adds to it."""
    name = eqn.op.name
    if sum(a is value for a in eqn.args) != 1 or not value.type.is_float:
        return None
    if name == "add_at" or name == "subtract":
        return eqn.out if eqn.args[0] is value else None
    if name == "add":
        return eqn.out if eqn.out.type == value.type else None
    if name not in ("for", "cond") or eqn.attrs.get("exits"):
        return None
    lead, carried = operands_of(eqn)
    place = eqn.args.index(value) - lead
    if place < 0 or (name == "for" and place >= carried):
        return None
    out: int | None = None
    for region in eqn.regions:
        param = params_of(eqn, region)[place]
        ends = [k for k, r in enumerate(region.results) if only_adds(region, param, r)]
        if len(ends) != 1 or (out is not None and out != ends[0]) or (name == "for" and ends[0] != place):
            return None
        out = ends[0]
    return None if out is None else eqn.outs[out]


def whole_row(index: Index, place: Place, array: ArrayType) -> bool:
    """Whether an index that has `place` on its axis takes all of the others."""
    if len(index) != array.rank or any(isinstance(item, NewAxis) for item in index):
        return False
    others = [
        (item, n) for k, (item, n) in enumerate(zip(index, array.shape, strict=True)) if k != place.axis
    ]
    return all(item == Span(0, 1, n) for item, n in others)


def needed_carried(body: Block, carried: Sequence[Value], yields: Sequence[Arg], asked: set[int]) -> set[int]:
    """The carried values that these results of a loop depend on."""
    wanted = set(asked)
    while True:
        kept = live(body.eqns, [yields[k] for k in sorted(wanted)], body.symbols)
        read = {a for e in kept for a in e.args} | {yields[k] for k in wanted}
        more = {k for k, p in enumerate(carried) if p in read} - wanted
        if not more:
            return wanted
        wanted |= more
