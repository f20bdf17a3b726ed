"""Correlation matrix of the columns."""

import numpy as np

WRT = ["data"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    m, n = {"T": (3, 6), "S": (200, 240), "M": (400, 500)}[size]
    return (np.random.default_rng(16).random((n, m)),)


def primal(data):
    data = data.copy()
    M = data.shape[1]
    mean = np.mean(data, axis=0)
    stddev = np.std(data, axis=0)
    stddev[stddev <= 0.1] = 1.0
    data -= mean
    data /= np.sqrt(float(data.shape[0])) * stddev
    corr = np.eye(M)
    for i in range(M - 1):
        corr[i + 1 : M, i] = corr[i, i + 1 : M] = data[:, i] @ data[:, i + 1 : M]
    return np.sum(corr * corr)
