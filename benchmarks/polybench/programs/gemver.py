"""Two rank-one updates, then two matrix-vector products."""

import numpy as np

WRT = ["A", "u1", "v1", "u2", "v2", "y", "z"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 5, "S": 700, "M": 2000}[size]
    rng = np.random.default_rng(7)
    vectors = [rng.random(n) for _ in range(6)]
    return 1.5, 1.2, rng.random((n, n)) / n, *vectors


def primal(alpha, beta, A, u1, v1, u2, v2, y, z):
    B = A + np.outer(u1, v1) + np.outer(u2, v2)
    x = beta * y @ B + z
    w = alpha * B @ x
    return np.sum(w)
