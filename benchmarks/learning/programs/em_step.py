"""One EM step of a Gaussian mixture, and the log likelihood of what it gives."""

import numpy as np

WRT = ["weights", "means", "covs"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, k, d = {"T": (7, 2, 2), "S": (500, 5, 3), "M": (5000, 10, 5)}[size]
    rng = np.random.default_rng(77)
    a = rng.standard_normal((k, d, d))
    covs = a @ a.transpose(0, 2, 1) / d + np.eye(d)
    return rng.standard_normal((n, d)) * 2, np.full(k, 1 / k), rng.standard_normal((k, d)), covs


def log_densities(x, weights, means, covs):
    n, d = x.shape
    k = len(weights)
    out = np.zeros((n, k))
    for j in range(k):
        L = np.linalg.cholesky(covs[j])
        z = np.linalg.solve(L, (x - means[j]).T)
        out[:, j] = np.log(weights[j]) - 0.5 * np.sum(z**2, axis=0) - np.sum(np.log(np.diag(L)))
    return out - 0.5 * d * np.log(2 * np.pi)


def logsumexp(a):
    top = np.max(a, axis=1)
    return top + np.log(np.sum(np.exp(a - top[:, None]), axis=1))


def primal(x, weights, means, covs):
    n, d = x.shape
    logp = log_densities(x, weights, means, covs)
    r = np.exp(logp - logsumexp(logp)[:, None])
    count = r.sum(axis=0)
    means = r.T @ x / count[:, None]
    new = np.zeros_like(covs)
    for j in range(len(count)):
        c = x - means[j]
        new[j] = (r[:, j, None] * c).T @ c / count[j] + 1e-3 * np.eye(d)
    return np.mean(logsumexp(log_densities(x, count / n, means, new)))
