"""Where the user copies an array that a loop then writes: the copy is made there, if nobody else has it."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg


def alone(x):
    a = x.copy()
    for i in range(1, len(x)):
        a[i] += 0.5 * a[i - 1] * x[i]
    return a.sum()


def copied_again(x):
    a = x.copy()
    b = a.copy()
    for i in range(len(x)):
        a[i] = 0.5 * b[i] + a[i - 1] ** 2
    return (a * b).sum()


def shown_before(x):
    a = x.copy()
    tail = a[1:].copy()
    for i in range(1, len(x)):
        a[i] = a[i - 1] * a[i]
    return (a[1:] * tail).sum()


def twice(x):
    a = x.copy()
    c = x.copy()
    for i in range(1, len(x)):
        a[i] *= c[i - 1]
        c[i] += a[i] ** 2
    return (a * c * x).sum()


def both(x):
    a = x.copy()
    u, v = a, a.copy()
    for i in range(1, len(x)):
        u[i] = v[i - 1] * u[i]
        u, v = v, u
    return (u * v).sum()


@pytest.mark.parametrize("f", [alone, copied_again, shown_before, twice, both], ids=lambda f: f.__name__)
@pytest.mark.parametrize("jit", [False, True])
def test_the_argument_and_the_other_copies_keep_their_values(f, jit):
    x = np.random.default_rng(2).uniform(0.3, 1.2, 5)
    before = x.copy()
    value, slope = sg.value_and_grad(f, jit=jit)(x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(value, f(x.copy()), rtol=1e-13)
    h = 1e-30
    for i in range(5):
        z = x.astype(complex)
        z[i] += 1j * h
        np.testing.assert_allclose(slope[i], f(z).imag / h, rtol=1e-12, atol=1e-13)


def test_the_copy_is_where_the_user_made_it():
    lines = sg.grad(alone, jit=False).source_for(np.ones(4)).splitlines()
    assert [line.strip() for line in lines if "copy" in line and "#" not in line] == ["a = x.copy()"]
