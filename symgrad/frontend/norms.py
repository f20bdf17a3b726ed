"""Norms of vectors and matrices.

In: calls such as np.linalg.norm(x), np.linalg.norm(a, 1, axis=(0, 1)). Out: `norm` for the Euclidean one,
sums and extrema of absolute values for the others.

    np.linalg.norm(a, np.inf)   ->   max(sum(absolute(a), axis=1))
"""

from __future__ import annotations

import math

import numpy as np

from symgrad.frontend.context import Lowering
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import cast, elementwise, floats, power
from symgrad.frontend.reductions import axes_of, reduce
from symgrad.frontend.registry import handles
from symgrad.frontend.shaping import reshaped
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.dims import product


@handles(np.linalg.norm)
def norm(low: Lowering, x: Val, ord: Val = None, axis: Val = None, *, keepdims: Val = False) -> Val:
    t = floats(low, x)
    ord = constant(low, ord, "the order of a norm")
    axes = axes_of(low, t.rank, axis)
    if not t.rank:
        return elementwise(low, "absolute", t)
    if ord is None or ord == "fro" or (ord == 2 and len(axes) == 1):
        return reduce(low, "norm", t, axes, keepdims)
    size = elementwise(low, "absolute", t)
    if len(axes) != 1:
        return _of_matrix(low, size, ord, axes, keepdims)
    if ord == math.inf:
        return reduce(low, "max", size, axes, keepdims)
    if ord == -math.inf:
        return reduce(low, "min", size, axes, keepdims)
    if ord == 0:
        return reduce(
            low, "sum", Tensor(cast(low, elementwise(low, "not_equal", t, 0), t.dtype)), axes, keepdims
        )
    if ord == 1:
        return reduce(low, "sum", size, axes, keepdims)
    if not isinstance(ord, int | float):
        low.refuse(f"the norm of order {ord!r}")
    total = reduce(low, "sum", power(low, size, float(ord), operator=False), axes, keepdims)
    return power(low, total, 1.0 / ord, operator=False)


def _of_matrix(low: Lowering, size: Tensor, ord: Val, axes: tuple[int, ...], keepdims: Val) -> Tensor:
    """The largest or smallest sum of absolute values down a column (1) or along a row (inf)."""
    if len(axes) != 2 or ord not in (1, -1, math.inf, -math.inf):
        low.refuse(
            f"the norm of order {ord!r} of a matrix",
            why="it is made of singular values",
            instead='ord="fro", 1 or inf; or np.sqrt(np.linalg.eigvalsh(a.T @ a)) for the singular values',
        )
    summed, left = axes if abs(ord) == 1 else axes[::-1]
    sums = reduce(low, "sum", size, summed, True)
    out = reduce(low, "max" if ord > 0 else "min", sums, left, True)
    if constant(low, keepdims, "keepdims"):
        return out
    return reshaped(low, out, tuple(d for i, d in enumerate(low.shape(out)) if i not in axes))


@handles(np.linalg.vector_norm)
def vector_norm(low: Lowering, x: Val, *, axis: Val = None, keepdims: Val = False, ord: Val = 2) -> Val:
    """Of all elements, as if they stood in a row."""
    t = floats(low, x)
    if axis is None and t.rank > 1 and not constant(low, keepdims, "keepdims"):
        t = reshaped(low, t, (product(low.shape(t)),))
    return norm(low, t, ord, axis, keepdims=keepdims)


@handles(np.linalg.matrix_norm)
def matrix_norm(low: Lowering, x: Val, *, keepdims: Val = False, ord: Val = "fro") -> Val:
    return norm(low, x, ord, (-2, -1), keepdims=keepdims)
