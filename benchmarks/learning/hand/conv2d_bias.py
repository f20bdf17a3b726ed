"""Direct loops, the output channel innermost in all three; the bias rides along."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "nsz"})
def grad(input, weights, bias):
    K, _, C_in, C_out = weights.shape
    N, H, W = input.shape[:3]
    gi, gw, gb = np.zeros_like(input), np.zeros_like(weights), np.zeros_like(bias)
    g = np.empty(C_out)
    for n in range(N):
        for i in range(H - K + 1):
            for j in range(W - K + 1):
                for o in range(C_out):
                    g[o] = bias[o]
                for p in range(K):
                    for q in range(K):
                        for c in range(C_in):
                            v = input[n, i + p, j + q, c]
                            for o in range(C_out):
                                g[o] += v * weights[p, q, c, o]
                for o in range(C_out):
                    g[o] *= 2.0
                    gb[o] += g[o]
                for p in range(K):
                    for q in range(K):
                        for c in range(C_in):
                            v = input[n, i + p, j + q, c]
                            s = 0.0
                            for o in range(C_out):
                                s += g[o] * weights[p, q, c, o]
                                gw[p, q, c, o] += g[o] * v
                            gi[n, i + p, j + q, c] += s
    return gi, gw, gb
