"""Cells that no cotangent has reached are passed over: the same values, ties and NaNs among them."""

from __future__ import annotations

import numpy as np
import pytest
from backends.helpers import python

import symgrad as sg
from symgrad.cache import PLACEHOLDER
from symgrad.frontend.signature import bind
from symgrad.ir.switch import without
from symgrad.pipeline import Options, Transform, build
from symgrad.tree import flatten


def warped(x, y):
    d = np.full((len(x) + 1, len(y) + 1), np.inf)
    d[0, 0] = 0.0
    for i in range(len(x)):
        for j in range(len(y)):
            d[i + 1, j + 1] = abs(x[i] - y[j]) + min(d[i, j], d[i, j + 1], d[i + 1, j])
    return d[len(x), len(y)]


def gapped(x, y):
    """Three tables: a gap costs more to open than to go on with."""
    n, m = len(x), len(y)
    best, down, along = np.zeros((n + 1, m + 1)), np.zeros((n + 1, m + 1)), np.zeros((n + 1, m + 1))
    for i in range(n):
        for j in range(m):
            down[i + 1, j + 1] = max(best[i, j + 1] - 0.5, down[i, j + 1] - 0.1 * x[i] ** 2)
            along[i + 1, j + 1] = max(best[i + 1, j] - 0.5, along[i + 1, j] - 0.1 * y[j] ** 2)
            met = best[i, j] + 1.0 - (x[i] - y[j]) ** 2
            best[i + 1, j + 1] = max(met, down[i + 1, j + 1], along[i + 1, j + 1])
    return best[n, m] + down[n, m] * along[n, m]


def local(x, y):
    """The best cell of all: two ways in, and a write between the two."""
    h, top = np.zeros((len(x) + 1, len(y) + 1)), 0.0 * x[:1].sum()
    for i in range(1, len(x) + 1):
        for j in range(1, len(y) + 1):
            best = max(0.0, h[i - 1, j - 1] + x[i - 1] * y[j - 1])
            best = max(best, h[i - 1, j] - 0.25)
            h[i, j] = max(best, h[i, j - 1] - 0.25)
            top = max(top, h[i, j])
    return top


def highest(x, y):
    """A running maximum: one number from trip to trip."""
    top = x[0] * y[0]
    for i in range(1, min(len(x), len(y))):
        top = max(top, x[i] * np.sin(y[i]))
    return top * top


def restarted(x, y):
    """What a trip hands on is chosen by a condition on the data."""
    s = 1.0
    for i in range(min(len(x), len(y))):
        s = s * x[i] + y[i] if x[i] > 0.0 else y[i] * y[i]
    return s


def added(x, y):
    """Each trip passes everything on: nothing to skip."""
    s = 0.0
    for i in range(min(len(x), len(y))):
        s = s * x[i] + y[i]
    return s


def row_by_row(x, y):
    """The trips of the inner loop may come in any order: it stays without a branch."""
    d = np.zeros((len(x) + 1, len(y) + 1))
    for i in range(len(x)):
        for j in range(len(y)):
            d[i + 1, j + 1] = y[j] * x[i] + max(d[i, j], d[i, j + 1])
    return d[len(x), len(y)]


SKIPPING = [warped, local, gapped, highest]
OTHERS = [added, row_by_row]
ALL = [*SKIPPING, *OTHERS, restarted]


def program(fun, args, *off):
    with without(*off):
        made = build(fun, bind(fun, args, {}), Transform("vjp", (0, 1), single=False), Options())
        assert made.kernel_text
    return made


def gradients(fun, args, *off, g=1.0):
    made = program(fun, args, *off)
    return flatten(python(made.kernel_text, f"{made.function.name}_{PLACEHOLDER}")(*args, g))[0]


def random_arguments(rng, dtype="float64"):
    return rng.normal(size=7).astype(dtype), rng.normal(size=6).astype(dtype)


def differences(fun, args, h=1e-6):
    out = []
    for k, a in enumerate(args):
        column = []
        for j in range(len(a)):
            ends = []
            for sign in (1.0, -1.0):
                moved = [b.copy() for b in args]
                moved[k][j] += sign * h
                ends.append(fun(*moved))
            column.append((ends[0] - ends[1]) / (2 * h))
        out.append(np.array(column))
    return out


@pytest.mark.parametrize("fun", ALL)
def test_the_gradients_are_right(fun, rng) -> None:
    args = random_arguments(rng)
    g = float(rng.normal())
    _, *got = gradients(fun, args, g=g)
    for a, b in zip(got, differences(fun, args), strict=True):
        np.testing.assert_allclose(a, g * b, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("fun", SKIPPING)
def test_the_branch_is_there_and_what_only_it_reads_stands_in_it(fun, rng) -> None:
    args = random_arguments(rng)
    text = program(fun, args).kernel_text
    assert "!= 0.0" in text.partition("# adjoint of for")[2]
    assert text != program(fun, args, "sparse").kernel_text


@pytest.mark.parametrize("fun", OTHERS)
def test_loops_that_pass_all_on_or_may_be_vectorised_have_none(fun, rng) -> None:
    args = random_arguments(rng)
    assert program(fun, args).kernel_text == program(fun, args, "sparse").kernel_text


SPECIAL = [
    np.array([1.0, 1.0, 0.0, 1.0, -0.0, 2.0, 1.0]),  # ties
    np.zeros(7),
    np.array([0.5, np.nan, 1.0, 1.0, -1.0, 0.25, 1.0]),
    np.array([0.5, 1.0, np.inf, 1.0, -np.inf, 0.25, 1.0]),
]


@pytest.mark.parametrize("fun", ALL)
@pytest.mark.parametrize("x", SPECIAL, ids=["ties", "zeros", "nan", "infinities"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_same_without_it(fun, x, dtype, rng) -> None:
    args = x.astype(dtype), np.array([1.0, 0.0, 1.0, 2.0, 1.0, -1.0, 0.5], dtype)
    for g in (1.0, float(rng.normal()), 0.0, np.nan):
        with np.errstate(invalid="ignore"):
            on, off = (gradients(fun, args, *names, g=np.dtype(dtype).type(g)) for names in ((), ("sparse",)))
        for a, b in zip(on, off, strict=True):
            # a cotangent of 0 contributes 0, also where it meets a NaN
            np.testing.assert_array_equal(np.where(np.isnan(b), b, a), b)
            assert np.asarray(a).dtype == np.asarray(b).dtype


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (1, 1), (1, 4)])
def test_short_tables(sizes, rng) -> None:
    args = tuple(rng.normal(size=n) for n in sizes)
    for fun in (warped, gapped):
        on, off = gradients(fun, args), gradients(fun, args, "sparse")
        for a, b in zip(on, off, strict=True):
            np.testing.assert_array_equal(a, b)


def test_compiled(rng) -> None:
    args = random_arguments(rng)
    got = sg.grad(warped, (0, 1))(*args)
    for a, b in zip(got, gradients(warped, args)[1:], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-15)


def test_a_position_that_only_the_branch_writes_to_is_checked_all_the_same() -> None:
    """The last letter is wrong, and what is there has no part in the result."""

    def reset(x, k):
        s = 1.0
        for i in range(len(k)):
            s = 0.5 * s + x[k[i]] if i < 2 else 0.5
        return s

    x, k = np.arange(3.0), np.array([0, 1, 2, 1])
    for jit in (False, True):
        np.testing.assert_array_equal(sg.grad(reset, jit=jit)(x, k), np.zeros(3))


def test_a_trip_that_only_clears_its_cotangent(rng) -> None:
    """What it hands on is 0 whatever it was given: there is nothing to put into a branch."""

    def cleared(c, x):
        for _ in range(len(x)):
            c -= c
        return c

    for n in (0, 1, 3):
        for jit in (False, True):
            dc, dx = sg.grad(cleared, (0, 1), jit=jit)(3.0, rng.normal(size=n))
            assert dc == (n == 0)
            np.testing.assert_array_equal(dx, np.zeros(n))
