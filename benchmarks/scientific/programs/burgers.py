"""The inviscid Burgers equation, upwind differences chosen with np.where, periodic by np.roll."""

import numpy as np

WRT = ["u0"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, n = {"T": (5, 12), "S": (200, 1000), "M": (300, 20000)}[size]
    x = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    rng = np.random.default_rng(52)
    return steps, np.sin(x) + 0.3 + 0.05 * rng.random(n), 0.2


def primal(steps, u0, cfl):
    u = u0.copy()
    for t in range(steps):
        back = u - np.roll(u, 1)
        ahead = np.roll(u, -1) - u
        u = u - cfl * u * np.where(u > 0, back, ahead)
    return np.sum(u**2) + np.max(u)
