import jax
import jax.numpy as jnp


def primal(x, wq, wk, wv, wo, heads):
    n, d = x.shape
    split = lambda a: a.reshape(n, heads, d // heads).transpose(1, 0, 2)
    q, k, v = split(x @ wq), split(x @ wk), split(x @ wv)
    scores = q @ k.transpose(0, 2, 1) / jnp.sqrt(d // heads)
    p = jax.nn.softmax(jnp.where(jnp.tri(n, dtype=bool), scores, -jnp.inf))
    y = (p @ v).transpose(1, 0, 2).reshape(n, d) @ wo
    return jnp.mean(y**2)


def lib(x, wq, wk, wv, wo, heads):
    n, d = x.shape
    split = lambda a: a.reshape(n, heads, d // heads)
    out = jax.nn.dot_product_attention(split(x @ wq), split(x @ wk), split(x @ wv), is_causal=True)
    return jnp.mean((out.reshape(n, d) @ wo) ** 2)


VARIANTS = {"vec": primal, "lib": lib}
STATIC = ["heads"]
