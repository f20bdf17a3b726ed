"""The orbit of one point at a time is the tape: two short rows, in the cache."""

import numpy as np
from numba import njit


@njit
def grad(c_re, c_im, trips):
    g_re, g_im = np.zeros_like(c_re), np.zeros_like(c_im)
    xs, ys = np.empty(trips), np.empty(trips)
    for i in range(len(c_re)):
        for j in range(len(c_im)):
            x = y = 0.0
            done = 0
            last = 0
            for k in range(trips):
                last = k
                if x * x + y * y > 4.0:
                    break
                xs[k], ys[k] = x, y
                x, y = x * x - y * y + c_re[i], 2.0 * x * y + c_im[j]
                done = k + 1
            radius = np.sqrt(x * x + y * y)
            if radius == 0.0:
                continue
            gx = x / (radius * (1.0 + last))
            gy = y / (radius * (1.0 + last))
            a = b = 0.0
            for k in range(done - 1, -1, -1):
                a += gx
                b += gy
                gx, gy = 2.0 * (gx * xs[k] + gy * ys[k]), 2.0 * (gy * xs[k] - gx * ys[k])
            g_re[i] += a
            g_im[j] += b
    return g_re, g_im
