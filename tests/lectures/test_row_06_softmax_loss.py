"""Row 6: the softmax loss with regularisation, from the naive `exp(f) / sum(exp(f))`: `(p - onehot) / N`."""

import mpmath
import numpy as np
import pytest
from scipy.special import softmax

import symgrad as sg
from lectures.helpers import RTOL, both, central, code


def one_example(f, y):
    """-log of the probability of the right class y, the term of the slide's sum."""
    p = np.exp(f) / np.sum(np.exp(f))
    return -np.log(p[y])


def labels_loss(f, y):
    p = np.exp(f) / np.sum(np.exp(f), axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(f.shape[0]), y]))


def onehot_loss(f, t):
    p = np.exp(f) / np.sum(np.exp(f), axis=1, keepdims=True)
    return -np.sum(t * np.log(p)) / f.shape[0]


def classifier_loss(W, X, y, reg):
    f = X.dot(W)
    p = np.exp(f) / np.sum(np.exp(f), axis=1, keepdims=True)
    data_loss = -np.mean(np.log(p[np.arange(X.shape[0]), y]))
    reg_loss = reg * np.sum(W * W)
    return data_loss + reg_loss


def onehot(y, classes):
    return np.eye(classes)[y]


def precise_loss(f, y):
    """The mean loss by mpmath, straight from the definition."""
    with mpmath.workdps(60):
        rows = [
            -mpmath.log(mpmath.exp(mpmath.mpf(row[k])) / mpmath.fsum(mpmath.exp(mpmath.mpf(v)) for v in row))
            for row, k in zip(f.tolist(), y.tolist(), strict=True)
        ]
        return float(mpmath.fsum(rows) / len(rows))


@both
def test_one_example(rng, jit):
    derivative = sg.value_and_grad(one_example, jit=jit)
    for y in (0, 2, 4):
        f = rng.normal(size=5)
        loss, df = derivative(f, y)
        np.testing.assert_allclose(loss, precise_loss(f[None], np.array([y])), rtol=RTOL, atol=0)
        np.testing.assert_allclose(df, softmax(f) - onehot(y, 5), rtol=1e-11, atol=1e-15)


@both
@pytest.mark.parametrize("target", ["labels", "onehot"])
@pytest.mark.parametrize("scale", [1.0, 30.0, 1000.0])
def test_values_and_gradients_for_scores_up_to_1000(rng, scale, target, jit):
    n, classes = 6, 4
    f = rng.uniform(-scale, scale, size=(n, classes))
    y = rng.integers(0, classes, size=n)
    fun, t = (labels_loss, y) if target == "labels" else (onehot_loss, onehot(y, classes))
    loss, df = sg.value_and_grad(fun, jit=jit)(f, t)
    np.testing.assert_allclose(loss, precise_loss(f, y), rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(df, (softmax(f, axis=1) - onehot(y, classes)) / n, rtol=1e-10, atol=1e-15)


@both
def test_scores_of_plus_and_minus_1000(jit):
    f = np.array([[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, -1000.0], [1000.0, 1000.0, -1000.0]])
    y = np.array([1, 0, 2])
    loss, df = sg.value_and_grad(labels_loss, jit=jit)(f, y)
    np.testing.assert_allclose(loss, (2000 + np.log(3) + 2000 + np.log(2)) / 3, rtol=RTOL, atol=0)
    expected = np.array([[1, -1, 0], [-2 / 3, 1 / 3, 1 / 3], [1 / 2, 1 / 2, -1]]) / 3
    np.testing.assert_allclose(df, expected, rtol=RTOL, atol=1e-15)


@both
def test_the_whole_classifier(rng, jit):
    X, W, reg = rng.normal(size=(7, 5)), 0.1 * rng.normal(size=(5, 3)), 0.05
    y = rng.integers(0, 3, size=7)
    loss, (dW, dX) = sg.value_and_grad(classifier_loss, wrt=("W", "X"), jit=jit)(W, X, y, reg)
    scores = X @ W
    df = (softmax(scores, axis=1) - onehot(y, 3)) / 7
    np.testing.assert_allclose(loss, precise_loss(scores, y) + reg * np.sum(W * W), rtol=RTOL, atol=0)
    np.testing.assert_allclose(dW, X.T @ df + 2 * reg * W, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(dX, df @ W.T, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(dW, central(classifier_loss, (W, X, y, reg), 0), rtol=1e-8, atol=1e-9)


def test_the_derivative_by_the_regularisation_strength(rng):
    W, X, y = rng.normal(size=(5, 3)), rng.normal(size=(7, 5)), rng.integers(0, 3, size=7)
    d = sg.grad(classifier_loss, wrt="reg")(W, X, y, 0.1)
    np.testing.assert_allclose(d, np.sum(W * W), rtol=RTOL, atol=0)


def test_neither_logarithm_nor_division_by_probabilities_survives(rng):
    gradient = sg.grad(labels_loss)
    gradient(rng.normal(size=(4, 3)), np.array([0, 1, 2, 0]))
    text = code(gradient.backward_source)
    assert "log" not in text
    assert "/ p" not in text
