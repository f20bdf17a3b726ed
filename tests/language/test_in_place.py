"""Writes into arrays outside of loops: slices, masks, indices, views of views, `out=`, helpers, overlaps."""

# ruff: noqa: B007 (programs as people write them)

import numpy as np
import pytest
from language.checking import check

from symgrad.errors import SymgradError

X = np.array([0.7, 1.3, 2.1, 3.2, -1.1, 0.4, 0.9])
A = np.random.default_rng(3).normal(size=(4, 5))
B = np.random.default_rng(4).normal(size=(4, 4))
I = np.array([0, 2, 2, 5])
W = np.array([1.0, 2, 3, 4])


def fin(y):
    return (y * np.sin(np.arange(1.0, 1 + y.size)).reshape(y.shape) * y).sum()


PROGRAMS = []
REFUSED = []


def program(*args):
    def register(f):
        PROGRAMS.append(pytest.param(f, args, id=f.__name__))
        return f

    return register


def refused(message, *args):
    def register(f):
        REFUSED.append(pytest.param(f, args, message, id=f.__name__))
        return f

    return register


@program(X)
def aug_el(x):
    y = x.copy()
    y[2] += x[0] * x[1]
    y[2] *= y[3]
    y[-1] -= 1
    return fin(y)


@program(X)
def sl_step(x):
    y = x.copy()
    y[::2] *= x[1]
    y[1::2] = y[::2][:3] ** 2
    return fin(y)


@program(X)
def sl_neg(x):
    y = x.copy()
    y[::-1] += x * x
    y[5:1:-2] = x[:2]
    return fin(y)


@program(X)
def overlap1(x):
    y = x * 1.0
    y[1:] = y[:-1]
    return fin(y)


@program(X)
def overlap2(x):
    y = x * 1.0
    y[1:] += y[:-1]
    return fin(y)


@program(X)
def overlap3(x):
    y = x * 1.0
    y[:] = y[::-1]
    return fin(y)


@program(X)
def overlap4(x):
    y = x * 1.0
    y += y[::-1]
    return fin(y)


@program(X)
def overlap5(x):
    y = x * 1.0
    y[:-2] = y[2:] * y[1:-1]
    return fin(y)


@program(A)
def rows(a):
    b = a.copy()
    b[0] = b[1] * 2
    b[:, 1] += b[:, 2]
    b[-1, :] *= b[0, 0]
    return fin(b)


@program(A)
def rowswap(a):
    b = a.copy()
    b[[0, 2]] = b[[2, 0]]
    return fin(b)


@program(A)
def rowswap2(a):
    b = a.copy()
    b[0], b[1] = b[1].copy(), b[0].copy()
    return fin(b)


@program(A)
def rowswap_bad(a):
    b = a.copy()
    b[0], b[1] = b[1], b[0]
    return fin(b)


@program(X)
def elswap(x):
    y = x.copy()
    y[0], y[3] = y[3], y[0]
    y[1], y[2] = y[2] * 2, y[1]
    return fin(y)


@program(X)
def mask_set(x):
    y = x.copy()
    y[y > 1] = 0.5
    y[y < 0] *= 2
    y[x > 0.8] += x[0]
    return fin(y)


@program(X)
def mask_arr(x):
    y = x.copy()
    m = x > 0.5
    y[m] = x[m] ** 2
    y[m] += x[m]
    y[~m] = 0
    return fin(y)


@program(A)
def mask2d(a):
    b = a.copy()
    b[b > 0] **= 2
    b[a < -0.5] = a[0, 0]
    return fin(b)


@program(A)
def mask2row(a):
    b = a.copy()
    b[a[:, 0] > 0] *= 2.0
    b[:, a[0] > 0] = 1.0
    return fin(b)


@program(A)
def mask2rowset(a):
    b = a.copy()
    m = a[:, 0] > 0
    b[m] = a[m] ** 2
    b[m, 1] = a[m, 0]
    return fin(b)


@program(X, I, W)
def fancy(x, i, w):
    y = x.copy()
    y[i] += w * x[0]
    return fin(y)


@program(X, I, W)
def fancy_add_at(x, i, w):
    y = x.copy()
    np.add.at(y, i, w * x[0])
    return fin(y)


@program(X, I, W)
def fancy_set(x, i, w):
    y = x.copy()
    y[i] = w * x[0]
    return fin(y)


@program(X, I, W)
def fancy_mul(x, i, w):
    y = x.copy()
    y[i] *= w
    return fin(y)


@program(X, I, W)
def sub_at(x, i, w):
    y = x.copy()
    np.subtract.at(y, i, w * x[0])
    return fin(y)


@refused("no derivative rule for np.multiply.at", X, I, W)
def mul_at(x, i, w):
    y = x.copy()
    np.multiply.at(y, i, w * x[0])
    return fin(y)


@program(A, np.array([0, 1, 1]), np.array([2, 3, 3]))
def fancy2(a, i, j):
    b = a.copy()
    b[i, j] = a[j - 2, i]
    b[i, j] += 1
    return fin(b)


@program(A, np.array([0, 1, 1]))
def fancy_rows(a, i):
    b = a.copy()
    b[i] += a[:3]
    b[:, i] = a[:, :3]
    return fin(b)


@program(A)
def augs(a):
    b = a * 1.0
    b *= a
    b += 1
    b -= a[0]
    b /= 2.0
    b **= 2
    return fin(b)


@program(A)
def np_ix(a):
    b = a.copy()
    b[np.ix_([0, 2], [1, 3])] = a[:2, :2]
    return fin(b)


@program(X)
def out_ufunc(x):
    y = np.empty_like(x)
    np.multiply(x, x, out=y)
    np.add(y, x, out=y)
    np.exp(y * 0.1, y)
    return fin(y)


@program(X)
def out_slice(x):
    y = x.copy()
    np.multiply(x[1:], x[:-1], out=y[1:])
    np.add(y[:-1], 1, out=y[1:])
    return fin(y)


@program(B)
def out_dot(a):
    c = np.empty((4, 4))
    np.dot(a, a, out=c)
    d = np.zeros((4, 4))
    np.matmul(c, a, out=d)
    return fin(d)


@program(X)
def out_cumsum(x):
    y = np.empty(7)
    np.cumsum(x, out=y)
    return fin(y)


@program(A)
def out_sum(a):
    y = np.empty(5)
    np.sum(a * a, axis=0, out=y)
    return fin(y)


@program(A)
def out_reduce(a):
    y = np.empty(5)
    np.add.reduce(a * a, axis=0, out=y)
    np.maximum(y, 1.0, out=y)
    np.clip(y, 0, 3, out=y)
    return fin(y)


@program(X)
def pingpong(x):
    u = x * 1.0
    v = np.zeros_like(u)
    for k in range(5):
        v[1:-1] = 0.5 * (u[2:] + u[:-2])
        v[0] = u[0]
        v[-1] = u[-1]
        u, v = v, u
    return fin(u)


@program(X)
def pingpong_n(x):
    u = x * 1.0
    v = np.zeros_like(u)
    for k in range(len(x)):
        v[1:-1] = 0.5 * (u[2:] + u[:-2]) ** 2
        v[0] = u[0]
        v[-1] = u[-1]
        u, v = v, u
    return fin(u) + fin(v)


def mut(y, c):
    y *= c
    y[0] = c * c


@program(X)
def helper(x):
    y = x.copy()
    mut(y, x[1])
    mut(y[2:4], x[0])
    return fin(y)


@program(X)
def helper_loop(x):
    y = x.copy()
    for i in range(len(x) - 2):
        mut(y[i : i + 2], x[i])
    return fin(y)


@program(A)
def viewview(a):
    b = a.copy()
    v = b[1:]
    w = v[:, ::2]
    w[0] *= 3
    w[:, 1] = v[:, 1]
    t = w.T
    t[0] += 1
    return fin(b)


@program(A)
def transposed(a):
    b = a.copy()
    t = b.T
    t[1] = t[2] * 2
    t += 1
    t[0, 1:] *= t[1, 1:]
    return fin(b)


@program(A)
def reshaped(a):
    b = a.copy()
    r = b.reshape(-1)
    r[3] = r[4] ** 2
    r[::3] *= 2
    return fin(b)


@program(A)
def reshape_fresh(a):
    b = np.zeros((4, 5))
    r = b.reshape(20)
    r[:] = a.reshape(20)
    r[3] = r[4] ** 2
    return fin(b)


@program(A)
def ravelled(a):
    b = a.copy()
    r = b.ravel()
    r[3] = r[4] ** 2
    return fin(b)


@refused("whether r is a view", A)
def ravel_T(a):
    b = a.copy()
    r = b.T.ravel()
    r[3] = r[4] ** 2
    return fin(b) + fin(r)


@refused("the array attribute 'flat'", A)
def flat_set(a):
    b = a.copy()
    b.flat[3] = 2 * b.flat[4]
    return fin(b)


@program(A)
def flatten_(a):
    b = a.copy()
    r = b.flatten()
    r[3] = 5 * a[0, 0]
    return fin(b) + fin(r)


@program(X)
def copyto(x):
    y = np.zeros(7)
    np.copyto(y, x * x)
    np.copyto(y[2:], x[0])
    return fin(y)


@program(X)
def copyto_where(x):
    y = np.zeros(7)
    np.copyto(y, x * x, where=x > 0.5)
    return fin(y)


@program(X)
def fill(x):
    y = np.zeros(7)
    y.fill(x[1])
    y[2:4].fill(3.0)
    return fin(y * x)


@program(X)
def put(x):
    y = x.copy()
    np.put(y, [0, 2], [x[1], x[3]])
    return fin(y)


@program(X)
def ellipsis(x):
    y = np.zeros(7)
    y[...] = x * x
    y[..., 0] = 3 * x[1]
    return fin(y)


@program(X)
def newaxis(x):
    y = x.copy()
    v = y[None]
    v[0, 2] = x[0] ** 2
    w = y[:, None]
    w[3, 0] *= 2
    w += x[0]
    return fin(y)


@program(X)
def squeeze(x):
    y = x.copy().reshape(7, 1)
    v = y.squeeze()
    v[2] = x[0] ** 2
    return fin(y)


@program(A)
def swapaxes(a):
    b = a.copy()
    v = np.swapaxes(b, 0, 1)
    v[2] *= a[0, 0]
    return fin(b)


@program(B)
def diag_w(a):
    b = a.copy()
    b[np.arange(4), np.arange(4)] += a[0]
    np.fill_diagonal(b[:2], 3.0)
    return fin(b)


@program(B)
def fill_diag(a):
    b = a.copy()
    np.fill_diagonal(b, a[0])
    return fin(b)


@program(B)
def diag_view(a):
    b = a.copy()
    d = np.diag(b)
    s = d.sum()
    b[0, 0] = 2
    return fin(b) * s


@refused("what a holds is not known here", X)
def alias_data(x):
    a = x.copy()
    b = x * 2
    c = a if x[0] > 0.5 else b
    c[0] = 5 * x[1]
    return fin(a) + fin(b)


@program(X)
def alias_data_ok(x):
    a = x.copy()
    b = x * 2
    c = a if x[0] > 0.5 else b
    return fin(c) + fin(b)


@program(X)
def in_branch(x):
    y = x.copy()
    if x[0] > 0.5:
        y[1:3] *= x[0]
    else:
        y[0] = 3
    return fin(y)


@program(X)
def in_loop_view(x):
    y = x.copy()
    for i in range(len(x) - 1):
        v = y[i:]
        v[0] = v[1] * x[0]
        v *= 0.9
    return fin(y)


@program(A)
def row_view_loop(a):
    b = a.copy()
    for r in b:
        r *= r[0]
        r[1] = 2 * r[2]
    return fin(b)


@program(A)
def row_view_loop2(a):
    b = a.copy()
    for i, r in enumerate(b):
        if r[0] > 0:
            r[1:] = r[:-1]
    return fin(b)


@program(A)
def col_view_loop(a):
    b = a.copy()
    for c in b.T:
        c /= 1 + c @ c
    return fin(b)


@program(X)
def write_arg(x):
    x[0] = x[1] ** 2
    x *= 2
    return fin(x)


@program(X)
def int_array_write(x):
    n = np.zeros(7, dtype=int)
    n[2] = 3
    n[n > 2] += 1
    return (x * n).sum() * n[2]


@program(X)
def int_trunc(x):
    n = np.zeros(7, dtype=int)
    n[2] = x[3]
    return x.sum() * n[2]


@refused("`where=` of np.divide", X)
def where_out(x):
    y = np.zeros(7)
    np.divide(1.0, x, out=y, where=x > 0)
    return fin(y)


@program(X)
def roll_write(x):
    y = np.roll(x, 1)
    y[0] = x[0] ** 2
    return fin(y)


@program(A)
def insert_slice3(a):
    b = np.zeros((4, 5, 2))
    b[:, :, 0] = a
    b[..., 1] = a**2
    b[1, :, :] += 1
    b[:, 2, None, :] *= 2
    return fin(b)


@program(A)
def broadcast_write(a):
    b = np.zeros((4, 5))
    b[:] = a[0]
    b[:, 1:3] = a[:, :1]
    b[1:3] = a[0, 0]
    return fin(b)


@program(X)
def neg_index_loop(x):
    y = x.copy()
    for i in range(len(x)):
        y[-i - 1] = y[-i - 1] * y[i]
    return fin(y)


@program(X)
def loop_slice_var(x):
    y = x.copy()
    for i in range(1, len(x)):
        y[:i] *= x[i]
        y[i:] += y[i - 1]
    return fin(y)


@program(X)
def multi_target(x):
    a = b = x.copy()
    a[0] = x[1] ** 2
    return fin(b)


@pytest.mark.parametrize(("f", "args"), PROGRAMS)
def test_program(f, args):
    check(f, *args)


@pytest.mark.parametrize(("f", "args", "message"), REFUSED)
def test_refused(f, args, message):
    with pytest.raises(SymgradError) as e:
        check(f, *args)
    assert e.value.message.startswith(message)
    assert e.value.lineno
