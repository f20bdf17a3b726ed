"""Writes into arrays outside of loops: elements, slices, masks, indices, swaps, overlaps."""

import numpy as np
from language.programs import A, Programs, X, weighted

I = np.array([0, 2, 2, 5])
W = np.array([1.0, 2, 3, 4])


PROGRAMS = Programs()
program = PROGRAMS.program


@program(X)
def aug_el(x):
    y = x.copy()
    y[2] += x[0] * x[1]
    y[2] *= y[3]
    y[-1] -= 1
    return weighted(y)


@program(X)
def sl_step(x):
    y = x.copy()
    y[::2] *= x[1]
    y[1::2] = y[::2][:3] ** 2
    return weighted(y)


@program(X)
def sl_neg(x):
    y = x.copy()
    y[::-1] += x * x
    y[5:1:-2] = x[:2]
    return weighted(y)


@program(X)
def overlap1(x):
    y = x * 1.0
    y[1:] = y[:-1]
    return weighted(y)


@program(X)
def overlap2(x):
    y = x * 1.0
    y[1:] += y[:-1]
    return weighted(y)


@program(X)
def overlap3(x):
    y = x * 1.0
    y[:] = y[::-1]
    return weighted(y)


@program(X)
def overlap4(x):
    y = x * 1.0
    y += y[::-1]
    return weighted(y)


@program(X)
def overlap5(x):
    y = x * 1.0
    y[:-2] = y[2:] * y[1:-1]
    return weighted(y)


@program(A)
def rows(a):
    b = a.copy()
    b[0] = b[1] * 2
    b[:, 1] += b[:, 2]
    b[-1, :] *= b[0, 0]
    return weighted(b)


@program(A)
def rowswap(a):
    b = a.copy()
    b[[0, 2]] = b[[2, 0]]
    return weighted(b)


@program(A)
def rowswap2(a):
    b = a.copy()
    b[0], b[1] = b[1].copy(), b[0].copy()
    return weighted(b)


@program(A)
def rowswap_bad(a):
    b = a.copy()
    b[0], b[1] = b[1], b[0]
    return weighted(b)


@program(X)
def elswap(x):
    y = x.copy()
    y[0], y[3] = y[3], y[0]
    y[1], y[2] = y[2] * 2, y[1]
    return weighted(y)


@program(X)
def mask_set(x):
    y = x.copy()
    y[y > 1] = 0.5
    y[y < 0] *= 2
    y[x > 0.8] += x[0]
    return weighted(y)


@program(X)
def mask_arr(x):
    y = x.copy()
    m = x > 0.5
    y[m] = x[m] ** 2
    y[m] += x[m]
    y[~m] = 0
    return weighted(y)


@program(A)
def mask2d(a):
    b = a.copy()
    b[b > 0] **= 2
    b[a < -0.5] = a[0, 0]
    return weighted(b)


@program(A)
def mask2row(a):
    b = a.copy()
    b[a[:, 0] > 0] *= 2.0
    b[:, a[0] > 0] = 1.0
    return weighted(b)


@program(A)
def mask2rowset(a):
    b = a.copy()
    m = a[:, 0] > 0
    b[m] = a[m] ** 2
    b[m, 1] = a[m, 0]
    return weighted(b)


@program(X, I, W)
def fancy(x, i, w):
    y = x.copy()
    y[i] += w * x[0]
    return weighted(y)


@program(X, I, W)
def fancy_set(x, i, w):
    y = x.copy()
    y[i] = w * x[0]
    return weighted(y)


@program(X, I, W)
def fancy_mul(x, i, w):
    y = x.copy()
    y[i] *= w
    return weighted(y)


@program(A, np.array([0, 1, 1]), np.array([2, 3, 3]))
def fancy2(a, i, j):
    b = a.copy()
    b[i, j] = a[j - 2, i]
    b[i, j] += 1
    return weighted(b)


@program(A, np.array([0, 1, 1]))
def fancy_rows(a, i):
    b = a.copy()
    b[i] += a[:3]
    b[:, i] = a[:, :3]
    return weighted(b)


@program(A)
def augs(a):
    b = a * 1.0
    b *= a
    b += 1
    b -= a[0]
    b /= 2.0
    b **= 2
    return weighted(b)


@program(A)
def np_ix(a):
    b = a.copy()
    b[np.ix_([0, 2], [1, 3])] = a[:2, :2]
    return weighted(b)


@program(X)
def in_branch(x):
    y = x.copy()
    if x[0] > 0.5:
        y[1:3] *= x[0]
    else:
        y[0] = 3
    return weighted(y)


@program(X)
def write_arg(x):
    x[0] = x[1] ** 2
    x *= 2
    return weighted(x)


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


@program(A)
def insert_slice3(a):
    b = np.zeros((4, 5, 2))
    b[:, :, 0] = a
    b[..., 1] = a**2
    b[1, :, :] += 1
    b[:, 2, None, :] *= 2
    return weighted(b)


@program(X)
def neg_index_loop(x):
    y = x.copy()
    for i in range(len(x)):
        y[-i - 1] = y[-i - 1] * y[i]
    return weighted(y)


@program(X)
def loop_slice_var(x):
    y = x.copy()
    for i in range(1, len(x)):
        y[:i] *= x[i]
        y[i:] += y[i - 1]
    return weighted(y)


@program(X)
def multi_target(x):
    a = b = x.copy()
    a[0] = x[1] ** 2
    return weighted(b)


test_program = PROGRAMS.test()
