"""Gray-Scott reaction and diffusion as it is mostly written: the Laplacian is four calls of np.roll."""

import numpy as np

WRT = ["u0", "v0"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, n = {"T": (3, 6), "S": (40, 100), "M": (60, 400)}[size]
    rng = np.random.default_rng(61)
    return steps, 0.5 + 0.5 * rng.random((n, n)), 0.25 * rng.random((n, n)), 0.16, 0.08, 0.035, 0.065


def laplacian(a):
    return np.roll(a, 1, 0) + np.roll(a, -1, 0) + np.roll(a, 1, 1) + np.roll(a, -1, 1) - 4 * a


def primal(steps, u0, v0, du, dv, feed, kill):
    u = u0.copy()
    v = v0.copy()
    for t in range(steps):
        uvv = u * v * v
        u, v = (
            u + du * laplacian(u) - uvv + feed * (1 - u),
            v + dv * laplacian(v) + uvv - (feed + kill) * v,
        )
    return np.sum(v**2)
