"""`for` over ranges, arrays, rows, pairs; bounds that depend on the outer index; what is carried."""

# ruff: noqa: B007, B905, RUF059 (programs as people write them)

import numpy as np
from language.programs import A, Programs, X

PROGRAMS = Programs()
program = PROGRAMS.program


@program(X)
def carried_array(x):
    y = x * 1.0
    for i in range(len(x)):
        y = np.sin(y) + x[i]
    return y @ x


@program(X, 5)
def intarg(x, n):
    s = 0.0
    for i in range(n):
        for j in range(i + 1):
            s += x[i] * x[j] / (i + j + 1)
    return s


@program(X)
def revrange(x):
    s = 0.0
    n = len(x)
    for i in range(n - 1, -1, -1):
        s = s * x[i] + 1.0
    return s


@program(X)
def step2(x):
    s = 0.0
    for i in range(0, len(x), 2):
        s += x[i] ** 2
        if i + 1 < len(x):
            s -= x[i + 1]
    return s


@program(A)
def rows(a):
    s = 0.0
    for row in a:
        s += np.sum(row) ** 2
        for v in row:
            if v < 0:
                continue
            s += v**3
    return s


@program(X, X[::-1] * 2)
def zipped(x, y):
    s = 0.0
    for u, v in zip(x, y):
        s += u * v * v
    for i, (u, v) in enumerate(zip(x, y)):
        s += i * u * np.sin(v)
    return s


@program(X)
def rev(x):
    s = 0.0
    for v in reversed(x):
        s = s * 0.5 + v * v
    return s


@program(X)
def maxloop(x):
    m = -np.inf
    k = -1
    for i in range(len(x)):
        if x[i] > m:
            m = x[i]
            k = i
    return m * m + x[k - 1]


@program(X)
def accum_array(x):
    acc = 0.0
    for i in range(len(x)):
        acc = acc + x[i] * x
    return acc


@program(A)
def accum_rows(a):
    acc = 0
    for row in a:
        acc += row * row
    return acc.sum()


@program(X)
def tuple_state(x):
    state = (x[0], x[1])
    for i in range(len(x)):
        a, b = state
        state = (b, a * 0.5 + b * x[i])
    return state[0] * state[1]


@program(X)
def const_trip0(x):
    s = x[0]
    for i in range(len(x), 3):
        s *= 100
    return s


@program(X)
def unbound_but_certain(x):
    for i in range(len(x)):
        last = x[i] * x[i]
    return last


@program(X)
def int_to_float(x):
    s = 0
    k = 1
    for v in x:
        s = s + v
        k = k * 2
    return s / k


@program(X)
def bisect(x):
    lo, hi = 0.0, 4.0
    for _ in range(40):
        mid = 0.5 * (lo + hi)
        if mid**3 + mid * x[0] - x[1] > 0:
            hi = mid
        else:
            lo = mid
    return x[0] * x[1]


@program(X)
def rk4(x):
    def rhs(y):
        return np.array([y[1], -x[0] * y[0]])

    y = np.array([1.0, 0.0])
    h = 0.1
    for _ in range(30):
        k1 = rhs(y)
        k2 = rhs(y + h / 2 * k1)
        k3 = rhs(y + h / 2 * k2)
        k4 = rhs(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y[0] * y[1]


@program(X)
def nested_fn_loop(x):
    def norm2(v):
        s = 0.0
        for i in range(len(v)):
            s += v[i] * v[i]
        return s

    t = 0.0
    for i in range(1, len(x)):
        t += norm2(x[:i]) * x[i]
    return t


@program(A)
def argminish(a):
    n, d = a.shape
    tot = 0.0
    for i in range(n):
        best = np.inf
        arg = 0
        for j in range(n):
            if j == i:
                continue
            dd = np.sum((a[i] - a[j]) ** 2)
            if dd < best:
                best = dd
                arg = j
        tot += best + a[arg, 0]
    return tot


@program(X)
def fib(x):
    a, b = x[0], x[1]
    for _ in range(20):
        a, b = b, a + 0.3 * b
    return a * b


@program(X)
def queue(x):
    t = 0.0
    total = 0.0
    for s in x:
        start = max(t, s)
        t = start + 0.5 * abs(s)
        total += t - s
    return total


@program(A, 3)
def kth(a, k):
    s = 0.0
    for i in range(k):
        s += a[i, k] * a[i, :k].sum()
    return s


@program(X)
def lstm(x):
    h = 0.0
    c = 0.0
    for v in x:
        i = 1 / (1 + np.exp(-(0.5 * v + 0.1 * h)))
        f = 1 / (1 + np.exp(-(0.3 * v - 0.2 * h)))
        c = f * c + i * np.tanh(v)
        h = np.tanh(c)
    return h


@program(X)
def gather_scatter(x):
    idx = np.array([0, 2, 2, 5, 1])
    y = np.zeros(len(x))
    for k in range(len(idx)):
        y[idx[k]] += x[k] * x[idx[k]]
    return y @ y


@program(X)
def dp(x):
    n = len(x)
    D = np.zeros((n + 1, n + 1))
    for i in range(1, n + 1):
        for j in range(1, n + 1):
            c = (x[i - 1] - x[n - j]) ** 2
            D[i, j] = c + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[n, n]


@program(X)
def periodic(x):
    n = len(x)
    y = x * 1.0
    for t in range(n):
        z = y * 1.0
        for i in range(n):
            y[i] = 0.5 * z[i] + 0.25 * (z[i - 1] + z[(i + 1) % n])
    return y @ x


@program(X, np.array([0, 2, -3, 4]), np.array([2, 9, -1, 1]))
def part_of_a_range(x, first, last):
    s = 0.0
    for a, b in zip(first, last):
        for i in range(len(x))[a:b]:
            s = s * 0.5 + x[i] * x[i]
        s += len(range(len(x))[a:b]) * x[a]
    return s


@program(X, np.array([0, 2, -3, 4]))
def range_cut_twice(x, first):
    s = 0.0
    inner = range(1, len(x) - 1)
    for a in first:
        odd = inner[a:][::-2]
        for i in odd:
            s = s * x[i] + x[odd.start]
    return s


@program(X, np.array([3, 0, -2, 5, 1]))
def ranges_of_the_data(x, k):
    s = 0.0
    for count in k:
        j = np.arange(count)
        s += np.sum(j * j) * x[3]
        s += np.sum(np.sin(np.arange(1, count) * x[1])) + np.sum(np.arange(count, 7, 2) ** 2) * x[2]
        for q in np.arange(count, 1, -2):
            s += q * x[0]
    return s


test_program = PROGRAMS.test()
