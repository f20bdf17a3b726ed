"""One pass, no array but the gradients; the two arguments of arctan2 share their denominator 1."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "arcp", "nsz"})
def grad(theta_1, phi_1, theta_2, phi_2):
    n = theta_1.shape[0]
    g1, h1, g2, h2 = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for i in range(n):
        a = (theta_2[i] - theta_1[i]) / 2
        b = (phi_2[i] - phi_1[i]) / 2
        sa, ca, sb, cb = np.sin(a), np.cos(a), np.sin(b), np.cos(b)
        c1, c2 = np.cos(theta_1[i]), np.cos(theta_2[i])
        t = sa * sa + c1 * c2 * sb * sb
        g = 1.0 / np.sqrt(t * (1.0 - t))
        ga = g * sa * ca
        gb = g * c1 * c2 * sb * cb
        s = g * sb * sb
        g1[i] = -ga - s * c2 * np.sin(theta_1[i])
        g2[i] = ga - s * c1 * np.sin(theta_2[i])
        h1[i] = -gb
        h2[i] = gb
    return g1, h1, g2, h2
