"""Products of matrices and vectors spelt in the language itself (see `spelled`).

In: a call such as np.kron(a, b), np.linalg.matrix_power(a, 5). Out: what interpreting the function of
its name gives.

    np.linalg.matrix_power(a, 5)   ->   b = a @ a;  b @ b @ a
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symgrad.frontend.registry import spelled
from symgrad.frontend.spelled import refuse

Array = Any


@spelled(np.cross, np.linalg.cross)
def cross(a: Array, b: Array, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None) -> Array:
    """Of vectors of length 3."""
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    a, b = np.moveaxis(np.asarray(a), axisa, -1), np.moveaxis(np.asarray(b), axisb, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        return refuse(
            "np.cross of vectors that are not of length 3",
            "NumPy 2 refuses it too",
            "x[0] * y[1] - x[1] * y[0]",
        )
    out = a[..., [1, 2, 0]] * b[..., [2, 0, 1]] - a[..., [2, 0, 1]] * b[..., [1, 2, 0]]
    return np.moveaxis(out, -1, axisc)


@spelled(np.kron)
def kron(a: Array, b: Array) -> Array:
    a, b = np.asarray(a), np.asarray(b)
    n = max(a.ndim, b.ndim)
    a, b = a.reshape((1,) * (n - a.ndim) + a.shape), b.reshape((1,) * (n - b.ndim) + b.shape)
    left = tuple(e for d in a.shape for e in (d, 1))
    right = tuple(e for d in b.shape for e in (1, d))
    return (a.reshape(left) * b.reshape(right)).reshape(
        tuple(p * q for p, q in zip(a.shape, b.shape, strict=True))
    )


@spelled(np.linalg.multi_dot)
def multi_dot(arrays: Any) -> Array:
    out = arrays[0]
    for other in arrays[1:]:
        out = np.dot(out, other)
    return out


@spelled(np.linalg.matrix_power)
def matrix_power(a: Array, n: int) -> Array:
    """By squaring."""
    if n == 0:
        return np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape).copy()
    base, left = a if n > 0 else np.linalg.inv(a), abs(n)
    out = None
    while left > 0:
        if left % 2:
            out = base if out is None else out @ base
        left = left // 2
        if left > 0:
            base = base @ base
    return out


@spelled(np.vecdot, np.linalg.vecdot)
def vecdot(x1: Array, x2: Array, axis: int = -1) -> Array:
    return np.sum(x1 * x2, axis=axis)
