"""Backward loops whose trips may come in any order count up in kernels; the others count down."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.ir.switch import without

X = np.array([0.7, 1.3, -0.4, 0.9])


def powers(x, t):
    """Each trip adds to an element of its own; the loop over powers is a chain."""
    r, p = 1.0, 1.0
    for j in range(len(x)):
        r -= x[j] * p
        p *= t
    return r * r


def looked_up(x, t):
    """Additions at positions of the data."""
    at = np.array([0, 2, 2, 1])
    s = 0.0
    for k in range(1, len(x)):
        s += np.sin(x[at[k]] * t) * x[k]
    return s * s


def down(x, t):
    """The user's loop counts down: its adjoint counts up anyway."""
    y = np.zeros(len(x))
    for j in range(len(x) - 1, 0, -1):
        y[j] = np.exp(x[j] * t)
    return np.sum(y**3)


def chain(x, t):
    """Each trip needs what the one before has left."""
    y = x * t
    for j in range(1, len(x)):
        y[j] = np.tanh(y[j - 1]) + y[j] ** 2
    return np.sum(y)


def swept(x, t):
    """Neighbours are added to what the next trip clears."""
    y = x * t
    for j in range(1, len(x) - 1):
        y[j] = y[j - 1] * 0.5 + y[j + 1] * t
    return np.sum(y * y)


PROGRAMS = {powers: 1, looked_up: 1, down: 1, chain: 0, swept: 0}


def downward(f) -> int:
    derivative = sg.grad(f)
    derivative(X, 0.8)
    return derivative.kernel_source.partition("adjoint of")[2].count(", -1):")


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_which_loops_are_turned(f):
    now = downward(f)
    with without("upward"):
        before = downward(f)
    assert before - now == PROGRAMS[f]
    assert now > 0 or f not in (chain, swept)


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_slopes_are_those_of_differences(f, jit):
    rng = np.random.default_rng(3)
    way, dt, h = rng.normal(size=4), rng.normal(), 1e-6
    want = (f(X + h * way, 0.8 + h * dt) - f(X - h * way, 0.8 - h * dt)) / (2 * h)
    gx, gt = sg.grad(f, argnums=(0, 1), jit=jit)(X, 0.8)
    np.testing.assert_allclose(gx @ way + gt * dt, want, rtol=1e-8)
