"""The states are the tape; backwards each cell gathers what its neighbours took from it."""

import numpy as np
from numba import njit


@njit
def grad(steps, u0, cfl):
    n = u0.shape[0]
    u = np.empty((steps + 1, n + 2))
    u[0, 1:-1] = u0
    for t in range(steps):
        a, b = u[t], u[t + 1]
        a[0] = a[n]
        a[n + 1] = a[1]
        for i in range(1, n + 1):
            slope = a[i] - a[i - 1] if a[i] > 0 else a[i + 1] - a[i]
            b[i] = a[i] - cfl * a[i] * slope
    top = u[steps, 1:-1].max()
    ties = np.sum(u[steps, 1:-1] == top)
    g = np.empty(n + 2)
    h = np.empty(n + 2)
    for i in range(1, n + 1):
        g[i] = 2.0 * u[steps, i] + (1.0 / ties if u[steps, i] == top else 0.0)
    for t in range(steps - 1, -1, -1):
        a = u[t]
        g[0] = g[n]
        g[n + 1] = g[1]
        for i in range(1, n + 1):
            w = cfl * g[i] * a[i]
            slope = a[i] - a[i - 1] if a[i] > 0 else a[i + 1] - a[i]
            s = g[i] - cfl * g[i] * slope + (-w if a[i] > 0 else w)
            s += cfl * g[i + 1] * a[i + 1] if a[i + 1] > 0 else 0.0
            s -= cfl * g[i - 1] * a[i - 1] if not a[i - 1] > 0 else 0.0
            h[i] = s
        g, h = h, g
    return g[1:-1].copy()
