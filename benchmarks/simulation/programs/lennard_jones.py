"""Lennard-Jones energy with a cutoff: pairs in two loops, `continue` outside the cutoff."""

import numpy as np

WRT = ["r"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 5, "S": 300, "M": 1500}[size]
    rng = np.random.default_rng(43)
    side = int(np.ceil(n ** (1 / 3)))
    grid = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), -1).reshape(-1, 3)[:n]
    return 1.2 * grid + 0.1 * rng.standard_normal((n, 3)), 2.5


def primal(r, cutoff):
    energy = 0.0
    for i in range(r.shape[0]):
        for j in range(i):
            d = r[i] - r[j]
            r2 = np.dot(d, d)
            if r2 > cutoff * cutoff:
                continue
            s6 = 1.0 / r2**3
            energy += 4.0 * (s6 * s6 - s6)
    return energy
