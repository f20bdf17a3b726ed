"""Penalised logistic regression, labels of -1 and 1."""

import numpy as np

WRT = ["w", "b"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, d = {"T": (5, 3), "S": (4000, 100), "M": (20_000, 400)}[size]
    rng = np.random.default_rng(58)
    return rng.standard_normal(d), 0.1, rng.standard_normal((n, d)), np.sign(rng.standard_normal(n)), 0.01


def primal(w, b, X, y, penalty):
    margins = y * (X @ w + b)
    return np.mean(np.log(1 + np.exp(-margins))) + penalty * np.sum(w * w)
