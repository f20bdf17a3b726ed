"""A product of two products."""

import numpy as np

WRT = ["A", "B", "C", "D"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": (3, 4, 5, 2, 6), "S": (180, 190, 200, 210, 220), "M": (500, 520, 540, 560, 580)}[size]
    ni, nj, nk, nl, nm = n
    rng = np.random.default_rng(18)
    return rng.random((ni, nk)), rng.random((nk, nj)), rng.random((nj, nm)), rng.random((nm, nl))


def primal(A, B, C, D):
    G = (A @ B) @ (C @ D)
    return np.sum(G * G)
