"""y is undone step by step: before step k it was (y - alpha flip(y)) / (1 - alpha^2); only alpha is kept."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "nsz"})
def grad(r):
    n = r.shape[0]
    y = np.empty(n)
    alphas = np.empty(n)
    betas = np.empty(n)
    alphas[0] = y[0] = -r[0]
    betas[0] = 1.0
    for k in range(1, n):
        betas[k] = betas[k - 1] * (1.0 - alphas[k - 1] * alphas[k - 1])
        s = r[k]
        for i in range(k):
            s += r[k - 1 - i] * y[i]
        a = -s / betas[k]
        alphas[k] = a
        for i in range((k + 1) // 2):
            p, q = y[i], y[k - 1 - i]
            y[i] = p + a * q
            y[k - 1 - i] = q + a * p
        y[k] = a
    gr = np.zeros(n)
    gy = 2.0 * y
    galpha = 0.0
    gbeta = 0.0
    for k in range(n - 1, 0, -1):
        a, beta = alphas[k], betas[k]
        galpha += gy[k]
        scale = 1.0 / (1.0 - a * a)
        for i in range((k + 1) // 2):
            m = k - 1 - i
            p, q = (y[i] - a * y[m]) * scale, (y[m] - a * y[i]) * scale
            y[i], y[m] = p, q
            gp, gq = gy[i], gy[m]
            galpha += gp * q + (gq * p if i != m else 0.0)
            if i != m:
                gy[i], gy[m] = gp + a * gq, gq + a * gp
            else:
                gy[i] = gp + a * gp
        gs = -galpha / beta
        gbeta -= galpha * a / beta
        gr[k] += gs
        for i in range(k):
            gr[k - 1 - i] += gs * y[i]
            gy[i] += gs * r[k - 1 - i]
        before = alphas[k - 1]
        galpha = -2.0 * before * betas[k - 1] * gbeta
        gbeta *= 1.0 - before * before
    gr[0] -= gy[0] + galpha
    return (gr,)
