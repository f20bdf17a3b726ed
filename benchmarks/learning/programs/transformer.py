"""A transformer block on a batch: norm, causal attention in heads by reshape, norm, relu layers; no dropout."""

import numpy as np

WRT = ["x", "wqkv", "wo", "w1", "b1", "w2", "b2"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    batch, n, d, heads = {"T": (2, 3, 4, 2), "S": (4, 32, 32, 4), "M": (8, 128, 128, 8)}[size]
    rng = np.random.default_rng(76)
    g = lambda a, b: rng.standard_normal((a, b)) / np.sqrt(a)
    return (
        rng.standard_normal((batch, n, d)),
        g(d, 3 * d),
        g(d, d),
        g(d, 4 * d),
        0.1 * rng.standard_normal(4 * d),
        g(4 * d, d),
        0.1 * rng.standard_normal(d),
        heads,
    )


def norm(x):
    m = x.mean(axis=-1, keepdims=True)
    return (x - m) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)


def attention(x, wqkv, wo, heads):
    batch, n, d = x.shape
    q, k, v = np.split(x @ wqkv, 3, axis=-1)
    q, k, v = (a.reshape(batch, n, heads, d // heads).transpose(0, 2, 1, 3) for a in (q, k, v))
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d // heads)
    scores = np.where(np.tril(np.ones((n, n))) > 0, scores, -1e9)
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    return (p @ v).transpose(0, 2, 1, 3).reshape(batch, n, d) @ wo


def primal(x, wqkv, wo, w1, b1, w2, b2, heads):
    x = x + attention(norm(x), wqkv, wo, heads)
    x = x + np.maximum(norm(x) @ w1 + b1, 0) @ w2 + b2
    return np.mean(x**2)
