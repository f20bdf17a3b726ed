"""Positions that a loop has picked or a branch has tested: checked only where they may be outside."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import OutOfBoundsError
from symgrad.ir.switch import without


def nearest(x, y):
    hit, best = -1, 2.0
    for j in range(len(y)):
        d = (x[0] - y[j]) ** 2
        if d < best:
            best = d
            hit = j
    return x[1] * y[hit] if hit >= 0 else x[1]


def without_a_test(x, y):
    """Where nothing is found, hit is -1: the last element, if there is one."""
    hit, best = -1, 2.0
    for j in range(len(y)):
        if (x[0] - y[j]) ** 2 < best:
            hit = j
    return x[1] * y[hit]


def downwards(x, y):
    hit = 0
    for j in range(len(y) - 1, -1, -1):
        if y[j] < x[0]:
            if y[j] > -0.5:
                hit = j
        elif x[1] > 9.0:
            hit = 0
    return x[1] * y[hit] + x[0]


def beyond(x, y):
    """One further than what was found: outside, if it was the last."""
    hit = 0
    for j in range(len(y)):
        if y[j] > x[0]:
            hit = j + 1
    return x[1] * y[hit] if hit >= 0 and hit < 3 else x[1]


def between(x, y, k):
    """Both ends, in one test and in two."""
    s = x[0]
    if k >= 1 and not k > 2:
        s += y[k]
    if k < 3:
        s += 1.0
        if k >= 0:
            s += x[1] * y[k]
    return s


RNG = np.random.default_rng(31)
X, Y = np.array([0.1, 0.7]), np.array([0.4, -0.2, 0.3, -0.9])
PROGRAMS = {
    "nearest": (nearest, (X, Y), 0),
    "without_a_test": (without_a_test, (X, Y), 1),
    "downwards": (downwards, (X, Y), 1),  # there may be no element at all
    "beyond": (beyond, (X, Y), 1),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_many_checks_as_there_are_doubts(name):
    f, args, checks = PROGRAMS[name]
    df = sg.grad(f, argnums=(0, 1))
    text = df.kernel_source_for(*args)
    assert text.count("raise IndexError") == checks, text
    for got, want in zip(df(*args), sg.grad(f, argnums=(0, 1), jit=False)(*args), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13)
    with without("checks"):
        assert sg.grad(f, argnums=(0, 1)).kernel_source_for(*args).count("raise IndexError") > 0


def test_what_is_outside_is_told():
    with pytest.raises(OutOfBoundsError):
        sg.grad(without_a_test)(X, np.zeros(0))
    with pytest.raises(OutOfBoundsError):
        sg.grad(beyond)(np.array([-5.0, 1.0]), np.array([0.0, 1.0]))


@pytest.mark.parametrize("k", [-1, 0, 1, 2, 3])
def test_a_number_that_a_branch_has_tested(k):
    got = sg.grad(between, argnums=(0, 1))(X, Y, k)
    want = sg.grad(between, argnums=(0, 1), jit=False)(X, Y, k)
    for g, w in zip(got, want, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-13)
