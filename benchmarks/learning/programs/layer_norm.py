"""Layer normalisation with a residual connection, row by row."""

import numpy as np

WRT = ["x", "gamma", "beta"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, d = {"T": (4, 5), "S": (256, 64), "M": (4096, 256)}[size]
    rng = np.random.default_rng(72)
    return (
        rng.standard_normal((n, d)),
        1.0 + 0.1 * rng.standard_normal(d),
        0.1 * rng.standard_normal(d),
        rng.standard_normal((n, d)),
    )


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = np.mean(x, axis=-1, keepdims=True)
    centred = x - mean
    var = np.mean(centred**2, axis=-1, keepdims=True)
    return gamma * centred / np.sqrt(var + eps) + beta


def primal(x, gamma, beta, target):
    y = x + layer_norm(x, gamma, beta)
    return 0.5 * np.sum((y - target) ** 2)
