"""Row 10: mean squared error of a line, the slide's two sums, and descent to the least squares line."""

import numpy as np

import symgrad as sg
from lectures.helpers import RTOL, both, complex_step


def mean_squared_error(m, b, x, y):
    return np.mean((y - (m * x + b)) ** 2)


def sum_over_n(m, b, x, y):
    N = x.shape[0]
    return 1 / N * np.sum((y - (m * x + b)) ** 2)


def data(rng):
    x = rng.uniform(-2, 3, size=40)
    return x, 1.7 * x - 0.6 + 0.3 * rng.normal(size=40)


@both
def test_the_slides_two_sums(rng, jit):
    x, y = data(rng)
    for fun in (mean_squared_error, sum_over_n):
        derivative = sg.value_and_grad(fun, argnums=(0, 1), jit=jit)
        for m, b in rng.normal(size=(5, 2)).tolist():
            f, (dm, db) = derivative(m, b, x, y)
            np.testing.assert_allclose(f, np.mean((y - (m * x + b)) ** 2), rtol=RTOL, atol=0)
            np.testing.assert_allclose(dm, np.mean(-2 * x * (y - (m * x + b))), rtol=1e-11, atol=1e-13)
            np.testing.assert_allclose(db, np.mean(-2 * (y - (m * x + b))), rtol=1e-11, atol=1e-13)
            np.testing.assert_allclose(dm, complex_step(fun, (m, b, x, y), 0), rtol=1e-11, atol=1e-13)
            assert type(dm) is float
            assert type(db) is float


def test_the_derivative_by_the_data(rng):
    x, y = data(rng)
    dx, dy = sg.grad(mean_squared_error, wrt=("x", "y"))(0.4, 1.1, x, y)
    residual = y - (0.4 * x + 1.1)
    np.testing.assert_allclose(dx, -2 * 0.4 * residual / 40, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(dy, 2 * residual / 40, rtol=1e-11, atol=1e-14)


@both
def test_descent_reaches_the_least_squares_line(rng, jit):
    x, y = data(rng)
    gradient = sg.grad(mean_squared_error, wrt=("m", "b"), jit=jit)
    m, b = 0.0, 0.0
    for _ in range(300):
        dm, db = gradient(m, b, x, y)
        m, b = m - 0.1 * dm, b - 0.1 * db
    (slope, intercept), *_ = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y, rcond=None)
    np.testing.assert_allclose((m, b), (slope, intercept), rtol=1e-9, atol=0)
    np.testing.assert_allclose(gradient(m, b, x, y), (0.0, 0.0), rtol=0, atol=1e-9)
