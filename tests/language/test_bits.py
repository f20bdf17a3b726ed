"""Bit operations on integers: masks of counters, reversed bits, subsets; of bools, logical ones."""

import numpy as np
import pytest
from language.programs import Programs, X

import symgrad as sg

K = np.array([0, 5, 2, 6, 4, 1, 3])
PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@program(X, 5)
def of_counters(x, n):
    s = 0.0
    for i in range(len(x) - 1):
        if i & 1:
            s += x[i] ** 2
        if (i >> 1) & 1 == n & 1:
            s += x[i] ** 3
        s += x[(i ^ 1) % len(x)] * x[(i << 1) % len(x)] * x[~i & 3] * x[(i | 4) % len(x)]
    return s


@program(X, K)
def of_arrays(x, k):
    y = x[(k ^ 1) % 7] * x[k & 6] * (k << 1) * x[(k >> 1)] + x[np.bitwise_and(k, 3)] * np.left_shift(k, 2)
    return y * np.invert(k) * np.bitwise_xor(k, 5) * np.bitwise_or(k, 8)


@program(X)
def in_place(x):
    c, s = 0, 0.0
    k = np.zeros(len(x), dtype=np.int64)
    for i in range(len(x)):
        c ^= i
        c |= 1
        c <<= 1
        c &= 15
        k[i] |= c >> 1
        s += c * x[i] ** 2
    k &= 3
    k <<= 1
    return s + np.sum(x[k] ** 2)


@program(X)
def reversed_bits(x):
    y = np.zeros(8)
    for i in range(len(x)):
        r, v = 0, i
        for _ in range(3):
            r = (r << 1) | (v & 1)
            v >>= 1
        y[r] = x[i] ** 2 * i
    return y


@program(X)
def butterflies(x):
    y = np.append(x, 1.0)
    for s in range(3):
        half = 1 << s
        for i in range(8):
            if not i & half:
                a, b = y[i], y[i ^ half]
                y[i], y[i | half] = a * np.cos(b), b * a
    return y


@program(X)
def subsets(x):
    total = 0.0
    for code in range(1 << 4):
        p = 1.0
        for i in range(4):
            if code >> i & 1:
                p *= x[i]
        total += p**2
    return total


@program(X)
def population(x):
    s = 0.0
    for i in range(len(x)):
        v, n = i, 0
        while v:
            v &= v - 1
            n += 1
        s += x[i] ** 2 * n
    return s


@program(X)
def of_masks(x):
    m = (x > 0) & (x < 2) | (x < -1)
    m ^= x > 1
    return np.sum(np.where(~m, x**2, x**3)) + np.sum(x[np.invert(m) | np.bitwise_and(m, m)] ** 2)


@program(X)
def of_lengths(x):
    half = len(x) >> 1
    y = np.zeros(half << 1)
    y[:half] = x[:half] ** 2
    y[len(x) & 1 :] += x[: y.shape[0] - 1] if len(x) & 1 else x
    return y


@refused("`&` of floats", X)
def of_floats(x):
    return x[0] & 1


@refused("`<<` of bools", X)
def shifted_mask(x):
    return (x > 0) << (x > 1)


test_program, test_refused = PROGRAMS.tests()


def counted(x, k, n):
    return np.sum(x * (k << n)) + np.sum(x**2 * (k >> n)) + np.sum(x * ~k) + np.sum(x * ((k + k) & 127))


@pytest.mark.parametrize("dtype", ["int64", "uint8", "int16", "uint64"])
@pytest.mark.parametrize("jit", [False, True])
def test_what_does_not_fit_is_cut_off_as_numpy_does(dtype, jit):
    k = np.array([200, 7, 130, 255, 1, 0, 64]).astype(dtype)
    df = sg.value_and_grad(counted, jit=jit)
    for n in (0, 3, 7, 63, 64, 100)[: None if dtype in ("int64", "uint64") else 3]:
        count = np.array([n]).astype(dtype)
        value, dx = df(X, k, count)
        want = (k << count) + 2.0 * X * (k >> count) + ~k + ((k + k) & k.dtype.type(127))
        np.testing.assert_allclose(value, counted(X, k, count), rtol=1e-12, atol=0)
        np.testing.assert_allclose(dx, want, rtol=1e-12, atol=0)
