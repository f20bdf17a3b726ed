"""Additions to elements that were cleared are writes, and nothing is cleared.

In: a legal function. Out: the same, in which an addition to a box of elements, all zero but for a few rows at
its sides, writes the zero ones and adds to these rows. A loop whose trips leave as zeros what their first
addition meets as zeros does not clear it either; after the loop it is cleared once.

    d[1:n - 1] = 0.0                   d[1:n - 1] = v[1:n - 1]
    d += v                     ->      d[0] += v[0];  d[n - 1] += v[n - 1]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from symgrad.backends.lasting import known_outside
from symgrad.ir.core import Arg, At, Block, Const, Eqn, Function, Index, Span, Value
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import operands_of, params_of
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import producers, uses

# What is made of parts where a part of it is read.
_OPENED = ("add", "subtract", "multiply", "negative")

# The most rows, along all axes, that are added to one by one.
_ROWS = 8

Zeros = Mapping[Value, Index]  # arrays whose elements at an index are zero


def without_clears(function: Function) -> Function:
    """The function with writes for additions to zeros."""
    body = _rewritten(function.body, {})
    return function if body is function.body else replace(function, body=body)


def _rewritten(block: Block, given: Zeros) -> Block:
    """The block; the params `given` begin as zeros, and nothing but one addition touches them."""
    made, count = producers(block), uses(block)
    eqns: list[Eqn] = []
    dropped: set[Value] = set()
    for eqn in block.eqns:
        if eqn.regions:
            eqns += _region(eqn, made, {s.param for s in block.symbols})
            continue
        base = eqn.args[0] if eqn.op.name == "add_at" else None
        if not isinstance(base, Value) or count[base] != 1:
            eqns.append(eqn)
            continue
        clear, zero, start = made.get(base), given.get(base), base
        if clear is not None and (zero := cleared(clear)) is not None:
            assert isinstance(clear.args[0], Value)
            start = clear.args[0]
        pieces = None if zero is None else _pieces(eqn, start, zero, _Parts(made, count))
        if pieces is None:
            eqns.append(eqn)
            continue
        eqns += pieces
        if start is not base:
            dropped.add(base)
    if len(eqns) == len(block.eqns) and all(a is b for a, b in zip(eqns, block.eqns, strict=True)):
        return block
    return replace(block, eqns=tuple(e for e in eqns if not e.outs or e.outs[0] not in dropped))


def cleared(eqn: Eqn) -> Index | None:
    """The elements that an equation sets to zero, if it does nothing else."""
    if eqn.op.name != "setitem" or len(eqn.args) != 2 or not eqn.out.type.is_float:
        return None
    value = eqn.args[1]
    return index_of(eqn.attrs) if isinstance(value, Const) and value.value == 0 else None


def _region(eqn: Eqn, made: Mapping[Value, Eqn], telling: set[Value]) -> list[Eqn]:
    """A loop or a branch; after a loop the arrays that its trips do not clear any more."""
    if eqn.op.name not in ("for", "while"):
        regions = tuple(_rewritten(region, {}) for region in eqn.regions)
        same = all(a is b for a, b in zip(regions, eqn.regions, strict=True))
        return [eqn if same else eqn.with_regions(regions)]
    first, carried = operands_of(eqn)
    *tests, body = eqn.regions
    params, results = params_of(eqn, body), list(body.results)
    skip = len(results) - carried
    inside, count = producers(body), uses(body)
    known = known_outside(eqn)
    given: dict[Value, Index] = {}
    after: dict[int, Eqn] = {}
    for k in range(carried):
        result = results[skip + k]
        clear = inside.get(result) if isinstance(result, Value) and count[result] == 1 else None
        zero = None if clear is None else cleared(clear)
        read = [test for test in tests if uses(test)[params_of(eqn, test)[k]]]
        if clear is None or zero is None or read or not _is_zero(eqn.args[first + k], made):
            continue
        if eqn.outs[k] in telling or not clear.names <= known:
            continue
        if count[params[k]] == 1 and _meets(params[k], zero, body, _Parts(inside, count)):
            given[params[k]], after[k] = zero, clear
            results[skip + k] = clear.args[0]
    body = _rewritten(replace(body, results=tuple(results)) if after else body, given)
    if body is eqn.regions[-1]:
        return [eqn]
    outs, clears = list(eqn.outs), []
    for k, clear in after.items():
        outs[k] = Value(eqn.outs[k].type, eqn.outs[k].hint)
        clears.append(replace(clear, args=(outs[k], clear.args[1]), outs=(eqn.outs[k],)))
    return [replace(eqn, regions=(*tests, body), outs=tuple(outs)), *clears]


def _is_zero(arg: Arg, made: Mapping[Value, Eqn]) -> bool:
    """Whether an array is filled with zeros."""
    while isinstance(arg, Value) and (eqn := made.get(arg)) is not None and eqn.op.name in ("own", "full"):
        arg = eqn.args[0]
    return isinstance(arg, Const) and arg.value == 0


def _meets(param: Value, zero: Index, body: Block, parts: _Parts) -> bool:
    """Whether what the body does with an array first is an addition that `_pieces` has an answer to."""
    user = next((e for e in body.eqns if param in e.reads), None)
    return user is not None and user.op.name == "add_at" and _pieces(user, param, zero, parts) is not None


def _pieces(eqn: Eqn, base: Value, zero: Index, parts: _Parts) -> list[Eqn] | None:
    """The addition to a box of which the elements `zero` are 0: these are written, not added to."""
    index, value = index_of(eqn.attrs), eqn.args[1]
    if len(eqn.args) != 2 or eqn.args[0] is value or len(index) != len(zero):
        return None
    if index == zero:
        return [replace(eqn, op=OPS["setitem"], args=(base, value))]
    if not isinstance(value, Value) or value.type.dtype != eqn.out.type.dtype:
        return None
    box, inner = [], []
    for whole, part in zip(index, zero, strict=True):
        if isinstance(whole, Span) and isinstance(part, Span):
            box.append(whole)
            inner.append(part)
        elif whole != part:
            return None
    if value.type.shape != tuple(span.extent for span in box):
        return None
    if not _surrounds(box, inner):
        return None
    out = base
    eqns: list[Eqn] = []
    middle: list[Span | At] = [Span(p.start - w.start, 1, p.extent) for w, p in zip(box, inner, strict=True)]
    rows = [("setitem", middle), *(("add_at", row) for row in _rows(box, inner))]
    for k, (name, where) in enumerate(rows):
        piece = parts.of(value, tuple(where), eqns, eqn)
        into = eqn.out if k == len(rows) - 1 else Value(eqn.out.type, eqn.out.hint)
        at = {"index": _placed(index, where)}
        eqns.append(replace(eqn, op=OPS[name], args=(out, piece), outs=(into,), attrs=at))
        out = into
    return eqns


@dataclass(frozen=True, slots=True)
class _Parts:
    """Parts of what a block computes: a sum that nobody else reads is the sum of parts."""

    made: Mapping[Value, Eqn]
    count: Mapping[Value, int]

    def of(self, value: Value, where: Index, into: list[Eqn], like: Eqn) -> Value:
        eqn = self.made.get(value)
        out = Value(ArrayType(value.type.dtype, tuple(s.extent for s in where if isinstance(s, Span))))
        if eqn is not None and self.count[value] == 1 and eqn.op.name in _OPENED:
            args = [
                self.of(a, where, into, like) if isinstance(a, Value) and a.type.rank else a for a in eqn.args
            ]
            into.append(replace(eqn, args=tuple(args), outs=(out,)))
        else:
            into.append(replace(like, op=OPS["getitem"], args=(value,), outs=(out,), attrs={"index": where}))
        return out


def _surrounds(box: Sequence[Span], inner: Sequence[Span]) -> bool:
    """Whether a box has a few rows more than what is inside, on whichever sides.

    Not of a solid: its sides are planes, a quarter of the elements of 25 x 25 x 25.
    """
    rows = 0
    if len(box) > 2:
        return False
    for whole, part in zip(box, inner, strict=True):
        before = part.start - whole.start
        after = whole.extent - part.extent - before
        if (whole.step, part.step) != (1, 1) or not isinstance(before, int) or not isinstance(after, int):
            return False
        if before < 0 or after < 0:
            return False
        rows += before + after
    return rows <= _ROWS


def _rows(box: Sequence[Span], inner: Sequence[Span]) -> Iterator[list[Span | At]]:
    """The rows of a box beside those inside, counted from its first element: each element once.

    The ends of rows come first: they share the loops over the rows inside.
    """
    for axis, (whole, part) in reversed(list(enumerate(zip(box, inner, strict=True)))):
        done = [Span(p.start - w.start, 1, p.extent) for w, p in zip(box[:axis], inner[:axis], strict=True)]
        rest = [Span(0, 1, w.extent) for w in box[axis + 1 :]]
        before = part.start - whole.start
        after = whole.extent - part.extent - before
        assert isinstance(before, int) and isinstance(after, int)
        places: list[Dim] = [*range(before), *(before + part.extent + k for k in range(after))]
        for place in places:
            yield [*done, At(place), *rest]


def _placed(index: Index, where: Sequence[Span | At]) -> Index:
    """The elements of the array that a part of the box is."""
    rest = iter(where)
    out: list[Span | At] = []
    for item in index:
        assert isinstance(item, Span | At)
        if isinstance(item, At):
            out.append(item)
            continue
        part = next(rest)
        if isinstance(part, At):
            out.append(At(item.start + part.position))
        else:
            out.append(Span(item.start + part.start, 1, part.extent))
    return tuple(out)
