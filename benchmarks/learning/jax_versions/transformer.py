import jax
import jax.numpy as jnp


def norm(x):
    m = x.mean(axis=-1, keepdims=True)
    return (x - m) / jnp.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)


def attention(x, wqkv, wo, heads):
    batch, n, d = x.shape
    q, k, v = jnp.split(x @ wqkv, 3, axis=-1)
    q, k, v = (a.reshape(batch, n, heads, d // heads).transpose(0, 2, 1, 3) for a in (q, k, v))
    scores = q @ k.transpose(0, 1, 3, 2) / jnp.sqrt(d // heads)
    p = jax.nn.softmax(jnp.where(jnp.tri(n, dtype=bool), scores, -1e9))
    return (p @ v).transpose(0, 2, 1, 3).reshape(batch, n, d) @ wo


def primal(x, wqkv, wo, w1, b1, w2, b2, heads):
    x = x + attention(norm(x), wqkv, wo, heads)
    x = x + jax.nn.relu(norm(x) @ w1 + b1) @ w2 + b2
    return jnp.mean(x**2)


VARIANTS = {"vec": primal}
STATIC = ["heads"]
