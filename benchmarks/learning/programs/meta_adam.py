"""A meta-gradient: linear regression trained by Adam, differentiated by its learning rate and first weights."""

import numpy as np

WRT = ["rate", "beta", "w"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, n, d = {"T": (3, 5, 2), "S": (50, 64, 16), "M": (200, 512, 64)}[size]
    rng = np.random.default_rng(80)
    x, xv = rng.standard_normal((n, d)), rng.standard_normal((n, d))
    true = rng.standard_normal(d)
    y, yv = x @ true + 0.3 * rng.standard_normal(n), xv @ true
    return 0.05, 0.9, 0.1 * rng.standard_normal(d), x, y, xv, yv, steps


def primal(rate, beta, w, x, y, xv, yv, steps):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    for t in range(1, steps + 1):
        g = 2 * x.T @ (x @ w - y) / len(y)
        m = beta * m + (1 - beta) * g
        v = 0.999 * v + 0.001 * g**2
        m_hat = m / (1 - beta**t)
        v_hat = v / (1 - 0.999**t)
        w = w - rate * m_hat / (np.sqrt(v_hat) + 1e-8)
    return np.mean((xv @ w - yv) ** 2)
