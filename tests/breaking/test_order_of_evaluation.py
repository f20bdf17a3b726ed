"""`x[0] += f(x)`, where f writes into x: Python has read the element by then, of a slice only where it is."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg


def _into_first(p):
    p[0] = p[1] * p[2]
    return np.sum(p)


def _doubled(p):
    for i in range(len(p)):
        p[i] = p[1] * p[i]
    return p[1]


def element(x):
    x[0] += _into_first(x)
    return np.sum(x * x)


def part(x):
    x[0:2] += _into_first(x)
    return np.sum(x * x)


def elements_in_a_loop(x):
    for i in range(2):
        x[i] -= _doubled(x)
    return np.sum(x * x)


def whole(x):
    x += _doubled(x)
    return np.sum(x * x)


def of_a_view(x):
    y = x[1:]
    y[0] += _into_first(x)
    y[0] -= _into_first(y)
    return np.sum(x * x)


def rows(x):
    a = np.outer(x, x)
    a[0] += _into_first(a)
    a[0, 1] += _doubled(a)[1]
    return np.sum(a * a)


@pytest.mark.parametrize("fun", [element, part, elements_in_a_loop, whole, of_a_view, rows])
def test_what_is_read_first_is_what_was_there(fun):
    x = np.array([0.3, -0.7, 1.1, 0.5])
    value, gradient = sg.value_and_grad(fun, jit=False)(x)
    assert value == pytest.approx(fun(x.copy()), rel=1e-13)
    want = [(fun(x + e) - fun(x - e)) / 2e-6 for e in 1e-6 * np.eye(4)]
    np.testing.assert_allclose(gradient, want, rtol=1e-6, atol=1e-7)


def selected_by_nothing(x):
    z = np.zeros(len(x))
    x[z > 0.1] *= 0.5
    return np.sum(x * x) + np.sum(z[z > 0.2])


@pytest.mark.parametrize("jit", [False, True])
def test_a_count_that_is_known_while_compiling(jit):
    """The mask of one element is a constant, and so is how many it selects: still an extent."""
    slope = sg.grad(selected_by_nothing, jit=jit)
    np.testing.assert_array_equal(slope(np.array([1.5])), [3.0])


def sines(a):
    y = a.copy()
    y[2:] = np.exp(-np.sin(y[:-2]) * np.sin(y[:-2]))
    return np.sum(np.sin(y))


def test_definitions_stand_after_those_they_read():
    a, p = np.linspace(0.2, 1.0, 5), np.array([1.0, -2.0, 0.5, 0.3, 0.7])
    slope, h = sg.grad(sines, jit=False), 1e-6
    want = (slope(a + h * p) - slope(a - h * p)) / (2 * h)
    np.testing.assert_allclose(sg.hvp(sines, jit=False)(a, p), want, rtol=1e-7, atol=1e-7)


def counted(x, idx):
    s = 0.0
    for i in range(len(idx)):
        s += x[idx[i]] * x[idx[i] - 1] * idx[i]
    return s


@pytest.mark.parametrize("dtype", ["uint64", "uint8", "int32"])
def test_positions_of_any_integer_type(dtype):
    x, idx = np.array([0.3, -0.7, 1.1, 0.5]), np.array([1, 3, 2], dtype=dtype)
    want = sg.grad(counted, jit=False)(x, idx.astype("int64"))
    np.testing.assert_allclose(sg.grad(counted)(x, idx), want, rtol=1e-14)
