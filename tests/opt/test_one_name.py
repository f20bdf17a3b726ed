"""A second name for an array inside a loop has no cotangent of its own: the adjoint of a trip stays cheap."""

from __future__ import annotations

import re

import numpy as np
import pytest

import symgrad as sg


def alias(x, k, steps):
    y = x
    s = 0.0
    for _ in range(steps):
        z = y
        for i in range(len(x) - 1):
            s += (z[i + 1] - y[i]) ** 3 * k
    return s


def copied(x, k, steps):
    u = x.copy()
    s = 0.0
    for _ in range(steps):
        for i in range(len(x) - 1):
            s += np.sin(u[i + 1] * u[i]) * k
        u *= 0.9
    return s


def handed_on(x, k, steps):
    u = x.copy()
    old = u
    for _ in range(steps):
        new = old * k
        for i in range(1, len(x)):
            new[i] += np.tanh(old[i - 1] * old[i])
        old = new
    return np.sum(old * u)


@pytest.mark.parametrize("f", [alias, copied, handed_on])
def test_no_array_is_cleared_in_the_inner_loop(f):
    rng = np.random.default_rng(3)
    x, k, steps = rng.normal(size=5), 0.7, 3
    slope = sg.grad(f, wrt=("x", "k"), jit=False)
    text = slope.source_for(x, k, steps)
    assert not re.search(r"\n {12}\w+ = np\.zeros", text), text
    dx, dk = slope(x, k, steps)
    h = 1e-30
    for i in range(5):
        z = x.astype(complex)
        z[i] += 1j * h
        np.testing.assert_allclose(dx[i], f(z, k, steps).imag / h, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(dk, f(x.astype(complex), k + 1j * h, steps).imag / h, rtol=1e-12)
