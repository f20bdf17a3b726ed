"""Branches on counters: what a condition says of them is known where elements are told apart."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg


def factored(a, w):
    """Cholesky, one loop for the diagonal and the rest."""
    n = a.shape[0]
    m = a @ a.T + n * np.eye(n)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = m[i, j] - L[i, :j] @ L[j, :j]
            if i == j:
                L[i, i] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return np.sum(L * w)


def columns(a, w):
    """Column by column, with a chain of conditions."""
    n = a.shape[0]
    m = a @ a.T + n * np.eye(n)
    L = np.zeros((n, n))
    for j in range(n):
        for i in range(n):
            if i < j:
                L[i, j] = 0.0
            elif i == j:
                L[j, j] = np.sqrt(m[j, j] - L[j, :j] @ L[j, :j])
            else:
                L[i, j] = (m[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
    return np.sum(L * w)


def substituted(a, w):
    """A triangular system; the rows before this one, found by a condition."""
    n = a.shape[0]
    x = w[0].copy()
    for i in range(n):
        for j in range(n):
            if j < i:
                x[i] -= a[i, j] * x[j]
        x[i] = x[i] / (4 + a[i, i])
    return np.sum(x * x)


def others(a, w):
    """All rows but one: the one row is as it was."""
    n = a.shape[0]
    a = a + 4 * np.eye(n)
    for k in range(n):
        for i in range(n):
            if i != k:
                m = a[i, k] / a[k, k]
                for j in range(n):
                    a[i, j] -= m * a[k, j]
    return np.sum(a * w)


def neither(a, w):
    """Two conditions together; on the other side nothing is known."""
    n = a.shape[0]
    x, y = a[0].copy(), w[0].copy()
    for k in range(n):
        for i in range(n):
            if not (i == k or i == 1):
                x[i] = x[i] * x[k] + y[1]
            else:
                x[k] = x[k] * np.sin(x[i]) + y[i]
                y[i] = y[i] * y[k] * 0.5
    return np.sum(x) + np.sum(y)


def turned(a, w):
    """Outside of the branch its condition says nothing."""
    n = a.shape[0]
    x = a[0].copy()
    for k in range(n):
        for i in range(n):
            if i == k:
                x[i] = x[i] * w[0, i]
            x[i] = np.sin(x[i]) * x[k]
    return np.sum(x * w[1 % n])


QUADRATIC = (factored, columns, substituted, others)
ALL = (*QUADRATIC, neither, turned)


def arguments(n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.2, 1.2, (n, n)), rng.uniform(0.2, 1.2, (n, n))


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_slopes_are_those_of_differences(f):
    gradient = sg.grad(f, argnums=(0, 1), jit=False)
    for n in (5, 3, 2):
        args = arguments(n, n)
        rng = np.random.default_rng(n + 1)
        way = [rng.normal(size=a.shape) for a in args]
        h = 1e-6
        up, down = (f(*(a + s * h * w for a, w in zip(args, way, strict=True))) for s in (1, -1))
        got = sum(np.sum(g * w) for g, w in zip(gradient(*args), way, strict=True))
        np.testing.assert_allclose(got, (up - down) / (2 * h), rtol=5e-7, atol=1e-8)


@pytest.mark.parametrize("f", QUADRATIC, ids=lambda f: f.__name__)
def test_no_array_is_saved_in_every_trip(f):
    saved = [sg.grad(f, argnums=(0, 1), jit=False).memory(*arguments(n)).total for n in (8, 16, 32)]
    assert saved[2] < 4.2 * saved[1] < 4.2**2 * saved[0], saved


def test_what_was_written_stays():
    """L is its own tape: the columns before this one are what they will be."""
    text = sg.grad(factored, argnums=(0, 1), jit=False).source_for(*arguments(4))
    assert "L_saved" not in text and "L_row" not in text and "L_col" not in text
