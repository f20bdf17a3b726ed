"""The partition function of RNA secondary structures (as Nussinov counts them): triangular, column by column."""

import numpy as np

WRT = ["pairing"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 8, "S": 100, "M": 300}[size]
    rng = np.random.default_rng(64)
    return (0.1 * rng.random((n, n)),)


def primal(pairing):
    n = pairing.shape[0]
    Z = np.ones((n + 1, n + 1))
    for length in range(4, n + 1):
        for i in range(n - length + 1):
            j = i + length
            total = Z[i, j - 1]
            for k in range(i, j - 4):
                total += Z[i, k] * pairing[k, j - 1] * Z[k + 1, j - 1]
            Z[i, j] = total
    return np.log(Z[0, n])
