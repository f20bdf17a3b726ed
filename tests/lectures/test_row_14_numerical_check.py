"""Row 14: in practice, derive the analytic gradient and check it with the numerical one."""

import math

import numpy as np
import pytest

import symgrad as sg


def neuron(w, x, b):
    return 1.0 / (1.0 + math.exp(-(np.sum(w * x) + b)))


def network_loss(w1, w2, x, y):
    h = 1 / (1 + np.exp(-x.dot(w1)))
    return np.square(h.dot(w2) - y).sum()


def hinge(scores, bias):
    return np.sum(np.maximum(0, scores + bias))


def absolute(x):
    return abs(x)


def test_the_slides_centred_difference_closes_in_on_the_gradient(rng):
    """The error of (J(theta + eps d) - J(theta - eps d)) / 2 eps is of second order in eps."""
    w, x, b = rng.normal(size=3), rng.normal(size=3), 0.2
    gradient = sg.grad(neuron)(w, x, b)
    errors = []
    for eps in (1e-1, 1e-2, 1e-3):
        numerical = [(neuron(w + eps * d, x, b) - neuron(w - eps * d, x, b)) / (2 * eps) for d in np.eye(3)]
        errors.append(np.abs(numerical - gradient).max())
    ratios = np.array(errors[:-1]) / errors[1:]
    np.testing.assert_allclose(ratios, 100, rtol=0.05, atol=0)


@pytest.mark.parametrize("order", [1, 2])
def test_right_gradients_pass(rng, order):
    sg.check_grads(neuron, (rng.normal(size=3), rng.normal(size=3), 0.2), order=order)
    sizes = ((4, 3), (3, 2), (5, 4), (5, 2))
    sg.check_grads(network_loss, tuple(0.5 * rng.normal(size=s) for s in sizes), order=order)


def test_modes_can_be_chosen(rng):
    args = (rng.normal(size=3), rng.normal(size=3), 0.2)
    sg.check_grads(neuron, args, modes=("rev",))
    sg.check_grads(neuron, args, modes=("fwd",))


def test_a_smooth_stretch_of_a_piecewise_function_passes():
    sg.check_grads(hinge, (np.array([-1.0, 0.5, 2.0]), 0.25))


def test_at_a_kink_it_says_where_the_two_disagree():
    """At relu(0) the quotient sees the mean of both slopes; the convention is the left one, 0."""
    with pytest.raises(sg.CheckError) as failure:
        sg.check_grads(hinge, (np.array([-1.0, 0.0, 2.0]), 0.0), modes=("rev",))
    message = str(failure.value)
    assert "scores[1]" in message
    assert "kink" in message
    assert "derivative 0.0" in message or "derivative -0.0" in message


def test_abs_at_zero_agrees_with_its_convention():
    """The centred difference of abs at 0 is 0, as is the derivative that we define there."""
    assert sg.grad(absolute)(0.0) == 0.0
    sg.check_grads(absolute, (0.0,))
