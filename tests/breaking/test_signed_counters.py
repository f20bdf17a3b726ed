"""Counters and integer arguments may be negative: what is proved of lengths is not proved of them."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg


def begins_below_zero(x, n):
    s = 0.0
    for i in range(-1, len(x) - 1):
        z = np.zeros(len(x))
        z[0] = x[0] * 2
        z[i + 1] = x[i + 1] * 3
        s += np.sum(z * z)
    return s


def position_of_an_argument(x, n):
    z = np.zeros(len(x))
    z[0] = x[0] * 2
    z[n + 1] = x[1] * 3
    return np.sum(z * z)


def in_place_from_below_zero(x, n):
    y = x.copy()
    for i in range(-1, len(x) - 1):
        y[0] = y[0] * y[i + 1]
        y[i + 1] = np.sin(y[i + 1]) * y[0]
    return np.sum(y * y)


def columns_from_below_zero(x, n):
    y = x.copy()
    for i in range(-2, 2):
        y[i + 2] = y[i + 2] * y[0]
        y[i] = y[i] + y[i + 2] * x[i + 2]
    return np.sum(y * y)


def negative_count(x, n):
    s = x[0]
    for i in range(n):
        s = s * x[i] * np.sin(x[i])
    return s * x[-1]


def negative_inner_count(x, n):
    s = 1.0
    for i in range(-2, 3):
        for j in range(i):
            s = s * np.sin(x[j]) + x[j]
    return s


PROGRAMS = [
    begins_below_zero, position_of_an_argument, in_place_from_below_zero, columns_from_below_zero,
    negative_count, negative_inner_count,
]  # fmt: skip


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("fun", PROGRAMS)
def test_gradients_are_those_of_differences(fun, jit) -> None:
    x = np.array([0.7, -1.2, 0.4, 1.1])
    df, push = sg.value_and_grad(fun, jit=jit), sg.jvp(fun, jit=jit)
    for n in (1, 2, -1, 0, -1):
        if fun is not negative_count and n > 1:
            continue
        value, gradient = df(x, n)
        steps = 1e-6 * np.eye(4)
        expected = [(fun(x + e, n) - fun(x - e, n)) / 2e-6 for e in steps]
        np.testing.assert_allclose(value, fun(x, n), rtol=1e-13)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)
        t = np.array([0.3, -0.8, 0.5, 1.3])
        np.testing.assert_allclose(push((x, n), (t, None))[1], gradient @ t, rtol=1e-12, atol=1e-13)
