"""Levinson-Durbin recursion for a Toeplitz system."""

import numpy as np

WRT = ["r"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 6, "S": 1000, "M": 3000}[size]
    r = np.random.default_rng(13).random(n)
    return (0.4 * r / np.arange(2, n + 2) ** 1.5,)


def primal(r):
    y = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, r.shape[0]):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return np.sum(y * y)
