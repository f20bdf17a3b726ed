"""Path by path: forward, then the cumulative sum backwards, in one row that stays in the cache."""

import numpy as np
from numba import njit


@njit
def grad(spot, rate, sigma, strike, maturity, normals):
    paths, steps = normals.shape
    dt = maturity / steps
    root = np.sqrt(dt)
    path = np.empty(steps)
    drift = (rate - 0.5 * sigma**2) * dt
    total = dspot = dlog = 0.0
    dsigma = np.zeros(steps)
    for p in range(paths):
        x = 0.0
        mean = 0.0
        for t in range(steps):
            x += drift[t] + sigma[t] * root * normals[p, t]
            path[t] = spot * np.exp(x)
            mean += path[t]
        mean /= steps
        if mean > strike:
            total += mean - strike
            dspot += mean / spot
            back = 0.0
            for t in range(steps - 1, -1, -1):
                back += path[t] / steps
                dlog += back
                dsigma[t] += back * (root * normals[p, t] - sigma[t] * dt)
    discount = np.exp(-rate * maturity) / paths
    return discount * dspot, discount * (dlog * dt - maturity * total), discount * dsigma
