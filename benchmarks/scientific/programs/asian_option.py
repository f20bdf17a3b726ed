"""An Asian call by Monte Carlo: log paths are cumulative sums, its price a mean over paths."""

import numpy as np

WRT = ["spot", "rate", "sigma"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    paths, steps = {"T": (20, 6), "S": (2000, 100), "M": (40000, 250)}[size]
    rng = np.random.default_rng(53)
    return 100.0, 0.03, 0.2 + 0.1 * rng.random(steps), 101.0, 1.0, rng.standard_normal((paths, steps))


def primal(spot, rate, sigma, strike, maturity, normals):
    steps = normals.shape[1]
    dt = maturity / steps
    increments = (rate - 0.5 * sigma**2) * dt + sigma * np.sqrt(dt) * normals
    paths = spot * np.exp(np.cumsum(increments, axis=1))
    mean = paths.mean(axis=1)
    payoff = np.maximum(mean - strike, 0.0)
    return np.exp(-rate * maturity) * np.mean(payoff)
