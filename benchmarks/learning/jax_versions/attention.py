import jax
import jax.numpy as jnp


def primal(x, wq, wk, wv):
    q, k, v = x @ wq, x @ wk, x @ wv
    scores = q @ k.T / jnp.sqrt(q.shape[1])
    scores = jnp.where(jnp.tri(x.shape[0], dtype=bool), scores, -1e9)
    p = jnp.exp(scores - jnp.max(scores, axis=1, keepdims=True))
    p /= jnp.sum(p, axis=1, keepdims=True)
    out = p @ v
    return jnp.sum(out * out)


def lib(x, wq, wk, wv):
    q, k, v = x @ wq, x @ wk, x @ wv
    scores = q @ k.T / jnp.sqrt(q.shape[1])
    p = jax.nn.softmax(scores, axis=1, where=jnp.tri(x.shape[0], dtype=bool))
    out = p @ v
    return jnp.sum(out * out)


VARIANTS = {"vec": primal, "lib": lib}
STATIC = []
