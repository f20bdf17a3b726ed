"""Functions that write into an array: `out=`, `ufunc.at`, np.copyto, helpers, buffers that change places."""

# ruff: noqa: B007 (programs as people write them)

import numpy as np
from language.programs import A, B, Programs, X, weighted

I = np.array([0, 2, 2, 5])
W = np.array([1.0, 2, 3, 4])
PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@program(X, I, W)
def fancy_add_at(x, i, w):
    y = x.copy()
    np.add.at(y, i, w * x[0])
    return weighted(y)


@program(X, I, W)
def sub_at(x, i, w):
    y = x.copy()
    np.subtract.at(y, i, w * x[0])
    return weighted(y)


@refused("no derivative rule for np.multiply.at", X, I, W)
def mul_at(x, i, w):
    y = x.copy()
    np.multiply.at(y, i, w * x[0])
    return weighted(y)


@program(X)
def out_ufunc(x):
    y = np.empty_like(x)
    np.multiply(x, x, out=y)
    np.add(y, x, out=y)
    np.exp(y * 0.1, y)
    return weighted(y)


@program(X)
def out_slice(x):
    y = x.copy()
    np.multiply(x[1:], x[:-1], out=y[1:])
    np.add(y[:-1], 1, out=y[1:])
    return weighted(y)


@program(B)
def out_dot(a):
    c = np.empty((4, 4))
    np.dot(a, a, out=c)
    d = np.zeros((4, 4))
    np.matmul(c, a, out=d)
    return weighted(d)


@program(X)
def out_cumsum(x):
    y = np.empty(7)
    np.cumsum(x, out=y)
    return weighted(y)


@program(A)
def out_sum(a):
    y = np.empty(5)
    np.sum(a * a, axis=0, out=y)
    return weighted(y)


@program(A)
def out_reduce(a):
    y = np.empty(5)
    np.add.reduce(a * a, axis=0, out=y)
    np.maximum(y, 1.0, out=y)
    np.clip(y, 0, 3, out=y)
    return weighted(y)


@program(X)
def pingpong(x):
    u = x * 1.0
    v = np.zeros_like(u)
    for k in range(5):
        v[1:-1] = 0.5 * (u[2:] + u[:-2])
        v[0] = u[0]
        v[-1] = u[-1]
        u, v = v, u
    return weighted(u)


@program(X)
def pingpong_n(x):
    u = x * 1.0
    v = np.zeros_like(u)
    for k in range(len(x)):
        v[1:-1] = 0.5 * (u[2:] + u[:-2]) ** 2
        v[0] = u[0]
        v[-1] = u[-1]
        u, v = v, u
    return weighted(u) + weighted(v)


def mut(y, c):
    y *= c
    y[0] = c * c


@program(X)
def helper(x):
    y = x.copy()
    mut(y, x[1])
    mut(y[2:4], x[0])
    return weighted(y)


@program(X)
def helper_loop(x):
    y = x.copy()
    for i in range(len(x) - 2):
        mut(y[i : i + 2], x[i])
    return weighted(y)


@program(X)
def copyto(x):
    y = np.zeros(7)
    np.copyto(y, x * x)
    np.copyto(y[2:], x[0])
    return weighted(y)


@program(X)
def copyto_where(x):
    y = np.zeros(7)
    np.copyto(y, x * x, where=x > 0.5)
    return weighted(y)


@program(X)
def fill(x):
    y = np.zeros(7)
    y.fill(x[1])
    y[2:4].fill(3.0)
    return weighted(y * x)


@program(X)
def put(x):
    y = x.copy()
    np.put(y, [0, 2], [x[1], x[3]])
    return weighted(y)


@program(X)
def where_out(x):
    y = np.zeros(7)
    np.divide(1.0, x, out=y, where=x > 0)
    return weighted(y)


@program(X)
def roll_write(x):
    y = np.roll(x, 1)
    y[0] = x[0] ** 2
    return weighted(y)


test_program, test_refused = PROGRAMS.tests()
