"""Symmetric rank-2k update of the lower triangle."""

import numpy as np

WRT = ["A", "B", "C"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    m, n = {"T": (3, 4), "S": (80, 100), "M": (160, 200)}[size]
    rng = np.random.default_rng(10)
    return 1.5, 1.2, rng.random((n, m)), rng.random((n, m)), rng.random((n, n))


def primal(alpha, beta, A, B, C):
    C = C.copy()
    for i in range(A.shape[0]):
        C[i, : i + 1] *= beta
        for k in range(A.shape[1]):
            C[i, : i + 1] += A[: i + 1, k] * alpha * B[i, k] + B[: i + 1, k] * alpha * A[i, k]
    return np.sum(C * C)
