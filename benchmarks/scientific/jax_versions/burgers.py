import jax.numpy as jnp
from jax import lax


def scan(steps, u0, cfl):
    def body(u, _):
        back = u - jnp.roll(u, 1)
        ahead = jnp.roll(u, -1) - u
        return u - cfl * u * jnp.where(u > 0, back, ahead), None

    u, _ = lax.scan(body, u0, None, length=steps)
    return jnp.sum(u**2) + jnp.max(u)


VARIANTS = {"scan": scan}
STATIC = ["steps"]
