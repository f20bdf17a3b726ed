"""`np.roll` at lengths and turns in any order: what one call decides is not taken for granted at the next."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

import symgrad as sg


def by_one(x, k):
    return np.sum(np.roll(x, 1) * x * np.arange(len(x)))


def by_an_argument(x, k):
    return np.sum(np.roll(x, k) * x * np.arange(len(x)))


def by_a_counter(x, k):
    s = 0.0
    for i in range(len(x)):
        s += np.sum(np.roll(x, 2 * i + k) * x * np.arange(len(x)))
    return s


def by_the_data(x, k):
    return np.sum(np.roll(x, np.argmax(x)) * x * np.arange(len(x)))


def slope_of(f, x, k):
    steps = 1e-6 * np.eye(len(x))
    return np.array([(f(x + e, k) - f(x - e, k)) / 2e-6 for e in steps]).reshape(x.shape)


@pytest.mark.parametrize("fun", [by_one, by_an_argument, by_a_counter])
def test_turns_of_any_length_in_any_order(fun):
    rng = np.random.default_rng(2)
    calls = [(0, 1), (5, 2), (3, 7), (2, -3), (1, 0)]
    for first in permutations(calls, 2):
        slope = sg.grad(fun, jit=False)
        for n, k in (*first, *calls):
            x = rng.normal(size=n)
            np.testing.assert_allclose(slope(x, k), slope_of(fun, x, k), rtol=1e-6, atol=1e-7)


def test_a_turn_that_the_data_decide():
    x = np.array([0.3, -1.0, 2.0, 0.7])
    np.testing.assert_allclose(sg.grad(by_the_data)(x, 0), slope_of(by_the_data, x, 0), rtol=1e-6, atol=1e-7)


def test_compiled():
    slope = sg.grad(by_an_argument)
    for n, k in ((4, 1), (3, 7), (3, -1), (0, 2), (4, -9)):
        x = np.random.default_rng(n).normal(size=n)
        want = slope_of(by_an_argument, x, k)
        np.testing.assert_allclose(slope(x, k), want, rtol=1e-6, atol=1e-7)
