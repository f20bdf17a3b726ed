"""Lorenz 96 with Runge-Kutta steps, periodic by np.roll; distance to observations along the way."""

import numpy as np

WRT = ["x0", "forcing"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, n = {"T": (3, 7), "S": (200, 200), "M": (400, 4000)}[size]
    rng = np.random.default_rng(62)
    return rng.standard_normal(n), 8.0, rng.standard_normal((steps, n)), 0.005


def tendency(x, forcing):
    return (np.roll(x, -1) - np.roll(x, 2)) * np.roll(x, 1) - x + forcing


def primal(x0, forcing, observed, dt):
    x = x0
    loss = 0.0
    for k in range(observed.shape[0]):
        k1 = tendency(x, forcing)
        k2 = tendency(x + 0.5 * dt * k1, forcing)
        k3 = tendency(x + 0.5 * dt * k2, forcing)
        k4 = tendency(x + dt * k3, forcing)
        x = x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        loss += np.sum((x - observed[k]) ** 2)
    return loss
