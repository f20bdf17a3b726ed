"""Bags of words: rows of a table are looked up and averaged, two layers, cross entropy with integer labels."""

import numpy as np

WRT = ["table", "w1", "b1", "w2", "b2"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    docs, words, vocabulary, width, hidden, classes = {
        "T": (3, 4, 10, 3, 4, 3),
        "S": (64, 40, 2000, 32, 64, 20),
        "M": (256, 60, 20000, 64, 128, 50),
    }[size]
    rng = np.random.default_rng(55)
    return (
        rng.integers(0, vocabulary, (docs, words)),
        rng.integers(0, classes, docs),
        rng.standard_normal((vocabulary, width)),
        rng.standard_normal((width, hidden)) / np.sqrt(width),
        0.1 * rng.standard_normal(hidden),
        rng.standard_normal((hidden, classes)) / np.sqrt(hidden),
        0.1 * rng.standard_normal(classes),
    )


def primal(words, labels, table, w1, b1, w2, b2):
    docs, length = words.shape
    x = np.zeros((docs, table.shape[1]))
    for d in range(docs):
        for k in range(length):
            x[d] += table[words[d, k]]
        x[d] /= length
    h = np.tanh(x @ w1 + b1)
    scores = h @ w2 + b2
    loss = 0.0
    for d in range(docs):
        top = np.max(scores[d])
        loss += np.log(np.sum(np.exp(scores[d] - top))) + top - scores[d, labels[d]]
    return loss / docs
