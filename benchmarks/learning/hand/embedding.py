"""Rows are gathered into sums and their cotangents scattered back; the layers are products of matrices."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "nsz"})
def grad(words, labels, table, w1, b1, w2, b2):
    docs, length = words.shape
    width, hidden, classes = table.shape[1], w1.shape[1], w2.shape[1]
    x = np.zeros((docs, width))
    for d in range(docs):
        for k in range(length):
            row = words[d, k]
            for i in range(width):
                x[d, i] += table[row, i]
        for i in range(width):
            x[d, i] /= length
    h = np.dot(x, w1)
    for d in range(docs):
        for i in range(hidden):
            h[d, i] = np.tanh(h[d, i] + b1[i])
    g = np.dot(h, w2)
    db2 = np.zeros(classes)
    for d in range(docs):
        top = -np.inf
        for i in range(classes):
            g[d, i] += b2[i]
            top = max(top, g[d, i])
        total = 0.0
        for i in range(classes):
            g[d, i] = np.exp(g[d, i] - top)
            total += g[d, i]
        for i in range(classes):
            g[d, i] /= total * docs
        g[d, labels[d]] -= 1.0 / docs
        for i in range(classes):
            db2[i] += g[d, i]
    dw2 = np.dot(h.T, g)
    dh = np.dot(g, w2.T)
    db1 = np.zeros(hidden)
    for d in range(docs):
        for i in range(hidden):
            dh[d, i] *= 1.0 - h[d, i] * h[d, i]
            db1[i] += dh[d, i]
    dw1 = np.dot(x.T, dh)
    dx = np.dot(dh, w1.T)
    dtable = np.zeros(table.shape)
    for d in range(docs):
        for i in range(width):
            dx[d, i] /= length
        for k in range(length):
            row = words[d, k]
            for i in range(width):
                dtable[row, i] += dx[d, i]
    return dtable, dw1, db1, dw2, db2
