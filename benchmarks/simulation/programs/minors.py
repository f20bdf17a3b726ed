"""A determinant by expansion along the first row, with every cofactor written to a smaller matrix."""

import numpy as np

WRT = ["A"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 4, "S": 6, "M": 8}[size]
    return (np.random.default_rng(40).standard_normal((n, n)),)


def minor(A, column):
    n = A.shape[0]
    M = np.zeros((n - 1, n - 1))
    for i in range(1, n):
        k = 0
        for j in range(n):
            if j != column:
                M[i - 1, k] = A[i, j]
                k += 1
    return M


def primal(A):
    total = 0.0
    sign = 1.0
    for j in range(A.shape[0]):
        M = minor(A, j)
        for k in range(M.shape[0] - 1):
            for i in range(k + 1, M.shape[0]):
                M[i, k:] -= M[i, k] / M[k, k] * M[k, k:]
        total += sign * A[0, j] * np.prod(np.diag(M))
        sign = -sign
    return total
