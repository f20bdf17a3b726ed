"""Solve by LU factors without pivots, then forward and backward substitution."""

import numpy as np

WRT = ["A", "b"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 5, "S": 150, "M": 350}[size]
    rng = np.random.default_rng(15)
    return rng.random((n, n)) + n * np.eye(n), rng.random(n)


def primal(A, b):
    A = A.copy()
    x = np.zeros_like(b)
    y = np.zeros_like(b)
    for i in range(A.shape[0]):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[:j, j]
            A[i, j] /= A[j, j]
        for j in range(i, A.shape[0]):
            A[i, j] -= A[i, :i] @ A[:i, j]
    for i in range(A.shape[0]):
        y[i] = b[i] - A[i, :i] @ y[:i]
    for i in range(A.shape[0] - 1, -1, -1):
        x[i] = (y[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return x @ x
