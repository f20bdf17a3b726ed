"""Where integers lie: which positions are certainly inside an axis, so that a kernel need not check them.

In: integer scalars as they are computed, ranges of loops, guards of a function. Out: yes, or not known.
An interval has extents as ends; the index of a loop is one itself, whose ends are those of the range.

    for i in range(1, n - 1): x[i + 1]        i + 1 <= n - 1 < n: in range
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from symgrad.emit.names import identifier
from symgrad.ir.core import Arg, Block, Const, Eqn, Symbol, Value
from symgrad.ir.dims import AtLeastZero, Dim, Extent, FloorDiv, at_least_zero, substitute, symbol, symbols
from symgrad.ir.ops import extent_of
from symgrad.ir.regions import extent_names, operands_of, params_of
from symgrad.ir.switch import is_on
from symgrad.ir.types import INT, INTS

Interval = tuple[Dim | None, Dim | None]  # both ends belong to it
UNKNOWN: Interval = (None, None)
_LETTER = "?"  # begins the name of a number that is not an extent


@dataclass
class Bounds:
    """What is known in one block: intervals of integer values, ends of named extents, extents >= 0."""

    of: dict[Value, Interval] = field(default_factory=dict)
    ends: dict[str, Interval] = field(default_factory=dict)
    facts: tuple[Dim, ...] = ()
    inside: frozenset[str] = frozenset()  # extents of tapes, whose slots are always there
    names: frozenset[str] = frozenset()  # that extents have already
    sure: dict[tuple[Dim, int, int], bool] = field(default_factory=dict)

    def inner(self, given: Mapping[Value, Interval]) -> Bounds:
        """The same in a block whose params have these intervals."""
        return Bounds(dict(given), dict(self.ends), self.facts, self.inside, self.names)

    def interval(self, arg: Arg) -> Interval:
        if isinstance(arg, Const):
            known = not isinstance(arg.value, float)
            return (int(arg.value), int(arg.value)) if known else UNKNOWN
        return self.of.get(arg, UNKNOWN)

    def see(self, eqn: Eqn) -> None:
        """Learn what an equation says of its result."""
        if len(eqn.outs) == 1 and (found := self.result(eqn)) != UNKNOWN:
            self.of[eqn.out] = found

    def result(self, eqn: Eqn) -> Interval:
        """The interval of an equation's result."""
        if eqn.out.type.shape or eqn.out.type.dtype not in INTS:
            return UNKNOWN
        rule = _RULES.get(eqn.op.name)
        return UNKNOWN if rule is None else rule(eqn, [self.interval(a) for a in eqn.args])

    def suppose(self, params: Iterable[Value]) -> None:
        """Numbers of which nothing is known have letters: `stop` is what it is wherever it stands."""
        for p in params:
            if p.type == INT and p not in self.of:
                name = f"{_LETTER}{len(self.ends)}"
                self.ends[name] = UNKNOWN
                self.of[p] = symbol(name), symbol(name)

    def exact(self, interval: Interval) -> Dim | None:
        """The one number in an interval, if a text can say it."""
        low, high = interval
        sayable = low is not None and low == high and not any(s.startswith(_LETTER) for s in symbols(low))
        return low if sayable else None

    def fresh(self, stem: str, meant: bool = False) -> str:
        """A name for the index of a loop; one that an extent has already only if that is `meant`."""
        name, k = stem, 1
        while (name in self.names and not (k == 1 and meant)) or name in self.ends:
            name, k = f"{stem}_{k + 1}", k + 1
        return name

    def enter(self, outer: Bounds, trips: tuple[Arg, ...], name: str) -> Interval:
        """The index of a loop over this range outside, as an extent whose ends are known."""
        start, stop, step = trips
        if not isinstance(step, Const):
            self.ends[name] = UNKNOWN
            return symbol(name), symbol(name)
        (low, _), (_, high) = outer.interval(start), outer.interval(stop)
        if step.value < 0:
            (low, _), (_, high) = outer.interval(stop), outer.interval(start)
        offset = 1 if step.value < 0 else 0
        low = None if low is None else low + offset
        high = None if high is None else high - (1 - offset)
        self.ends[name] = low, high
        if low is not None and high is not None:  # the body runs: there is a trip
            self.facts = (*self.facts, high - low)
        return symbol(name), symbol(name)

    def bind(self, name: str, value: Value) -> None:
        """An extent is the number that a value has."""
        self.ends.setdefault(name, self.interval(value))

    def told(self, block: Block) -> None:
        """Numbers that a block is given, by their names as extents: only lengths are certainly >= 0."""
        for s in block.symbols:
            if s.axis is None and s.param in block.params:
                itself = symbol(s.name), symbol(s.name)
                if self.interval(s.param) != itself:  # else it is what it is outside
                    self.bind(s.name, s.param)

    def within(self, position: Arg, extent: Dim) -> bool:
        """Whether 0 <= position < extent, certainly."""
        if any(s in self.inside for s in symbols(extent)):
            return True
        known = is_on("checks") and self.from_front(position)
        return known and self.below(self.interval(position)[1], extent)

    def holds(self, position: Dim, extent: Dim) -> bool:
        """Whether a position given by extents needs no check: no index in it, or certainly inside."""
        fixed = not any(s in self.ends for s in symbols(position))
        return fixed or (is_on("checks") and self.below(position, extent))

    def from_front(self, position: Arg) -> bool:
        low = self.interval(position)[0]
        return low is not None and self.nonnegative(low)

    def below(self, position: Dim | None, extent: Dim) -> bool:
        return position is not None and self.nonnegative(extent - 1 - position)

    def nonnegative(self, dim: Dim) -> bool:
        """Whether an extent is certainly >= 0: the accesses of a loop ask the same again and again."""
        key = (dim, len(self.ends), len(self.facts))  # these only grow
        if key not in self.sure:
            self.sure[key] = self._nonnegative(dim)
        return self.sure[key]

    def _nonnegative(self, dim: Dim) -> bool:
        """Each index is replaced by the end that makes `dim` smallest."""
        dim = _without_floors(dim)
        for name in reversed(self.ends):
            if isinstance(dim, int):
                break
            if name not in symbols(dim):
                continue
            signs = {coef > 0 for mono, coef in dim.terms if name in symbols(Extent(((mono, 1),)))}
            if len(signs) != 1:
                continue
            end = self.ends[name][0 if True in signs else 1]
            if end is not None:
                dim = substitute(dim, {name: end})
        return any(
            self._plainly(d) or self._plainly(_without_floors(d)) for d in (dim, *self._less_facts(dim))
        )

    def _less_facts(self, dim: Dim) -> Iterator[Dim]:
        return (dim - fact for fact in self.facts)

    def _plainly(self, dim: Dim) -> bool:
        if isinstance(dim, int):
            return dim >= 0
        return all(coef >= 0 and not any(self._unknown(a) for a in mono) for mono, coef in dim.terms)

    def _unknown(self, atom: object) -> bool:
        """Whether an atom may be negative: an index whose lower end is not known."""
        return isinstance(atom, FloorDiv) or (isinstance(atom, str) and atom in self.ends)


def with_named_index(block: Block, bounds: Bounds) -> tuple[Block, str]:
    """The index of a loop as an extent, so that positions next to it are known as such."""
    index = block.params[0]
    name = next((s.name for s in block.symbols if s.param is index and s.axis is None), None)
    if name is None:
        stem = identifier(index.hint or "i")
        name = bounds.fresh(stem, _is_always(index, stem, block))
        block = replace(block, symbols=(*block.symbols, Symbol(name, index, None)))
    return block, name


def _is_always(index: Value, name: str, block: Block) -> bool:
    """Whether an extent name, where a region of the block has it, is the index."""
    for eqn in block.eqns:
        first = operands_of(eqn)[0] if eqn.regions else 0
        for region in eqn.regions:
            if name in extent_names(region):
                bound = [s.param for s in region.symbols if s.name == name and s.axis is None]
                operands = zip(params_of(eqn, region), eqn.args[first:], strict=True)
                same = [p for p, a in operands if a is index]
                if bound and bound[0] not in same:
                    return False
                if not bound and not any(_is_always(p, name, region) for p in same):
                    return False  # handed on to a region in this one
    return not any(name in eqn.names for eqn in block.eqns)


def _as_dim(atom: str | FloorDiv | AtLeastZero) -> Dim:
    return Extent((((atom,), 1),))


def _without_floors(dim: Dim) -> Dim:
    """A lower end of `dim` without max(e, 0) in it: e is not more."""
    if isinstance(dim, Extent):
        for mono, coef in dim.terms:
            if coef > 0 and len(mono) == 1 and isinstance(mono[0], AtLeastZero):
                dim = dim - coef * _as_dim(mono[0]) + coef * mono[0].extent
    return dim


def _sum(a: Dim | None, b: Dim | None) -> Dim | None:
    return None if a is None or b is None else a + b


def _difference(a: Dim | None, b: Dim | None) -> Dim | None:
    return None if a is None or b is None else a - b


def _add(eqn: Eqn, args: list[Interval]) -> Interval:
    (a, b), (c, d) = args
    return _sum(a, c), _sum(b, d)


def _subtract(eqn: Eqn, args: list[Interval]) -> Interval:
    (a, b), (c, d) = args
    return _difference(a, d), _difference(b, c)


def _negative(eqn: Eqn, args: list[Interval]) -> Interval:
    return _difference(0, args[0][1]), _difference(0, args[0][0])


def _multiply(eqn: Eqn, args: list[Interval]) -> Interval:
    for (low, high), (c, d) in (args, args[::-1]):
        if isinstance(c, int) and c == d:
            ends = (None if low is None else low * c, None if high is None else high * c)
            return ends if c >= 0 else (ends[1], ends[0])
    return UNKNOWN


def _remainder(eqn: Eqn, args: list[Interval]) -> Interval:
    """Modulo a positive number, as Python has it."""
    low, high = args[1]
    positive = isinstance(low, int) and low > 0
    return (0, high - 1) if positive and high is not None else UNKNOWN


def _masked(eqn: Eqn, args: list[Interval]) -> Interval:
    """What `x & 7` leaves is in 0, ..., 7."""
    highs = [high for low, high in args if isinstance(low, int) and low >= 0 and high is not None]
    return (0, highs[0]) if highs else UNKNOWN


def _maximum(eqn: Eqn, args: list[Interval]) -> Interval:
    lows = [low for low, _ in args if low is not None]
    if len(lows) == 2 and 0 in lows:
        return at_least_zero(lows[lows[0] == 0], signed=True), None
    return (next((x for x in lows if not isinstance(x, int)), lows[0] if lows else None), None)


def _minimum(eqn: Eqn, args: list[Interval]) -> Interval:
    highs = [high for _, high in args if high is not None]
    return (None, next((x for x in highs if not isinstance(x, int)), highs[0] if highs else None))


def _extent(eqn: Eqn, args: list[Interval]) -> Interval:
    dim = extent_of(eqn.attrs)
    return dim, dim


def _wrap(eqn: Eqn, args: list[Interval]) -> Interval:
    extent = eqn.attrs["extent"]
    assert isinstance(extent, int | Extent)
    return 0, extent - 1


def _same(eqn: Eqn, args: list[Interval]) -> Interval:
    return args[0] if eqn.args[0].type.dtype in INTS else UNKNOWN


# fmt: off
_RULES: dict[str, Callable[[Eqn, list[Interval]], Interval]] = {
    "add": _add, "subtract": _subtract, "negative": _negative, "multiply": _multiply,
    "remainder": _remainder, "maximum": _maximum, "minimum": _minimum, "extent": _extent, "wrap": _wrap,
    "bitwise_and": _masked,
    "copy": _same, "cast": _same, "own": _same,
}
# fmt: on


def facts_of(guards: Iterable[Dim]) -> tuple[Dim, ...]:
    """The guards as facts, without repeats."""
    return tuple(dict.fromkeys(guards))
