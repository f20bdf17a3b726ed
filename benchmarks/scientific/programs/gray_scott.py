"""Gray-Scott reaction and diffusion, periodic by ghost cells that are filled before each step."""

import numpy as np

WRT = ["u0", "v0"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, n = {"T": (3, 6), "S": (40, 100), "M": (60, 400)}[size]
    rng = np.random.default_rng(61)
    return steps, 0.5 + 0.5 * rng.random((n, n)), 0.25 * rng.random((n, n)), 0.16, 0.08, 0.035, 0.065


def ghosts(a):
    a[0, :] = a[-2, :]
    a[-1, :] = a[1, :]
    a[:, 0] = a[:, -2]
    a[:, -1] = a[:, 1]


def laplacian(a):
    return a[:-2, 1:-1] + a[1:-1, :-2] - 4 * a[1:-1, 1:-1] + a[1:-1, 2:] + a[2:, 1:-1]


def primal(steps, u0, v0, du, dv, feed, kill):
    n = u0.shape[0]
    U = np.zeros((n + 2, n + 2))
    V = np.zeros((n + 2, n + 2))
    u, v = U[1:-1, 1:-1], V[1:-1, 1:-1]
    u[:] = u0
    v[:] = v0
    for t in range(steps):
        ghosts(U)
        ghosts(V)
        lu = laplacian(U)
        lv = laplacian(V)
        uvv = u * v * v
        u += du * lu - uvv + feed * (1 - u)
        v += dv * lv + uvv - (feed + kill) * v
    return np.sum(V**2)
