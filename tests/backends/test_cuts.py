"""Arrays written in parts: no fill before them, what reads them is cut where the parts meet."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad
from symgrad.frontend.signature import bind
from symgrad.ir.switch import without
from symgrad.pipeline import Options, Transform, build

RNG = np.random.default_rng(5)


def ends_and_inside(x, a):
    z = np.zeros(len(x))
    z[0] = a * x[-1]
    z[-1] = a * x[0]
    z[1:-1] = x[2:] * x[:-2]
    w = np.sin(z) + a / (1.0 + x * x)
    return w[1:] * w[:-1]


def first_two(x, a):
    z = np.full(len(x), a)
    z[2:] = x[2:] * x[:-2]
    z[0] = x[1]
    w = a * z / (2.0 + np.cos(x))
    v = w * w / 3.0 + z
    return v[2:] * v[:-2] + w[1:-1]


def stages(x, a):
    y = x * a
    for _ in range(3):
        k = np.empty(len(x))
        k[-1] = y[0]
        k[:-1] = y[1:] * x[:-1]
        half = y + 0.5 * k / a
        k = np.empty(len(x))
        k[-1] = half[0]
        k[:-1] = half[1:] * x[:-1]
        y = y + k / 3.0
    return y


def left_out(x, a):
    """One element is written by nobody, one twice."""
    z = np.zeros(len(x))
    z[1:] = x[1:] * a
    z[1] = x[0]
    w = z / (1.0 + x * x) + np.exp(a * x) / 2.0
    return w[1:] - 2.0 * w[:-1]


PROGRAMS = (ends_and_inside, first_two, stages, left_out)


def slopes(f, x, a, g):
    """The gradient of `sum(g * f(x, a))` by complex steps."""
    h = 1e-30
    dx = [np.sum(g * f(x + 1j * h * e, a)).imag / h for e in np.eye(len(x))]
    return np.array(dx), np.sum(g * f(x + 0j, a + 1j * h)).imag / h


def complex_zeros(f):
    """The program with arrays that can hold complex numbers."""
    space = dict(f.__globals__)

    class Numbers:
        def __getattr__(self, name):
            return getattr(np, name)

        zeros = staticmethod(lambda n: np.zeros(n, complex))
        empty = staticmethod(lambda n: np.empty(n, complex))
        full = staticmethod(lambda n, a: np.full(n, a, complex))

    space["np"] = Numbers()
    return type(f)(f.__code__, space)


@pytest.mark.parametrize("n", [3, 4, 9])
@pytest.mark.parametrize("f", PROGRAMS)
def test_compiled_gradients(f, n):
    x, a = RNG.normal(size=n), 1.3
    value, pull = symgrad.vjp(f, x, a)
    g = RNG.normal(size=value.shape)
    np.testing.assert_allclose(value, f(x, a), rtol=1e-13, atol=1e-14)
    for got, want in zip(pull(g), slopes(complex_zeros(f), x, a, g), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("n", [1, 2])
def test_short_arrays(n):
    x, a = RNG.normal(size=n), 0.7
    value, pull = symgrad.vjp(stages, x, a)
    g = RNG.normal(size=value.shape)
    for got, want in zip(pull(g), slopes(complex_zeros(stages), x, a, g), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)


def test_an_empty_array_has_no_first_element():
    with pytest.raises((ValueError, IndexError)):
        symgrad.grad(lambda x, a: np.sum(stages(x, a)))(np.zeros(0), 1.0)


def source(f, *off):
    with without(*off):
        df = symgrad.grad(lambda x, a: np.sum(f(x, a)))
        df(RNG.normal(size=6), 1.1)
        return df.kernel_source


def test_the_cut_statement_shares_the_loop_of_its_part():
    """The value alone: what it reads is cut at both ends."""
    with_cuts, without_cuts = value_source(ends_and_inside), value_source(ends_and_inside, "cuts")
    assert with_cuts.count("for ") < without_cuts.count("for ")


def value_source(f, *off):
    with without(*off):
        x = RNG.normal(size=6)
        kernel = build(f, bind(f, (x, 1.1), {}), Transform("value"), Options())
        return kernel.kernel_text


def test_what_is_written_in_parts_is_not_filled():
    def total(x, a):
        return stages(x, a)[0]

    assert ".fill(" not in source(total) and ".fill(" in source(total, "fills")


def test_what_is_added_side_by_side_stays_one_pass():
    text = source(lambda x, a: np.tanh(x[1:] * x[:-1]))
    assert "_before" in text and "np.zeros(" in text
