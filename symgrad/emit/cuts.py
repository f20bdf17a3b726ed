"""Slices between computed bounds as they were written: the bounds are operands again, and no sizes.

In: an open program. Out: the same, where a slice whose start and length were computed of two integers is a
`Cut` that reads these; what computed them goes where nothing else mentions it.

    q = slice_start(a, m); r = slice_count(a, b, m); y = x[Span(q, 1, r)]    ->    y = x[Cut(1, r)], a, b
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from symgrad.emit.blocks import Block, Step, all_steps
from symgrad.ir.core import Arg, AtArg, Const, Eqn, Gather, IndexItem, NewAxis, Span, Value, dims_in, values
from symgrad.ir.dims import Dim, as_symbol, symbol
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import SLICES, extent_of

_INDEXED = {"getitem": 1, "setitem": 2, "add_at": 2}  # where the operands of the index begin


@dataclass(frozen=True, slots=True)
class Cut:
    """A slice of one axis; its bounds are two operands, or none for those that are left out."""

    step: int
    first: bool
    last: bool


@dataclass(slots=True)
class _Scope:
    """What the names of a block stand for: the equation that computes the number, and numbers as extents."""

    made: dict[str, Eqn] = field(default_factory=dict)
    number: dict[Value, Dim] = field(default_factory=dict)

    def inner(self, block: Block) -> _Scope:
        by_value = {out: s.eqn for s in block.steps for out in s.eqn.outs}
        numbers = {v: extent_of(e.attrs) for v, e in by_value.items() if e.op.name == "extent"}
        new = _Scope(dict(self.made), self.number | numbers)
        for size in block.sizes:
            new.made.pop(size.name, None)
            if size.axis is not None or not isinstance(size.value, Value):
                continue
            new.number.setdefault(size.value, symbol(size.name))
            made = by_value.get(size.value)
            while made is not None and made.op.name == "copy":
                copied = next(values(made.args), None)
                made = None if copied is None else by_value.get(copied)
            if made is not None:
                new.made[size.name] = made
        return new

    def dim(self, arg: Arg) -> Dim | None:
        return int(arg.value) if isinstance(arg, Const) else self.number.get(arg)


def cut(program: Block, kept: Set[str]) -> tuple[Block, set[str]]:
    """The program with its cuts, and the extents that it mentions no more; those of `kept` stay."""
    if not any(step.eqn.op.name in SLICES for step in all_steps(program)):
        return program, set()
    written = _block(program, _Scope())
    attrs = (a for step in all_steps(written) for a in step.eqn.attrs.values())
    mentioned = {s for attr in attrs for d in dims_in(attr) for s in d.names}
    return _without(written, mentioned | kept)


def _block(block: Block, outer: _Scope) -> Block:
    scope = outer.inner(block)
    steps = tuple(
        replace(_step(s, scope), blocks=tuple(_block(b, scope) for b in s.blocks)) for s in block.steps
    )
    return replace(block, steps=steps)


def _step(step: Step, scope: _Scope) -> Step:
    eqn = step.eqn
    if eqn.op.name not in _INDEXED or not scope.made:
        return step
    count = _INDEXED[eqn.op.name]
    sizes, dynamic = iter(eqn.args[0].type.shape), iter(eqn.args[count:])
    items: list[IndexItem | Cut] = []
    operands: list[Arg] = []
    for item in index_of(eqn.attrs):
        if isinstance(item, NewAxis):
            items.append(item)
            continue
        size = next(sizes)
        found = _bounds(item, size, scope) if isinstance(item, Span) else None
        if found is not None:
            items.append(found[0])
            operands += found[1]
            continue
        items.append(item)
        if isinstance(item, AtArg | Gather):
            operands.append(next(dynamic))
    if len(operands) == len(eqn.args) - count:
        return step
    attrs = {**eqn.attrs, "index": tuple(items)}
    return replace(step, eqn=replace(eqn, args=(*eqn.args[:count], *operands), attrs=attrs))


def _bounds(span: Span, size: Dim, scope: _Scope) -> tuple[Cut, list[Arg]] | None:
    """The bounds that a slice of an axis of this size was computed of."""
    made = scope.made.get(as_symbol(span.extent) or "")
    if made is None or made.op.name != "slice_count" or made.attrs["step"] != span.step:
        return None
    first, last, extent = made.args
    if scope.dim(extent) != size or not _begins(span, first, extent, scope):
        return None
    begin, end = (0, size) if span.step > 0 else (size - 1, -size - 1)
    operands = [first] if scope.dim(first) != begin else []
    ends = [last] if scope.dim(last) != end else []
    return Cut(span.step, bool(operands), bool(ends)), operands + ends


def _begins(span: Span, first: Arg, extent: Arg, scope: _Scope) -> bool:
    """Whether the slice starts where the bound `first` says."""
    made = scope.made.get(as_symbol(span.start) or "")
    if made is not None and made.op.name == "slice_start":
        return made.args == (first, extent) and made.attrs["step"] == span.step
    return scope.dim(first) == span.start


def _without(block: Block, mentioned: Set[str]) -> tuple[Block, set[str]]:
    """The block without the bounds that nothing reads, and the names of these."""
    reads = Counter(_reads(block))
    gone: set[str] = set()

    def kept(part: Block) -> Block:
        names = {s.value: s.name for s in part.sizes if s.axis is None}
        steps: list[Step] = []
        for step in reversed(part.steps):
            name = step.eqn.op.name
            bound = name in SLICES or name == "extent" or (name == "copy" and step.key in names)
            if bound and not reads[step.key] and names.get(step.key) not in mentioned:
                reads.subtract(values(step.eqn.args))
                gone.update({names[step.key]} if step.key in names else ())
            else:
                steps.append(replace(step, blocks=tuple(map(kept, step.blocks))) if step.blocks else step)
        sizes = tuple(s for s in part.sizes if s.name not in gone or s.axis is not None)
        return replace(part, steps=tuple(reversed(steps)), sizes=sizes)

    return kept(block), gone


def _reads(block: Block) -> Iterator[Value]:
    yield from values(block.results)
    for step in all_steps(block):
        yield from values(step.eqn.args)
        for inner in step.blocks:
            yield from values(inner.results)
