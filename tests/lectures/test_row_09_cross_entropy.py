"""Row 9: logistic regression and the one-hidden-layer network with cross entropy, in the slide's symbols.

The slide's J is the log likelihood, which training maximises; its negative is the loss. Its last line is
garbled: da_j/dx_i is alpha_ji, and dJ/dx_i sums over j.
"""

import ast

import numpy as np
import pytest
from scipy.special import expit

import symgrad as sg
from lectures.helpers import ATOL, RTOL, both, code, complex_step


def logistic_regression(theta, x, ystar):
    a = np.sum(theta * x)
    y = 1 / (1 + np.exp(-a))
    J = -(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    return J


def log_likelihood(theta, x, ystar):
    a = np.dot(theta, x)
    y = 1 / (1 + np.exp(-a))
    J = ystar * np.log(y) + (1 - ystar) * np.log(1 - y)
    return J


def regression_on_rows(theta, X, ystar):
    a = X.dot(theta)
    y = 1 / (1 + np.exp(-a))
    J = -np.mean(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    return J


def network(alpha, beta, x, ystar):
    a = alpha.dot(x)
    z = 1 / (1 + np.exp(-a))
    b = np.sum(beta * z)
    y = 1 / (1 + np.exp(-b))
    J = -(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    return J


def slide_backward(alpha, beta, x, ystar):
    """The slide's backward pass, with dJ/db collapsed."""
    z = expit(alpha @ x)
    y = expit(beta @ z)
    db = y - ystar
    dbeta = db * z
    dz = db * beta
    da = dz * z * (1 - z)
    dalpha = np.outer(da, x)
    dx = alpha.T @ da
    return dalpha, dbeta, dx


def softplus(t):
    return np.logaddexp(0, t)


@both
@pytest.mark.parametrize(("fun", "sign"), [(logistic_regression, 1), (log_likelihood, -1)])
@pytest.mark.parametrize("ystar", [0.0, 1.0, 0.3])
def test_logistic_regression(rng, fun, sign, ystar, jit):
    derivative = sg.value_and_grad(fun, wrt=("theta", "x"), jit=jit)
    for _ in range(3):
        theta, x = rng.normal(size=(2, 4))
        J, (dtheta, dx) = derivative(theta, x, ystar)
        a = theta @ x
        y = expit(a)
        np.testing.assert_allclose(
            J, sign * (ystar * softplus(-a) + (1 - ystar) * softplus(a)), rtol=RTOL, atol=ATOL
        )
        np.testing.assert_allclose(dtheta, sign * (y - ystar) * x, rtol=1e-11, atol=ATOL)
        np.testing.assert_allclose(dx, sign * (y - ystar) * theta, rtol=1e-11, atol=ATOL)


@both
@pytest.mark.parametrize("ystar", [0.0, 1.0])
@pytest.mark.parametrize("a", [-1000.0, -40.0, 40.0, 1000.0])
def test_saturated_predictions(a, ystar, jit):
    """y rounds to 0 or 1 here, so that the formula as written gives NaN."""
    theta, x = np.array([1.0, 0.0]), np.array([a, 2.0])
    J, (dtheta, dx) = sg.value_and_grad(logistic_regression, argnums=(0, 1), jit=jit)(theta, x, ystar)
    np.testing.assert_allclose(J, softplus(-a) if ystar else softplus(a), rtol=RTOL, atol=0)
    np.testing.assert_allclose(dtheta, (expit(a) - ystar) * x, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(dx, (expit(a) - ystar) * theta, rtol=1e-11, atol=1e-15)


def test_many_rows(rng):
    X, theta, ystar = rng.normal(size=(9, 4)), rng.normal(size=4), rng.integers(0, 2, size=9).astype(float)
    J, dtheta = sg.value_and_grad(regression_on_rows)(theta, X, ystar)
    a = X @ theta
    np.testing.assert_allclose(
        J, np.mean(ystar * softplus(-a) + (1 - ystar) * softplus(a)), rtol=RTOL, atol=0
    )
    np.testing.assert_allclose(dtheta, X.T @ (expit(a) - ystar) / 9, rtol=1e-11, atol=ATOL)


@both
def test_the_network_against_the_slide_and_the_complex_step(rng, jit):
    derivative = sg.value_and_grad(network, wrt=("alpha", "beta", "x"), jit=jit)
    for ystar in (0.0, 1.0):
        alpha, beta, x = rng.normal(size=(5, 3)), rng.normal(size=5), rng.normal(size=3)
        _, gradients = derivative(alpha, beta, x, ystar)
        for i, (gradient, expected) in enumerate(
            zip(gradients, slide_backward(alpha, beta, x, ystar), strict=True)
        ):
            np.testing.assert_allclose(gradient, expected, rtol=1e-11, atol=ATOL)
            exact = complex_step(network, (alpha, beta, x, ystar), i)
            np.testing.assert_allclose(gradient, exact, rtol=1e-11, atol=ATOL)


@pytest.mark.parametrize(("fun", "wrt"), [(logistic_regression, "theta"), (network, ("alpha", "beta"))])
def test_no_division_survives(rng, fun, wrt):
    """dJ/da is y - ystar: nothing is divided by y or 1 - y, and no logarithm is taken."""
    gradient = sg.grad(fun, wrt=wrt)
    arrays = (
        (rng.normal(size=4),) if fun is logistic_regression else (rng.normal(size=(5, 4)), rng.normal(size=5))
    )
    gradient(*arrays, rng.normal(size=4), 1.0)
    text = code(gradient.backward_source)
    nodes = list(ast.walk(ast.parse(text)))
    assert not any(isinstance(node, ast.Div) for node in nodes), text
    assert not any(isinstance(node, ast.Attribute) and node.attr.startswith("log") for node in nodes), text
    assert "y - ystar" in text
