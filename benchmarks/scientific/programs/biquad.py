"""A cascade of recursive filters of the second order over the channels of a signal."""

import numpy as np

WRT = ["signal", "coefficients"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    sections, samples, channels = {"T": (2, 9, 3), "S": (3, 800, 16), "M": (4, 4000, 32)}[size]
    rng = np.random.default_rng(58)
    c = 0.2 * rng.random((sections, 5))
    return rng.standard_normal((samples, channels)), c


def primal(signal, coefficients):
    x = signal
    for s in range(coefficients.shape[0]):
        b0, b1, b2, a1, a2 = coefficients[s]
        y = np.zeros_like(x)
        y[0] = b0 * x[0]
        y[1] = b0 * x[1] + b1 * x[0] - a1 * y[0]
        for t in range(2, len(x)):
            y[t] = b0 * x[t] + b1 * x[t - 1] + b2 * x[t - 2] - a1 * y[t - 1] - a2 * y[t - 2]
        x = y
    return np.sum(np.abs(x))
