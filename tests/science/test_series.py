"""Numbers by recurrences and searches: Horner, continued fractions, bisection, Newton, products, sorting."""

import numpy as np
import pytest
from science.checking import both, check

import symgrad as sg


def horner(c, x):
    p = 0.0
    for i in range(len(c) - 1, -1, -1):
        p = p * x + c[i]
    return p


@pytest.mark.parametrize("n", [0, 1, 5])
def test_horner(rng, n):
    check(horner, (rng.normal(size=n), 0.8), (0, 1))


def horner_over_reversed(c, x):
    p = 0.0
    for ci in reversed(c):
        p = p * x + ci
    return p


@pytest.mark.parametrize("n", [0, 1, 5])
def test_horner_over_the_reversed_coefficients(rng, n):
    check(horner_over_reversed, (rng.normal(size=n), 0.8), (0, 1))


def tangent(x, tol):
    """Lentz's evaluation of tan(x) = x / (1 - x^2 / (3 - x^2 / (5 - ...)))."""
    f = 1e-30
    c = f
    d = 0.0
    a = x
    b = 1.0
    delta = 0.0
    while abs(delta - 1.0) > tol:
        d = b + a * d
        c = b + a / c
        d = 1.0 / d
        delta = c * d
        f = f * delta
        a = -x * x
        b = b + 2.0
    return f


def test_a_continued_fraction():
    (dx,) = check(tangent, (0.9, 1e-15))
    np.testing.assert_allclose(dx, 1 / np.cos(0.9) ** 2, rtol=1e-12, atol=0)


def bisection(a, lo, hi):
    """A bracket of the root of x^3 + x = a."""
    while hi - lo > 0.1:
        mid = 0.5 * (lo + hi)
        if mid * mid * mid + mid > a:
            hi = mid
        else:
            lo = mid
    return 0.5 * (lo + hi)


def test_bisection_knows_its_ends_alone():
    """The result is a weighted mean of the two ends; that the root moves with `a` a program cannot see."""
    da, dlo, dhi = check(bisection, (3.0, 0.0, 2.0), (0, 1, 2))
    assert da == 0.0
    assert dlo + dhi == 1.0


def newton(a):
    x = 1.0
    for _ in range(50):
        step = (x * x * x + x - a) / (3.0 * x * x + 1.0)
        x -= step
        if abs(step) < 1e-13:
            break
    return x


def test_newton_knows_the_root():
    (da,) = check(newton, (3.0,))
    x = newton(3.0)
    np.testing.assert_allclose(da, 1 / (3 * x * x + 1), rtol=1e-12, atol=0)


def cumulative_products(x):
    y = np.empty(len(x))
    p = 1.0
    for i, xi in enumerate(x):
        p *= xi
        y[i] = p
    total = 0.0
    for yi in y:
        total += yi * yi
    return total


@pytest.mark.parametrize("n", [0, 1, 5])
def test_cumulative_products(rng, n):
    x = rng.normal(size=n)
    x[1:2] = 0.0  # no division by an element that is 0
    check(cumulative_products, (x,))


def products_in_place(x):
    for i in range(1, x.size):
        x[i] *= x[i - 1]
    return np.sum(x * np.arange(x.size))


@pytest.mark.parametrize("n", [1, 5])
def test_products_in_place(rng, n):
    check(products_in_place, (rng.normal(size=n),))


def insertion_sort(x, w):
    x = x.copy()
    for i in range(1, len(x)):
        j = i
        while j > 0 and x[j - 1] > x[j]:
            x[j - 1], x[j] = x[j], x[j - 1]
            j -= 1
    return np.sum(w * x * x)


@both
@pytest.mark.parametrize("n", [1, 2, 6])
def test_insertion_sort_routes_each_element(rng, n, jit):
    x, w = rng.normal(size=n), rng.normal(size=n)
    dx, dw = check(insertion_sort, (x, w), (0, 1), jit=jit)
    rank = np.argsort(np.argsort(x))
    np.testing.assert_allclose(dx, 2 * w[rank] * x, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(dw, np.sort(x) ** 2, rtol=1e-12, atol=1e-14)


def bubble_until_sorted(x, w):
    x = x.copy()
    swapped = True
    while swapped:
        swapped = False
        for i in range(len(x) - 1):
            if x[i] > x[i + 1]:
                t = x[i]
                x[i] = x[i + 1]
                x[i + 1] = t
                swapped = True
    return np.sum(w * x * x)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_bubble_sort_until_nothing_moves(rng, n):
    check(bubble_until_sorted, (rng.normal(size=n), rng.normal(size=n)), (0, 1))


def arithmetic_geometric_mean(a, b):
    while abs(a - b) > 1e-14:
        a, b = 0.5 * (a + b), np.sqrt(a * b)
    return a


def test_arithmetic_geometric_mean():
    check(arithmetic_geometric_mean, (1.0, 3.0), (0, 1))


def test_no_trip_where_the_numbers_agree_already():
    """The program is then a -> a, on one side of each number at least."""
    assert sg.grad(arithmetic_geometric_mean, argnums=(0, 1), jit=False)(2.0, 2.0) == (1.0, 0.0)


def convolve(x, w):
    n, m = len(x), len(w)
    y = np.zeros(n - m + 1)
    for i in range(n - m + 1):
        for j in range(m):
            y[i] += x[i + j] * w[j]
    return np.sum(np.tanh(y))


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 3), (6, 2)])
def test_convolution(rng, n, m):
    check(convolve, (rng.normal(size=n), rng.normal(size=m)), (0, 1))


def full_convolution(x, w):
    y = np.zeros(len(x) + len(w) - 1)
    for i in range(len(x)):
        y[i : i + len(w)] += x[i] * w
    return np.sum(y**3)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (4, 3)])
def test_full_convolution_by_slices(rng, n, m):
    check(full_convolution, (rng.normal(size=n), rng.normal(size=m)), (0, 1))


def simpson(f_values, h):
    n = len(f_values)
    s = f_values[0] + f_values[n - 1]
    for i in range(1, n - 1, 2):
        s += 4 * f_values[i]
    for i in range(2, n - 1, 2):
        s += 2 * f_values[i]
    return s * h / 3


@pytest.mark.parametrize("n", [1, 3, 7])
def test_simpson(rng, n):
    check(simpson, (rng.normal(size=n), 0.3), (0, 1))
