"""A residual bottleneck: 1x1, 3x3 and 1x1 convolutions, each normalised over the batch, and a shortcut."""

import numpy as np

WRT = ["input", "conv1", "conv2", "conv3"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, w, c1, c2 = {"T": (2, 3, 3, 2), "S": (4, 14, 32, 8), "M": (8, 28, 64, 16)}[size]
    rng = np.random.default_rng(53)
    return (
        rng.random((n, w, w, c1)),
        rng.random((1, 1, c1, c2)),
        rng.random((3, 3, c2, c2)),
        rng.random((1, 1, c2, c1)),
    )


def relu(x):
    return np.maximum(x, 0)


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


def batchnorm2d(x, eps=1e-5):
    mean = np.mean(x, axis=0, keepdims=True)
    std = np.std(x, axis=0, keepdims=True)
    return (x - mean) / np.sqrt(std + eps)


def primal(input, conv1, conv2, conv3):
    padded = np.zeros((input.shape[0], input.shape[1] + 2, input.shape[2] + 2, conv1.shape[3]))
    padded[:, 1:-1, 1:-1, :] = conv2d(input, conv1)
    x = relu(batchnorm2d(padded))
    x = relu(batchnorm2d(conv2d(x, conv2)))
    x = batchnorm2d(conv2d(x, conv3))
    out = relu(x + input)
    return np.sum(out * out)
