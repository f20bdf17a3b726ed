"""QR by modified Gram-Schmidt."""

import numpy as np

WRT = ["A"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    m, n = {"T": (5, 3), "S": (120, 90), "M": (240, 200)}[size]
    rng = np.random.default_rng(14)
    return (rng.random((m, n)) + np.eye(m, n),)


def primal(A):
    A = A.copy()
    Q = np.zeros_like(A)
    R = np.zeros((A.shape[1], A.shape[1]))
    for k in range(A.shape[1]):
        nrm = np.dot(A[:, k], A[:, k])
        R[k, k] = np.sqrt(nrm)
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, A.shape[1]):
            R[k, j] = np.dot(Q[:, k], A[:, j])
            A[:, j] -= Q[:, k] * R[k, j]
    return np.sum(R) + np.sum(Q[0] * Q[0])
