"""The sigmoid neuron of the lectures: five scalars in, one out."""

import math

from numba import njit

WRT = ["w0", "x0", "w1", "x1", "w2"]
WHAT = "value and gradient"
SIZES = ["lecture"]


def make_inputs(size):
    return 2.0, -1.0, -3.0, -2.0, -3.0


def primal(w0, x0, w1, x1, w2):
    return 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))


@njit
def hand(w0, x0, w1, x1, w2):
    f = 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))
    ddot = (1 - f) * f
    return f, (x0 * ddot, w0 * ddot, x1 * ddot, w1 * ddot, ddot)


def _with(xp):
    return lambda w0, x0, w1, x1, w2: 1 / (1 + xp.exp(-(w0 * x0 + w1 * x1 + w2)))


def jax_versions(jax, jnp):
    return {"": _with(jnp)}


def torch_version(torch):
    return _with(torch)


def autograd_version(anp):
    return _with(anp)
