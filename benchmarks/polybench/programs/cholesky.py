"""Cholesky factor, in place, row by row; the log determinant."""

import numpy as np

WRT = ["A"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 5, "S": 160, "M": 400}[size]
    a = np.random.default_rng(12).random((n, n))
    return (a @ a.T + n * np.eye(n),)


def primal(A):
    A = A.copy()
    A[0, 0] = np.sqrt(A[0, 0])
    for i in range(1, A.shape[0]):
        for j in range(i):
            A[i, j] -= np.dot(A[i, :j], A[j, :j])
            A[i, j] /= A[j, j]
        A[i, i] -= np.dot(A[i, :i], A[i, :i])
        A[i, i] = np.sqrt(A[i, i])
    return np.sum(np.log(np.diag(A))) + np.sum(np.tril(A))
