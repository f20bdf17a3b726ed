"""Row 4: gradients of vectorised code, `W.dot(X)` and `norm(W @ x)**2`: each has its variable's shape."""

import re

import numpy as np
import pytest

import symgrad as sg
from lectures.helpers import ATOL, RTOL, both, central, code


def layer(W, X):
    D = W.dot(X)
    return D


def layer_loss(W, X):
    D = W.dot(X)
    loss = np.sum(D * D)
    return loss


def norm_squared(W, x):
    q = W @ x
    f = np.linalg.norm(q) ** 2
    return f


def sum_of_squares(W, x):
    q = W.dot(x)
    return np.sum(q**2)


@both
def test_upstream_gradient_as_on_the_slide(rng, jit):
    W, X, dD = rng.normal(size=(5, 10)), rng.normal(size=(10, 3)), rng.normal(size=(5, 3))
    D, pullback = sg.vjp(layer, W, X, jit=jit)
    dW, dX = pullback(dD)
    np.testing.assert_allclose(D, W.dot(X), rtol=RTOL, atol=ATOL)
    assert dW.shape == W.shape
    assert dX.shape == X.shape
    np.testing.assert_allclose(dW, dD.dot(X.T), rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(dX, W.T.dot(dD), rtol=RTOL, atol=ATOL)


@both
@pytest.mark.parametrize("fun", [norm_squared, sum_of_squares])
def test_the_two_column_formulas(rng, fun, jit):
    derivative = sg.value_and_grad(fun, wrt=("W", "x"), jit=jit)
    for m, n in ((2, 2), (5, 3), (1, 4), (4, 1)):
        W, x = rng.normal(size=(m, n)), rng.normal(size=n)
        f, (dW, dx) = derivative(W, x)
        q = W @ x
        np.testing.assert_allclose(f, q @ q, rtol=RTOL, atol=ATOL)
        assert dW.shape == W.shape
        assert dx.shape == x.shape
        np.testing.assert_allclose(dW, 2 * np.outer(q, x), rtol=RTOL, atol=ATOL)
        np.testing.assert_allclose(dx, 2 * W.T @ q, rtol=RTOL, atol=ATOL)


@both
def test_the_norm_at_zero_has_gradient_zero(jit):
    dW, dx = sg.grad(norm_squared, argnums=(0, 1), jit=jit)(np.zeros((2, 3)), np.ones(3))
    np.testing.assert_array_equal(dW, np.zeros((2, 3)))
    np.testing.assert_array_equal(dx, np.zeros(3))


def test_a_column_vector_keeps_its_shape(rng):
    W, x = rng.normal(size=(4, 3)), rng.normal(size=(3, 1))
    dW, dx = sg.grad(sum_of_squares, argnums=(0, 1))(W, x)
    assert dx.shape == (3, 1)
    np.testing.assert_allclose(dW, 2 * (W @ x) @ x.T, rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(dx, central(sum_of_squares, (W, x), 1), rtol=1e-8, atol=1e-8)


def test_the_text_reads_as_the_slide(rng):
    gradient = sg.grad(layer_loss, wrt=("W", "X"))
    gradient(rng.normal(size=(5, 10)), rng.normal(size=(10, 3)))
    text = code(gradient.source)
    assert re.search(r"dW = dD(\.dot\(X\.T\)| @ X\.T)", text)
    assert re.search(r"dX = W\.T(\.dot\(dD\)| @ dD)", text)
