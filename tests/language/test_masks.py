"""Masks of bools, read and written; lengths that the data decide."""

import numpy as np
from language.programs import A, Programs, X

PROGRAMS = Programs()
program = PROGRAMS.program


@program(X)
def mask_write(x):
    y = x * 1.0
    y[y > 1.0] = 0.5
    y[x < 0] *= 3.0
    return y @ x


@program(X)
def mask_read(x):
    return np.sum(x[x > 0] ** 2) + np.log(x[x > 1]).sum() + x[x < 0].mean()


@program(X)
def mask_copy(x):
    y = np.zeros_like(x)
    m = x > 0
    y[m] = np.sqrt(x[m])
    y[~m] = x[~m] ** 2
    return y.sum()


@program(A)
def mask_rows(a):
    m = a[:, 0] > 0
    b = a.copy()
    b[m] = 2.0
    b[~m, 1] *= 3.0
    return np.sum(a[m] ** 3) + np.sum(b * a)


@program(A)
def mask_flat(a):
    b = np.zeros_like(a)
    b[a > 0] = np.log(a[a > 0])
    return b.sum() + a[a < 0].mean()


@program(X)
def mask_where_count(x):
    s = 0.0
    for t in range(3):
        sel = x[x > x[t]]
        if len(sel) > 2:
            s += np.sum(sel) / len(sel)
        s += sel.size * x[0]
    return s + np.sum(x[np.flatnonzero(x > 1.0)])


@program(X)
def windows(x):
    s = 0.0
    for i in range(len(x)):
        w = x[max(0, i - 2) : i + 3]
        s += np.mean(w) ** 2 * x[i - 1]
    return s


@program(np.array([0, 2, 2, 5, 7]), np.array([0, 3, 1, 1, 4, 2, 0]), X, X[::-1].copy())
def pointers(row, col, val, x):
    y = np.zeros(row.shape[0] - 1)
    for i in range(row.shape[0] - 1):
        for j in range(row[i], row[i + 1]):
            y[i] += val[j] * x[col[j]]
        y[i] += val[row[i] : row[i + 1]] @ x[col[row[i] : row[i + 1]]]
    return y @ y


test_program = PROGRAMS.test()
