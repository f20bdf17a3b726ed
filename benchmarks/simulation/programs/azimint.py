"""Azimuthal integration: the mean of the data in each ring of radii, by masks."""

import numpy as np

WRT = ["data"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, npt = {"T": (20, 3), "S": (40_000, 50), "M": (200_000, 100)}[size]
    rng = np.random.default_rng(37)
    return rng.random(n), rng.random(n), npt


def primal(data, radius, npt):
    rmax = radius.max()
    res = np.zeros(npt)
    for i in range(npt):
        r1 = rmax * i / npt
        r2 = rmax * (i + 1) / npt
        mask_r12 = np.logical_and((r1 <= radius), (radius < r2))
        values_r12 = data[mask_r12]
        res[i] = values_r12.mean()
    return np.sum(res * res)
