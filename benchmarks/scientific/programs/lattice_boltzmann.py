"""Lattice Boltzmann, nine velocities, periodic: collide in place, stream with np.roll."""

import numpy as np

WRT = ["f0", "omega"]
SIZES = ["T", "S", "M"]

CX = np.array([0, 1, 0, -1, 0, 1, -1, -1, 1])
CY = np.array([0, 0, 1, 0, -1, 1, 1, -1, -1])
W = np.array([4 / 9] + [1 / 9] * 4 + [1 / 36] * 4)


def make_inputs(size):
    steps, nx, ny = {"T": (2, 5, 4), "S": (10, 60, 50), "M": (20, 200, 150)}[size]
    rng = np.random.default_rng(63)
    return steps, W[:, None, None] * (1 + 0.1 * rng.random((9, nx, ny))), 1.2


def primal(steps, f0, omega):
    f = f0.copy()
    for t in range(steps):
        rho = np.sum(f, axis=0)
        ux = np.sum(CX[:, None, None] * f, axis=0) / rho
        uy = np.sum(CY[:, None, None] * f, axis=0) / rho
        square = 1.5 * (ux**2 + uy**2)
        for i in range(9):
            cu = 3.0 * (CX[i] * ux + CY[i] * uy)
            equilibrium = W[i] * rho * (1 + cu + 0.5 * cu**2 - square)
            f[i] += omega * (equilibrium - f[i])
        for i in range(9):
            f[i] = np.roll(np.roll(f[i], CX[i], axis=0), CY[i], axis=1)
    return np.sum(np.sum(f * CX[:, None, None], axis=0) ** 2)
