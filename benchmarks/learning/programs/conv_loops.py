"""A convolutional layer in six loops over numbers, relu, and 2x2 pooling by comparisons."""

import numpy as np

WRT = ["image", "weights", "bias"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, side, c_in, c_out, k = {"T": (1, 6, 2, 3, 3), "S": (4, 18, 8, 16, 3), "M": (8, 34, 16, 32, 3)}[size]
    rng = np.random.default_rng(54)
    return (
        rng.standard_normal((n, side, side, c_in)),
        rng.standard_normal((k, k, c_in, c_out)) / np.sqrt(k * k * c_in),
        0.1 * rng.standard_normal(c_out),
    )


def conv(image, weights, bias):
    N, H, W, C = image.shape
    K, O = weights.shape[0], weights.shape[3]
    out = np.empty((N, H - K + 1, W - K + 1, O))
    for n in range(N):
        for i in range(H - K + 1):
            for j in range(W - K + 1):
                for o in range(O):
                    s = bias[o]
                    for p in range(K):
                        for q in range(K):
                            for c in range(C):
                                s += image[n, i + p, j + q, c] * weights[p, q, c, o]
                    out[n, i, j, o] = s
    return out


def pool(x):
    N, H, W, O = x.shape
    out = np.empty((N, H // 2, W // 2, O))
    for n in range(N):
        for i in range(H // 2):
            for j in range(W // 2):
                for o in range(O):
                    top = max(x[n, 2 * i, 2 * j, o], x[n, 2 * i, 2 * j + 1, o])
                    below = max(x[n, 2 * i + 1, 2 * j, o], x[n, 2 * i + 1, 2 * j + 1, o])
                    out[n, i, j, o] = max(top, below)
    return out


def primal(image, weights, bias):
    y = pool(np.maximum(conv(image, weights, bias), 0))
    return np.sum(y * y)
