"""Factors before loops: how often a kernel factorises, and that nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg

N = 4


def implicit(a, u, steps):
    for _ in range(steps):
        u = np.linalg.solve(a, np.sin(u))
    return np.sum(u * u)


def made_in_the_loop(a, u, steps):
    for _ in range(steps):
        u = np.linalg.solve(np.eye(len(u)) + 0.1 * a, u)
    return np.sum(u * u)


def transposed(a, u, steps):
    for _ in range(steps):
        u = np.linalg.solve(a.T, np.linalg.solve(a, u)) + np.linalg.inv(a) @ u
    return np.sum(u * u)


def until_small(a, u, steps):
    while np.sum(u * u) > 1e-3:
        u = np.linalg.solve(a, u)
    return np.sum(u * u * u)


def nested(a, u, steps):
    for _ in range(steps):
        for _ in range(2):
            u = np.linalg.solve(a, np.outer(u, u)) @ u
        u = np.tanh(u)
    return np.sum(u * u)


def changing(a, u, steps):
    for t in range(steps):
        u = np.linalg.solve(a + t * np.diag(u), u)
    return np.sum(u * u)


def written(a, u, steps):
    a = a.copy()
    for _ in range(steps):
        u = np.linalg.solve(a, u)
        a[0, 0] += u[1]
    return np.sum(u * u)


def arguments() -> tuple[Any, ...]:
    rng = np.random.default_rng(3)
    return rng.normal(size=(N, N)) + 4 * np.eye(N), rng.normal(size=N), 3


def slope(f: Callable[..., float], a: Any, u: Any, steps: int, da: Any, du: Any) -> float:
    at = lambda h: f(a + h * da, u + h * du, steps)
    return (8 * (at(1e-3) - at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3


@pytest.mark.parametrize(
    "f, factorised",
    [(implicit, 1), (made_in_the_loop, 1), (transposed, 1), (until_small, 1), (nested, 1), (changing, 2),
     (written, 2)],
)  # fmt: skip
def test_gradients_and_how_often_a_matrix_is_factorised(f: Callable[..., float], factorised: int) -> None:
    args = arguments()
    df = sg.grad(f, argnums=(0, 1), jit=False)
    da, du = df(*args)
    rng = np.random.default_rng(4)
    ta, tu = rng.normal(size=(N, N)), rng.normal(size=N)
    assert np.sum(da * ta) + np.sum(du * tu) == pytest.approx(slope(f, *args, ta, tu), rel=1e-8, abs=1e-9)
    compiled = sg.grad(f, argnums=(0, 1))
    for got, want in zip(compiled(*args), (da, du), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)
    text = compiled.kernel_source
    assert text.count(" factor_lu(") == factorised, text


def test_no_trip_and_a_singular_matrix() -> None:
    df = sg.grad(implicit, argnums=(0, 1))
    singular, u = np.ones((N, N)), np.arange(1.0, 1 + N)
    da, du = df(singular, u, 0)
    np.testing.assert_array_equal(da, np.zeros((N, N)))
    np.testing.assert_allclose(du, 2 * u, rtol=1e-15)
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        df(singular, u, 1)
