"""Quotients of lengths may be negative: (n - 3) // 2 is -1 for two elements, whatever a call before had."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

import symgrad as sg


def branch(x):
    if (len(x) - 3) // 2 >= 0:
        return np.sum(x * x)
    return 3.0 * np.sum(x)


def element(x):
    return x[(len(x) - 3) // 2] ** 2 if len(x) else np.sum(x)


def head(x):
    return np.sum(x[: (len(x) - 3) // 2] ** 2)


def every_second(x):
    n = len(x)
    y = x * x
    z = np.ones(n)
    for i in range(2, n, 2):
        y[i - 1] = i * x[i]
        z[i - 1] = y[i - 1] * x[i - 2]
    return np.sum(z) + np.sum(y * y)


@pytest.mark.parametrize("fun", [branch, element, head, every_second])
def test_sizes_in_any_order(fun):
    rng = np.random.default_rng(6)
    for first in permutations((5, 2, 0, 1), 2):
        slope = sg.grad(fun, jit=False)
        for n in (*first, 7, 2, 1, 0):
            x = rng.normal(size=n)
            want = np.array([(fun(x + e) - fun(x - e)) / 2e-6 for e in 1e-6 * np.eye(n)]).reshape(n)
            np.testing.assert_allclose(slope(x), want, rtol=1e-6, atol=1e-7)


def test_no_trips_of_a_strided_loop_compiled():
    slope = sg.grad(every_second)
    np.testing.assert_allclose(slope(np.ones(5)), sg.grad(every_second, jit=False)(np.ones(5)), rtol=1e-15)
    np.testing.assert_array_equal(slope(np.zeros(0)), np.zeros(0))
