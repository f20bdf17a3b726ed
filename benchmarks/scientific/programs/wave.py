"""The wave equation in the plane, three buffers that change places, absorbing borders (Mur)."""

import numpy as np

WRT = ["u0", "c"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, n = {"T": (4, 7), "S": (40, 120), "M": (60, 400)}[size]
    rng = np.random.default_rng(51)
    return steps, rng.random((n, n)), 0.5 + rng.random((n, n)), 0.4


def primal(steps, u0, c, dt):
    u = u0.copy()
    old = u0.copy()
    new = np.zeros_like(u0)
    k = (c * dt) ** 2
    r = (c * dt - 1) / (c * dt + 1)
    energy = 0.0
    for t in range(steps):
        lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        new[1:-1, 1:-1] = 2 * u[1:-1, 1:-1] - old[1:-1, 1:-1] + k[1:-1, 1:-1] * lap
        new[0, 1:-1] = u[1, 1:-1] + r[0, 1:-1] * (new[1, 1:-1] - u[0, 1:-1])
        new[-1, 1:-1] = u[-2, 1:-1] + r[-1, 1:-1] * (new[-2, 1:-1] - u[-1, 1:-1])
        new[1:-1, 0] = u[1:-1, 1] + r[1:-1, 0] * (new[1:-1, 1] - u[1:-1, 0])
        new[1:-1, -1] = u[1:-1, -2] + r[1:-1, -1] * (new[1:-1, -2] - u[1:-1, -1])
        energy += np.sum(new[::4, ::4] ** 2)
        old, u, new = u, new, old
    return energy
