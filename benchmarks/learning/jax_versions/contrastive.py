import jax
import jax.numpy as jnp


def primal(a, b, temperature):
    a = a / jnp.linalg.norm(a, axis=1, keepdims=True)
    b = b / jnp.linalg.norm(b, axis=1, keepdims=True)
    scores = a @ b.T / temperature
    rows = jax.nn.logsumexp(scores, axis=1) - jnp.diag(scores)
    columns = jax.nn.logsumexp(scores, axis=0) - jnp.diag(scores)
    return 0.5 * (jnp.mean(rows) + jnp.mean(columns))


VARIANTS = {"vec": primal}
STATIC = []
