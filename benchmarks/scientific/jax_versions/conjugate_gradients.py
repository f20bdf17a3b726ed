import jax.numpy as jnp
from jax import lax


def scan(A, b, iterations):
    def body(c, _):
        x, r, p, rr = c
        Ap = A @ p
        alpha = rr / (p @ Ap)
        x = x + alpha * p
        r = r - alpha * Ap
        new = r @ r
        return (x, r, r + (new / rr) * p, new), None

    (x, _, _, _), _ = lax.scan(body, (jnp.zeros_like(b), b, b, b @ b), None, length=iterations)
    return x @ x


VARIANTS = {"scan": scan}
STATIC = ["iterations"]
