"""LeNet-5: two convolutions with pooling, three dense layers, softmax cross entropy."""

import numpy as np

WRT = ["conv1", "conv1bias", "conv2", "conv2bias", "fc1w", "fc1b", "fc2w", "fc2b", "fc3w", "fc3b"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, side = {"T": (1, 16), "S": (4, 28), "M": (16, 28)}[size]
    rng = np.random.default_rng(52)
    g = lambda *shape: rng.standard_normal(shape) / np.sqrt(np.prod(shape[:-1]))
    after = ((side - 4) // 2 - 4) // 2
    return (
        rng.random((n, side, side, 1)),
        rng.integers(0, 10, n),
        g(5, 5, 1, 6),
        0.1 * g(6),
        g(5, 5, 6, 16),
        0.1 * g(16),
        g(after * after * 16, 120),
        0.1 * g(120),
        g(120, 84),
        0.1 * g(84),
        g(84, 10),
        0.1 * g(10),
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


def maxpool2d(x):
    output = np.empty((x.shape[0], x.shape[1] // 2, x.shape[2] // 2, x.shape[3]))
    for i in range(x.shape[1] // 2):
        for j in range(x.shape[2] // 2):
            output[:, i, j, :] = np.max(x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, :], axis=(1, 2))
    return output


def primal(input, labels, conv1, conv1bias, conv2, conv2bias, fc1w, fc1b, fc2w, fc2b, fc3w, fc3b):
    x = relu(conv2d(input, conv1) + conv1bias)
    x = maxpool2d(x)
    x = relu(conv2d(x, conv2) + conv2bias)
    x = maxpool2d(x)
    x = np.reshape(x, (x.shape[0], fc1w.shape[0]))
    x = relu(x @ fc1w + fc1b)
    x = relu(x @ fc2w + fc2b)
    logits = x @ fc3w + fc3b
    p = np.exp(logits) / np.sum(np.exp(logits), axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))
