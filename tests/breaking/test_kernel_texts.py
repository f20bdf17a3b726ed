"""What a kernel's text says: a choice in a sum, arrays of one number, lengths below zero."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import SymgradError


def choice_added_first(x):
    """Hessian times vector: two additions to one slice become one, and the first is a choice."""
    x[:-1] *= np.where(x[:-1] > 0.1, np.log(x[:-1]), x[:0:-1])
    return np.sum(x * x)


def test_a_choice_is_one_term_of_a_sum():
    x, p = np.array([0.5, -0.3, 0.7, 0.2, -0.6]), np.array([1.0, 2.0, -1.0, 0.5, 3.0])
    slope, h = sg.grad(choice_added_first, jit=False), 1e-6
    want = (slope(x + h * p) - slope(x - h * p)) / (2 * h)
    np.testing.assert_allclose(sg.hvp(choice_added_first)(x, p), want, rtol=1e-7, atol=1e-7)


def one_number_seen_wide(x, a, idx):
    """All extents are 1: the cotangent of the sum is one number, seen as a matrix."""
    y = x
    z = y
    x[0] = np.sum(a * z)
    x[idx] = z
    return np.sum(x)


def test_an_array_of_one_number_behind_views():
    x, a, idx = np.array([0.7]), np.array([[1.3]]), np.zeros(3, dtype=np.int64)
    dx, da = sg.grad(one_number_seen_wide, (0, 1))(x, a, idx)
    np.testing.assert_allclose(dx, [1.3], rtol=1e-15)
    np.testing.assert_allclose(da, [[0.7]], rtol=1e-15)


def inner_loop_of_nothing(x):
    w = np.zeros(len(x))
    for _ in zip(w, w, strict=True):
        for _ in x:
            if np.sum(x):
                pass
    return np.sum(x)


def test_a_loop_of_a_loop_without_results():
    np.testing.assert_array_equal(sg.grad(inner_loop_of_nothing, jit=False)(np.ones(3)), np.ones(3))


PRODUCTS = """
def upwards(W, X, k):
    s = 0.0
    for i in range(k):
        h = np.tanh(W @ X[i])
        s += h @ h
    return s + np.sum(W * W)

def from_k(W, X, k):
    s = 0.0
    for i in range(k, 3):
        h = np.tanh(W @ X[i])
        s += h @ h
    return s + np.sum(W * W)

def downwards(W, X, k):
    s = 0.0
    for i in range(k, -1, -1):
        h = np.tanh(W @ X[i])
        s += h @ h
    return s + np.sum(W * W)
"""


@pytest.mark.parametrize("name", ["upwards", "from_k", "downwards"])
def test_products_after_a_loop_whose_count_may_be_negative(name):
    f = sg.from_source(PRODUCTS, name)
    compiled, plain = sg.grad(f, (0, 1)), sg.grad(f, (0, 1), jit=False)
    rng = np.random.default_rng(3)
    for k in (2, 3, -1, -3, 0):
        W, X = rng.normal(size=(18, 18)), rng.normal(size=(5, 18))
        for got, want in zip(compiled(W, X, k), plain(W, X, k), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)
        step, h = rng.normal(size=X.shape), 1e-6
        slope = (f(W, X + h * step, k) - f(W, X - h * step, k)) / (2 * h)
        np.testing.assert_allclose(np.sum(plain(W, X, k)[1] * step), slope, rtol=1e-6, atol=1e-7)


def behind_the_end(W, X, c, k):
    B = W * c
    if c > 0:
        for i in range(k):
            B += np.outer(X[i], W[0])
    return np.sum(B * B)


def test_a_product_does_not_read_past_the_end():
    W, X = np.ones((18, 18)), np.ones((5, 18))
    slope = sg.grad(behind_the_end)
    np.testing.assert_allclose(slope(W, X, -1.0, 9), 2.0 * W, rtol=1e-15)
    with pytest.raises((IndexError, SymgradError)):
        slope(W, X, 1.0, 9)
