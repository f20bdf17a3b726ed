import jax
import jax.numpy as jnp
from jax import lax

sigmoid = jax.nn.sigmoid


def cell_of(weight, bias, hidden, cell, x):
    wf, wi, wo, wc = jnp.split(weight, 4)
    bf, bi, bo, bc = jnp.split(bias, 4)
    c = cell * sigmoid(x * wf + bf) + sigmoid(hidden * wi + bi) * jnp.tanh(hidden * wc + bc)
    return sigmoid(x * wo + bo) * jnp.tanh(c), c


def primal(main, extra, state, sequence):
    layers = main.shape[0] // 2

    def step(state, pair):
        now, after = pair
        x = now * extra[0]
        new = []
        for k in range(layers):
            x, c = cell_of(main[2 * k], main[2 * k + 1], state[2 * k], state[2 * k + 1], x)
            new += [x, c]
        y = x * extra[1] + extra[2]
        return jnp.stack(new), jnp.sum(after * (y - jnp.log(jnp.sum(jnp.exp(y)) + 2.0)))

    _, likelihoods = lax.scan(step, state, (sequence[:-1], sequence[1:]))
    return -jnp.sum(likelihoods) / ((sequence.shape[0] - 1) * sequence.shape[1])


def unrolled(main, extra, state, sequence):
    """The last layer's outputs leave the loop; the likelihood is taken of all of them at once."""
    layers = main.shape[0] // 2

    def step(state, x):
        new = []
        for k in range(layers):
            x, c = cell_of(main[2 * k], main[2 * k + 1], state[2 * k], state[2 * k + 1], x)
            new += [x, c]
        return jnp.stack(new), x

    _, x = lax.scan(step, state, sequence[:-1] * extra[0], unroll=4)
    y = x * extra[1] + extra[2]
    lse = jnp.log(jnp.sum(jnp.exp(y), axis=1, keepdims=True) + 2.0)
    return -jnp.sum(sequence[1:] * (y - lse)) / ((sequence.shape[0] - 1) * sequence.shape[1])


VARIANTS = {"scan": primal, "unrolled": unrolled}
STATIC = []
