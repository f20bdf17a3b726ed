"""Orbits of n bodies, pair by pair: leapfrog steps on arrays (n, 3); how far they are from where they were seen."""

import numpy as np

WRT = ["pos", "vel", "mass"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, steps = {"T": (3, 2), "S": (12, 100), "M": (20, 1000)}[size]
    rng = np.random.default_rng(51)
    pos, vel = rng.standard_normal((n, 3)), 0.3 * rng.standard_normal((n, 3))
    return pos, vel, rng.uniform(0.5, 1.5, n) / n, pos + rng.standard_normal((n, 3)), 0.01, steps


def accelerations(pos, mass):
    acc = np.zeros_like(pos)
    for i in range(len(pos)):
        for j in range(i):
            d = pos[j] - pos[i]
            r2 = np.dot(d, d) + 0.01
            inv_r3 = 1.0 / (r2 * np.sqrt(r2))
            acc[i] += mass[j] * inv_r3 * d
            acc[j] -= mass[i] * inv_r3 * d
    return acc


def primal(pos, vel, mass, seen, dt, steps):
    pos = pos.copy()
    vel = vel.copy()
    acc = accelerations(pos, mass)
    for _ in range(steps):
        vel += 0.5 * dt * acc
        pos += dt * vel
        acc = accelerations(pos, mass)
        vel += 0.5 * dt * acc
    return np.sum((pos - seen) ** 2)
