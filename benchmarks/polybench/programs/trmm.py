"""Product with a triangular matrix, in place."""

import numpy as np

WRT = ["A", "B"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    m, n = {"T": (4, 3), "S": (130, 160), "M": (260, 320)}[size]
    rng = np.random.default_rng(11)
    return 1.5, rng.random((m, m)), rng.random((m, n))


def primal(alpha, A, B):
    B = B.copy()
    for i in range(B.shape[0]):
        for j in range(B.shape[1]):
            B[i, j] += np.dot(A[i + 1 :, i], B[i + 1 :, j])
    B *= alpha
    return np.sum(B * B)
