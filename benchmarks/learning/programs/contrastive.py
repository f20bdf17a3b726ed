"""Contrastive loss of two views (InfoNCE): each row of one is to find its row of the other."""

import numpy as np

WRT = ["a", "b", "temperature"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, d = {"T": (4, 3), "S": (128, 64), "M": (1024, 128)}[size]
    rng = np.random.default_rng(79)
    a = rng.standard_normal((n, d))
    return a, a + 0.3 * rng.standard_normal((n, d)), 0.2


def cross_entropy(scores):
    top = scores.max(axis=1)
    lse = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    return np.mean(lse - np.diag(scores))


def primal(a, b, temperature):
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    b = b / np.linalg.norm(b, axis=1, keepdims=True)
    scores = a @ b.T / temperature
    return 0.5 * (cross_entropy(scores) + cross_entropy(scores.T))
