"""Stencils as equations: arrays with borders are filled, then read at all their places at once.

In: what `borders` has found in a body. Out: its equations. Along each axis that is sliced the array is wider
than what is put there by twice the `spread`: the sum is taken over all elements that any addition reaches.

    d[:-1] += g                wide[1:-1] = g
    d[1:] -= g        ->       d += wide[1:] - wide[:-1]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass as changing
from dataclasses import field, replace

from symgrad.backends.lasting import Lasting
from symgrad.ir.core import Arg, At, Block, Const, Eqn, Index, Span, Value
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass
from symgrad.ir.ops import OPS
from symgrad.ir.types import ArrayType, Shape

Place = tuple[int, ...]  # how far from the first place, along each axis that is sliced


@dataclass(frozen=True, slots=True)
class Addition:
    """One `add_at` of an array between basic slices."""

    eqn: Eqn
    number: int  # in the block
    index: tuple[Span | At, ...]

    @property
    def value(self) -> Value:
        value = self.eqn.args[1]
        assert isinstance(value, Value)
        return value

    @property
    def spans(self) -> list[Span]:
        return [item for item in self.index if isinstance(item, Span)]


@dataclass(frozen=True, slots=True)
class Wide:
    """One array with a border: what is put there, and the places that it is added to, each times a factor."""

    values: tuple[Value, ...]  # their sum
    number: int  # the equation before which it is put there
    places: Mapping[Place, float]


@dataclass(frozen=True, slots=True)
class Stencil:
    """Additions that are one: the arrays that these read, the additions replaced, and those of one place."""

    like: Addition  # the box, but for its starts and extents, is this one's
    first: tuple[Dim, ...]
    spread: Place
    wide: list[Wide]
    replaced: list[int]
    home: list[int]


@changing
class Rewritten:
    """What stands in the place of additions: new equations by the number that they come before."""

    before: dict[int, list[Eqn]] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    wanted: list[Lasting] = field(default_factory=list)

    def rebuilt(self, block: Block) -> Block:
        if not self.wanted:
            return block
        eqns = []
        for k, eqn in enumerate(block.eqns):
            eqns += self.before.get(k, [])
            if k not in self.dropped:
                eqns.append(eqn)
        return replace(block, eqns=tuple(eqns))

    def write(self, chain: Sequence[tuple[int, Eqn]], stencils: Sequence[Stencil]) -> None:
        """The chain of additions with its stencils added last."""
        replaced = {number for s in stencils for number in s.replaced}
        waiting = {number: s.home[-1] for s in stencils for number in s.home[:-1]}
        sums: dict[int, list[Value]] = {}
        last, end = chain[-1]
        base: Arg = chain[0][1].args[0]
        totals = [(s, self._total(s)) for s in stencils]
        for number, eqn in chain:
            self.dropped.add(number)
            value = eqn.args[1]
            if number in waiting and isinstance(value, Value):
                sums.setdefault(waiting[number], []).append(value)
            elif number not in replaced:
                if number in sums and isinstance(value, Value):
                    value = self._sum([*sums[number], value], number, eqn)
                out = Value(eqn.out.type, eqn.out.hint)
                new = replace(eqn, args=(base, value, *eqn.args[2:]), outs=(out,))
                self.before.setdefault(number, []).append(new)
                base = out
        into = self.before.setdefault(last, [])
        for stencil, (eqns, total) in totals:
            out = end.out if stencil is stencils[-1] else Value(end.out.type, end.out.hint)
            index = _index(stencil, stencil.first, _extents(stencil, 1))
            like = stencil.like.eqn
            into += [*eqns, replace(like, args=(base, total), outs=(out,), attrs={"index": index})]
            base = out

    def _total(self, stencil: Stencil) -> tuple[list[Eqn], Value]:
        """What is added to the elements that any addition reaches; the arrays with borders are filled."""
        like = stencil.like.eqn
        eqns: list[Eqn] = []

        def emit(name: str, *args: Arg, shape: Shape, index: Index | None = None) -> Value:
            out = Value(ArrayType(like.out.type.dtype, shape))
            attrs = {} if index is None else {"index": index}
            eqns.append(Eqn(OPS[name], args, (out,), attrs, (), like.loc, like.phase))
            return out

        total: Value | None = None
        box = _extents(stencil, 1)
        for wide in stencil.wide:
            left = self._filled(wide, stencil)
            for place, factor in wide.places.items():
                starts = tuple(far - d for far, d in zip(stencil.spread, place, strict=True))
                term = emit("getitem", left, shape=box, index=tuple(map(Span, starts, (1,) * len(box), box)))
                if abs(factor) != 1.0:
                    number = Const(factor, ArrayType(like.out.type.dtype))
                    term, factor = emit("multiply", number, term, shape=box), 1.0
                if total is None:
                    total = term if factor > 0 else emit("negative", term, shape=box)
                else:
                    total = emit("add" if factor > 0 else "subtract", total, term, shape=box)
        assert total is not None
        return eqns, total

    def _filled(self, wide: Wide, stencil: Stencil) -> Value:
        """The array with a border, as soon as what is put there is known."""
        like = stencil.like.eqn
        value = self._sum(wide.values, wide.number, like)
        hint = f"{value.hint}_wide" if value.hint else "wide"
        kind = ArrayType(value.type.dtype, _extents(stencil, 2))
        given, left = Value(kind, hint), Value(kind, hint)
        inside = tuple(map(Span, stencil.spread, (1,) * len(stencil.spread), _extents(stencil, 0)))
        into = self.before.setdefault(wide.number, [])
        into.append(Eqn(OPS["setitem"], (given, value), (left,), {"index": inside}, (), like.loc, like.phase))
        self.wanted.append(Lasting(given, left))
        return left

    def _sum(self, values: Sequence[Value], number: int, like: Eqn) -> Value:
        """The sum of arrays, before equation `number`."""
        total = values[0]
        for value in values[1:]:
            args, total = (total, value), Value(value.type)
            into = self.before.setdefault(number, [])
            into.append(Eqn(OPS["add"], args, (total,), {}, (), like.loc, like.phase))
        return total


def _extents(stencil: Stencil, times: int) -> Shape:
    """The extents of what is added, and that many times the spread."""
    spans = stencil.like.spans
    return tuple(s.extent + times * far for s, far in zip(spans, stencil.spread, strict=True))


def _index(stencil: Stencil, starts: Sequence[Dim], extents: Shape) -> Index:
    """The elements of the target."""
    rest = iter(map(Span, starts, (1,) * len(extents), extents))
    return tuple(item if isinstance(item, At) else next(rest) for item in stencil.like.index)
