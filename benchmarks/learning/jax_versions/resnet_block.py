import jax
import jax.numpy as jnp
from jax import lax


def conv(x, weights):
    return lax.conv_general_dilated(x, weights, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def shifted(x, weights):
    """One product of matrices for each element of the window."""
    K = weights.shape[0]
    h, w = x.shape[1] - K + 1, x.shape[2] - K + 1
    return sum(x[:, i : i + h, j : j + w] @ weights[i, j] for i in range(K) for j in range(K))


def batchnorm(x, eps=1e-5):
    mean = jnp.mean(x, axis=0, keepdims=True)
    variance = jnp.mean((x - mean) ** 2, axis=0, keepdims=True)
    # the slope of a standard deviation of 0 is taken as 0
    std = jnp.where(variance > 0, jnp.sqrt(jnp.where(variance > 0, variance, 1.0)), 0.0)
    return (x - mean) / jnp.sqrt(std + eps)


def primal(convolve, input, conv1, conv2, conv3):
    relu = jax.nn.relu
    x = jnp.pad(input @ conv1[0, 0], ((0, 0), (1, 1), (1, 1), (0, 0)))
    x = relu(batchnorm(x))
    x = relu(batchnorm(convolve(x, conv2)))
    x = batchnorm(x @ conv3[0, 0])
    out = relu(x + input)
    return jnp.sum(out * out)


def lib(*args):
    return primal(conv, *args)


def shifts(*args):
    return primal(shifted, *args)


VARIANTS = {"lib": lib, "shifts": shifts}
STATIC = []
