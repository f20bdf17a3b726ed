"""A sum of two matrix-vector products."""

import numpy as np

WRT = ["alpha", "beta", "A", "B", "x"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 5, "S": 1000, "M": 3000}[size]
    rng = np.random.default_rng(6)
    return 1.5, 1.2, rng.random((n, n)), rng.random((n, n)), rng.random(n)


def primal(alpha, beta, A, B, x):
    y = alpha * A @ x + beta * B @ x
    return y @ y
