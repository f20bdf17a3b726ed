"""Jacobi sweeps of the 5-point stencil in the plane, two buffers."""

import numpy as np

WRT = ["A", "B"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    tsteps, n = {"T": (3, 7), "S": (50, 150), "M": (80, 350)}[size]
    rng = np.random.default_rng(1)
    return tsteps, rng.random((n, n)), rng.random((n, n))


def primal(tsteps, A, B):
    A = A.copy()
    B = B.copy()
    for t in range(1, tsteps):
        B[1:-1, 1:-1] = 0.2 * (A[1:-1, 1:-1] + A[1:-1, :-2] + A[1:-1, 2:] + A[2:, 1:-1] + A[:-2, 1:-1])
        A[1:-1, 1:-1] = 0.2 * (B[1:-1, 1:-1] + B[1:-1, :-2] + B[1:-1, 2:] + B[2:, 1:-1] + B[:-2, 1:-1])
    return np.sum(A * A)
