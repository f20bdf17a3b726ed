"""Gravity between N bodies, leapfrog steps, all pairs as arrays; the energies at the end."""

import numpy as np

WRT = ["mass", "pos", "vel"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, steps = {"T": (4, 3), "S": (25, 50), "M": (60, 100)}[size]
    rng = np.random.default_rng(31)
    mass = 20.0 * (0.5 + rng.random((n, 1))) / n
    return mass, rng.standard_normal((n, 3)), rng.standard_normal((n, 3)), steps, 0.01, 1.0, 0.1


def getAcc(pos, mass, G, softening):
    x = pos[:, 0:1]
    y = pos[:, 1:2]
    z = pos[:, 2:3]
    dx = x.T - x
    dy = y.T - y
    dz = z.T - z
    inv_r3 = (dx**2 + dy**2 + dz**2 + softening**2) ** (-1.5)
    ax = G * (dx * inv_r3) @ mass
    ay = G * (dy * inv_r3) @ mass
    az = G * (dz * inv_r3) @ mass
    return np.hstack((ax, ay, az))


def getEnergy(pos, vel, mass, G):
    KE = 0.5 * np.sum(mass * vel**2)
    x = pos[:, 0:1]
    y = pos[:, 1:2]
    z = pos[:, 2:3]
    dx = x.T - x
    dy = y.T - y
    dz = z.T - z
    inv_r = np.sqrt(dx**2 + dy**2 + dz**2)
    inv_r = np.where(inv_r > 0, 1.0 / np.where(inv_r > 0, inv_r, 1.0), 0.0)
    PE = G * np.sum(np.triu(-(mass * mass.T) * inv_r, 1))
    return KE, PE


def primal(mass, pos, vel, steps, dt, G, softening):
    vel = vel - np.mean(mass * vel, 0) / np.mean(mass)
    pos = pos.copy()
    acc = getAcc(pos, mass, G, softening)
    for i in range(steps):
        vel += acc * dt / 2.0
        pos += vel * dt
        acc = getAcc(pos, mass, G, softening)
        vel += acc * dt / 2.0
    KE, PE = getEnergy(pos, vel, mass, G)
    return KE + 0.5 * PE
