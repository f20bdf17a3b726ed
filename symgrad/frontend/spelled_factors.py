"""Orthogonal factors spelt in the language: Householder's reflections as a loop, whose adjoint is a loop.

In: np.linalg.qr(a), np.linalg.lstsq(a, b). Out: what interpreting the function of that name here gives: the
factors with LAPACK's signs, for a matrix of full rank.

    q, r = np.linalg.qr(a)   ->   for j in range(k): r[j:, j:] -= np.outer(s * w, w @ r[j:, j:])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symgrad.frontend.registry import spelled
from symgrad.frontend.spelled import refuse

Array = Any
QR = type(np.linalg.qr(np.eye(1)))


@spelled(np.linalg.qr)
def qr(a: Array, mode: str = "reduced") -> Any:
    """A column that is zero below the diagonal is not reflected, as in LAPACK."""
    if mode not in ("reduced", "r"):
        return refuse(
            f"`mode={mode!r}` of np.linalg.qr",
            why="the columns that make Q square are not determined by the matrix",
            instead='mode="reduced"',
        )
    a = np.asarray(a)
    if a.ndim != 2:
        return refuse("np.linalg.qr of a stack of matrices", instead="a loop over them")
    m, n = a.shape
    k = min(m, n)
    r = 1.0 * a
    w = np.zeros((m, k), dtype=r.dtype)
    scale = np.zeros(k, dtype=r.dtype)
    for j in range(k):
        below = np.sum(r[j + 1 :, j] ** 2)
        if below > 0.0:
            w[j:, j] = r[j:, j]
            w[j, j] += np.copysign(np.sqrt(r[j, j] ** 2 + below), r[j, j])
            scale[j] = 2.0 / np.sum(w[j:, j] ** 2)
            r[j:, j:] -= np.outer(scale[j] * w[j:, j], w[j:, j] @ r[j:, j:])
    if mode == "r":
        return np.triu(r[:k])
    q = np.eye(m, k, dtype=r.dtype)
    for j in range(k - 1, -1, -1):
        q[j:, j:] -= np.outer(scale[j] * w[j:, j], w[j:, j] @ q[j:, j:])
    return QR(q, np.triu(r[:k]))


@spelled(np.linalg.lstsq)
def lstsq(a: Array, b: Array, rcond: Any = None) -> Any:
    """NaN where the columns are not independent: there the solution jumps, and has no derivative."""
    a, b = np.asarray(a), np.asarray(b)
    m, n = a.shape
    if m < n:
        return refuse(
            "np.linalg.lstsq of fewer equations than unknowns",
            why="of the many solutions it takes the shortest, which finds out the rank from the data",
            instead="a.T @ np.linalg.solve(a @ a.T, b), for a matrix of full row rank",
        )
    q, r = qr(a)
    d = np.abs(np.diag(r))
    full = np.min(d) > np.finfo(r.dtype).eps * m * np.max(d)
    x = np.where(full, np.linalg.solve(r, q.T @ b), np.nan)
    missed = np.sum((b - a @ x) ** 2, axis=0) if m > n else np.zeros(0)
    if m > n and b.ndim == 1:
        missed = np.reshape(missed, (1,))
    s = np.sqrt(np.maximum(np.linalg.eigvalsh(a.T @ a), 0.0))[::-1]
    return x, missed, n, s
