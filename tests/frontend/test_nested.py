"""Derivatives called inside programs: their IR is spliced in, with extents unified."""

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import ShapeError, UnsupportedSyntaxError
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.ir.evaluate import run
from symgrad.ir.verify import verify

SCALE = 2.0


def energy(q, k):
    return np.sum(q[1:] * q[:-1]) * k + SCALE * np.sum(np.square(q))


force = sg.grad(energy)
both = sg.value_and_grad(energy, argnums=(0, 1))


def step(q, k):
    p = q * 2.0
    return q - 0.1 * force(p, k), both(q[1:], k=k)


def value(f, *args):
    out = lower(f, bind(f, args, {}))
    verify(out.function)
    results = run(out.function, *args, *(c.get() for c in out.captures))
    return out.out_tree.build(results)


def gradient(q, k):
    g = 2 * SCALE * q
    g[1:] += k * q[:-1]
    g[:-1] += k * q[1:]
    return g


def test_a_derivative_is_spliced_in():
    q, k = np.random.default_rng(0).normal(size=5), 0.7
    first, (energy_of, (dq, dk)) = value(step, q, k)
    np.testing.assert_allclose(first, q - 0.1 * gradient(2 * q, k), rtol=1e-14)
    np.testing.assert_allclose(energy_of, energy(q[1:], k), rtol=1e-14)
    np.testing.assert_allclose(dq, gradient(q[1:], k), rtol=1e-14)
    np.testing.assert_allclose(dk, np.sum(q[2:] * q[1:-1]), rtol=1e-14)


def test_extents_are_unified():
    f = lambda q, w: force(q, 1.0) * w
    out = lower(f, bind(f, (np.ones(4), np.ones(4)), {})).function
    assert out.params[0].type == out.params[1].type
    with pytest.raises(ShapeError):
        lower(f, bind(f, (np.ones(4), np.ones(3)), {}))


def head(x, k, n=2):
    return np.sum(x[:k] ** n) + np.sum(x.reshape(-1, 2)[0])


d_head = sg.grad(head)


def test_integers_and_sizes_that_must_be_known():
    x = np.random.default_rng(2).normal(size=6)
    expected = np.zeros(6)
    expected[:3] = 2 * x[:3]
    expected[:2] += 1.0
    for f in (
        lambda x: d_head(x, 3),
        lambda x: d_head(x, x.shape[0] // 2),
        lambda x: d_head(x, k=np.int64(3)),
        lambda x: d_head(x, 3, n=2),
    ):
        np.testing.assert_allclose(value(f, x), expected, rtol=1e-14)


def test_derivatives_of_inner_functions_are_refused():
    f = lambda x: sg.grad(lambda y: y * x)(x)
    with pytest.raises(UnsupportedSyntaxError, match="grad of a function that is defined inside"):
        lower(f, bind(f, (1.0,), {}))


def test_transforms_of_functions_from_outside():
    f = lambda q: sg.grad(energy)(q, 0.7)
    q = np.random.default_rng(1).normal(size=4)
    np.testing.assert_allclose(value(f, q), gradient(q, 0.7), rtol=1e-14)
