"""Two matrix products in a row."""

import numpy as np

WRT = ["A", "B", "C", "D"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    ni, nj, nk, nl = {"T": (3, 4, 5, 2), "S": (200, 220, 250, 270), "M": (600, 640, 700, 760)}[size]
    rng = np.random.default_rng(17)
    return 1.5, 1.2, rng.random((ni, nk)), rng.random((nk, nj)), rng.random((nj, nl)), rng.random((ni, nl))


def primal(alpha, beta, A, B, C, D):
    D = alpha * A @ B @ C + beta * D
    return np.sum(D * D)
