"""Integers beside floats: floor division, modulo, counters that go down, bools that count, conversions."""

import math

import numpy as np
from language.programs import Programs, X

K = np.array([3, 0, 2, 2, 1, 0, 3])
PROGRAMS = Programs()
program = PROGRAMS.program


@program(X, -7)
def floors_of_negatives(x, k):
    s = 0.0
    for i in range(len(x)):
        s += x[(k + i) // 2 % len(x)] * ((k - i) % 3) + x[i] ** 2 * (k // 3)
    return s


@program(X)
def power_by_squaring(x):
    s = 0.0
    for i in range(len(x)):
        base, e, p = x[i], i, 1.0
        while e > 0:
            if e % 2:
                p *= base
            base *= base
            e //= 2
        s += p
    return s


@program(X)
def binary_search(x):
    y = np.cumsum(x * x)
    lo, hi = 0, len(y)
    while lo < hi:
        mid = (lo + hi) // 2
        if y[mid] < 1.0:
            lo = mid + 1
        else:
            hi = mid
    return y[lo] * y[lo - 1]


@program(X, K)
def bool_that_counts(x, k):
    s = 0.0
    for i in range(len(x)):
        s += (x[i] > 1.0) * x[i] + (k[i] == 2) * x[i] ** 2 + (x[i] < 0 or k[i] > 2) * x[0]
    return s


@program(X, K)
def integers_pick(x, k):
    s, last = 0.0, 0
    for i in range(len(x)):
        last = (last + k[i]) % len(x)
        s += x[last] * x[k[i]] / (1 + k[i])
    return s


@program(X, K)
def histogram(x, k):
    h = np.zeros(4)
    count = np.zeros(4, dtype=np.int64)
    for i in range(len(x)):
        h[k[i]] += x[i] ** 2
        count[k[i]] += 1
    s = 0.0
    for b in range(4):
        if count[b] > 0:
            s += h[b] / count[b]
    return s


@program(X)
def truncated(x):
    s = 0.0
    for v in x:
        s += (v - int(v)) ** 2 + math.floor(v) * v + round(v) * 0.5 * v
    return s


@program(X)
def divmod_of_counter(x):
    s = 0.0
    for i in range(len(x)):
        q, r = divmod(i, 3)
        s += x[q] * x[r] * (r + 1)
    return s


@program(X)
def gcd_loop(x):
    a, b = 12, len(x) + 1
    s = 0.0
    while b:
        s += x[b % len(x)] ** 2
        a, b = b, a % b
    return s * a


@program(X)
def counter_from_data(x):
    n = 0
    for v in x:
        if v > 0.5:
            n += 1
    s = 0.0
    for i in range(n - 1, -1, -2):
        s += x[i] ** 3
    return s / n


@program(X, 2.5)
def float_modulo(x, p):
    s = 0.0
    for v in x:
        s += v % p + (v // 1.0) * v + abs(v) % 0.73
    return s


@program(X)
def chained_comparisons(x):
    s = 0.0
    for i in range(1, len(x)):
        if x[i - 1] < x[i] <= 2.5 and 0 < i < 6:
            s += x[i] - x[i - 1] ** 2
        elif not (x[i] > 0) or i == 3:
            s -= x[i]
    return s


test_program = PROGRAMS.test()
