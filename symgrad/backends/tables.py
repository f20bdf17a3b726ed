"""Positions that an integer array of the caller has are checked once, before the loops that go there.

In: a check of a position in a loop nest. Out: nothing to check there, where the kernel's first lines check
the elements of the array that the nest reads: exactly those, and only if the nest comes to them. So an index
out of bounds is an error as before, and no loop around is kept from being vectorised or run in parallel.

    for i in range(n):                                for j in range(m):
        for j in range(m):                                if not -k <= b[j] < k:
            s += w[b[j]]      # check b[j]      ->            raise IndexError("index out of bounds")
                                                      ...
                                                              s += w[b[j]]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symgrad.backends.access import Fixed, Read, resolve, whole
from symgrad.backends.bounds import Bounds
from symgrad.ir.core import Arg, AtArg, Block, Const, Eqn, Function, Gather, Value
from symgrad.ir.dims import Dim, Extent, substitute, symbol, symbols
from symgrad.ir.indexing import index_of
from symgrad.ir.regions import FOR, For, for_parts, operands_of, params_of
from symgrad.ir.switch import is_on
from symgrad.ir.types import INTS
from symgrad.ir.walk import producers

Box = tuple[tuple[Dim, Dim], ...]  # the first and the last position on each axis


@dataclass(frozen=True, slots=True)
class Check:
    """Elements of a parameter that must be positions on an axis, if each loop of `when` has a trip."""

    table: Value
    box: Box
    extent: Dim
    when: tuple[Dim, ...]


@dataclass(frozen=True, slots=True)
class _Trips:
    """The index of a loop takes every number from `low` to `high`; these are known when the kernel begins."""

    name: str
    low: Dim
    high: Dim


@dataclass(slots=True)
class Checks:
    """What a kernel checks first, the extents that it knows then, the tables that it reads more than once."""

    told: Mapping[str, Value | None] = field(default_factory=dict)  # numbers without a name are parameters
    often: frozenset[Value] = frozenset()
    bounds: Bounds = field(default_factory=Bounds)
    made: list[Check] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tables:
    """Which values of a block are tables; the loops around it (None: it may not run, or only in part)."""

    checks: Checks
    of: Mapping[Value, Value] = field(default_factory=dict)
    loops: tuple[_Trips, ...] | None = ()

    @staticmethod
    def of_function(function: Function, bounds: Bounds) -> Tables:
        """At the beginning of a kernel."""
        params = {p: p for p in function.params if _is_table(p)} if is_on("tables") else {}
        told: dict[str, Value | None] = {
            low.names[0]: p for p in function.params if isinstance(low := bounds.interval(p)[0], Extent)
        }
        told |= {s.name: None for s in function.body.symbols if s.param in function.params}
        count = Counter(_sites(function.body, params)) if params else Counter[Value]()
        often = frozenset(p for p, n in count.items() if n > 1)
        return Tables(Checks(told, often, bounds), params)

    def inside(self, eqn: Eqn, params: Sequence[Value], name: str, outer: Bounds) -> Tables:
        """In a region with these params; `name` is the index of a `for`."""
        if not self.of:
            return self
        first, carried = operands_of(eqn)
        pairs = zip(params[carried:], eqn.args[first + carried :], strict=True)
        of = {p: self.of[a] for p, a in pairs if isinstance(a, Value) and a in self.of}
        trips = self._trips(for_parts(eqn), name, outer) if eqn.op is FOR else None
        loops = None if trips is None or self.loops is None else (*self.loops, trips)
        return replace(self, of=of, loops=loops)

    def _trips(self, loop: For, name: str, outer: Bounds) -> _Trips | None:
        (start, high), (stop, last) = outer.interval(loop.start), outer.interval(loop.stop)
        known = isinstance(loop.step, Const) and abs(loop.step.value) == 1 and not loop.exits
        if start is None or stop is None or start != high or stop != last or not known:
            return None
        if not self._are_told(start, stop):
            return None
        assert isinstance(loop.step, Const)
        return _Trips(name, start, stop - 1) if loop.step.value > 0 else _Trips(name, stop + 1, start)

    def _are_told(self, *dims: Dim) -> bool:
        return all(s in self.checks.told for d in dims for s in symbols(d))

    def cover(self, index: Arg, extent: Dim, made: Mapping[Value, Eqn], bounds: Bounds) -> bool:
        """Whether the first lines of the kernel check this position; they do from now on if they can."""
        read = resolve(whole(index), made) if self.of else None
        if not isinstance(read, Read) or read.value not in self.of:
            return False
        table = self.of[read.value]
        at = [c.at for c in read.coords if isinstance(c, Fixed)]
        if len(at) != table.type.rank:
            return False
        if any(_holds(c, table, at, extent, bounds) for c in self.checks.made):
            return True
        check = self._check(table, at, extent)
        if check is not None:
            self.checks.made.append(check)
        return check is not None

    def _check(self, table: Value, at: Sequence[Dim], extent: Dim) -> Check | None:
        """What checks the elements at these positions in all trips, and no others."""
        if self.loops is None or not self._are_told(extent):
            return None
        box: list[tuple[Dim, Dim]] = []
        rest = list(self.loops)
        for position in at:
            moving = [t for t in self.loops if t.name in symbols(position)]
            ends = [position, position]
            if moving:
                trips = moving[0]
                slope = _slope(position, trips.name)
                if len(moving) > 1 or trips not in rest or abs(slope) != 1:
                    return None
                rest.remove(trips)
                ends = [substitute(position, {trips.name: e}) for e in (trips.low, trips.high)][::slope]
            if not self._are_told(*ends):
                return None
            box.append((ends[0], ends[1]))
        if not rest and table not in self.checks.often:
            return None
        counts = dict.fromkeys(t.high - t.low + 1 for t in rest)
        when = tuple(n for n in counts if not self.checks.bounds.nonnegative(n - 1))
        return Check(table, tuple(box), extent, when)


def _is_table(param: Value) -> bool:
    return bool(param.type.rank) and param.type.dtype in INTS and param.type.dtype != "uint64"


def _sites(block: Block, of: Mapping[Value, Value]) -> Iterator[Value]:
    """The tables, once for each equation that takes a number of theirs as a position."""
    made = producers(block)
    for eqn in block.eqns:
        moves = eqn.op.name in ("getitem", "setitem", "add_at")
        if moves and any(isinstance(item, AtArg | Gather) for item in index_of(eqn.attrs)):
            for source in (resolve(whole(arg), made) for arg in eqn.args[1:]):
                if isinstance(source, Read) and source.value in of:
                    yield of[source.value]
        first = operands_of(eqn)[0] if eqn.regions else 0
        for region in eqn.regions:
            pairs = zip(params_of(eqn, region), eqn.args[first:], strict=True)
            yield from _sites(region, {p: of[a] for p, a in pairs if isinstance(a, Value) and a in of})


def _slope(position: Dim, name: str) -> int:
    """How a position moves with an index, 0 if not by a constant."""
    slope = substitute(position, {name: symbol(name) + 1}) - position
    return slope if isinstance(slope, int) and isinstance(position, Extent) else 0


def _holds(check: Check, table: Value, at: Sequence[Dim], extent: Dim, bounds: Bounds) -> bool:
    return (
        check.table is table
        and check.extent == extent
        and all(bounds.nonnegative(n - 1) for n in check.when)
        and all(
            bounds.nonnegative(p - low) and bounds.nonnegative(high - p)
            for p, (low, high) in zip(at, check.box, strict=True)
        )
    )


def lines(checks: Checks, names: Mapping[Value, str], letters: Sequence[str]) -> Iterator[str]:
    """The first lines of the kernel."""
    called: dict[str, Dim] = {n: symbol(names[p]) for n, p in checks.told.items() if p is not None}
    for check in checks.made:
        indent, index = "", []
        if check.when:
            yield f"if {' and '.join(f'{substitute(n, called)} > 0' for n in check.when)}:"
            indent = "    "
        free = iter(letters)
        for low, high in ((substitute(a, called), substitute(b, called)) for a, b in check.box):
            if low == high:
                index.append(str(low))
                continue
            index.append(next(free))
            trips = f"{low}, {high + 1}" if low != 0 else str(high + 1)
            yield f"{indent}for {index[-1]} in range({trips}):"
            indent += "    "
        extent = _text(substitute(check.extent, called))
        yield f"{indent}if not -{extent} <= {names[check.table]}[{', '.join(index)}] < {extent}:"
        yield f'{indent}    raise IndexError("index out of bounds")'


def _text(dim: Dim) -> str:
    text = str(dim)
    return text if text.isalnum() or text.isidentifier() else f"({text})"
