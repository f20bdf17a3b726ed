"""Strong zeros through branches, loops and writes: guarded where an element is not read, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg


def taken(x):
    """The branch does not take what is infinite."""
    y = np.log(x)
    if x > 0.5:
        s = y * y
    else:
        s = 2.0 * x
    return s


def diagonal(x):
    """The loop overwrites what is infinite, element by element."""
    n = len(x)
    d = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            d[i, j] = x[i] - x[j]
    r = 1.0 / d**2
    for i in range(n):
        r[i, i] = 0.0
    return np.sum(r)


def first(x):
    """A slice is overwritten; what reads the rest reads it twice."""
    y = 1.0 / x
    y[:1] = 0.0
    return np.sum(y[1:]) + np.sum(y * y)


def called(x):
    """Overwritten in each trip of a loop that also reads the rest."""
    s, z = 0.0, x * 1.0
    for _ in range(3):
        y = np.log(z)
        y[0] = 0.0
        z[1:] = z[1:] + 0.1 * y[1:]
        s += np.sum(y)
    return s


def either(x):
    """Not read on one side of a branch in a loop, masked after it."""
    y = np.log(x)
    s = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            s += y[i]
        else:
            s += x[i]
    return s + np.sum(np.where(x > 0.0, y, 0.0))


X = np.array([0.0, 0.7, 0.9, 1.3])
D = X[:, None] - X + np.eye(4)
HIDDEN = [
    (taken, 0.0, 2.0),
    (diagonal, X, np.sum((1.0 - np.eye(4)) * -4.0 / D**3, axis=1)),
    (first, X, np.r_[0.0, -1.0 / X[1:] ** 2 - 2.0 / X[1:] ** 3]),
    (either, X, np.r_[1.0, 2.0 / X[1:]]),
]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(("f", "x", "slope"), HIDDEN, ids=lambda p: getattr(p, "__name__", ""))
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_what_is_not_read_contributes_nothing(f, x, slope, jit) -> None:
    np.testing.assert_allclose(sg.grad(f, jit=jit)(x), slope, rtol=1e-13, atol=0.0)


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_an_element_that_every_trip_overwrites_contributes_nothing() -> None:
    x, h = X[1:], 1e-6
    got = sg.grad(called, jit=False)(X)
    assert got[0] == 0.0
    for k in range(3):
        e = np.zeros(3)
        e[k] = h
        ends = [sg.value_and_grad(called, jit=False)(np.r_[0.0, x + s * e])[0] for s in (1, -1)]
        np.testing.assert_allclose(got[1 + k], (ends[0] - ends[1]) / (2 * h), rtol=1e-7)


def heated(u, dx, steps):
    """Borders are overwritten, apart from what is read: divisions by a number need no guard."""
    u = u.copy()
    for _ in range(steps):
        u[1:-1] = u[1:-1] + (u[2:] - 2.0 * u[1:-1] + u[:-2]) / dx * u[1:-1] / (dx + u[1:-1] ** 2)
        u[0] = 0.0
        u[-1] = u[-2]
    return np.sum(u * u)


def scattered(x, w):
    """Sums in place: nothing is overwritten."""
    total = np.zeros(len(x))
    for i in range(len(x)):
        total[i] += w[i] / x[i]
        total[i] += w[0] / x[i] ** 2
    return np.sum(total / w)


@pytest.mark.parametrize(("f", "args"), [(heated, (X, 0.5, 3)), (scattered, (X + 1.0, X + 2.0))])
def test_no_guard_where_no_element_is_left_out(f, args) -> None:
    derivative = sg.grad(f, jit=False)
    derivative(*args)
    assert "np.where" not in derivative.source
    assert "isfinite" not in derivative.source
