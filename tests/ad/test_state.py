"""Steps in place: a loop saves the state that a trip begins with, and computes again what was made of it."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg


def burgers(u, v, nu, steps):
    u, v = u.copy(), v.copy()
    for _ in range(steps):
        un, vn = u.copy(), v.copy()
        u[1:-1] = un[1:-1] - un[1:-1] * (un[1:-1] - un[:-2]) + nu * (un[2:] - 2.0 * un[1:-1] + un[:-2])
        v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu) + 0.1 * vn[2:] ** 2
        u[0] = 1.0
        v[-1] = 0.0
    return np.sum(u * v)


def one_of_two(u, v, nu, steps):
    """Of v only linear things are done: u alone is saved."""
    u, v = u.copy(), v.copy()
    for _ in range(steps):
        flux = u[1:] * u[:-1] / (1.0 + u[1:] ** 2)
        v[1:-1] = 0.5 * v[:-2] + 0.3 * v[2:] + nu * flux[1:]
        u[1:-1] = u[1:-1] - nu * (flux[1:] - flux[:-1])
        v[0] = v[1]
    return np.sum(u * v)


def swept(u, v, nu, steps):
    """Sweeps of a loop inside: what they overwrite is undone, no state is saved."""
    u = u.copy()
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * u[i - 1] * u[i + 1] + nu * u[i] * v[i]
    return np.sum(u * u)


ARRAYS = {burgers: 2, one_of_two: 1, swept: 1}
STEPS, SIZE = 7, 40


def arguments(n=SIZE):
    rng = np.random.default_rng(5)
    return rng.uniform(0.1, 0.4, n), rng.uniform(0.1, 0.4, n), 0.3, STEPS


@pytest.mark.parametrize("f", ARRAYS, ids=lambda f: f.__name__)
def test_so_many_arrays_a_step_are_saved(f):
    saved = sg.grad(f, argnums=(0, 1, 2), jit=False).memory(*arguments()).total
    assert saved <= 8 * SIZE * (ARRAYS[f] * STEPS + 2)


@pytest.mark.parametrize("n", [2, 3, 6])
@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("f", ARRAYS, ids=lambda f: f.__name__)
def test_slopes_are_those_of_a_complex_step(f, jit, n):
    u, v, nu, steps = arguments(n)
    rng = np.random.default_rng(n)
    du, dv, dnu = rng.normal(size=n), rng.normal(size=n), rng.normal()
    h = 1e-30j
    want = np.imag(f(u + h * du, v + h * dv, nu + h * dnu, steps)) * 1e30
    gu, gv, gnu = sg.grad(f, argnums=(0, 1, 2), jit=jit)(u, v, nu, steps)
    np.testing.assert_allclose(gu @ du + gv @ dv + gnu * dnu, want, rtol=1e-12)


def test_a_step_makes_each_new_array_once():
    """What stands after a loop is not computed before it, nor in parts: one array waits to be written."""

    def projected(u, p, nu, steps):
        u, p = u.copy(), p.copy()
        for _ in range(steps):
            for _ in range(2):
                p[1:-1] = 0.5 * (p[2:] + p[:-2]) - nu * u[1:-1]
            u[1:-1] = u[1:-1] - u[1:-1] * (u[1:-1] - u[:-2]) - (p[2:] - p[:-2]) * (u[2:] + u[:-2])
        return np.sum(u * u)

    derivative = sg.value_and_grad(projected, argnums=(0, 1), jit=True)
    args = arguments()
    np.testing.assert_allclose(derivative(*args)[0], projected(*args), rtol=1e-13)
    forward = derivative.kernel_source.partition("adjoint of return")[0]
    u, p, tape, waiting = 1, 1, 2, 2  # what waits to be written to u and to p
    assert forward.count("np.empty(") <= u + p + tape + waiting
