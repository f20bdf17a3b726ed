"""Matrix products of every rank pair: a vector on either side is a row or a column.

In: nothing. Out: the two transposes of matmul. Batch axes that were broadcast are summed by the engine.

    c = a @ b      da = dc @ b.T      db = a.T @ dc
"""

from __future__ import annotations

from symgrad.ir.build import reshape
from symgrad.ir.ops import op
from symgrad.rules.declare import Array, transpose
from symgrad.rules.shaping import row


def _column(v: Array) -> Array:
    """(..., k) as (..., k, 1)."""
    return reshape(v, (*v.shape, 1))


def _left(g: Array, a: Array, b: Array) -> Array:
    if b.ndim == 1:
        return g * b if a.ndim == 1 else _column(g) * b
    if a.ndim > 1:
        return g @ b.mT
    return b @ g if b.ndim == 2 else reshape(row(g) @ b.mT, (*g.shape[:-1], b.shape[-2]))


def _right(g: Array, a: Array, b: Array) -> Array:
    if a.ndim == 1:
        return g * a if b.ndim == 1 else _column(a) * row(g)
    if b.ndim > 1:
        return a.mT @ g
    return a.mT @ g if a.ndim == 2 else reshape(a.mT @ _column(g), (*a.shape[:-2], a.shape[-1]))


transpose(op.matmul, 0, _left)
transpose(op.matmul, 1, _right)
