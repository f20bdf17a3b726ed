"""Soft dynamic time warping between two series: a table filled cell by cell."""

import numpy as np

WRT = ["x", "y", "gamma"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, m = {"T": (4, 5), "S": (200, 250), "M": (800, 1000)}[size]
    rng = np.random.default_rng(41)
    return np.cumsum(rng.standard_normal(n)), np.cumsum(rng.standard_normal(m)), 0.5


def primal(x, y, gamma):
    n, m = len(x), len(y)
    R = np.full((n + 1, m + 1), 1e10)
    R[0, 0] = 0.0
    for i in range(n):
        for j in range(m):
            a, b, c = -R[i, j] / gamma, -R[i, j + 1] / gamma, -R[i + 1, j] / gamma
            top = max(a, b, c)
            soft = -gamma * (np.log(np.exp(a - top) + np.exp(b - top) + np.exp(c - top)) + top)
            R[i + 1, j + 1] = (x[i] - y[j]) ** 2 + soft
    return R[n, m]
