"""Row 13: stable by construction. Naive formulas, x to +-1000 and arrays of both signs: finite and right.

Warnings are errors in these tests, so an overflow on the way is found too.
"""

import math

import mpmath
import numpy as np
import pytest

import symgrad as sg
from lectures.helpers import both

POINTS = np.array(
    [-1000.0, -745.2, -300.0, -40.0, -5.5, -0.7, -1e-3, 0.0, 1e-3, 0.7, 5.5, 40.0, 300.0, 709.9, 1000.0]
)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_other_side(x):
    return np.exp(x) / (1 + np.exp(x))


def tanh(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def softplus(x):
    return np.log(1 + np.exp(x))


def log_sigmoid(x):
    return np.log(1 / (1 + np.exp(-x)))


def log_one_minus_sigmoid(x):
    return np.log(1 - 1 / (1 + np.exp(-x)))


def log_sum_of_two(x, y):
    return np.log(np.exp(x) + np.exp(y))


def scalar_sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


def scalar_softplus(x):
    return math.log(1 + math.exp(x))


def scalar_log_sigmoid(x):
    return math.log(1.0 / (1.0 + math.exp(-x)))


def precise(fun, *points):
    """Value and partial derivatives of an mpmath formula, at enough digits that nothing cancels."""
    with mpmath.workdps(1000):
        at = [mpmath.mpf(p) for p in points]
        value, partials = fun(*at)
        return float(value), [float(p) for p in partials]


def exact_sigmoid(x):
    s = 1 / (1 + mpmath.exp(-x))
    return s, [s * (1 - s)]


def exact_tanh(x):
    t = mpmath.tanh(x)
    return t, [1 - t * t]


def exact_softplus(x):
    return mpmath.log(1 + mpmath.exp(x)), [1 / (1 + mpmath.exp(-x))]


def exact_log_sigmoid(x):
    s = 1 / (1 + mpmath.exp(-x))
    return mpmath.log(s), [1 - s]


def exact_log_one_minus_sigmoid(x):
    s = 1 / (1 + mpmath.exp(-x))
    return mpmath.log(1 - s), [-s]


def exact_log_sum_of_two(x, y):
    total = mpmath.exp(x) + mpmath.exp(y)
    return mpmath.log(total), [mpmath.exp(x) / total, mpmath.exp(y) / total]


ONE_ARGUMENT = [
    pytest.param(sigmoid, exact_sigmoid, id="sigmoid"),
    pytest.param(sigmoid_other_side, exact_sigmoid, id="sigmoid_other_side"),
    pytest.param(tanh, exact_tanh, id="tanh"),
    pytest.param(softplus, exact_softplus, id="softplus"),
    pytest.param(log_sigmoid, exact_log_sigmoid, id="log_sigmoid"),
    pytest.param(log_one_minus_sigmoid, exact_log_one_minus_sigmoid, id="log_one_minus_sigmoid"),
]

# Relative where the result is of ordinary size; the tails of s (1 - s) may round to 0.
TOLERANCE = {"rtol": 1e-12, "atol": 1e-15}


@both
@pytest.mark.parametrize(("naive", "exact"), ONE_ARGUMENT)
def test_arrays_of_both_signs(rng, naive, exact, jit):
    value, pullback = sg.vjp(naive, POINTS, jit=jit)
    g = rng.normal(size=POINTS.shape)
    (dx,) = pullback(g)
    expected = [precise(exact, p) for p in POINTS.tolist()]
    assert np.all(np.isfinite(value))
    assert np.all(np.isfinite(dx))
    np.testing.assert_allclose(value, [v for v, _ in expected], **TOLERANCE)
    np.testing.assert_allclose(dx, g * np.array([d[0] for _, d in expected]), **TOLERANCE)


@both
@pytest.mark.parametrize(
    ("naive", "exact"),
    [
        (scalar_sigmoid, exact_sigmoid),
        (scalar_softplus, exact_softplus),
        (scalar_log_sigmoid, exact_log_sigmoid),
    ],
)
def test_scalars_with_math(naive, exact, jit):
    derivative = sg.value_and_grad(naive, jit=jit)
    for point in POINTS.tolist():
        value, dx = derivative(point)
        expected, (slope,) = precise(exact, point)
        np.testing.assert_allclose(value, expected, err_msg=f"at {point}", **TOLERANCE)
        np.testing.assert_allclose(dx, slope, err_msg=f"at {point}", **TOLERANCE)


@both
def test_the_logarithm_of_a_sum_of_two_exponentials(rng, jit):
    x, y = (a.ravel() for a in np.meshgrid(POINTS, POINTS))
    value, pullback = sg.vjp(log_sum_of_two, x, y, jit=jit)
    g = rng.normal(size=x.shape)
    dx, dy = pullback(g)
    expected = [precise(exact_log_sum_of_two, *p) for p in zip(x.tolist(), y.tolist(), strict=True)]
    np.testing.assert_allclose(value, [v for v, _ in expected], **TOLERANCE)
    np.testing.assert_allclose(dx, g * np.array([d[0] for _, d in expected]), **TOLERANCE)
    np.testing.assert_allclose(dy, g * np.array([d[1] for _, d in expected]), **TOLERANCE)


@pytest.mark.parametrize(("naive", "exact"), ONE_ARGUMENT)
def test_tails_keep_their_relative_accuracy(naive, exact):
    """Far out, where 1 + exp(-|x|) rounds to 1, a small value is small, not zero."""
    points = np.array([-300.0, -40.0, 40.0, 300.0])
    value, _ = sg.vjp(naive, points)
    np.testing.assert_allclose(value, [precise(exact, p)[0] for p in points.tolist()], rtol=1e-12, atol=0)


@both
def test_float32(jit):
    points = POINTS.astype(np.float32)
    value, pullback = sg.vjp(softplus, points, jit=jit)
    (dx,) = pullback(np.ones_like(points))
    assert value.dtype == dx.dtype == np.float32
    expected = [precise(exact_softplus, p) for p in points.tolist()]
    np.testing.assert_allclose(value, [v for v, _ in expected], rtol=2e-6, atol=1e-30)
    np.testing.assert_allclose(dx, [d[0] for _, d in expected], rtol=2e-6, atol=1e-30)
