"""A contour integral of a resolvent in real arithmetic: nodes on a circle, a solve at each."""

import numpy as np

WRT = ["H", "Y"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, m, nodes = {"T": (4, 2, 3), "S": (60, 20, 16), "M": (150, 50, 32)}[size]
    rng = np.random.default_rng(38)
    return rng.standard_normal((n, n)) / n, rng.random((n, m)), nodes


def primal(H, Y, nodes):
    n = H.shape[0]
    P0 = np.zeros_like(Y)
    P1 = np.zeros_like(Y)
    for k in range(nodes):
        z = 3.0 + 0.5 * np.cos(2.0 * np.pi * (k + 0.5) / nodes)
        T = z * np.eye(n) - H
        X = np.linalg.solve(T, Y)
        P0 += X
        P1 += z * X
    return np.sum(P0 * P0) + np.sum(P1 * P1)
