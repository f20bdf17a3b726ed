"""Symmetric rank-k update of the lower triangle."""

import numpy as np

WRT = ["A", "C"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    m, n = {"T": (3, 4), "S": (100, 130), "M": (200, 260)}[size]
    rng = np.random.default_rng(9)
    return 1.5, 1.2, rng.random((n, m)), rng.random((n, n))


def primal(alpha, beta, A, C):
    C = C.copy()
    for i in range(A.shape[0]):
        C[i, : i + 1] *= beta
        for k in range(A.shape[1]):
            C[i, : i + 1] += alpha * A[i, k] * A[: i + 1, k]
    return np.sum(C * C)
