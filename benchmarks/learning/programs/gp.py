"""Negative log marginal likelihood of a Gaussian process: a kernel matrix, its Cholesky factor in loops."""

import numpy as np

WRT = ["length", "noise", "X", "y"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, d = {"T": (5, 2), "S": (120, 3), "M": (300, 5)}[size]
    rng = np.random.default_rng(60)
    return 0.8, 0.3, rng.random((n, d)), rng.standard_normal(n)


def primal(length, noise, X, y):
    n = len(y)
    K = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            d = X[i] - X[j]
            K[i, j] = np.exp(-0.5 * np.sum(d * d) / length**2)
        K[i, i] += noise**2
    L = np.zeros((n, n))
    for j in range(n):
        L[j, j] = np.sqrt(K[j, j] - np.sum(L[j, :j] ** 2))
        for i in range(j + 1, n):
            L[i, j] = (K[i, j] - np.sum(L[i, :j] * L[j, :j])) / L[j, j]
    a = np.zeros(n)
    for i in range(n):
        a[i] = (y[i] - L[i, :i] @ a[:i]) / L[i, i]
    return 0.5 * a @ a + np.sum(np.log(np.diag(L))) + 0.5 * n * np.log(2 * np.pi)
