import jax
import jax.numpy as jnp


def primal(w, b, X, y, penalty):
    margins = y * (X @ w + b)
    return jnp.mean(jax.nn.softplus(-margins)) + penalty * (w @ w)


VARIANTS = {"lib": primal}
STATIC = []
