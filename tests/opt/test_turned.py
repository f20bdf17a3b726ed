"""What is done to transposed matrices: the same values and slopes as without the rules."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.ir.switch import without


def rows(x, v):
    """A row and a column beside transposed matrices; axes both ways, kept and not."""
    y = x.T
    z = y * v + np.exp(y) / v[None, :] - (y - np.max(y, axis=0, keepdims=True)) * np.sum(y, axis=1)[:, None]
    return np.sum(z * z) + np.sum(np.min(y, axis=1) * np.sum(np.abs(y), axis=(1,)))


def scores(x, v):
    y = (x * v[:, None]).T
    p = np.exp(y - y.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    q = np.exp(y - y.max(axis=0))
    return np.sum(p * np.sin(y)) + np.sum(q / q.sum(axis=0) * x.T)


def picked(x, v):
    """Positions of both axes, repeated; and a matrix that is read both ways."""
    i, j = np.array([0, 0, -1, 0]), np.array([0, -1, -1, 0])
    y = x.T
    return np.sum(y[j, i] ** 2 * np.sum(v)) + np.sum((y * y)[j, i]) + np.sum(x @ y) + np.sum(y[0, -1] * x)


def mixed(x, v):
    """A transposed matrix beside one that is not: both keep their place."""
    return np.sum(np.where(x.T > 0.0, x.T, 0.5 * x[: len(x.T)].T) * np.maximum(x.T, 0.1) * v)


SHAPES = [(1, 1), (1, 4), (4, 1), (3, 3), (2, 5), (5, 2)]


@pytest.mark.parametrize("fun", [rows, scores, picked, mixed])
def test_values_and_slopes(fun, rng) -> None:
    for n, m in SHAPES if fun is not mixed else [s for s in SHAPES if s[0] <= s[1]]:
        x, v, dx, dv = (rng.normal(size=s) for s in ((n, m), (n,), (n, m), (n,)))
        v = v + np.copysign(0.5, v)
        value, (gx, gv) = sg.value_and_grad(fun, (0, 1), jit=False)(x, v)
        np.testing.assert_allclose(value, fun(x, v), rtol=1e-12)
        h = 1e-6
        slope = (fun(x + h * dx, v + h * dv) - fun(x - h * dx, v - h * dv)) / (2 * h)
        np.testing.assert_allclose(np.sum(gx * dx) + np.sum(gv * dv), slope, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("fun", [rows, scores, picked])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_compiled_as_without(fun, dtype, rng) -> None:
    x, v = rng.normal(size=(3, 4)).astype(dtype), (1.5 + rng.random(3)).astype(dtype)
    on = sg.value_and_grad(fun, (0, 1))(x, v)
    with without("turned"):
        off = sg.value_and_grad(fun, (0, 1))(x, v)
    rtol = 1e-12 if dtype == "float64" else 2e-5
    for a, b in zip((on[0], *on[1]), (off[0], *off[1]), strict=True):
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)
