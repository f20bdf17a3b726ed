"""A meta-gradient through training: a small network's own gradient steps, differentiated by the step sizes."""

import numpy as np

WRT = ["rates", "w1", "w2"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, n, d, h = {"T": (2, 4, 2, 3), "S": (20, 64, 8, 32), "M": (50, 256, 32, 64)}[size]
    rng = np.random.default_rng(81)
    x, xv = rng.standard_normal((n, d)), rng.standard_normal((n, d))
    f = lambda a: np.sin(a[:, 0]) + a[:, 1] ** 2
    g = lambda a, *b: rng.standard_normal((a, *b)) / np.sqrt(a)
    return np.full(steps, 0.05), g(d, h), g(h), x, f(x), xv, f(xv)


def primal(rates, w1, w2, x, y, xv, yv):
    n = len(y)
    for rate in rates:
        h = np.tanh(x @ w1)
        r = 2 * (h @ w2 - y) / n
        dw2 = h.T @ r
        da = np.outer(r, w2) * (1 - h**2)
        w1 = w1 - rate * (x.T @ da)
        w2 = w2 - rate * dw2
    return np.mean((np.tanh(xv @ w1) @ w2 - yv) ** 2)
