"""Three layers with gelu (the tanh formula) and a softmax cross-entropy with smoothed labels."""

import numpy as np

WRT = ["w1", "b1", "w2", "b2", "w3", "b3"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, d, h, c = {"T": (3, 4, 5, 3), "S": (128, 32, 64, 10), "M": (1024, 128, 256, 100)}[size]
    rng = np.random.default_rng(74)
    layer = lambda a, b: (rng.standard_normal((a, b)) / np.sqrt(a), 0.1 * rng.standard_normal(b))
    return rng.standard_normal((n, d)), rng.integers(0, c, n), *layer(d, h), *layer(h, h), *layer(h, c), 0.1


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def log_softmax(scores):
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))


def primal(x, labels, w1, b1, w2, b2, w3, b3, smoothing):
    h = x
    for w, b in ((w1, b1), (w2, b2)):
        h = gelu(h @ w + b)
    logp = log_softmax(h @ w3 + b3)
    n, c = logp.shape
    target = np.full((n, c), smoothing / c)
    target[np.arange(n), labels] += 1 - smoothing
    return -np.sum(target * logp) / n
