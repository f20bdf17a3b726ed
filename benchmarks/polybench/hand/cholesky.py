"""The factor is the tape: what the adjoint of row i reads is final when row i is done."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "nsz"})
def grad(A):
    n = A.shape[0]
    L = A.copy()
    for i in range(n):
        for j in range(i):
            s = L[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            L[i, j] = s / L[j, j]
        s = L[i, i]
        for k in range(i):
            s -= L[i, k] * L[i, k]
        L[i, i] = np.sqrt(s)
    g = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            g[i, j] = 1.0
        g[i, i] += 1.0 / L[i, i]
    for i in range(n - 1, -1, -1):
        d = g[i, i] / (2.0 * L[i, i])
        g[i, i] = d
        for k in range(i):
            g[i, k] -= 2.0 * d * L[i, k]
        for j in range(i - 1, -1, -1):
            d = g[i, j] / L[j, j]
            g[i, j] = d
            g[j, j] -= d * L[i, j]
            for k in range(j):
                g[i, k] -= d * L[j, k]
                g[j, k] -= d * L[i, k]
    return (g,)
