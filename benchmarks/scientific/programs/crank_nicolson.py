"""Heat conduction, Crank-Nicolson steps, the Thomas algorithm at each; the conductivity varies in space."""

import numpy as np

WRT = ["u0", "kappa"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, n = {"T": (3, 8), "S": (100, 500), "M": (200, 5000)}[size]
    rng = np.random.default_rng(54)
    return steps, rng.random(n), 0.5 + rng.random(n + 1), 0.4


def thomas(a, b, c, d):
    n = len(d)
    cp = np.zeros(n)
    dp = np.zeros(n)
    x = np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / m
        dp[i] = (d[i] - a[i] * dp[i - 1]) / m
    x[n - 1] = dp[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


def primal(steps, u0, kappa, r):
    u = u0.copy()
    left = kappa[:-1] * r
    right = kappa[1:] * r
    for t in range(steps):
        d = (1 - left - right) * u
        d[1:] += left[1:] * u[:-1]
        d[:-1] += right[:-1] * u[1:]
        u = thomas(-left, 1 + left + right, -right, d)
    return np.sum(u**2)
