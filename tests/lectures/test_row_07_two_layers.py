"""Row 7: the two-layer network in twenty lines, beside the gradients that the slide derives by hand."""

import numpy as np

import symgrad as sg
from lectures.helpers import both, central, code, has_sigmoid_adjoint


def network_loss(w1, w2, x, y):
    h = 1 / (1 + np.exp(-x.dot(w1)))
    y_pred = h.dot(w2)
    loss = np.square(y_pred - y).sum()
    return loss


def slide_gradients(w1, w2, x, y):
    """Lines 9 to 17 of the slide."""
    h = 1 / (1 + np.exp(-x.dot(w1)))
    y_pred = h.dot(w2)
    loss = np.square(y_pred - y).sum()

    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h.T.dot(grad_y_pred)
    grad_h = grad_y_pred.dot(w2.T)
    grad_w1 = x.T.dot(grad_h * h * (1 - h))
    return loss, (grad_w1, grad_w2)


def slide_inputs(rng):
    N, D_in, H, D_out = 64, 1000, 100, 10
    x, y = rng.normal(size=(N, D_in)), rng.normal(size=(N, D_out))
    w1, w2 = rng.normal(size=(D_in, H)), rng.normal(size=(H, D_out))
    return w1, w2, x, y


@both
def test_the_slides_gradients(rng, jit):
    inputs = slide_inputs(rng)
    loss, (dw1, dw2) = sg.value_and_grad(network_loss, wrt=("w1", "w2"), jit=jit)(*inputs)
    expected, (slide_dw1, slide_dw2) = slide_gradients(*inputs)
    np.testing.assert_allclose(loss, expected, rtol=1e-11, atol=0)
    # Sums over 64 x 10 and 1000 terms in another order: compare against the size of the sums.
    np.testing.assert_allclose(dw1, slide_dw1, rtol=1e-10, atol=1e-10 * np.abs(slide_dw1).max())
    np.testing.assert_allclose(dw2, slide_dw2, rtol=1e-10, atol=1e-10 * np.abs(slide_dw2).max())


def test_a_small_network_against_differences_in_every_argument(rng):
    args = tuple(0.5 * rng.normal(size=shape) for shape in ((4, 3), (3, 2), (5, 4), (5, 2)))
    gradients = sg.grad(network_loss, wrt="*")(*args)
    for i, (gradient, arg) in enumerate(zip(gradients, args, strict=True)):
        assert gradient.shape == arg.shape
        np.testing.assert_allclose(gradient, central(network_loss, args, i), rtol=1e-8, atol=1e-8)


def test_training_follows_the_slides_path(rng):
    w1, w2, x, y = slide_inputs(rng)
    v1, v2 = w1.copy(), w2.copy()
    derivative = sg.value_and_grad(network_loss, wrt=("w1", "w2"))
    losses = []
    for _ in range(20):
        loss, (dw1, dw2) = derivative(w1, w2, x, y)
        w1 -= 1e-4 * dw1
        w2 -= 1e-4 * dw2
        expected, (slide_dw1, slide_dw2) = slide_gradients(v1, v2, x, y)
        v1 -= 1e-4 * slide_dw1
        v2 -= 1e-4 * slide_dw2
        np.testing.assert_allclose(loss, expected, rtol=1e-9, atol=0)
        losses.append(loss)
    assert losses[-1] < 0.5 * losses[0]


def test_the_arguments_are_left_alone(rng):
    inputs = slide_inputs(rng)
    copies = [a.copy() for a in inputs]
    sg.grad(network_loss, wrt="*")(*inputs)
    for a, copy in zip(inputs, copies, strict=True):
        np.testing.assert_array_equal(a, copy)


def test_float32_stays_float32(rng):
    inputs = [a.astype(np.float32) for a in slide_inputs(rng)]
    _, (dw1, dw2) = sg.value_and_grad(network_loss, wrt=("w1", "w2"))(*inputs)
    _, (slide_dw1, slide_dw2) = slide_gradients(*(a.astype(np.float64) for a in inputs))
    for d, expected in ((dw1, slide_dw1), (dw2, slide_dw2)):
        assert d.dtype == np.float32
        # x.dot(w1) has 1000 terms of size 1, so h is right to 1e-5.
        np.testing.assert_allclose(d, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


def test_the_text_uses_the_hidden_layer_again(rng):
    gradient = sg.grad(network_loss, wrt=("w1", "w2"))
    gradient(*slide_inputs(rng))
    assert has_sigmoid_adjoint(gradient.backward_source, "h")
    assert "exp" not in code(gradient.backward_source)
