"""Arrays that a loop overwrites: neither filled nor written where nobody reads it."""

from __future__ import annotations

import numpy as np
import pytest
from opt.loops import compare, kernel

import symgrad as sg


def puts(x, w):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = x[i] * w[0]
    s = 0.0
    for i in range(len(x) - 1):
        s += y[i] * y[i + 1]
    return s


def partly(x, w):
    """Elements that no trip writes keep what they were."""
    y = x * w[1]
    for i in range(1, len(x) - 1):
        y[i] = x[i] * w[0]
    return np.sum(y * y)


def read_again(x, w):
    """What was put there is read later, by the same trip and by another one."""
    y = x * w[1]
    for i in range(len(x)):
        a = y[i]
        y[i] = np.sin(a)
        w0 = y[i] * a
        y[i] = w0 + y[i - 1]
    return np.sum(y * y)


def twice(x, w):
    """The same array is filled again by every trip around."""
    y = np.zeros(len(x))
    s = 0.0
    for t in range(3):
        for i in range(len(x)):
            y[i] = np.cos(x[i] * w[t])
        s += np.sum(y * y * y)
    return s


def matrix(x, w):
    y = np.outer(x, w)
    for i in range(len(x)):
        for j in range(len(w)):
            y[i, j] = y[i, j] * y[i, j] * x[i]
    return np.sum(y)


def returned(x, w):
    """A number everywhere, read after the loop."""
    y = x * 2.0
    for i in range(len(x)):
        w = w + y[i]
        y[i] = 1.5
    return np.sum(y * x) + np.sum(w * w)


RNG = np.random.default_rng(11)
ARGS = (RNG.normal(size=5), RNG.normal(size=3))
PROGRAMS = (puts, partly, read_again, twice, matrix, returned)


@pytest.mark.parametrize("fun", PROGRAMS)
def test_the_same_numbers(fun, rng) -> None:
    compare(fun, ARGS, ("overwritten",), rng)


def test_a_cotangent_that_nobody_reads_any_more_is_not_cleared() -> None:
    clears = ["] = 0.0\n" in kernel(f, ARGS, *off) for f, *off in ((puts,), (puts, "overwritten"), (partly,))]
    assert clears == [False, True, True]  # the other elements of `partly` are read after the loop


def test_an_array_that_is_written_everywhere_is_not_filled_first() -> None:
    on, off = (kernel(twice, ARGS, *passes).count("np.zeros(") for passes in ((), ("overwritten",)))
    assert on < off


def test_no_elements() -> None:
    dx, dw = sg.grad(twice, wrt="*")(np.zeros(0), ARGS[1])
    assert dx.shape == (0,)
    np.testing.assert_array_equal(dw, np.zeros(3))
