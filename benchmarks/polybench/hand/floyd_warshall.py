"""One byte for each comparison; ties split, as everywhere."""

import numpy as np
from numba import njit


@njit
def grad(path):
    n = path.shape[0]
    d = path.copy()
    taken = np.empty((n, n, n), np.int8)
    column = np.empty(n)
    row = np.empty(n)
    for k in range(n):
        for i in range(n):
            column[i] = d[i, k]
            row[i] = d[k, i]
        for i in range(n):
            for j in range(n):
                through = column[i] + row[j]
                taken[k, i, j] = 0 if d[i, j] < through else (2 if through < d[i, j] else 1)
                d[i, j] = min(d[i, j], through)
    g = np.ones_like(path)
    for k in range(n - 1, -1, -1):
        column[:] = 0.0
        row[:] = 0.0
        for i in range(n):
            s = 0.0
            for j in range(n):
                t = 0.5 * taken[k, i, j] * g[i, j]
                g[i, j] -= t
                s += t
                row[j] += t
            column[i] = s
        for i in range(n):
            g[i, k] += column[i]
            g[k, i] += row[i]
    return (g,)
