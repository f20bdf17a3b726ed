"""Row 8: a `Neuron` with a method, the three-layer forward pass, and nets of `max(0, W x)`."""

import math

import numpy as np
import pytest

import symgrad as sg
from lectures.helpers import ATOL, RTOL, both, central, complex_step


class Neuron:
    def __init__(self, weights, bias):
        self.weights = weights
        self.bias = bias

    def neuron_tick(self, inputs):
        """assume inputs and weights are 1-D numpy arrays and bias is a number"""
        cell_body_sum = np.sum(inputs * self.weights) + self.bias
        firing_rate = 1.0 / (1.0 + math.exp(-cell_body_sum))  # sigmoid activation function
        return firing_rate


def forward(x, W1, b1, W2, b2, W3, b3):
    f = lambda x: 1.0 / (1.0 + np.exp(-x))  # activation function (use sigmoid)
    h1 = f(np.dot(W1, x) + b1)  # calculate first hidden layer activations (4x1)
    h2 = f(np.dot(W2, h1) + b2)  # calculate second hidden layer activations (4x1)
    out = np.dot(W3, h2) + b3  # output neuron (1x1)
    return out


def two_layers(W1, W2, x):
    return np.sum(W2 @ np.maximum(0, W1 @ x))


def three_layers(W1, W2, W3, x):
    return np.sum(W3.dot(np.maximum(0, W2.dot(np.maximum(0, W1.dot(x))))))


@both
def test_the_derivative_of_a_bound_method(rng, jit):
    neuron = Neuron(rng.normal(size=4), 0.3)
    derivative = sg.value_and_grad(neuron.neuron_tick, wrt="inputs", jit=jit)
    for _ in range(5):
        inputs = rng.normal(size=4)
        rate, dinputs = derivative(inputs)
        np.testing.assert_allclose(rate, neuron.neuron_tick(inputs), rtol=RTOL, atol=0)
        np.testing.assert_allclose(dinputs, rate * (1 - rate) * neuron.weights, rtol=RTOL, atol=ATOL)


def test_the_fields_are_read_at_each_call(rng):
    neuron = Neuron(rng.normal(size=3), 0.3)
    gradient = sg.grad(neuron.neuron_tick)
    inputs = rng.normal(size=3)
    gradient(inputs)
    neuron.weights = 2 * neuron.weights
    neuron.bias = -0.7
    rate = neuron.neuron_tick(inputs)
    np.testing.assert_allclose(gradient(inputs), rate * (1 - rate) * neuron.weights, rtol=RTOL, atol=ATOL)


def test_two_neurons_do_not_share_their_weights(rng):
    first, second = Neuron(rng.normal(size=3), 0.1), Neuron(rng.normal(size=3), -0.2)
    gradients = [sg.grad(neuron.neuron_tick) for neuron in (first, second)]
    inputs = rng.normal(size=3)
    for neuron, gradient in zip((first, second), gradients, strict=True):
        rate = neuron.neuron_tick(inputs)
        np.testing.assert_allclose(gradient(inputs), rate * (1 - rate) * neuron.weights, rtol=RTOL, atol=ATOL)


def layers(rng):
    shapes = ((3, 1), (4, 3), (4, 1), (4, 4), (4, 1), (1, 4), (1, 1))
    return tuple(rng.normal(size=shape) for shape in shapes)


@both
def test_three_layer_forward_pass_in_every_argument(rng, jit):
    """The output has shape (1, 1), one number: a gradient makes sense as it stands."""
    args = layers(rng)
    out, gradients = sg.value_and_grad(forward, wrt="*", jit=jit)(*args)
    np.testing.assert_allclose(out, forward(*args)[0, 0], rtol=RTOL, atol=ATOL)
    for i, (gradient, arg) in enumerate(zip(gradients, args, strict=True)):
        assert gradient.shape == arg.shape
        expected = complex_step(lambda *a: forward(*a)[0, 0], args, i)
        np.testing.assert_allclose(gradient, expected, rtol=1e-11, atol=ATOL)


def test_a_batch_of_columns_takes_a_random_cotangent(rng):
    _, *weights = layers(rng)
    x, dout = rng.normal(size=(3, 6)), rng.normal(size=(1, 6))
    out, pullback = sg.vjp(forward, x, *weights)
    assert out.shape == (1, 6)
    cotangents = pullback(dout)
    args = (x, *weights)
    for i, (cotangent, arg) in enumerate(zip(cotangents, args, strict=True)):
        assert cotangent.shape == arg.shape
        expected = complex_step(lambda *a: np.sum(dout * forward(*a)), args, i)
        np.testing.assert_allclose(cotangent, expected, rtol=1e-11, atol=ATOL)


@both
def test_two_layers_of_relu(rng, jit):
    W1, W2, x = rng.normal(size=(5, 3)), rng.normal(size=(2, 5)), rng.normal(size=3)
    f, (dW1, dW2, dx) = sg.value_and_grad(two_layers, wrt="*", jit=jit)(W1, W2, x)
    s = W1 @ x
    ds = np.where(s > 0, W2.sum(axis=0), 0.0)
    np.testing.assert_allclose(f, two_layers(W1, W2, x), rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(dW1, np.outer(ds, x), rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(dW2, np.outer(np.ones(2), np.maximum(0, s)), rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(dx, W1.T @ ds, rtol=RTOL, atol=ATOL)


@both
@pytest.mark.parametrize("x_shape", [(3,), (3, 4)])
def test_three_layers_of_relu(rng, x_shape, jit):
    args = tuple(rng.normal(size=shape) for shape in ((5, 3), (4, 5), (2, 4), x_shape))
    f, gradients = sg.value_and_grad(three_layers, wrt="*", jit=jit)(*args)
    np.testing.assert_allclose(f, three_layers(*args), rtol=RTOL, atol=ATOL)
    for i, (gradient, arg) in enumerate(zip(gradients, args, strict=True)):
        assert gradient.shape == arg.shape
        # Piecewise linear: differences are exact as long as the step crosses no kink.
        np.testing.assert_allclose(gradient, central(three_layers, args, i, step=1e-6), rtol=1e-8, atol=1e-8)


def test_a_dead_unit_passes_nothing_back():
    W1, W2, x = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]), np.ones((1, 3)), np.array([2.0, 2.0])
    dW1, dW2, dx = sg.grad(two_layers, argnums=(0, 1, 2))(W1, W2, x)
    # Scores 4, -4 and exactly 0: relu(0) has slope 0.
    np.testing.assert_array_equal(dW1, [[2.0, 2.0], [0.0, 0.0], [0.0, 0.0]])
    np.testing.assert_array_equal(dW2, [[4.0, 0.0, 0.0]])
    np.testing.assert_array_equal(dx, [1.0, 1.0])
