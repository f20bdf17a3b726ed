"""A loop's index that is read after it is the loop's own variable, unless a trip reads the one before."""

import numpy as np
import pytest

import symgrad as sg
from symgrad.testing import check_grads

X = np.array([0.7, 1.3, 2.1, -0.4])


def after(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i] * x[i]
    return s * x[i]


def after_a_break(x, n):
    s = 0.0
    for i in range(n):
        s = s + x[i] * x[i]
        if s > 2.0:
            break
    return s * x[i]


def given_before(x, n):
    i = 2
    for i in range(n):
        x[i] *= 2.0
    return x[i] * x[2]


def of_the_trip_before(x, n):
    last = i = 0
    for i in range(n):
        x[i] = np.sin(x[last]) * x[i]
        last = i
    return x[last] * x[i]


def nested(x, n):
    s = 0.0
    for i in range(n):
        for j in range(i + 1):
            s += x[i] * x[j]
        s *= x[j]
    return s * x[i] * x[j]


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("f", [after, after_a_break, given_before, of_the_trip_before, nested])
def test_right(f, n):
    value, _ = sg.value_and_grad(f, jit=False)(X, n)
    np.testing.assert_allclose(value, f(X.copy(), n), rtol=1e-15)
    check_grads(lambda x: f(x, n), (X,))


def test_without_trips_it_is_what_it_was():
    value, dx = sg.value_and_grad(given_before, jit=False)(X, 0)
    np.testing.assert_allclose(value, X[2] ** 2, rtol=1e-15)
    np.testing.assert_allclose(dx, [0.0, 0.0, 2 * X[2], 0.0], rtol=1e-15)


@pytest.mark.parametrize("f", [after, after_a_break, given_before])
def test_one_name(f):
    df = sg.value_and_grad(f, jit=False)
    df(X, 3)
    assert "    for i in range(n):\n" in df.source
    assert "i_2" not in df.source
