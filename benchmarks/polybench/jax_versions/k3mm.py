import jax.numpy as jnp


def primal(A, B, C, D):
    G = (A @ B) @ (C @ D)
    return jnp.sum(G * G)


VARIANTS = {"vec": primal}
STATIC = []
