"""The largest eigenvalue by power iteration."""

import numpy as np

WRT = ["A"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, iterations = {"T": (5, 4), "S": (200, 30), "M": (1000, 40)}[size]
    rng = np.random.default_rng(56)
    a = rng.random((n, n))
    return a + a.T, rng.random(n), iterations


def primal(A, v, iterations):
    v = v / np.linalg.norm(v)
    for _ in range(iterations):
        w = A @ v
        v = w / np.linalg.norm(w)
    return v @ A @ v
