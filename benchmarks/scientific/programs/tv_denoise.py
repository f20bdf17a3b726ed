"""Total variation denoising: gradient steps on the smoothed functional, in place."""

import numpy as np

WRT = ["noisy", "weight"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, n = {"T": (3, 6), "S": (20, 120), "M": (40, 400)}[size]
    rng = np.random.default_rng(57)
    image = rng.random((n, n))
    return image, 0.3, image + 0.1 * rng.standard_normal((n, n)), steps, 0.1


def primal(noisy, weight, clean, steps, rate):
    u = noisy.copy()
    for _ in range(steps):
        dx = np.zeros_like(u)
        dy = np.zeros_like(u)
        dx[:, :-1] = u[:, 1:] - u[:, :-1]
        dy[:-1, :] = u[1:, :] - u[:-1, :]
        norm = np.sqrt(dx * dx + dy * dy + 1e-3)
        px = dx / norm
        py = dy / norm
        div = px + py
        div[:, 1:] -= px[:, :-1]
        div[1:, :] -= py[:-1, :]
        u -= rate * (u - noisy - weight * div)
    return np.mean((u - clean) ** 2)
