"""Distances on the sphere, by the haversine formula."""

import numpy as np

WRT = ["theta_1", "phi_1", "theta_2", "phi_2"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 6, "S": 100_000, "M": 1_000_000}[size]
    rng = np.random.default_rng(36)
    return rng.random(n), rng.random(n), rng.random(n), rng.random(n)


def primal(theta_1, phi_1, theta_2, phi_2):
    temp = (
        np.sin((theta_2 - theta_1) / 2) ** 2
        + np.cos(theta_1) * np.cos(theta_2) * np.sin((phi_2 - phi_1) / 2) ** 2
    )
    distance_matrix = 2 * (np.arctan2(np.sqrt(temp), np.sqrt(1 - temp)))
    return np.sum(distance_matrix)
