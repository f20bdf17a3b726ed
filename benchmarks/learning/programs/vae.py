"""A variational autoencoder's loss: the noise is an argument, Bernoulli likelihood from logits."""

import numpy as np

WRT = ["w1", "b1", "wm", "ws", "w2", "b2", "w3", "b3"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, d, h, z = {"T": (3, 5, 4, 2), "S": (64, 100, 64, 8), "M": (256, 784, 256, 20)}[size]
    rng = np.random.default_rng(78)
    g = lambda a, b: rng.standard_normal((a, b)) / np.sqrt(a)
    return (
        (rng.random((n, d)) < 0.3).astype(float),
        rng.standard_normal((n, z)),
        g(d, h),
        np.zeros(h),
        g(h, z),
        0.1 * g(h, z),
        g(z, h),
        np.zeros(h),
        g(h, d),
        np.zeros(d),
    )


def primal(x, noise, w1, b1, wm, ws, w2, b2, w3, b3):
    h = np.tanh(x @ w1 + b1)
    mu, logvar = h @ wm, h @ ws
    z = mu + np.exp(0.5 * logvar) * noise
    logits = np.tanh(z @ w2 + b2) @ w3 + b3
    likelihood = np.sum(x * logits - np.log(1 + np.exp(logits)), axis=1)
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=1)
    return np.mean(kl - likelihood)
