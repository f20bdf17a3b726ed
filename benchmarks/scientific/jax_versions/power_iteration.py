import jax.numpy as jnp
from jax import lax


def scan(A, v, iterations):
    def body(v, _):
        w = A @ v
        return w / jnp.linalg.norm(w), None

    v, _ = lax.scan(body, v / jnp.linalg.norm(v), None, length=iterations)
    return v @ A @ v


VARIANTS = {"scan": scan}
STATIC = ["iterations"]
