"""The logarithm of a determinant, by elimination with partial pivots."""

import numpy as np

WRT = ["A"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 4, "S": 120, "M": 300}[size]
    return (np.random.default_rng(39).standard_normal((n, n)),)


def primal(A):
    A = A.copy()
    n = A.shape[0]
    log_det = 0.0
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(A[i, k]) > abs(A[pivot, k]):
                pivot = i
        if pivot != k:
            for j in range(k, n):
                A[k, j], A[pivot, j] = A[pivot, j], A[k, j]
        log_det += np.log(abs(A[k, k]))
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= factor * A[k, j]
    return log_det
