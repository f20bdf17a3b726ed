"""Reading and writing parts of arrays: cotangents are written where values were read, and the reverse.

In: nothing. Out: a rule for each of getitem, setitem, add_at, push.

    y = x[i]        dx[i] += dy
    z = x; z[i] = v     dx = dz with dx[i] = 0,  dv = dz[i]
"""

from __future__ import annotations

from symgrad.ir.build import arange, equal, filled, getitem, reshape, setitem, where
from symgrad.ir.core import Index
from symgrad.ir.dims import product
from symgrad.ir.indexing import is_basic
from symgrad.ir.ops import op
from symgrad.rules.declare import AddAt, Array, nondiff, transpose


def _written(g: Array, index: Index, operands: tuple[Array, ...]) -> Array:
    """What of `g` the written values get: where integer arrays repeat a position, the last one has it."""
    part = getitem(g, index, *operands)
    if is_basic(index):
        return part
    order = reshape(arange(g, product(part.shape)), part.shape)
    winner = setitem(filled(g, 0, "int64", g.shape), order, index, *operands)
    return where(equal(getitem(winner, index, *operands), order), part, 0.0)


def _replaced(g: Array, index: Index, operands: tuple[Array, ...]) -> tuple[Array, Array]:
    """What the written values get is read first, so that the zeros can be written in place."""
    part = _written(g, index, operands)
    return setitem(g, 0.0, index, *operands), part


# fmt: off
transpose(op.getitem, 0,      lambda g, x, *i, index: AddAt(g, index, i))
transpose(op.setitem, (0, 1), lambda g, x, v, *i, index: _replaced(g, index, i))
transpose(op.push, (0, 1),    lambda g, x, v, *i, index: _replaced(g, index, i))
transpose(op.add_at, (0, 1),  lambda g, x, v, *i, index: (g, getitem(g, index, *i)))
nondiff(op.empty, op.tape)
# fmt: on
