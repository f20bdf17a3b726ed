import jax.numpy as jnp
from jax import lax


def primal(rate, beta, w, x, y, xv, yv, steps):
    def step(state, t):
        w, m, v = state
        g = 2 * x.T @ (x @ w - y) / len(y)
        m = beta * m + (1 - beta) * g
        v = 0.999 * v + 0.001 * g**2
        m_hat = m / (1 - beta**t)
        v_hat = v / (1 - 0.999**t)
        return (w - rate * m_hat / (jnp.sqrt(v_hat) + 1e-8), m, v), None

    start = (w, jnp.zeros_like(w), jnp.zeros_like(w))
    (w, _, _), _ = lax.scan(step, start, jnp.arange(1.0, steps + 1))
    return jnp.mean((xv @ w - yv) ** 2)


VARIANTS = {"scan": primal}
STATIC = ["steps"]
