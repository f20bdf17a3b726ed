"""Quotients and remainders of compiled floats: NumPy's, also at infinities and signed zeros."""

import itertools

import numpy as np
import pytest

import symgrad as sg

NUMBERS = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 0.1, 0.3, np.inf, -np.inf, np.nan, 1e300, 1e-310]
PAIRS = np.array(list(itertools.product(NUMBERS, NUMBERS)))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("operation", ["quotient", "rest"])
def test_as_numpy(operation, dtype):
    programs = {"quotient": lambda x, y: x // y, "rest": lambda x, y: x % y}
    with np.errstate(all="ignore"):
        x, y = (PAIRS[:, k].astype(dtype) for k in (0, 1))
        expected = programs[operation](x, y)
    value, _ = sg.vjp(programs[operation], x, y)
    assert value.dtype == expected.dtype
    np.testing.assert_array_equal(value, expected)
    whole = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(value[whole]), np.signbit(expected[whole]))


def test_in_scalar_loops():
    """A number that a loop wraps round: the derivative of a remainder is 1."""

    def f(x, steps):
        for _ in range(steps):
            x = (x * 1.5 + 0.2) % 1.0
        return x

    assert abs(sg.grad(f)(0.3, 4) - 1.5**4) < 1e-12
    assert sg.value_and_grad(f)(0.3, 4)[0] == f(0.3, 4)


def test_without_vector_math():
    """Functions that have no vectorised form are imported as they are."""
    from scipy.special import digamma, gammaln

    x = np.array([1.5, 2.5])
    gradient = sg.grad(lambda x: np.sum(gammaln(x)), vector_math="off")(x)
    np.testing.assert_allclose(gradient, digamma(x), rtol=1e-13)
