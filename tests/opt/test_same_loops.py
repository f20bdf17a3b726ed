"""A loop that runs again what another one has run is that one."""

from __future__ import annotations

import numpy as np
import pytest
from opt.loops import compare, kernel


def orbit(c, trips):
    total = 0.0
    for i in range(len(c)):
        x = 0.0
        for k in range(trips):  # noqa: B007 (read after the loop)
            if x * x > 4.0:
                break
            x = x * x + c[i]
        total += np.sqrt(x * x + 1.0) / (1.0 + k)
    return total


def newton(a, n):
    """The trips end with the residual; both what the loop ends with and its tape are needed."""
    s = 0.0
    for i in range(len(a)):
        x = 1.0
        for _ in range(n):
            f = x * x - a[i]
            if abs(f) < 1e-9:
                break
            x = x - 0.5 * f / x
        s += x * np.exp(-x)
    return s


def two_alike(x, n):
    """Loops of the program itself that look alike and differ in one number."""
    s = 0.0
    for i in range(len(x)):
        a = x[i]
        for _ in range(n):
            a = np.sin(a) + 0.5
        b = x[i]
        for _ in range(n):
            b = np.sin(b) + 0.25
        s += a * b
    return s


def branches_differ(x, n):
    s = 0.0
    for i in range(len(x)):
        a = x[i]
        for _ in range(n):
            a = a * 0.5 if a > 0.3 else a * 1.5
        b = x[i]
        for _ in range(n):
            b = b * 0.5 if b > 0.3 else b * 1.75
        s += a * b
    return s


C = np.array([-1.5, -0.31, 0.22, 0.43, 0.91])
PROGRAMS = {
    orbit: (C, 12),
    newton: (C + 2.0, 20),
    two_alike: (C, 3),
    branches_differ: (C, 3),
}


@pytest.mark.parametrize("fun", PROGRAMS)
def test_the_same_numbers(fun, rng) -> None:
    compare(fun, PROGRAMS[fun], ("same_loops",), rng)


@pytest.mark.parametrize("fun", [orbit, newton])
def test_the_way_forward_is_run_once(fun) -> None:
    once, twice = (kernel(fun, PROGRAMS[fun], *off).count("break") for off in ((), ("same_loops",)))
    assert (once, twice) == (1, 2)


def test_a_tape_that_grows_is_made_once() -> None:
    lines = kernel(orbit, PROGRAMS[orbit]).splitlines()
    assert [line[:11] for line in lines if "x_saved = np.empty(" in line] == ["    x_saved"]


@pytest.mark.parametrize("fun", [two_alike, branches_differ])
def test_loops_that_differ_stay_two(fun) -> None:
    assert kernel(fun, PROGRAMS[fun]) == kernel(fun, PROGRAMS[fun], "same_loops")
