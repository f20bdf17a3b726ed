"""What a loop or branch hands on as it is: an outer array, one side's operand, one value twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg

X = np.array([0.7, -1.3, 2.1, 0.4])


def overwritten_by_an_outer_array(x, c):
    y = x.copy()
    for _ in range(len(x)):
        y[:] = x
    return np.sum(y * y) * c


def begun_with_and_read_in_each_trip(x, c):
    y = x.copy()
    for _ in range(len(x)):
        y[:] -= x * c
    return np.sum(x * x) + np.sum(y * y)


def outer_number_in_each_trip(x, c):
    s = 0.0
    for i in range(len(x)):
        t = s
        s = c
        if x[i] > 1.0:
            s += t * x[i]
    return s * x[0]


def two_names_for_an_outer_array(x, c):
    y, z = x * c, x * 1.0
    for i in range(3):
        y, z = x, y
        z = z * x[i]
    return np.sum(y * z)


def branch_that_leaves_a_written_array(x, c):
    x[1:] = 0.0
    if c <= 0:
        x *= x
    return np.sum(x) * c


def written_after_a_branch_made_it(x, c):
    if c > 0:
        y = x * 2.0
    else:
        y = x * x
    y[0] = c * x[1]
    return np.sum(y * y)


@pytest.mark.parametrize(
    "f",
    [
        overwritten_by_an_outer_array,
        begun_with_and_read_in_each_trip,
        outer_number_in_each_trip,
        two_names_for_an_outer_array,
        branch_that_leaves_a_written_array,
        written_after_a_branch_made_it,
    ],
)
@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("c", [0.8, -0.6])
def test_first_and_second_derivatives(f: Callable[..., Any], jit: bool, c: float) -> None:
    h, v = 1e-6, np.array([0.3, -1.0, 0.2, 0.7])
    grad = sg.grad(f, (0, 1), jit=jit)
    value, (dx, dc) = sg.value_and_grad(f, (0, 1), jit=jit)(X, c)
    np.testing.assert_allclose(value, f(X.copy(), c), rtol=1e-12)
    slopes = [(f(X + h * e, c) - f(X - h * e, c)) / (2 * h) for e in np.eye(len(X))]
    np.testing.assert_allclose(dx, slopes, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(dc, (f(X.copy(), c + h) - f(X.copy(), c - h)) / (2 * h), rtol=1e-6, atol=1e-8)
    curved = (grad(X + h * v, c)[0] - grad(X - h * v, c)[0]) / (2 * h)
    np.testing.assert_allclose(sg.hvp(f, jit=jit)(X, v, c), curved, rtol=1e-6, atol=1e-6)
