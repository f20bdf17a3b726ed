"""One head of causal attention, softmax over the scores that a position may see."""

import numpy as np

WRT = ["x", "wq", "wk", "wv"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, d = {"T": (4, 3), "S": (256, 64), "M": (1024, 128)}[size]
    rng = np.random.default_rng(57)
    g = lambda: rng.standard_normal((d, d)) / np.sqrt(d)
    return rng.standard_normal((n, d)), g(), g(), g()


def primal(x, wq, wk, wv):
    n = x.shape[0]
    q, k, v = x @ wq, x @ wk, x @ wv
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores = np.where(np.tril(np.ones((n, n))) > 0, scores, -1e9)
    p = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p /= np.sum(p, axis=1, keepdims=True)
    out = p @ v
    return np.sum(out * out)
