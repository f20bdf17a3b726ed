"""Writes through views, views of views and other names of an array."""

# ruff: noqa: B007 (programs as people write them)

import numpy as np
from language.programs import A, B, Programs, X, weighted

PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@program(A)
def viewview(a):
    b = a.copy()
    v = b[1:]
    w = v[:, ::2]
    w[0] *= 3
    w[:, 1] = v[:, 1]
    t = w.T
    t[0] += 1
    return weighted(b)


@program(A)
def transposed(a):
    b = a.copy()
    t = b.T
    t[1] = t[2] * 2
    t += 1
    t[0, 1:] *= t[1, 1:]
    return weighted(b)


@program(A)
def reshaped(a):
    b = a.copy()
    r = b.reshape(-1)
    r[3] = r[4] ** 2
    r[::3] *= 2
    return weighted(b)


@program(A)
def reshape_fresh(a):
    b = np.zeros((4, 5))
    r = b.reshape(20)
    r[:] = a.reshape(20)
    r[3] = r[4] ** 2
    return weighted(b)


@program(A)
def ravelled(a):
    b = a.copy()
    r = b.ravel()
    r[3] = r[4] ** 2
    return weighted(b)


@refused("whether r is a view", A)
def ravel_T(a):
    b = a.copy()
    r = b.T.ravel()
    r[3] = r[4] ** 2
    return weighted(b) + weighted(r)


@program(A)
def flat_set(a):
    b = a.copy()
    b.flat[3] = 2 * b.flat[4]
    return weighted(b)


@program(A)
def flatten_(a):
    b = a.copy()
    r = b.flatten()
    r[3] = 5 * a[0, 0]
    return weighted(b) + weighted(r)


@program(X)
def ellipsis(x):
    y = np.zeros(7)
    y[...] = x * x
    y[..., 0] = 3 * x[1]
    return weighted(y)


@program(X)
def newaxis(x):
    y = x.copy()
    v = y[None]
    v[0, 2] = x[0] ** 2
    w = y[:, None]
    w[3, 0] *= 2
    w += x[0]
    return weighted(y)


@program(X)
def squeeze(x):
    y = x.copy().reshape(7, 1)
    v = y.squeeze()
    v[2] = x[0] ** 2
    return weighted(y)


@program(A)
def swapaxes(a):
    b = a.copy()
    v = np.swapaxes(b, 0, 1)
    v[2] *= a[0, 0]
    return weighted(b)


@program(B)
def diag_w(a):
    b = a.copy()
    b[np.arange(4), np.arange(4)] += a[0]
    np.fill_diagonal(b[:2], 3.0)
    return weighted(b)


@program(B)
def fill_diag(a):
    b = a.copy()
    np.fill_diagonal(b, a[0])
    return weighted(b)


@program(B)
def diag_view(a):
    b = a.copy()
    d = np.diag(b)
    s = d.sum()
    b[0, 0] = 2
    return weighted(b) * s


@refused("what a holds is not known here", X)
def alias_data(x):
    a = x.copy()
    b = x * 2
    c = a if x[0] > 0.5 else b
    c[0] = 5 * x[1]
    return weighted(a) + weighted(b)


@program(X)
def alias_data_ok(x):
    a = x.copy()
    b = x * 2
    c = a if x[0] > 0.5 else b
    return weighted(c) + weighted(b)


@program(X)
def in_loop_view(x):
    y = x.copy()
    for i in range(len(x) - 1):
        v = y[i:]
        v[0] = v[1] * x[0]
        v *= 0.9
    return weighted(y)


@program(A)
def row_view_loop(a):
    b = a.copy()
    for r in b:
        r *= r[0]
        r[1] = 2 * r[2]
    return weighted(b)


@program(A)
def row_view_loop2(a):
    b = a.copy()
    for i, r in enumerate(b):
        if r[0] > 0:
            r[1:] = r[:-1]
    return weighted(b)


@program(A)
def col_view_loop(a):
    b = a.copy()
    for c in b.T:
        c /= 1 + c @ c
    return weighted(b)


@program(A)
def broadcast_write(a):
    b = np.zeros((4, 5))
    b[:] = a[0]
    b[:, 1:3] = a[:, :1]
    b[1:3] = a[0, 0]
    return weighted(b)


@program(A)
def roll_written(a):
    v = np.roll(a, 2)  # rolled as one axis: an array of its own
    v[0] *= a[1]
    v[:, -1] += a[:, 0]
    return np.sum(v * v) + a[0, 0]


test_program, test_refused = PROGRAMS.tests()
