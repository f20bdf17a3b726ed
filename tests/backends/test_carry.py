"""What the next trip reads first goes there in a variable: for every length, refused if it may be missed."""

from __future__ import annotations

import numpy as np
import pytest
from backends.helpers import gradients

import symgrad as sg


def sweep(a):
    a = a.copy()
    for i in range(1, len(a)):
        a[i] = 0.5 * (a[i] + a[i - 1])
    return np.sum(a * a)


def upwards(a):
    a = a.copy()
    for i in range(len(a) - 2, -1, -1):
        a[i] = np.sin(a[i]) * 0.5 + a[i + 1]
    return np.sum(a)


def grid(a, w):
    a = a.copy()
    n, m = a.shape
    for i in range(1, n):
        for j in range(1, m):
            a[i, j] = w * (a[i, j] + a[i, j - 1]) + a[i - 1, j]
    return np.sum(a * a)


def columns(a):
    a = a.copy()
    n, m = a.shape
    for j in range(m):
        for i in range(1, n):
            a[i, j] = 0.25 * (a[i, j] + a[i - 1, j])
    return np.sum(a * a * a)


def two_back(a):
    a = a.copy()
    for i in range(2, len(a)):
        a[i] = 0.5 * a[i - 1] + 0.3 * a[i - 2] + a[i] * a[i]
    return np.sum(a)


def added_only(a):
    a = a.copy()
    for i in range(1, len(a)):
        a[i] += 0.5 * a[i - 1]
    return np.sum(a * a)


def last_row(a):
    a = a.copy()
    for i in range(1, len(a)):
        a[i] = a[i] * 0.5 + a[i - 1] + a[-1]
    return np.sum(a * a)


def skipping(a):
    a = a.copy()
    for i in range(2, len(a), 2):
        a[i] = 0.5 * (a[i] + a[i - 2])
    return np.sum(a * a)


LINES = {"sweep": sweep, "upwards": upwards, "two_back": two_back, "added_only": added_only}
LINES |= {"last_row": last_row, "skipping": skipping}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_sweeps_along_a_line(name: str, n: int) -> None:
    text = gradients(LINES[name], (np.random.default_rng(n).normal(size=n),), (0,), "carry")
    if n == 6 and name in ("sweep", "upwards"):
        assert "carry = " in text
    if name in ("last_row", "skipping"):
        assert "carry" not in text


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (3, 1), (4, 3)])
def test_sweeps_over_a_grid(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    text = gradients(grid, (rng.normal(size=shape), 0.4), (0, 1), "carry")
    gradients(columns, (rng.normal(size=shape),), (0,), "carry")
    if shape == (4, 3):
        assert "carry" in text


def test_a_branch_of_several_results_beside_what_is_carried():
    """The branch's results are not the array's elements: hvp and gradient agree with differences."""

    def swept(x):
        y = np.sin(x)
        for i in range(2):
            s = y[i + 1]
            y[i + 2] = 0.3 * (x[i] if i else s)
        return np.sum(y * y)

    x, p, h = np.linspace(0.2, 1.1, 5), np.array([1.0, -2.0, 0.5, 0.3, -0.7]), 1e-6
    slope = sg.grad(swept, jit=False)
    np.testing.assert_allclose(sg.grad(swept)(x), slope(x), rtol=1e-13)
    want = (slope(x + h * p) - slope(x - h * p)) / (2 * h)
    np.testing.assert_allclose(sg.hvp(swept)(x, p), want, rtol=1e-7, atol=1e-8)
