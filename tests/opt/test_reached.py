"""Of a maximum over an axis what no cotangent has reached is not looked at: the same values, and ties."""

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


def cheapest(v, a, e):
    """Columns, one table for all steps."""
    for t in range(e.shape[0]):
        v = np.min(v[:, None] + a, axis=0) + e[t]
    return np.min(v)


def widest(v, a, e):
    """Rows, with the axis kept; a minimum inside."""
    for t in range(e.shape[0]):
        v = np.max(np.minimum(v[None, :], a * e[t]), axis=1, keepdims=True)[:, 0]
    return np.max(v)


def likeliest(v, a, e):
    """Products in place of sums."""
    for t in range(e.shape[0]):
        v = np.max(v[:, None] * np.exp(a), axis=0) * np.exp(e[t])
    return np.max(v)


def relaxed(v, a, e):
    """What was there stays if it is better; rows."""
    for t in range(e.shape[0]):
        v = np.minimum(v, np.min(a + v, axis=1) + e[t])
    return v[0] * v[-1]


def moving(v, a, e):
    """Another table in each step, and all that it ends with."""
    for t in range(e.shape[0]):
        v = np.max(v[:, None] + a * np.cos(e[t])[:, None] - e[t], axis=0)
    return np.sum(v * v)


FUNS = [cheapest, widest, likeliest, relaxed, moving]


def arguments(rng, m=20, steps=4, dtype="float64"):
    shapes = (m,), (m, m), (steps, m)
    return tuple(rng.normal(size=s).astype(dtype) for s in shapes)


def program(fun, args, *off):
    with without(*off):
        made = build(fun, bind(fun, args, {}), Transform("vjp", (0, 1, 2), single=False), Options())
        assert made.kernel_text
    return made


def gradients(fun, args, *off, g=1.0):
    made = program(fun, args, *off)
    return flatten(python(made.kernel_text, f"{made.function.name}_{PLACEHOLDER}")(*args, g))[0]


def assert_same(fun, args, g=1.0):
    on, off = (gradients(fun, args, *names, g=g) for names in ((), ("reached",)))
    for a, b in zip(on, off, strict=True):
        # a cotangent of 0 contributes 0, also where it meets a NaN
        np.testing.assert_allclose(np.where(np.isnan(b), b, a), b, rtol=1e-13, atol=1e-300)
        assert np.asarray(a).dtype == np.asarray(b).dtype and np.shape(a) == np.shape(b)
    return on


@pytest.mark.parametrize("fun", FUNS)
def test_the_loop_is_there(fun, rng) -> None:
    args = arguments(rng)
    assert "if 8 * " in program(fun, args).kernel_text
    assert "if 8 * " not in program(fun, args, "reached").kernel_text


@pytest.mark.parametrize("fun", FUNS)
@pytest.mark.parametrize("m", [1, 2, 7, 20])
def test_the_gradients_are_right(fun, m, rng) -> None:
    args, g = arguments(rng, m), float(rng.normal())
    _, *got = assert_same(fun, args, g)
    direction = arguments(rng, m)
    ends = [fun(*(a + s * 1e-6 * d for a, d in zip(args, direction, strict=True))) for s in (1.0, -1.0)]
    slope = sum(float(np.sum(a * d)) for a, d in zip(got, direction, strict=True))
    np.testing.assert_allclose(slope, g * (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("fun", FUNS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_ties(fun, dtype, rng) -> None:
    v, a, e = arguments(rng, dtype=dtype)
    a, e = np.round(a), np.round(e)
    for start in (np.zeros_like(v), np.round(v)):
        assert_same(fun, (start, a, e), np.dtype(dtype).type(1.5))
    assert_same(fun, (np.zeros_like(v), np.zeros_like(a), np.zeros_like(e)))


@pytest.mark.parametrize("fun", FUNS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none(fun, value, rng) -> None:
    for place in range(3):
        args = tuple(np.copy(a) for a in arguments(rng))
        args[place][..., 3] = value
        assert_same(fun, args)
        assert_same(fun, arguments(rng), value)


def test_the_tie_of_two_paths_is_split() -> None:
    v, a, e = np.zeros(16), np.ones((16, 16)), np.zeros((2, 16))
    a[:, 4], v[2:9:3] = 0.0, -1.0  # each path ends in 4, and begins at 2, 5 or 8
    dv, da, de = gradients(cheapest, (v, a, e))[1:]
    np.testing.assert_allclose(dv[2:9:3], 1 / 3, rtol=1e-15)
    np.testing.assert_allclose([dv.sum(), da.sum(), de.sum()], [1.0, 2.0, 2.0], rtol=1e-15)
    assert de[1, 4] == 1.0


def test_a_short_axis_is_taken_all_at_once(rng) -> None:
    args = np.zeros(4), rng.normal(size=(4, 4)), rng.normal(size=(3, 4))
    df = sg.grad(cheapest, (0, 1, 2))
    assert "if 8 * " not in df.kernel_source_for(*args)
    assert "if 8 * " in df.kernel_source_for(*arguments(rng))


def test_without_a_step(rng) -> None:
    v, a, _ = arguments(rng)
    assert_same(cheapest, (v, a, np.zeros((0, 20))))


def test_compiled(rng) -> None:
    args = arguments(rng, 30)
    got = sg.grad(likeliest, (0, 1, 2))(*args)
    for a, b in zip(got, gradients(likeliest, args)[1:], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)
