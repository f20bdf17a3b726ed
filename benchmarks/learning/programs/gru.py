"""A GRU over a batch of sequences; the last state is compared with a target."""

import numpy as np

WRT = ["wz", "wr", "wh", "b"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, batch, d, h = {"T": (3, 2, 2, 3), "S": (40, 16, 16, 32), "M": (100, 32, 64, 128)}[size]
    rng = np.random.default_rng(73)
    g = lambda: rng.standard_normal((d + h, h)) / np.sqrt(d + h)
    return (
        rng.standard_normal((steps, batch, d)),
        rng.standard_normal((batch, h)),
        g(),
        g(),
        g(),
        0.1 * rng.standard_normal((3, h)),
    )


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def primal(xs, target, wz, wr, wh, b):
    h = np.zeros_like(target)
    for x in xs:
        xh = np.concatenate([x, h], axis=1)
        z = sigmoid(xh @ wz + b[0])
        r = sigmoid(xh @ wr + b[1])
        candidate = np.tanh(np.concatenate([x, r * h], axis=1) @ wh + b[2])
        h = (1 - z) * h + z * candidate
    return np.mean((h - target) ** 2)
