"""The table R is the tape; the three weights of a cell are computed again from it."""

import numpy as np
from numba import njit


@njit
def grad(x, y, gamma):
    n, m = len(x), len(y)
    R = np.full((n + 1, m + 1), 1e10)
    R[0, 0] = 0.0
    for i in range(n):
        for j in range(m):
            a, b, c = R[i, j], R[i, j + 1], R[i + 1, j]
            low = min(a, b, c)
            s = np.exp((low - a) / gamma) + np.exp((low - b) / gamma) + np.exp((low - c) / gamma)
            R[i + 1, j + 1] = (x[i] - y[j]) ** 2 + low - gamma * np.log(s)
    G = np.zeros((n + 1, m + 1))
    G[n, m] = 1.0
    gx, gy = np.zeros(n), np.zeros(m)
    ggamma = 0.0
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            g = G[i + 1, j + 1]
            d = 2.0 * g * (x[i] - y[j])
            gx[i] += d
            gy[j] -= d
            a, b, c = R[i, j], R[i, j + 1], R[i + 1, j]
            soft = R[i + 1, j + 1] - (x[i] - y[j]) ** 2
            wa, wb, wc = np.exp((soft - a) / gamma), np.exp((soft - b) / gamma), np.exp((soft - c) / gamma)
            G[i, j] += g * wa
            G[i, j + 1] += g * wb
            G[i + 1, j] += g * wc
            ggamma += g * (soft - wa * a - wb * b - wc * c) / gamma
    return gx, gy, ggamma
