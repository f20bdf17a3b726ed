import jax.numpy as jnp


def primal(A, C4):
    A = A @ C4
    return jnp.sum(A * A)


def one_product(A, C4):
    A = A.reshape(-1, A.shape[-1]) @ C4
    return jnp.sum(A * A)


VARIANTS = {"vec": primal, "one_product": one_product}
STATIC = []
