"""The two products of a biconjugate gradient step."""

import numpy as np

WRT = ["A", "p", "r"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    m, n = {"T": (4, 5), "S": (1000, 1250), "M": (3000, 4000)}[size]
    rng = np.random.default_rng(4)
    return rng.random((n, m)), rng.random(m), rng.random(n)


def primal(A, p, r):
    s = r @ A
    q = A @ p
    return np.sum(s * s) + np.sum(q * q)
