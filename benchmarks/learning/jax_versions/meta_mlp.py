import jax
import jax.numpy as jnp
from jax import lax


def primal(rates, w1, w2, x, y, xv, yv):
    n = len(y)

    def step(state, rate):
        w1, w2 = state
        h = jnp.tanh(x @ w1)
        r = 2 * (h @ w2 - y) / n
        da = jnp.outer(r, w2) * (1 - h**2)
        return (w1 - rate * (x.T @ da), w2 - rate * (h.T @ r)), None

    (w1, w2), _ = lax.scan(step, (w1, w2), rates)
    return jnp.mean((jnp.tanh(xv @ w1) @ w2 - yv) ** 2)


def through_grad(rates, w1, w2, x, y, xv, yv):
    loss = lambda w, x, y: jnp.mean((jnp.tanh(x @ w[0]) @ w[1] - y) ** 2)

    def step(w, rate):
        g = jax.grad(loss)(w, x, y)
        return (w[0] - rate * g[0], w[1] - rate * g[1]), None

    w, _ = lax.scan(step, (w1, w2), rates)
    return loss(w, xv, yv)


VARIANTS = {"scan": primal, "grad of grad": through_grad}
STATIC = []
