"""Two matrix-vector products, with a matrix and its transpose."""

import numpy as np

WRT = ["x1", "x2", "y_1", "y_2", "A"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 5, "S": 1000, "M": 3000}[size]
    rng = np.random.default_rng(5)
    return rng.random(n), rng.random(n), rng.random(n), rng.random(n), rng.random((n, n))


def primal(x1, x2, y_1, y_2, A):
    x1 += A @ y_1
    x2 += y_2 @ A
    return np.sum(x1 * x2)
