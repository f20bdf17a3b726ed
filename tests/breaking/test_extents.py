"""Integers that are extents inside regions: each block knows its own, whatever was named alike or merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg

X = np.array([0.7, 1.3, 2.1, 3.2, -1.1, 0.4, 0.9])


def merged_numbers(x, k):  # the index comes in twice, as a number and as an extent
    s = 0.0
    for j in range(len(x)):
        for i in range(j + 1):
            if x[i] < 0:
                break
            s += x[j] * x[i]
        else:
            s *= 0.5
    return s


def read_by_the_adjoint_alone(x, k):  # k // 3 is computed again in the backward loop
    s = 0.0
    for i in range(len(x)):
        s += x[(k + i) // 2 % len(x)] * ((k - i) % 3) + x[i] ** 2 * (k // 3)
    return s


def loop_without_results(x, k):
    for _ in range(1, k + 9):
        pass
    return np.sum(x * x)


def found_by_data(x, k):  # the number of selected elements, in both halves of a pullback
    return np.sum(x[x > 0] ** 2) + np.log(x[x > 1]).sum()


@pytest.mark.parametrize(
    "f", [merged_numbers, read_by_the_adjoint_alone, loop_without_results, found_by_data]
)
@pytest.mark.parametrize("jit", [False, True])
def test_all_verbs_agree(f: Callable[..., Any], jit: bool) -> None:
    h, k = 1e-6, -7
    v = np.array([0.3, -1.0, 0.2, 0.7, -0.4, 1.1, 0.5])
    out, pullback = sg.vjp(f, X, k, jit=jit)
    gradient = pullback(1.0)[0]
    np.testing.assert_allclose(out, f(X.copy(), k), rtol=1e-12)
    slopes = [(f(X + h * e, k) - f(X - h * e, k)) / (2 * h) for e in np.eye(len(X))]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-7)
    along = sg.jvp(f, (X, k), (v, None), jit=jit)[1]
    np.testing.assert_allclose(along, gradient @ v, rtol=1e-10, atol=1e-12)
    grad = sg.grad(f, jit=jit)
    curved = (grad(X + h * v, k) - grad(X - h * v, k)) / (2 * h)
    np.testing.assert_allclose(sg.hvp(f, jit=jit)(X, v, k), curved, rtol=1e-6, atol=1e-6)
