"""Arrays that are written part by part need not be filled first.

In: a legal block. Out: the block in which a chain of writes that comes by every row of an axis begins with an
array that holds nothing yet. What is added to zeros is put there; a row or two that no write comes by are
written one by one.

    z = full(0.0)                             z = empty()
    z[0] = a                           ->     z[0] = a
    z[1:] = b                                 z[1:] = b

    t = full(0.0);  t[:n - 1] += v     ->     t = empty();  t[:n - 1] = v;  t[n - 1] = 0.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.ir.core import At, Block, Const, Eqn, Index, Span, Value, full_span
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.types import Shape
from symgrad.ir.walk import producers, uses

# Rows that are written one by one, and writes of one array that are looked at.
ROWS = 2
_WRITES = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """Rows `start` to `stop` of an axis."""

    axis: int
    start: Dim
    stop: Dim


def drop_fills(block: Block) -> Block:
    """The block without fills that are overwritten."""
    if not any(e.op.name == "full" for e in block.eqns):
        return block
    made, count = producers(block), uses(block)
    onward = {e.args[0]: e for e in block.eqns if e.op.name in ("setitem", "add_at")}
    new: dict[Value, list[Eqn]] = {}
    for first in block.eqns:
        base = first.args[0] if first.op.name in ("setitem", "add_at") else None
        start = made.get(base) if isinstance(base, Value) else None
        if start is None or start.op.name != "full":
            continue
        chain = [first]
        while len(chain) < _WRITES and count[chain[-1].out] == 1 and (then := onward.get(chain[-1].out)):
            chain.append(then)
        new.update(_replaced(chain, start))
    if not new:
        return block
    eqns = [e for old in block.eqns for e in (new.get(old.outs[0], (old,)) if old.outs else (old,))]
    return replace(block, eqns=tuple(eqns))


def _replaced(chain: Sequence[Eqn], fill: Eqn) -> Mapping[Value, list[Eqn]]:
    """What stands in place of the writes of a chain, as many of them as come by every row together."""
    shape = fill.out.type.shape
    tiles = [tile_of(e, shape) for e in chain]
    zero = isinstance(fill.args[0], Const) and fill.args[0].value == 0 and fill.out.type.is_float
    known = next((k for k, t in enumerate(tiles) if t is None), len(chain))
    known = min(known, next((k for k, e in enumerate(chain) if e.op.name == "add_at" and not zero), known))
    adds = [e.op.name == "add_at" for e in chain]
    for count in range(known, 0, -1):
        if adds[:count].count(True) and adds[count:].count(True):
            return {}  # additions side by side are one pass (`windows`), which a write would part
        parts = [t for t in tiles[:count] if t is not None]
        rows = missing(parts, shape)
        if rows is None:
            continue
        like: dict[str, object] = {"dtype": fill.out.type.dtype, "shape": shape}
        empty = Eqn(OPS["empty"], (), (Value(fill.out.type, fill.out.hint),), like, (), fill.loc, fill.phase)
        found = {e.out: [replace(e, op=OPS["setitem"])] for e in chain[:count]}
        begin = [empty]
        for row in rows:
            index: Index = tuple(At(row) if a == parts[0].axis else full_span(d) for a, d in enumerate(shape))
            out = Value(fill.out.type, fill.out.hint)
            args = (begin[-1].out, fill.args[0])
            begin.append(replace(empty, op=OPS["setitem"], args=args, outs=(out,), attrs={"index": index}))
        first = found[chain[0].out][0]
        found[chain[0].out] = [*begin, replace(first, args=(begin[-1].out, *first.args[1:]))]
        return found
    return {}


def tile_of(write: Eqn, shape: Shape) -> Tile | None:
    """The rows that a write comes by, each once, if these are what its index selects."""
    if len(write.args) != 2 or not write.args[0].type.rank or write.args[0] in write.args[1:]:
        return None
    index = index_of(write.attrs)
    if len(index) != len(shape):
        return None
    part = [a for a, (item, d) in enumerate(zip(index, shape, strict=True)) if item != full_span(d)]
    if len(part) > 1:
        return None
    axis = part[0] if part else 0
    item = index[axis]
    if isinstance(item, At):
        return Tile(axis, item.position, item.position + 1)
    if isinstance(item, Span) and item.step == 1:
        return Tile(axis, item.start, item.start + item.extent)
    return None


def missing(tiles: Sequence[Tile], shape: Shape) -> list[Dim] | None:
    """The rows that no tile has, if they are few, the tiles lie side by side and share an axis."""
    (axis, *others) = {t.axis for t in tiles}
    if others:
        return None
    rest = list(tiles)
    rows: list[Dim] = []
    at: Dim = 0
    while True:
        ahead = [(t, gap) for t in rest if isinstance(gap := t.start - at, int) and gap >= 0]
        tile, gap = min(ahead, key=lambda found: found[1], default=(None, shape[axis] - at))
        if not isinstance(gap, int) or gap < 0 or len(rows) + gap > ROWS:
            return None
        rows += [at + k for k in range(gap)]
        if tile is None:
            return None if rest else rows
        rest.remove(tile)
        at = tile.stop
