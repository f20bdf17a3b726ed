import jax
import jax.numpy as jnp


def primal(x, gamma, beta, target):
    centred = x - jnp.mean(x, axis=-1, keepdims=True)
    y = x + gamma * centred / jnp.sqrt(jnp.var(x, axis=-1, keepdims=True) + 1e-5) + beta
    return 0.5 * jnp.sum((y - target) ** 2)


def lib(x, gamma, beta, target):
    y = x + gamma * jax.nn.standardize(x, axis=-1, epsilon=1e-5) + beta
    return 0.5 * jnp.sum((y - target) ** 2)


VARIANTS = {"vec": primal, "lib": lib}
STATIC = []
