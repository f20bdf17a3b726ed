"""Direct loops with the output channel innermost; the winner of each pool is found again on the way back."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "nsz"})
def grad(image, weights, bias):
    N, H, W, C = image.shape
    K, O = weights.shape[0], weights.shape[3]
    h, w = H - K + 1, W - K + 1
    y = np.empty((N, h, w, O))
    for n in range(N):
        for i in range(h):
            for j in range(w):
                for o in range(O):
                    y[n, i, j, o] = bias[o]
                for p in range(K):
                    for q in range(K):
                        for c in range(C):
                            v = image[n, i + p, j + q, c]
                            for o in range(O):
                                y[n, i, j, o] += v * weights[p, q, c, o]
    g = np.zeros((N, h, w, O))
    for n in range(N):
        for i in range(h // 2):
            for j in range(w // 2):
                for o in range(O):
                    best, bi, bj = y[n, 2 * i, 2 * j, o], 0, 0
                    for p in range(2):
                        for q in range(2):
                            if y[n, 2 * i + p, 2 * j + q, o] > best:
                                best, bi, bj = y[n, 2 * i + p, 2 * j + q, o], p, q
                    if best > 0.0:
                        g[n, 2 * i + bi, 2 * j + bj, o] = 2.0 * best
    dimage, dweights, dbias = np.zeros_like(image), np.zeros_like(weights), np.zeros_like(bias)
    for n in range(N):
        for i in range(h):
            for j in range(w):
                for o in range(O):
                    dbias[o] += g[n, i, j, o]
                for p in range(K):
                    for q in range(K):
                        for c in range(C):
                            v = image[n, i + p, j + q, c]
                            s = 0.0
                            for o in range(O):
                                s += g[n, i, j, o] * weights[p, q, c, o]
                                dweights[p, q, c, o] += v * g[n, i, j, o]
                            dimage[n, i + p, j + q, c] += s
    return dimage, dweights, dbias
