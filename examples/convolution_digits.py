"""A small convolutional network, written as loops over NumPy arrays, learns to read handwritten digits.

Convolution, ReLU, max pooling, a linear layer, softmax: each is the loop that defines it. symgrad writes the
loops of the backward pass and compiles both. The data are the 1797 digits that scikit-learn ships.

    python examples/convolution_digits.py [--epochs 12] [--quick]
"""

import sys

import numpy as np
from handwriting import main, progress
from sklearn.datasets import load_digits

import symgrad as sg

FILTERS, SIZE, POOL, BATCH, RATE = 8, 3, 2, 16, 0.1


def convolve(image, kernel, bias):
    n = image.shape[0] - kernel.shape[0] + 1
    m = image.shape[1] - kernel.shape[1] + 1
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            s = bias
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    s += image[i + a, j + b] * kernel[a, b]
            out[i, j] = s
    return out


def relu_and_pool(plane):
    """The largest of each 2 x 2 square, or 0 if none is positive."""
    n, m = plane.shape[0] // 2, plane.shape[1] // 2
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            best = 0.0
            for a in range(2):
                for b in range(2):
                    if plane[2 * i + a, 2 * j + b] > best:
                        best = plane[2 * i + a, 2 * j + b]
            out[i, j] = best
    return out


def scores(kernels, biases, w, c, image):
    total = c.copy()
    for k in range(kernels.shape[0]):
        pooled = relu_and_pool(convolve(image, kernels[k], biases[k]))
        for i in range(pooled.shape[0]):
            for j in range(pooled.shape[1]):
                total += w[k, i, j] * pooled[i, j]
    return total


def loss(kernels, biases, w, c, images, labels):
    """Mean cross entropy of the softmax of the scores."""
    total = 0.0
    for t in range(images.shape[0]):
        z = scores(kernels, biases, w, c, images[t])
        z = z - np.max(z)
        total += np.log(np.sum(np.exp(z))) - z[labels[t]]
    return total / images.shape[0]


def data(rng):
    digits = load_digits()
    order = rng.permutation(len(digits.target))
    images, labels = digits.images[order] / 16, digits.target[order]
    return images[360:], labels[360:], images[:360], labels[:360]


def start(rng):
    side = (8 - SIZE + 1) // POOL
    kernels = rng.normal(size=(FILTERS, SIZE, SIZE)) / SIZE
    return [kernels, np.zeros(FILTERS), 0.1 * rng.normal(size=(FILTERS, side, side, 10)), np.zeros(10)]


def accuracy(parameters, images, labels):
    """By the same functions, run by NumPy; vectorised where it is only a sum."""
    kernels, biases, w, c = parameters
    windows = np.lib.stride_tricks.sliding_window_view(images, (SIZE, SIZE), axis=(1, 2))
    planes = np.einsum("tijab,kab->tkij", windows, kernels) + biases[:, None, None]
    t, k, n, m = planes.shape
    pooled = np.maximum(planes.reshape(t, k, n // 2, 2, m // 2, 2).max(axis=(3, 5)), 0)
    z = np.einsum("tkij,kijc->tc", pooled, w) + c
    return np.mean(z.argmax(axis=1) == labels)


def train(epochs, rng):
    images, labels, test_images, test_labels = data(rng)
    parameters = start(rng)
    gradient = sg.value_and_grad(loss, wrt=("kernels", "biases", "w", "c"))
    for epoch in range(1, epochs + 1):
        total = 0.0
        order = rng.permutation(len(images))
        for first in range(0, len(order) - BATCH + 1, BATCH):
            batch = order[first : first + BATCH]
            value, slopes = gradient(*parameters, images[batch], labels[batch])
            for p, dp in zip(parameters, slopes, strict=True):
                p -= RATE * dp
            total += value * BATCH
        held_out = accuracy(parameters, test_images, test_labels)
        progress(epoch, epochs, total / len(images), held_out)
    return gradient.source, held_out


if __name__ == "__main__":
    sys.exit(main(__doc__, train, epochs=12, quick=3, target=0.9))
