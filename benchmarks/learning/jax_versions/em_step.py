import jax
import jax.numpy as jnp


def log_densities(x, weights, means, covs):
    d = x.shape[1]
    L = jax.lax.linalg.cholesky(covs, symmetrize_input=False)  # as NumPy, which reads the lower triangle
    z = jax.vmap(lambda l, m: jax.scipy.linalg.solve_triangular(l, (x - m).T, lower=True))(L, means)
    logdet = jnp.sum(jnp.log(jnp.diagonal(L, axis1=1, axis2=2)), axis=1)
    return (jnp.log(weights) - logdet - 0.5 * d * jnp.log(2 * jnp.pi)) - 0.5 * jnp.sum(z**2, axis=1).T


def primal(x, weights, means, covs):
    n, d = x.shape
    lse = jax.scipy.special.logsumexp
    logp = log_densities(x, weights, means, covs)
    r = jnp.exp(logp - lse(logp, axis=1, keepdims=True))
    count = r.sum(axis=0)
    means = r.T @ x / count[:, None]
    c = x[None] - means[:, None]
    new = jnp.einsum("nk,kni,knj->kij", r, c, c) / count[:, None, None] + 1e-3 * jnp.eye(d)
    return jnp.mean(lse(log_densities(x, count / n, means, new), axis=1))


def loops(x, weights, means, covs):
    """The sums over the points as products of matrices."""
    n, d = x.shape
    lse = jax.scipy.special.logsumexp
    logp = log_densities(x, weights, means, covs)
    r = jnp.exp(logp - lse(logp, axis=1, keepdims=True))
    count = r.sum(axis=0)
    means = r.T @ x / count[:, None]
    c = x[None] - means[:, None]
    new = (r.T[:, :, None] * c).transpose(0, 2, 1) @ c / count[:, None, None] + 1e-3 * jnp.eye(d)
    return jnp.mean(lse(log_densities(x, count / n, means, new), axis=1))


VARIANTS = {"einsum": primal, "products": loops}
STATIC = []
