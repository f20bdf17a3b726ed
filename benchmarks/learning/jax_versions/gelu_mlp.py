import jax
import jax.numpy as jnp


def primal(x, labels, w1, b1, w2, b2, w3, b3, smoothing):
    h = jax.nn.gelu(jax.nn.gelu(x @ w1 + b1) @ w2 + b2)
    logp = jax.nn.log_softmax(h @ w3 + b3)
    n, c = logp.shape
    target = (1 - smoothing) * jax.nn.one_hot(labels, c) + smoothing / c
    return -jnp.sum(target * logp) / n


def gather(x, labels, w1, b1, w2, b2, w3, b3, smoothing):
    h = jax.nn.gelu(jax.nn.gelu(x @ w1 + b1) @ w2 + b2)
    logp = jax.nn.log_softmax(h @ w3 + b3)
    n, c = logp.shape
    mine = jnp.sum(logp[jnp.arange(n), labels])
    return -((1 - smoothing) * mine + smoothing / c * jnp.sum(logp)) / n


VARIANTS = {"one_hot": primal, "gather": gather}
STATIC = []
