"""Loops over the same trips: joined where a trip needs only itself, apart where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from opt.loops import compare, kernel, loops_of

import symgrad as sg


def rows(row, col, val, x):
    y = np.zeros(row.shape[0] - 1)
    for i in range(row.shape[0] - 1):
        s = 0.0
        for k in range(row[i], row[i + 1]):
            s += val[k] * np.sin(x[col[k]])
        y[i] = s
    return np.sum(y * y)


def pairs(r, cutoff):
    energy = 0.0
    for i in range(r.shape[0]):
        for j in range(i):
            d = r[i] - r[j]
            r2 = np.dot(d, d)
            if r2 > cutoff:
                continue
            energy += np.exp(-r2) / (1.0 + r2)
    return energy


def mixtures(alpha, mu, x):
    """A row of exponents for each point, filled by a loop into one array."""
    terms = np.zeros(len(alpha))
    total = 0.0
    for i in range(len(x)):
        for k in range(len(alpha)):
            d = x[i] - mu[k]
            terms[k] = alpha[k] - 0.5 * np.sum(d * d)
        top = np.max(terms)
        total += top + np.log(np.sum(np.exp(terms - top)))
    return total


def columns(a, b):
    """The trips own columns."""
    y = np.zeros((a.shape[0], a.shape[1]))
    for j in range(a.shape[1]):
        y[:, j] = np.tanh(a[:, j] * b[j])
    return np.sum(y * y * y)


def shifted(x):
    """Trip i writes element i - 1 and reads two others: rows of an array between the loops."""
    n = x.shape[0]
    y = np.zeros(n - 1)
    for i in range(1, n):
        y[i - 1] = np.sin(x[i]) * x[i - 1]
    z = np.exp(y) * y
    s = 0.0
    for i in range(1, n):
        s += z[i - 1] * np.cos(x[i - 1])
    return s


def running(x):
    """The second loop needs the sum of the first, and no trip of the first needs another."""
    total = 0.0
    for i in range(len(x)):
        total += x[i] * x[i] * x[i]
    s = 0.0
    for i in range(len(x)):
        s += total * x[i] * x[i] * x[i]
    return s


def recurrence(x):
    """Both ways are recurrences: the tape stays."""
    h = 0.3
    for i in range(len(x)):
        h = np.sin(h * x[i])
    return h


def neighbours(x):
    """The first loop's next trip overwrites what the second loop reads."""
    y = np.zeros(len(x) + 1)
    for i in range(len(x)):
        y[i] = np.sin(x[i])
        y[i + 1] = x[i] * x[i]
    s = 0.0
    for i in range(len(x)):
        s += y[i] * y[i] * y[i + 1]
    return s


def wraps(x):
    """Position -1 is that of the last trip: elements are not a trip's own."""
    n = len(x)
    y = np.zeros(n)
    for i in range(-2, n - 2):
        y[i] = y[i] + np.sin(x[i + 2])
        y[i + 2] = y[i + 2] + x[i + 2] ** 2
    return np.sum(y * y * y)


def lengths(x, n):
    """Both loops make an extent of one name, and not the same one."""
    s = 0.0
    for i in range(len(x)):
        m = i + n
        w = np.arange(m) * x[i]
        s += np.sum(np.sin(w))
    for i in range(len(x)):
        m = i + 2 * n
        w = np.arange(m) * x[i]
        s += np.sum(np.cos(w) * w)
    return s


RNG = np.random.default_rng(7)
CSR = (np.array([0, 2, 2, 5, 6]), np.array([0, -1, 1, 2, 0, 1]))
PROGRAMS = {
    rows: (*CSR, RNG.normal(size=6), RNG.normal(size=3)),
    pairs: (RNG.normal(size=(6, 3)), 4.0),
    mixtures: (RNG.normal(size=3), RNG.normal(size=(3, 2)), RNG.normal(size=(5, 2))),
    columns: (RNG.normal(size=(4, 3)), RNG.normal(size=3)),
    shifted: (RNG.normal(size=6),),
    running: (RNG.normal(size=6),),
    recurrence: (RNG.normal(size=6),),
    neighbours: (RNG.normal(size=6),),
    wraps: (RNG.normal(size=6),),
    lengths: (RNG.normal(size=4), 2),
}


@pytest.mark.parametrize("fun", PROGRAMS)
def test_the_same_numbers(fun, rng) -> None:
    compare(fun, PROGRAMS[fun], ("join", "overwritten"), rng)


@pytest.mark.parametrize("fun", [rows, pairs, mixtures, columns, shifted])
def test_one_loop_takes_the_place_of_two(fun) -> None:
    args = PROGRAMS[fun]
    deep = 2 if fun is pairs else 1  # the pairs of one particle
    joined, apart = (loops_of(kernel(fun, args, *off), deep) for off in ((), ("join",)))
    assert joined < apart


def test_nothing_is_kept_of_a_trip() -> None:
    for fun in (rows, pairs):
        assert "np.empty" not in kernel(fun, PROGRAMS[fun])
        assert "np.empty" in kernel(fun, PROGRAMS[fun], "join", "overwritten")


def test_the_value_comes_from_the_same_loop() -> None:
    for fun in (pairs, mixtures):
        assert loops_of(kernel(fun, PROGRAMS[fun], mode=sg.value_and_grad)) <= loops_of(
            kernel(fun, PROGRAMS[fun], "join", mode=sg.value_and_grad)
        )


@pytest.mark.parametrize("fun", [recurrence, neighbours, wraps])
def test_trips_that_need_each_other_stay_apart(fun) -> None:
    args = PROGRAMS[fun]
    assert kernel(fun, args) == kernel(fun, args, "join")


def test_strict_arithmetic_keeps_the_order_of_sums() -> None:
    args = PROGRAMS[mixtures]
    strict = sg.grad(mixtures, wrt="*", fastmath="strict").kernel_source_for(*args)
    assert strict == kernel(mixtures, args, "join", "products", "kept")


def test_no_trips() -> None:
    dx = sg.grad(shifted)(np.array([0.5]))
    np.testing.assert_array_equal(dx, [0.0])
    df = sg.grad(pairs)(np.zeros((0, 3)), 1.0)
    assert df.shape == (0, 3)
