"""Conjugate gradients, a fixed number of iterations, in place, then a quadratic loss of the solution."""

import numpy as np

WRT = ["A", "b"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, iterations = {"T": (6, 4), "S": (200, 20), "M": (1000, 30)}[size]
    rng = np.random.default_rng(55)
    q = rng.standard_normal((n, n)) / np.sqrt(n)
    return q @ q.T + np.eye(n), rng.standard_normal(n), iterations


def primal(A, b, iterations):
    x = np.zeros_like(b)
    r = b - A @ x
    p = r.copy()
    rr = r @ r
    for k in range(iterations):
        Ap = A @ p
        alpha = rr / (p @ Ap)
        x += alpha * p
        r -= alpha * Ap
        new = r @ r
        p = r + (new / rr) * p
        rr = new
    return x @ x
