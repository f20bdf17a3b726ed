"""Loops that leave nothing, before a branch of the derivative: passes may meet equations without results."""

from __future__ import annotations

import numpy as np

import symgrad as sg


def quiet_loop(x, a):
    for i in range(len(x)):
        x[i] * 2.0
    s = np.sum(x)
    if s > 0.1:
        t = s * 2.0
    else:
        a += np.where(a > 0.2, np.outer(x, x), x[0])
        t = s
    return np.sum(a * a) + t


def test_gradient_and_second_order() -> None:
    for sign in (1.0, -1.0):
        x, a = sign * np.array([0.3, 0.9]), np.array([[0.1, 0.4], [-0.3, 1.2]])
        v, h = np.array([0.7, -0.4]), 1e-6
        grad = sg.grad(quiet_loop, jit=False)
        slopes = [
            (quiet_loop(x + h * e, a.copy()) - quiet_loop(x - h * e, a.copy())) / (2 * h) for e in np.eye(2)
        ]
        np.testing.assert_allclose(grad(x, a), slopes, rtol=1e-6, atol=1e-8)
        curved = (grad(x + h * v, a) - grad(x - h * v, a)) / (2 * h)
        got = sg.hvp(quiet_loop, jit=False)(x, v, a)
        np.testing.assert_allclose(got, curved, rtol=1e-6, atol=1e-6)


def empty_loop(x):
    for _ in range(3):
        pass
    return np.sum(x * x)


def test_a_loop_without_statements_compiles_unsimplified() -> None:
    x = np.array([0.3, 0.9])
    np.testing.assert_array_equal(sg.grad(empty_loop, simplify="off")(x), 2.0 * x)
