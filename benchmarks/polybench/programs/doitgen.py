"""Multiresolution kernel: each matrix of a stack times one matrix, in place."""

import numpy as np

WRT = ["A", "C4"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    nr, nq, np_ = {"T": (3, 2, 4), "S": (40, 50, 60), "M": (110, 125, 128)}[size]
    rng = np.random.default_rng(19)
    return rng.random((nr, nq, np_)), rng.random((np_, np_))


def primal(A, C4):
    A = A.copy()
    for r in range(A.shape[0]):
        for q in range(A.shape[1]):
            A[r, q, :] = A[r, q, :] @ C4
    return np.sum(A * A)
