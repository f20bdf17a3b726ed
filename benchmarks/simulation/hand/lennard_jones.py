"""One pass over the pairs: the force is added where the energy would have been."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "arcp", "nsz"})
def grad(r, cutoff):
    n = r.shape[0]
    g = np.zeros_like(r)
    for i in range(n):
        x, y, z = r[i, 0], r[i, 1], r[i, 2]
        gx = gy = gz = 0.0
        for j in range(i):
            dx, dy, dz = x - r[j, 0], y - r[j, 1], z - r[j, 2]
            r2 = dx * dx + dy * dy + dz * dz
            if r2 > cutoff * cutoff:
                continue
            s2 = 1.0 / r2
            s6 = s2 * s2 * s2
            f = -24.0 * s2 * (2.0 * s6 * s6 - s6)
            gx += f * dx
            gy += f * dy
            gz += f * dz
            g[j, 0] -= f * dx
            g[j, 1] -= f * dy
            g[j, 2] -= f * dz
        g[i, 0] += gx
        g[i, 1] += gy
        g[i, 2] += gz
    return (g,)
