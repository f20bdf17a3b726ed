"""Only the last A is squared, the sweeps are linear: no tape, and the transposed stencil in gather form."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "nsz"})
def _sweep(a, b):
    n = a.shape[0]
    for i in range(1, n - 1):
        for j in range(1, n - 1):
            b[i, j] = 0.2 * (a[i, j] + a[i, j - 1] + a[i, j + 1] + a[i + 1, j] + a[i - 1, j])


@njit(fastmath={"reassoc", "contract", "nsz"})
def _back(ga, gb):
    """gb += (sweep reading b, writing the inside of a)^T ga; the inside of ga dies; gb's is 0 before."""
    n = ga.shape[0]
    c = 0.2
    for i in range(1, n - 1):
        gb[0, i] += c * ga[1, i]
        gb[n - 1, i] += c * ga[n - 2, i]
        gb[i, 0] += c * ga[i, 1]
        gb[i, n - 1] += c * ga[i, n - 2]
    for i in range(1, n - 1):
        up = 1.0 if i > 1 else 0.0
        down = 1.0 if i < n - 2 else 0.0
        for j in range(1, n - 1):
            gb[i, j] = ga[i, j] + up * ga[i - 1, j] + down * ga[i + 1, j]
        gb[i, 1] += ga[i, 2]
        for j in range(2, n - 2):
            gb[i, j] += ga[i, j - 1] + ga[i, j + 1]
        gb[i, n - 2] += ga[i, n - 3]
        for j in range(1, n - 1):
            gb[i, j] *= c
    for i in range(1, n - 1):
        for j in range(1, n - 1):
            ga[i, j] = 0.0


@njit
def grad(tsteps, A, B):
    a, b = A.copy(), B.copy()
    for _ in range(1, tsteps):
        _sweep(a, b)
        _sweep(b, a)
    ga = 2.0 * a
    gb = np.zeros_like(B)
    for _ in range(1, tsteps):
        _back(ga, gb)
        _back(gb, ga)
    return ga, gb
