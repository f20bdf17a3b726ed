import jax.numpy as jnp
from jax import lax


def laplacian(a):
    return jnp.roll(a, 1, 0) + jnp.roll(a, -1, 0) + jnp.roll(a, 1, 1) + jnp.roll(a, -1, 1) - 4 * a


def scan(steps, u0, v0, du, dv, feed, kill):
    def body(c, _):
        u, v = c
        uvv = u * v * v
        u, v = (
            u + du * laplacian(u) - uvv + feed * (1 - u),
            v + dv * laplacian(v) + uvv - (feed + kill) * v,
        )
        return (u, v), None

    (_, v), _ = lax.scan(body, (u0, v0), None, length=steps)
    return jnp.sum(v**2)


VARIANTS = {"scan": scan}
STATIC = ["steps"]
