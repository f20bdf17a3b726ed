"""The states are the tape; each sweep is one pass over padded arrays, whose edges are filled first."""

import numpy as np
from numba import njit


@njit
def _wrap(a):
    n, m = a.shape
    for j in range(1, m - 1):
        a[0, j] = a[n - 2, j]
        a[n - 1, j] = a[1, j]
    for i in range(n):
        a[i, 0] = a[i, m - 2]
        a[i, m - 1] = a[i, 1]


@njit(fastmath={"reassoc", "contract", "nsz"})
def _step(u, v, un, vn, du, dv, feed, kill):
    n, m = u.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            lu = u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4 * u[i, j]
            lv = v[i - 1, j] + v[i + 1, j] + v[i, j - 1] + v[i, j + 1] - 4 * v[i, j]
            uvv = u[i, j] * v[i, j] * v[i, j]
            un[i, j] = u[i, j] + du * lu - uvv + feed * (1 - u[i, j])
            vn[i, j] = v[i, j] + dv * lv + uvv - (feed + kill) * v[i, j]


@njit(fastmath={"reassoc", "contract", "nsz"})
def _back(u, v, gu, gv, hu, hv, du, dv, feed, kill):
    n, m = u.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            lu = gu[i - 1, j] + gu[i + 1, j] + gu[i, j - 1] + gu[i, j + 1] - 4 * gu[i, j]
            lv = gv[i - 1, j] + gv[i + 1, j] + gv[i, j - 1] + gv[i, j + 1] - 4 * gv[i, j]
            g = gv[i, j] - gu[i, j]
            hu[i, j] = gu[i, j] * (1 - feed) + du * lu + g * v[i, j] * v[i, j]
            hv[i, j] = gv[i, j] * (1 - feed - kill) + dv * lv + g * 2 * u[i, j] * v[i, j]


@njit
def grad(steps, u0, v0, du, dv, feed, kill):
    n, m = u0.shape
    u = np.empty((steps + 1, n + 2, m + 2))
    v = np.empty((steps + 1, n + 2, m + 2))
    u[0, 1:-1, 1:-1] = u0
    v[0, 1:-1, 1:-1] = v0
    for t in range(steps):
        _wrap(u[t])
        _wrap(v[t])
        _step(u[t], v[t], u[t + 1], v[t + 1], du, dv, feed, kill)
    gu = np.zeros((n + 2, m + 2))
    gv = np.zeros((n + 2, m + 2))
    hu = np.empty_like(gu)
    hv = np.empty_like(gv)
    gv[1:-1, 1:-1] = 2.0 * v[steps, 1:-1, 1:-1]
    for t in range(steps - 1, -1, -1):
        _wrap(gu)
        _wrap(gv)
        _back(u[t], v[t], gu, gv, hu, hv, du, dv, feed, kill)
        gu, hu = hu, gu
        gv, hv = hv, gv
    return gu[1:-1, 1:-1].copy(), gv[1:-1, 1:-1].copy()
