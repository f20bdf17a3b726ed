import jax.numpy as jnp


def primal(alpha, beta, A, u1, v1, u2, v2, y, z):
    B = A + jnp.outer(u1, v1) + jnp.outer(u2, v2)
    x = beta * (y @ B) + z
    return jnp.sum(alpha * (B @ x))


def factored(alpha, beta, A, u1, v1, u2, v2, y, z):
    """B is never made: its products are A's and those of the vectors."""
    x = beta * (y @ A + (y @ u1) * v1 + (y @ u2) * v2) + z
    return jnp.sum(alpha * (A @ x + u1 * (v1 @ x) + u2 * (v2 @ x)))


VARIANTS = {"vec": primal, "factored": factored}
STATIC = []
