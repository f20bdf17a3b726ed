"""Two additions to one element around the step of a carried cotangent: each reads that of its time."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg


def product_of_two(x):
    s = x[0]
    for i in range(len(x)):
        s = s * x[i] * np.sin(x[i])
    return s


def ratio(x):
    s = x[0]
    for i in range(len(x)):
        s = np.exp(0.1 * x[i]) * s / (2.0 + x[i] * x[i] * s)
    return s


def two_carried(x):
    s, t = x[0], x[1]
    for i in range(1, len(x)):
        s, t = t * x[i] * np.cos(x[i]), s * x[i] + x[i] * t
    return s * t


def rows(x):
    A = x.reshape(2, 2)
    s = A[0].copy()
    for i in range(2):
        s = s * A[i] * np.sin(A[i])
    return np.sum(s)


def while_product(x):
    s = 1.0
    k = 0
    while k < len(x):
        s = s * x[k] * np.sin(x[k] + s)
        k += 1
    return s


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("fun", [product_of_two, ratio, two_carried, rows, while_product])
def test_gradients_are_those_of_differences(fun, jit) -> None:
    x = np.array([0.7, -1.2, 0.4, 1.1])
    expected = [(fun(x + e) - fun(x - e)) / 2e-6 for e in 1e-6 * np.eye(4)]
    np.testing.assert_allclose(sg.grad(fun, jit=jit)(x), expected, rtol=1e-6, atol=1e-8)
