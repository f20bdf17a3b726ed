import jax
import jax.numpy as jnp


def primal(x, noise, w1, b1, wm, ws, w2, b2, w3, b3):
    h = jnp.tanh(x @ w1 + b1)
    mu, logvar = h @ wm, h @ ws
    z = mu + jnp.exp(0.5 * logvar) * noise
    logits = jnp.tanh(z @ w2 + b2) @ w3 + b3
    likelihood = jnp.sum(x * logits - jax.nn.softplus(logits), axis=1)
    kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), axis=1)
    return jnp.mean(kl - likelihood)


VARIANTS = {"vec": primal}
STATIC = []
