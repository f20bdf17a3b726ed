"""The trace of a matrix through tanh, added to all of it (numba's tutorial)."""

import numpy as np

WRT = ["a"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 5, "S": 1000, "M": 4000}[size]
    return (np.random.default_rng(35).random((n, n)),)


def primal(a):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    out = a + trace
    return np.sum(out * out)
