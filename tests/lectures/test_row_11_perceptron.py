"""Row 11: one unit learns AND and OR, not XOR; two layers learn it; the perceptron's own rule, in a loop."""

import numpy as np
import pytest

import symgrad as sg
from lectures.helpers import ATOL, RTOL, both, central

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
AND, OR, XOR = (np.array(t, dtype=float) for t in ([0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]))


def perceptron_loss(w, xs, ts):
    """The perceptron criterion: minus the signed sum of the examples that are misread."""
    loss = 0.0
    for k in range(xs.shape[0]):
        s = w[0]
        for i in range(xs.shape[1]):
            s += w[i + 1] * xs[k, i]
        sign = 2.0 * ts[k] - 1.0
        if sign * s <= 0.0:
            loss -= sign * s
    return loss


def two_layers(hidden, w, xs, ts):
    loss = 0.0
    for x, t in zip(xs, ts):  # noqa: B905 (as a lecture writes it)
        s = w[-1]
        for j in range(hidden.shape[0]):
            s += w[j] * np.tanh(hidden[j, 0] * x[0] + hidden[j, 1] * x[1] + hidden[j, 2])
        p = 1.0 / (1.0 + np.exp(-s))
        loss -= t * np.log(p) + (1.0 - t) * np.log(1.0 - p)
    return loss


def read(w):
    return (w[0] + X @ w[1:] > 0).astype(float)


@both
def test_its_gradient_is_the_perceptron_rule(rng, jit):
    w = rng.normal(size=3)
    dw = sg.grad(perceptron_loss, jit=jit)(w, X, XOR)
    wrong = read(w) != XOR
    signs = (2 * XOR - 1) * wrong
    expected = -np.concatenate([[signs.sum()], signs @ X])
    np.testing.assert_allclose(dw, expected, rtol=RTOL, atol=ATOL)


@pytest.mark.parametrize("gate", [AND, OR], ids=["and", "or"])
def test_one_unit_learns_and_and_or(gate):
    gradient = sg.grad(perceptron_loss)
    w = np.zeros(3)
    for _ in range(100):
        w -= 0.5 * gradient(w, X, gate)
    np.testing.assert_array_equal(read(w), gate)


def test_one_unit_does_not_learn_xor():
    gradient = sg.grad(perceptron_loss)
    w = np.zeros(3)
    for _ in range(200):
        w -= 0.5 * gradient(w, X, XOR)
        assert not np.array_equal(read(w), XOR)


@both
def test_the_gradient_of_two_layers(rng, jit):
    args = (rng.normal(size=(3, 3)), rng.normal(size=4), X, XOR)
    value, gradients = sg.value_and_grad(two_layers, argnums=(0, 1), jit=jit)(*args)
    np.testing.assert_allclose(value, two_layers(*args), rtol=RTOL, atol=ATOL)
    for i, gradient in enumerate(gradients):
        np.testing.assert_allclose(gradient, central(two_layers, args, i), rtol=1e-8, atol=1e-9)


def test_two_layers_learn_xor():
    rng = np.random.default_rng(0)
    gradient = sg.value_and_grad(two_layers, argnums=(0, 1))
    hidden, w = rng.normal(size=(3, 3)), rng.normal(size=4)
    for _ in range(1000):
        loss, (dhidden, dw) = gradient(hidden, w, X, XOR)
        hidden -= 0.3 * dhidden
        w -= 0.3 * dw
    assert loss < 0.1
