"""Row 2: the sigmoid neuron, in plain numbers as the slide writes it."""

import math

import numpy as np
import pytest

import symgrad as sg
from lectures.helpers import ATOL, RTOL, both, code, complex_step, has_sigmoid_adjoint


def neuron(w, x):
    # forward pass
    dot = w[0] * x[0] + w[1] * x[1] + w[2]
    f = 1.0 / (1 + math.exp(-dot))  # sigmoid function
    return f


def neuron_of_five(w0, x0, w1, x1, w2):
    return 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))


def slide_backward(w, x):
    """The slide's backward pass through the neuron."""
    dot = w[0] * x[0] + w[1] * x[1] + w[2]
    f = 1.0 / (1 + math.exp(-dot))
    ddot = (1 - f) * f
    dx = [w[0] * ddot, w[1] * ddot]
    dw = [x[0] * ddot, x[1] * ddot, 1.0 * ddot]
    return f, dw, dx


W, X = [2.0, -3.0, -3.0], [-1.0, -2.0]


@both
def test_the_slides_numbers(jit):
    f, (dw, dx) = sg.value_and_grad(neuron, wrt=("w", "x"), jit=jit)(W, X)
    assert round(f, 2) == 0.73
    assert [round(d, 2) for d in dx] == [0.39, -0.59]
    assert [round(d, 2) for d in dw] == [-0.20, -0.39, 0.20]
    assert type(dw) is list
    assert type(dx) is list


@both
def test_five_scalars(jit):
    f, gradient = sg.value_and_grad(neuron_of_five, wrt="*", jit=jit)(2.0, -1.0, -3.0, -2.0, -3.0)
    value, dw, dx = slide_backward(W, X)
    np.testing.assert_allclose(f, value, rtol=RTOL, atol=0)
    np.testing.assert_allclose(gradient, (dw[0], dx[0], dw[1], dx[1], dw[2]), rtol=RTOL, atol=0)


def test_random_points_against_the_slide_and_the_complex_step(rng):
    derivative = sg.value_and_grad(neuron, wrt=("w", "x"))

    def analytic(v):
        return 1 / (1 + np.exp(-(v[0] * v[3] + v[1] * v[4] + v[2])))

    for point in rng.normal(size=(20, 5)):
        w, x = point[:3].tolist(), point[3:].tolist()
        f, (dw, dx) = derivative(w, x)
        value, slide_dw, slide_dx = slide_backward(w, x)
        np.testing.assert_allclose(f, value, rtol=RTOL, atol=ATOL)
        np.testing.assert_allclose(dw + dx, slide_dw + slide_dx, rtol=RTOL, atol=ATOL)
        np.testing.assert_allclose(dw + dx, complex_step(analytic, (point,), 0), rtol=RTOL, atol=ATOL)


@both
@pytest.mark.parametrize(("bias", "value"), [(1000.0, 1.0), (-1000.0, 0.0)])
def test_saturated_neurons_do_not_overflow(bias, value, jit):
    """math.exp(1000) raises OverflowError: the naive formula cannot even be evaluated there."""
    f, dw = sg.value_and_grad(neuron, wrt="w", jit=jit)([0.0, 0.0, bias], X)
    assert f == value
    assert dw == [0.0, 0.0, 0.0]


def test_the_adjoint_is_the_sigmoids_own():
    gradient = sg.grad(neuron, wrt=("w", "x"))
    gradient(W, X)
    assert has_sigmoid_adjoint(gradient.backward_source, "f")
    assert "exp" not in code(gradient.backward_source)
    assert "ddot" in code(gradient.backward_source)


def test_the_source_is_there_before_the_first_call():
    gradient = sg.grad(neuron_of_five, argnums=(0, 1, 2, 3, 4))
    before = gradient.source
    gradient(2.0, -1.0, -3.0, -2.0, -3.0)
    assert gradient.source == before
    assert all(name in before for name in ("dw0", "dx0", "dw1", "dx1", "dw2"))


def test_the_decorator_form():
    @sg.value_and_grad(wrt="*")
    def decorated(w0, x0, w1, x1, w2):
        return 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))

    f, dw = decorated(2.0, -1.0, -3.0, -2.0, -3.0)
    assert round(f, 2) == 0.73
    assert [round(d, 2) for d in dw] == [-0.20, 0.39, -0.39, -0.59, 0.20]
