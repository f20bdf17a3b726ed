"""Product with a symmetric matrix of which the lower triangle is given."""

import numpy as np

WRT = ["A", "B", "C"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    m, n = {"T": (4, 3), "S": (120, 150), "M": (300, 350)}[size]
    rng = np.random.default_rng(8)
    return 1.5, 1.2, rng.random((m, m)), rng.random((m, n)), rng.random((m, n))


def primal(alpha, beta, A, B, C):
    C = C * beta
    temp2 = np.empty((C.shape[1],))
    for i in range(C.shape[0]):
        for j in range(C.shape[1]):
            C[:i, j] += alpha * B[i, j] * A[i, :i]
            temp2[j] = B[:i, j] @ A[i, :i]
        C[i, :] += alpha * B[i, :] * A[i, i] + alpha * temp2
    return np.sum(C * C)
