"""Z whole is the tape; one backward sweep over the diagonals."""

import numpy as np
from numba import njit


@njit
def grad(pairing):
    n = pairing.shape[0]
    Z = np.ones((n + 1, n + 1))
    for length in range(4, n + 1):
        for i in range(n - length + 1):
            j = i + length
            total = Z[i, j - 1]
            for k in range(i, j - 4):
                total += Z[i, k] * pairing[k, j - 1] * Z[k + 1, j - 1]
            Z[i, j] = total
    dZ = np.zeros((n + 1, n + 1))
    dp = np.zeros((n, n))
    dZ[0, n] = 1.0 / Z[0, n]
    for length in range(n, 3, -1):
        for i in range(n - length + 1):
            j = i + length
            g = dZ[i, j]
            dZ[i, j - 1] += g
            for k in range(i, j - 4):
                a, p, b = Z[i, k], pairing[k, j - 1], Z[k + 1, j - 1]
                dZ[i, k] += g * p * b
                dp[k, j - 1] += g * a * b
                dZ[k + 1, j - 1] += g * a * p
    return dp
