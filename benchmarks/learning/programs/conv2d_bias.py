"""A convolutional layer with bias, as a window sum at each output pixel (NPBench)."""

import numpy as np

WRT = ["input", "weights", "bias"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    c_in, c_out, k, h, w, n = {
        "T": (2, 3, 2, 5, 4, 2),
        "S": (3, 16, 5, 32, 32, 4),
        "M": (3, 16, 7, 64, 64, 8),
    }[size]
    rng = np.random.default_rng(51)
    return rng.random((n, h, w, c_in)), rng.random((k, k, c_in, c_out)), rng.random(c_out)


def conv2d(input, weights):
    K = weights.shape[0]
    N = input.shape[0]
    H_out = input.shape[1] - K + 1
    W_out = input.shape[2] - K + 1
    C_out = weights.shape[3]
    output = np.empty((N, H_out, W_out, C_out))
    for i in range(H_out):
        for j in range(W_out):
            output[:, i, j, :] = np.sum(
                input[:, i : i + K, j : j + K, :, np.newaxis] * weights[np.newaxis, :, :, :], axis=(1, 2, 3)
            )
    return output


def primal(input, weights, bias):
    y = conv2d(input, weights) + bias
    return np.sum(y * y)
