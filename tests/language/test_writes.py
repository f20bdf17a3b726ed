"""In-place writes in loops: elements, rows, slices, views, helpers, swaps of elements and arrays."""

# ruff: noqa: B007 (programs as people write them)

import numpy as np
from language.programs import A, B, Programs, X

PROGRAMS = Programs()
program = PROGRAMS.program


@program(X)
def pingpong(x):
    u = x * 1.0
    v = x * 2.0
    for t in range(len(x)):
        v[1:-1] = (u[:-2] + u[2:]) * 0.5
        u, v = v, u
    return u.sum() + v[0] * v[1]


@program(X)
def two_arrays_ping(x):
    a = x * 1.0
    b = np.empty_like(a)
    for k in range(len(x)):
        for i in range(1, len(x) - 1):
            b[i] = 0.25 * a[i - 1] + 0.5 * a[i] + 0.25 * a[i + 1]
        b[0] = a[0]
        b[-1] = a[-1]
        a, b = b, a
    return a @ x


@program(X)
def list_buffers(x):
    bufs = [x * 1.0, x * 0.0]
    for k in range(4):
        bufs[1][:] = bufs[0] * 0.5
        bufs[0], bufs[1] = bufs[1], bufs[0]
    return bufs[0].sum()


@program(X)
def swap_elements(x):
    y = x * 1.0
    n = len(y)
    for i in range(n):
        for j in range(n - 1 - i):
            if y[j] > y[j + 1]:
                y[j], y[j + 1] = y[j + 1], y[j]
    s = 0.0
    for i in range(n):
        s += i * y[i]
    return s


@program(X)
def helper_mutates(x):
    def upd(a, i, v):
        a[i] += v
        a[0] *= 0.9

    y = np.zeros_like(x)
    for i in range(len(x)):
        upd(y, i, x[i] * x[i])
    return y.sum() * y[0]


@program(A)
def rowwrite(a):
    b = a * 1.0
    for i, row in enumerate(b):
        row *= i + 1
        row[0] = row[1] * 2
    return np.sum(b * b)


@program(X)
def view_in_loop(x):
    y = np.zeros((7, 3))
    for i in range(len(x)):
        r = y[i]
        r[:] = x[i]
        r[1:] *= x[i - 1]
    return np.sum(y * y)


@program(X)
def outer_view(x):
    y = x * 1.0
    v = y[1:4]
    for i in range(len(x)):
        v *= 0.9
        y[i] += v[0]
    return v.sum() * y.sum()


@program(X)
def transposed_view(x):
    y = np.outer(x, x)
    t = y.T
    for i in range(len(x)):
        t[i, :] += x * i
        y[i, 0] = 1.0 * x[i]
    return np.sum(t * y)


@program(A)
def copy_loop(a):
    out = np.empty_like(a)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i, j] = a[i, j] * 2 if a[i, j] > 0 else a[i, j]
    return np.sum(out**2)


@program(X)
def outarg(x):
    y = np.zeros_like(x)
    for i in range(3):
        np.multiply(x, i + 1.0, out=y)
    return y.sum()


@program(X)
def outpos(x):
    y = np.zeros_like(x)
    for i in range(len(x)):
        np.add(y, x[i], y)
        np.dot(np.outer(x, x), y, out=y)
        y /= 10.0
    return y.sum()


@program(X)
def overlap(x):
    y = x * 1.0
    for i in range(len(x)):
        y[1:] = y[:-1] * 0.5 + y[1:] * x[i]
        y[::-1] += y
    return y.sum()


@program(X)
def alias_in_loop(x):  # a = b shares: python semantics keep
    a = x * 1.0
    b = x * 2.0
    for i in range(len(x)):
        c = a
        c[i] = b[i] * x[0]
    return a.sum()


@program(X)
def slicestep(x):
    y = x * 1.0
    for i in range(len(x)):
        y[i::2] += x[i]
        y[i::-1] *= 1.1
        y[:i] -= 0.1 * y[i]
    return y @ x


@program(B)
def colwrite(b):
    a = b * 1.0
    for j in range(a.shape[1]):
        a[:, j] = a[:, j] * b[j, 0] + a[:, j - 1]
        a[j] += a[:, j]
    return np.sum(a * b)


@program(B)
def diagview(b):
    a = b.copy()
    n = len(a)
    for i in range(n):
        a[i, i] += 1.0
        a[i, i + 1 :] /= a[i, i]
    return a.sum()


@program(X)
def intidx_write(x):
    y = x * 1.0
    idx = np.array([0, 2, 2])
    y[idx] += 1.0 * x[3]
    y[idx] = x[:3]
    return y @ x


@program(B)
def cholesky(b):
    a = b @ b.T + 4 * np.eye(4)
    n = a.shape[0]
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = 0.0
            for k in range(j):
                s += L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.sqrt(a[i, i] - s)
            else:
                L[i, j] = (a[i, j] - s) / L[j, j]
    return np.sum(np.log(np.diag(L)))


@program(B)
def gauss(b):
    a = b + 5 * np.eye(4)
    n = a.shape[0]
    y = np.ones(n) * b[0]
    for k in range(n):
        for i in range(k + 1, n):
            f = a[i, k] / a[k, k]
            for j in range(k, n):
                a[i, j] -= f * a[k, j]
            y[i] -= f * y[k]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            y[i] -= a[i, j] * y[j]
        y[i] /= a[i, i]
    return y.sum()


@program(B)
def pivot(b):
    a = b * 1.0
    n = a.shape[0]
    det = 1.0
    for k in range(n):
        p_ = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[p_, k]):
                p_ = i
        if p_ != k:
            for j in range(n):
                a[k, j], a[p_, j] = a[p_, j], a[k, j]
            det = -det
        det *= a[k, k]
        for i in range(k + 1, n):
            a[i, k:] -= a[i, k] / a[k, k] * a[k, k:]
    return det


@program(X)
def lists_known(x):
    hs = [x[0]]
    for i in range(4):
        hs.append(np.tanh(hs[-1] + x[i]))
    return np.array(hs) @ np.ones(5)


test_program = PROGRAMS.test()
