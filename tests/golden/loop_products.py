"""A recurrent network: the vectors of the steps are collected, products of matrices follow the loop."""

import numpy as np


def recurrent(w, u, x):
    h = np.zeros(w.shape[0])
    for t in range(x.shape[0]):
        h = np.tanh(w @ h + u @ x[t])
    return np.sum(h)


MODE, WRT = "grad", ("w", "u")


def arguments(rng):
    return rng.normal(size=(4, 4)), rng.normal(size=(4, 3)), rng.normal(size=(5, 3))


# ======== generated: pytest tests/golden --update-golden ========
