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


def maxpool(x):
    n, h, w, c = x.shape
    return jnp.max(x.reshape(n, h // 2, 2, w // 2, 2, c), axis=(2, 4))


def primal(convolve, input, labels, conv1, conv1bias, conv2, conv2bias, fc1w, fc1b, fc2w, fc2b, fc3w, fc3b):
    x = maxpool(jax.nn.relu(convolve(input, conv1) + conv1bias))
    x = maxpool(jax.nn.relu(convolve(x, conv2) + conv2bias))
    x = x.reshape(x.shape[0], -1)
    x = jax.nn.relu(x @ fc1w + fc1b)
    x = jax.nn.relu(x @ fc2w + fc2b)
    p = jax.nn.log_softmax(x @ fc3w + fc3b)
    return -jnp.mean(p[jnp.arange(len(labels)), labels])


def lib(*args):
    return primal(conv, *args)


def shifts(*args):
    return primal(shifted, *args)


VARIANTS = {"lib": lib, "shifts": shifts}
STATIC = []
