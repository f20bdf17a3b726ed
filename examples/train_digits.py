"""The lecture's two-layer network, written plainly in NumPy, learns to read handwritten digits.

Nothing in `loss` knows about derivatives; symgrad writes the backward pass and compiles it. The data are the
1797 digits that scikit-learn ships, a fifth of them held out. At the end stands the generated source.

    python examples/train_digits.py [--epochs 100] [--quick]
"""

import sys

import numpy as np
from handwriting import main, progress
from sklearn.datasets import load_digits

import symgrad as sg

HIDDEN, BATCH, RATE = 50, 8, 0.01


def predict(w1, w2, x):
    h = 1 / (1 + np.exp(-x.dot(w1)))
    y_pred = h.dot(w2)
    return y_pred


def loss(w1, w2, x, y):
    h = 1 / (1 + np.exp(-x.dot(w1)))
    y_pred = h.dot(w2)
    return np.square(y_pred - y).sum()


def data(rng):
    """Pixels from 0 to 1 with a column of ones for the bias, and one-hot targets."""
    digits = load_digits()
    x = np.column_stack([digits.data / 16, np.ones(len(digits.data))])
    y = np.eye(10)[digits.target]
    order = rng.permutation(len(x))
    test, train = order[:360], order[360:]
    return x[train], y[train], x[test], y[test]


def accuracy(w1, w2, x, y):
    return np.mean(predict(w1, w2, x).argmax(axis=1) == y.argmax(axis=1))


def train(epochs, rng):
    """Stochastic gradient descent; returns the generated source and the accuracy on the held-out digits."""
    x, y, x_test, y_test = data(rng)
    w1 = 0.3 * rng.normal(size=(x.shape[1], HIDDEN))
    w2 = 0.1 * rng.normal(size=(HIDDEN, y.shape[1]))
    gradient = sg.value_and_grad(loss, wrt=("w1", "w2"))
    for epoch in range(1, epochs + 1):
        total = 0.0
        order = rng.permutation(len(x))
        for start in range(0, len(x) - BATCH + 1, BATCH):
            batch = order[start : start + BATCH]
            value, (dw1, dw2) = gradient(w1, w2, x[batch], y[batch])
            w1 -= RATE * dw1
            w2 -= RATE * dw2
            total += value
        held_out = accuracy(w1, w2, x_test, y_test)
        progress(epoch, epochs, total / len(x), held_out)
    return gradient.backward_source, held_out


if __name__ == "__main__":
    sys.exit(main(__doc__, train, epochs=100, quick=40, target=0.95))
