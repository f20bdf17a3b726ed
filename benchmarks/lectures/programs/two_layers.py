"""The two-layer network of the lectures, 64 x 1000 x 100 x 10: sigmoid hidden layer, squared error."""

import numpy as np
from numba import njit

WRT = ["w1", "w2"]
WHAT = "value and gradient"
SIZES = ["lecture"]
FAST = {"reassoc", "contract", "arcp", "nsz"}


def make_inputs(size):
    n, d_in, h, d_out = {"lecture": (64, 1000, 100, 10)}[size]
    normal = np.random.default_rng(0).standard_normal
    # Weights of the usual size, so that not every unit is saturated.
    return (
        normal((d_in, h)) / np.sqrt(d_in),
        normal((h, d_out)) / np.sqrt(h),
        normal((n, d_in)),
        normal((n, d_out)),
    )


def primal(w1, w2, x, y):
    h = 1 / (1 + np.exp(-x.dot(w1)))
    y_pred = h.dot(w2)
    loss = np.square(y_pred - y).sum()
    return loss


def numpy_hand(w1, w2, x, y):
    """The slide's own lines."""
    h = 1 / (1 + np.exp(-x.dot(w1)))
    y_pred = h.dot(w2)
    loss = np.square(y_pred - y).sum()
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h.T.dot(grad_y_pred)
    grad_h = grad_y_pred.dot(w2.T)
    grad_w1 = x.T.dot(grad_h * h * (1 - h))
    return loss, (grad_w1, grad_w2)


@njit(fastmath=FAST)
def _sigmoid_in_place(a):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = 1 / (1 + np.exp(-a[i, j]))


@njit(fastmath=FAST)
def _residual_in_place(y_pred, y):
    """Leaves 2 (y_pred - y) in y_pred."""
    loss = 0.0
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            r = y_pred[i, j] - y[i, j]
            loss += r * r
            y_pred[i, j] = 2 * r
    return loss


@njit(fastmath=FAST)
def _through_sigmoid_in_place(g, h):
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            g[i, j] *= h[i, j] * (1 - h[i, j])


@njit
def hand(w1, w2, x, y):
    h = np.dot(x, w1)
    _sigmoid_in_place(h)
    g = np.dot(h, w2)
    loss = _residual_in_place(g, y)
    dw2 = np.dot(h.T, g)
    dh = np.dot(g, w2.T)
    _through_sigmoid_in_place(dh, h)
    return loss, (np.dot(x.T, dh), dw2)


def jax_versions(jax, jnp):
    def as_on_the_slide(w1, w2, x, y):
        return jnp.square((1 / (1 + jnp.exp(-x.dot(w1)))).dot(w2) - y).sum()

    def library(w1, w2, x, y):
        return jnp.square(jax.nn.sigmoid(x @ w1) @ w2 - y).sum()

    return {"as on the slide": as_on_the_slide, "jax.nn": library}


def torch_version(torch):
    return lambda w1, w2, x, y: torch.square(torch.sigmoid(x @ w1) @ w2 - y).sum()


def autograd_version(anp):
    return lambda w1, w2, x, y: anp.sum((anp.dot(1 / (1 + anp.exp(-anp.dot(x, w1))), w2) - y) ** 2)
