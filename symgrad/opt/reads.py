"""What a derivative reads of an array that was just written elsewhere, or at this very place.

In: a `getitem`, through a `Site`. Out: what its result is instead, or None.

    setitem(d, v, i)[i] -> v        setitem(d, 0, 1:)[0] -> d[0]        add_at(d, v, 1:)[0] -> d[0]

Only where nothing else reads what was written, so that the write goes: the adjoint of `z[0] = a; z[1:] = b`
clears nothing that nobody reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from symgrad.ir.core import At, AtArg, Eqn, Gather, Index, NewAxis, Span
from symgrad.ir.dims import Dim, as_symbol, plainly, symbols
from symgrad.ir.indexing import index_of, is_basic
from symgrad.opt.rewrite import Rewritten, Rules, Site


def _read(site: Site, eqn: Eqn) -> Rewritten:
    base, *operands = eqn.args
    write = site.see(base, "setitem", "add_at")
    if write is None or not site.once(base) or not site.may_reform(eqn):
        return None
    target, value, *places = write.args
    index, written = index_of(eqn.attrs), index_of(write.attrs)
    if written == index and places == operands and is_basic(index):
        if write.op.name == "setitem" and value.type == eqn.out.type:
            return value
        return None
    if _apart(index, written, {s for d in base.type.shape if (s := as_symbol(d)) is not None}):
        return site.call("getitem", target, *operands, **eqn.attrs)
    return None


def _apart(a: Index, b: Index, lengths: Collection[str]) -> bool:
    """Do the two select no common element, whatever the extents are? `lengths` are axes of the array."""
    axes = zip(_ends(a), _ends(b), strict=True)
    return any(
        x is not None and y is not None and (_follows(x[1], y[0], lengths) or _follows(y[1], x[0], lengths))
        for x, y in axes
    )


def _ends(index: Index) -> Iterator[tuple[Dim, Dim] | None]:
    """The first and the last position on each axis of the array; None where the program computes it."""
    for item in index:
        if isinstance(item, NewAxis):
            continue
        if isinstance(item, AtArg | Gather):
            yield None
        elif isinstance(item, Span):
            last = item.start + item.step * (item.extent - 1)
            yield (item.start, last) if item.step > 0 else (last, item.start)
        else:
            assert isinstance(item, At)
            yield item.position, item.position


def _follows(last: Dim, first: Dim, lengths: Collection[str]) -> bool:
    """Is `last < first` for any extents? Lengths are 0 or more, counters need not be."""
    room = first - last - 1
    return plainly(room) and set(symbols(room)) <= set(lengths)


READS: Rules = {"getitem": (_read,)}
