"""Vectors are the tape; the matrix is read once a step, its gradient is one product at the end."""

import numpy as np
from numba import njit


@njit
def grad(A, v, iterations):
    n = A.shape[0]
    vs = np.empty((iterations + 1, n))
    norms = np.empty(iterations)
    vs[0] = v / np.sqrt(v @ v)
    for k in range(iterations):
        w = A @ vs[k]
        norms[k] = np.sqrt(w @ w)
        vs[k + 1] = w / norms[k]
    last = vs[iterations]
    g = A @ last + last @ A
    gs = np.empty((iterations + 1, n))
    gs[iterations] = last
    for k in range(iterations - 1, -1, -1):
        unit = vs[k + 1]
        dw = (g - (g @ unit) * unit) / norms[k]
        gs[k] = dw
        g = dw @ A
    return gs.T @ vs
