import jax.numpy as jnp


def primal(alpha, beta, A, B, C, D):
    D = alpha * (A @ B @ C) + beta * D
    return jnp.sum(D * D)


VARIANTS = {"vec": primal}
STATIC = []
