"""One pass over the rows: the margin, its slope, the row of the gradient."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "arcp", "nsz"})
def grad(w, b, X, y, penalty):
    n, d = X.shape
    m = np.dot(X, w)
    gb = 0.0
    for i in range(n):
        m[i] = -y[i] / (n * (1.0 + np.exp(y[i] * (m[i] + b))))
        gb += m[i]
    gw = np.dot(m, X)
    for j in range(d):
        gw[j] += 2.0 * penalty * w[j]
    return gw, gb
