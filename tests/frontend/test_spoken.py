"""Extents are called what the user calls them, and only where that is one thing."""

from __future__ import annotations

import numpy as np

import symgrad as sg


def text(fun, *args):
    return sg.grad(fun, jit=False).source_for(*args)


def by_shape(x, y):
    n, d = x.shape
    s = 0.0
    for i in range(n):
        for j in range(d):
            s += x[i, j] * y[j]
    return s / n


def by_len(x):
    count = len(x)
    return np.sum(x[: count // 2] ** 2)


def twice(x, y):
    n = len(x)
    n = len(y)
    return np.sum(x * x) * n


def other_use(x):
    n = len(x)
    s = 0.0
    for n in range(3):
        s += x[n] * n
    return s + n * np.sum(x)


def argument(x, n):
    m = len(x)
    return n * np.sum(x[: m // 2] ** 2) / m


def test_names_of_extents_are_the_users() -> None:
    source = text(by_shape, np.ones((4, 3)), np.ones(3))
    assert "ds = 1.0 / n" in source
    assert "count = x.shape[0]" in text(by_len, np.ones(5))
    assert "m = x.shape[0]" in text(argument, np.ones(3), 2.0)


def test_a_name_of_two_extents_or_of_something_else_stays_the_users() -> None:
    for fun, args in ((twice, (np.ones(3), np.ones(4))), (other_use, (np.ones(3),))):
        assert "n = x.shape[0]" not in text(fun, *args)


def test_gradients_are_the_same_under_any_name(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(4, 3)), rng.normal(size=3)
    np.testing.assert_allclose(sg.grad(by_shape, jit=False)(x, y), np.tile(y, (4, 1)) / 4, rtol=1e-14)
    v, w = rng.normal(size=5), rng.normal(size=7)
    np.testing.assert_allclose(sg.grad(twice, jit=False)(v, w), 2 * v * 7, rtol=1e-14)
    np.testing.assert_allclose(sg.grad(other_use, jit=False)(v), np.array([0, 1, 2, 0, 0]) + 2.0, rtol=1e-14)
    np.testing.assert_allclose(sg.grad(by_len, jit=False)(w[:5]), np.r_[2 * w[:2], 0, 0, 0], rtol=1e-14)
    # another size, the same specialisation
    df = sg.grad(by_shape, jit=False)
    for n in (4, 6):
        np.testing.assert_allclose(df(np.ones((n, 3)), y), np.tile(y, (n, 1)) / n, rtol=1e-14)
