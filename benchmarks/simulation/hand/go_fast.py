"""Two passes: the sum of the result, then the gradient."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "nsz"})
def grad(a):
    n = a.shape[0]
    trace = 0.0
    for i in range(n):
        trace += np.tanh(a[i, i])
    g = np.empty_like(a)
    total = 0.0
    for i in range(n):
        for j in range(a.shape[1]):
            v = 2.0 * (a[i, j] + trace)
            g[i, j] = v
            total += v
    for i in range(n):
        t = np.tanh(a[i, i])
        g[i, i] += total * (1.0 - t * t)
    return (g,)
