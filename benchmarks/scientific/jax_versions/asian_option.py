import jax.numpy as jnp


def whole(spot, rate, sigma, strike, maturity, normals):
    dt = maturity / normals.shape[1]
    increments = (rate - 0.5 * sigma**2) * dt + sigma * jnp.sqrt(dt) * normals
    paths = spot * jnp.exp(jnp.cumsum(increments, axis=1))
    payoff = jnp.maximum(paths.mean(axis=1) - strike, 0.0)
    return jnp.exp(-rate * maturity) * jnp.mean(payoff)


VARIANTS = {"whole": whole}
STATIC = []
