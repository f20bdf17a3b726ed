"""Row 16: convolution, ReLU, max pool, linear, softmax in loops: against NumPy windows and differences."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

import symgrad as sg
from lectures.helpers import ATOL, RTOL, both, central

PATH = Path(__file__).parents[2] / "examples" / "convolution_digits.py"
spec = importlib.util.spec_from_file_location("convolution_digits", PATH)
network = importlib.util.module_from_spec(spec)
sys.path.insert(0, str(PATH.parent))  # the example imports its neighbour
spec.loader.exec_module(network)


def problem(rng, filters=2, size=2, side=5, images=2, classes=3):
    pooled = (side - size + 1) // 2
    shapes = ((filters, size, size), (filters,), (filters, pooled, pooled, classes), (classes,))
    parameters = tuple(rng.normal(size=s) for s in shapes)
    return (*parameters, rng.normal(size=(images, side, side)), rng.integers(0, classes, size=images))


def convolved(image, kernel, bias, cotangent):
    return np.sum(network.convolve(image, kernel, bias) * cotangent)


def pooled(plane, cotangent):
    return np.sum(network.relu_and_pool(plane) * cotangent)


@both
def test_the_adjoint_of_a_convolution_is_two_convolutions(rng, jit):
    image, kernel, g = rng.normal(size=(5, 6)), rng.normal(size=(3, 2)), rng.normal(size=(3, 5))
    dimage, dkernel, dbias = sg.grad(convolved, argnums=(0, 1, 2), jit=jit)(image, kernel, 0.3, g)
    windows = np.lib.stride_tricks.sliding_window_view
    np.testing.assert_allclose(
        dkernel, np.einsum("abij,ij->ab", windows(image, g.shape), g), rtol=RTOL, atol=ATOL
    )
    padded = np.pad(g, ((2, 2), (1, 1)))
    flipped = kernel[::-1, ::-1]
    expected = np.einsum("ijab,ab->ij", windows(padded, kernel.shape), flipped)
    np.testing.assert_allclose(dimage, expected, rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(dbias, g.sum(), rtol=RTOL, atol=ATOL)


@both
def test_a_max_pool_routes_to_the_largest(rng, jit):
    plane = np.array([[1.0, 2.0, -1.0, -2.0], [4.0, 3.0, -3.0, -4.0]])
    g = np.array([[1.5, -2.5]])
    expected = np.zeros((2, 4))
    expected[1, 0] = 1.5  # the second square has nothing positive: relu passes nothing back
    np.testing.assert_array_equal(sg.grad(pooled, jit=jit)(plane, g), expected)


@both
@pytest.mark.parametrize("sizes", [{}, {"filters": 1, "size": 1, "side": 2, "images": 1, "classes": 2}])
def test_the_gradient_of_the_network(rng, sizes, jit):
    args = problem(rng, **sizes)
    value, gradients = sg.value_and_grad(network.loss, argnums=(0, 1, 2, 3), jit=jit)(*args)
    np.testing.assert_allclose(value, network.loss(*args), rtol=RTOL, atol=ATOL)
    for i, gradient in enumerate(gradients):
        assert gradient.shape == args[i].shape
        np.testing.assert_allclose(gradient, central(network.loss, args, i, step=1e-5), rtol=1e-7, atol=1e-8)


def test_it_learns_the_digits():
    """One epoch of the example: far better than chance; the example itself goes on to 96 %."""
    _, held_out = network.train(1, np.random.default_rng(0))
    assert held_out > 0.8
