"""Statements of loops: `else`, `continue`, iterators of Python, trips that may not be made, new types."""

# ruff: noqa: B007, B905 (programs as people write them)

import numpy as np
from language.programs import A, B, Programs, X

PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@program(X)
def forelse_assign(x):
    for v in x:
        if v > 3:
            k = v * 2
            break
    else:
        k = x[0]
    return k * x[1]


@program(X)
def forelse_assign_miss(x):
    for v in x:
        if v > 30:
            k = v * 2
            break
    else:
        k = x[0] ** 2
    return k * x[1]


@program(X)
def forelse_in_body(x):
    s = 0.0
    for v in x:
        t = v * v
        if t > 5:
            break
        s += t
    else:
        s = s * 2
        t = 1.0
    return s * t


@program(X)
def while_else(x):
    s = x[0]
    i = 0
    while s < 10:
        s = s * 1.5 + x[i] ** 2
        i += 1
        if i >= 5:
            break
    else:
        s = s * x[1]
    return s


@program(X)
def while_else2(x):
    s = x[0]
    i = 0
    while s < 10:
        s = s * 1.5 + x[i] ** 2
        i += 1
        if i >= 2:
            break
    else:
        s = s * x[1]
    return s


@program(X)
def while_continue(x):
    i = 0
    s = 0.0
    while i < len(x):
        i += 1
        if x[i - 1] < 0:
            continue
        s += np.sqrt(x[i - 1])
    return s


@program(X)
def walrus_while(x):
    i = 0
    s = x[0]
    while (e := s * s) > 0.1:
        s = s * 0.7 * e / (e + x[1])
        i += 1
    return s + e


@program(A)
def zip_rows(a):
    s = 0.0
    for r, t in zip(a, a[::-1]):
        s += r @ t
    return s


@program(B)
def over_T(a):
    s = 0.0
    for i, c in enumerate(a.T):
        s += c.sum() ** 2 * i
    return s


@program(A)
def enum_zip(a):
    s = 0.0
    for i, (r, t) in enumerate(zip(a[1:], a)):
        s += (i + 1) * (r * t).sum()
    return s


@program(X)
def rev_enum(x):
    s = 0.0
    for i, v in reversed(list(enumerate(x))):
        s = s * 0.5 + i * v
    return s


@program(X)
def rev_zip(x):
    s = 0.0
    for a, b in zip(reversed(x), x):
        s = s * 0.5 + a * b
    return s


@program(X)
def enum_rev(x):
    s = 0.0
    for i, v in enumerate(reversed(x)):
        s = s * 0.5 + i * v
    return s


@program(X)
def enum_start(x):
    s = 0.0
    for i, v in enumerate(x, 1):
        s += v / i
    return s


@program(X, 2)
def range_step(x, k):
    s = 0.0
    for i in range(0, len(x), k):
        s += x[i] ** 2
    return s


@program(X, -2)
def range_negstep(x, k):
    s = 0.0
    for i in range(len(x) - 1, -1, k):
        s = s * 0.7 + x[i] ** 2
    return s


@program(X, 3)
def range_neg2(x, n):
    s = 0.0
    for i in range(n, -n, -1):
        s = s * 0.7 + x[i] ** 2
    return s


@refused("the value of 'y' is not known here", X)
def zero_trips(x):
    for i in range(len(x), 3):
        y = x[i]
    return y


@program(X)
def zero_trips_ok(x):
    y = x[0]
    for i in range(5, len(x) - 5):
        y = x[i]
    return y * 2


@program(X)
def maybe_zero(x):
    for i in range(1, len(x)):
        y = x[i] ** 2
    return y


@program(X, 4)
def maybe_zero_arg(x, n):
    for i in range(n):
        y = x[i] ** 2
    return y


@program(X, 4)
def index_after(x, n):
    for i in range(n):
        pass
    return x[i] ** 2


@program(X)
def index_after2(x):
    for i in range(len(x)):
        if x[i] > 2:
            break
    return x[i] ** 2 * i


@program(A)
def tri(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(i, a.shape[1]):
            for k in range(i, j):
                s += a[i, j] * a[i, k]
    return s


@program(X)
def change_type(x):
    s = 0
    for v in x:
        s = s + v if v > 0 else s
    return s * x[0]


@program(X)
def change_type2(x):
    s = 1
    for i in range(3):
        s = s / x[i]
    return s


@program(X)
def grow_concat(x):
    y = x[:1]
    for i in range(3):
        y = np.concatenate((y, y * x[i]))
    return y.sum()


@program(X)
def halving(x):
    y = np.concatenate((x, x[:1]))
    while len(y) > 1:
        y = y[::2] * y[1::2]
    return y[0]


@program(X)
def while_true_two(x):
    s = x[0]
    n = 0
    while True:
        s = s * 1.3
        n += 1
        if s > 5:
            return s * n
        if n > 20:
            break
    return -s


@program(X)
def tuple_carry(x):
    a, b = x[0], x[1]
    for i in range(len(x)):
        a, b = b, a + b * x[i]
    return a * b


@program(X)
def argmax_loop(x):
    b = 0
    for i in range(1, len(x)):
        if x[i] > x[b]:
            b = i
    return x[b] ** 2


@program(A)
def iter_flat(a):
    s = 0.0
    for v in a.flat:
        s += v * v
    return s


@program(A)
def iter_ravel(a):
    s = 0.0
    for v in a.ravel():
        s = s * 0.5 + v * v
    return s


@program(A)
def ndindex(a):
    s = 0.0
    for i, j in np.ndindex(a.shape):
        s += a[i, j] * i
    return s


@program(A)
def ndenum(a):
    s = 0.0
    for (i, j), v in np.ndenumerate(a):
        s += v * i
    return s


@program(X)
def while_not(x):
    done = False
    s = x[0]
    n = 0
    while not done:
        s *= 1.2
        n += 1
        done = s > 5 or n > 30
    return s


@program(X)
def while_and(x):
    i = 0
    while i < len(x) and x[i] < 3:
        i += 1
    return x[i] ** 2


@program(X)
def lam_loop(x):
    fs = [lambda v, k=k: v * k for k in range(3)]
    s = 0.0
    for f in fs:
        for v in x:
            s += f(v) ** 2
    return s


@program(X)
def for_two_lists(x):
    s = 0.0
    for c in [1.0, 2.0, 3.0]:
        for i in range(len(x)):
            s += c * x[i] ** c if x[i] > 0 else 0.0
    return s


test_program, test_refused = PROGRAMS.tests()
