"""Programs that lean on NumPy's numerical library: systems, factors, eigenvalues, sorting, interpolation."""

import numpy as np
import pytest
import scipy.linalg
from science.checking import both, check
from scipy import special
from scipy.special import gammaln

import symgrad as sg


def kalman(A, H, log_q, log_r, y):
    """The log likelihood of observations under a linear state-space model, by the Kalman filter."""
    n, m = A.shape[0], H.shape[0]
    x, P = np.zeros(n), np.eye(n)
    Q, R = np.exp(log_q) * np.eye(n), np.exp(log_r) * np.eye(m)
    total = 0.0
    for t in range(y.shape[0]):
        x = A @ x
        P = A @ P @ A.T + Q
        v = y[t] - H @ x
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        _, logdet = np.linalg.slogdet(S)
        total -= 0.5 * (v @ np.linalg.solve(S, v) + logdet + m * np.log(2.0 * np.pi))
        x = x + K @ v
        P = (np.eye(n) - K @ H) @ P
    return total


@both
def test_kalman_filter(jit, rng):
    args = 0.5 * rng.normal(size=(3, 3)), rng.normal(size=(2, 3)), -1.0, -0.5, rng.normal(size=(4, 2))
    check(kalman, args, (0, 1, 2, 3), jit=jit, second=not jit, rtol=1e-6, atol=1e-7)


def gaussian_process(X, y, log_scale, log_noise):
    """The log marginal likelihood, by SciPy's Cholesky solver."""
    D = np.sum((X[:, None, :] - X[None, :, :]) ** 2, axis=-1)
    K = np.exp(-0.5 * D * np.exp(-2.0 * log_scale)) + np.exp(log_noise) * np.eye(len(y))
    factor = scipy.linalg.cho_factor(K, lower=True)
    alpha = scipy.linalg.cho_solve(factor, y)
    return -0.5 * y @ alpha - np.sum(np.log(np.diag(factor[0]))) - 0.5 * len(y) * np.log(2.0 * np.pi)


@both
def test_gaussian_process(jit, rng):
    check(gaussian_process, (rng.normal(size=(5, 2)), rng.normal(size=5), 0.1, -1.0), (0, 1, 2, 3), jit=jit,
          second=not jit, rtol=1e-6, atol=1e-7)  # fmt: skip


def ridge(X, y, Xv, yv, log_penalty):
    """The validation error of ridge regression: a penalty is chosen by its gradient."""
    A = X.T @ X + np.exp(log_penalty) * np.eye(X.shape[1])
    w = np.linalg.solve(A, X.T @ y)
    return np.mean((Xv @ w - yv) ** 2)


@both
def test_ridge_regression(jit, rng):
    args = rng.normal(size=(8, 3)), rng.normal(size=8), rng.normal(size=(4, 3)), rng.normal(size=4), -0.7
    check(ridge, args, (0, 1, 4), jit=jit, second=not jit, rtol=1e-6, atol=1e-7)


def mahalanobis(X, z):
    """Squared distances from a cloud of points, in its own metric."""
    mean = X.mean(axis=0)
    inverse = np.linalg.inv(np.cov(X, rowvar=False))
    d = z - mean
    return np.sum(np.sqrt(np.einsum("ni,ij,nj->n", d, inverse, d)))


@both
def test_mahalanobis_distance(jit, rng):
    args = rng.normal(size=(7, 3)), rng.normal(size=(4, 3)) + 2.0
    check(mahalanobis, args, (0, 1), jit=jit, second=not jit, rtol=1e-6, atol=1e-7)


def unexplained(X, k):
    """What the first k principal components leave of the variance, and where the first one points."""
    Z = X - X.mean(axis=0)
    w, v = np.linalg.eigh(Z.T @ Z / (len(X) - 1))
    P = v[:, -k:] @ v[:, -k:].T
    return np.sum((Z - Z @ P) ** 2) / np.sum(w) + (v[0, -1] ** 2)


@both
def test_principal_components(jit, rng):
    X = rng.normal(size=(9, 4)) * np.array([3.0, 2.0, 1.0, 0.3])
    check(unexplained, (X, 2), jit=jit, second=not jit, rtol=1e-5, atol=1e-7)


def lstm(x, W, U, b, readout):
    """A sequence through one cell; the four gates are one product, split."""
    n = U.shape[1] // 4
    h, c = np.zeros(n), np.zeros(n)
    out = 0.0
    for t in range(len(x)):
        i, f, o, g = np.split(x[t] @ W + h @ U + b, 4)
        c = special.expit(f) * c + special.expit(i) * np.tanh(g)
        h = special.expit(o) * np.tanh(c)
        out = out + h @ readout
    return out


def test_lstm(rng):
    args = (
        rng.normal(size=(4, 2)), rng.normal(size=(2, 12)), rng.normal(size=(3, 12)), rng.normal(size=12),
        rng.normal(size=3),
    )  # fmt: skip
    check(lstm, args, (0, 1, 2, 3, 4), rtol=1e-6, atol=1e-7)


def springs(stiffness, rest, x0, steps, h):
    """A chain of masses, by implicit Euler with one Newton step: a system in every time step."""
    n = len(x0)
    x, v = x0.copy(), np.zeros(n)
    energy = 0.0
    for _ in range(steps):
        gaps = np.diff(x, prepend=0.0) - rest
        force = np.zeros(n)
        force -= stiffness * gaps
        force[:-1] += stiffness[1:] * gaps[1:]
        K = np.diag(stiffness + np.append(stiffness[1:], 0.0)) - np.diag(stiffness[1:], 1)
        K = K - np.diag(stiffness[1:], -1)
        v = np.linalg.solve(np.eye(n) + h * h * K, v + h * force)
        x = x + h * v
        energy = energy + 0.5 * np.sum(stiffness * gaps**2) + 0.5 * v @ v
    return energy


@both
def test_springs_and_masses(jit, rng):
    args = rng.uniform(1.0, 2.0, 4), rng.uniform(0.5, 1.0, 4), np.cumsum(rng.uniform(0.5, 1.5, 4)), 3, 0.1
    check(springs, args, (0, 1, 2), jit=jit, second=not jit, rtol=1e-6, atol=1e-7)


def finite_volumes(u, dt, steps):
    """Burgers' equation on a ring: slopes limited by minmod, the local Lax-Friedrichs flux."""
    for _ in range(steps):
        back, ahead = u - np.roll(u, 1), np.roll(u, -1) - u
        slope = np.where(back * ahead > 0, np.sign(back) * np.minimum(np.abs(back), np.abs(ahead)), 0.0)
        left, right = u + 0.5 * slope, np.roll(u - 0.5 * slope, -1)
        speed = np.maximum(np.abs(left), np.abs(right))
        flux = 0.25 * (left**2 + right**2) - 0.5 * speed * (right - left)
        u = u - dt * (flux - np.roll(flux, 1))
    return np.trapezoid(u**2)


@both
def test_finite_volumes(jit, rng):
    u = np.sin(np.linspace(0.0, 2.0 * np.pi, 9)[:-1]) + 0.1 * rng.normal(size=8)
    check(finite_volumes, (u, 0.05, 3), (0, 1), jit=jit, second=not jit, rtol=1e-6, atol=1e-7)


def mixture(theta, means, factors, logits, freedom):
    """The log density of a mixture of multivariate t laws, as a Metropolis sampler asks for it."""
    d = len(theta)
    parts = []
    for k in range(3):
        z = scipy.linalg.solve_triangular(factors[k], theta - means[k], lower=True)
        constant = gammaln((freedom + d) / 2) - gammaln(freedom / 2) - 0.5 * d * np.log(freedom * np.pi)
        logdet = np.sum(np.log(np.abs(np.diag(factors[k]))))
        parts.append(constant - logdet - 0.5 * (freedom + d) * np.log1p(z @ z / freedom))
    return special.logsumexp(np.stack(parts) + special.log_softmax(logits))


@both
def test_mixture_of_t_laws(jit, rng):
    factors = np.tril(0.3 * rng.normal(size=(3, 2, 2))) + np.eye(2)
    args = rng.normal(size=2), rng.normal(size=(3, 2)), factors, rng.normal(size=3), 4.5
    check(mixture, args, (0, 1, 2, 3, 4), jit=jit, second=not jit, rtol=1e-6, atol=1e-7)


def shading(vertices, light, camera, albedo):
    """The brightness of a mesh of triangles: normals, Lambert and Phong terms."""
    a, b, c = vertices[:, 0], vertices[:, 1], vertices[:, 2]
    normal = np.cross(b - a, c - a)
    area = np.linalg.norm(normal, axis=1, keepdims=True)
    normal = normal / area
    centre = vertices.mean(axis=1)
    to_light, to_eye = light - centre, camera - centre
    to_light = to_light / np.linalg.norm(to_light, axis=1, keepdims=True)
    to_eye = to_eye / np.linalg.norm(to_eye, axis=1, keepdims=True)
    lambert = np.clip(np.vecdot(normal, to_light), 0.0, None)
    mirrored = 2.0 * np.vecdot(normal, to_light)[:, None] * normal - to_light
    gloss = np.clip(np.vecdot(mirrored, to_eye), 0.0, None) ** 5
    return np.sum(area[:, 0] * (albedo * lambert + 0.3 * gloss))


@both
def test_shading_of_a_mesh(jit, rng):
    args = rng.normal(size=(3, 3, 3)), np.array([1.0, 2.0, 4.0]), np.array([0.5, -1.0, 5.0]), 0.8
    check(shading, args, (0, 1, 2, 3), jit=jit, second=not jit, rtol=1e-6, atol=1e-7)


def spline(knots, heights, x):
    """A natural cubic spline: a system for its second derivatives, then a piece for each point."""
    h, n = np.diff(knots), len(knots)
    A = np.zeros((n, n))
    A[0, 0] = A[-1, -1] = 1.0
    right = np.zeros(n)
    for i in range(1, n - 1):
        A[i, i - 1], A[i, i], A[i, i + 1] = h[i - 1], 2.0 * (h[i - 1] + h[i]), h[i]
        right[i] = 6.0 * ((heights[i + 1] - heights[i]) / h[i] - (heights[i] - heights[i - 1]) / h[i - 1])
    m = np.linalg.solve(A, right)
    i = np.clip(np.searchsorted(knots, x) - 1, 0, n - 2)
    s, t = knots[i + 1] - x, x - knots[i]
    y = (m[i] * s**3 + m[i + 1] * t**3) / (6.0 * h[i])
    y = y + (heights[i] / h[i] - m[i] * h[i] / 6.0) * s + (heights[i + 1] / h[i] - m[i + 1] * h[i] / 6.0) * t
    return np.sum(y**2)


@both
def test_natural_spline(jit, rng):
    args = np.array([0.0, 0.7, 1.5, 2.1, 3.0]), rng.normal(size=5), rng.uniform(0.05, 2.95, 6)
    check(spline, args, (0, 1, 2), jit=jit, second=not jit, rtol=1e-5, atol=1e-6)


def robust(X, y, w):
    """The scale of residuals from their median, and Huber's loss in units of it."""
    r = y - X @ w
    scale = 1.4826 * np.median(np.abs(r - np.median(r)))
    return scale * np.sum(special.huber(1.345, r / scale)) + np.quantile(r, 0.9)


@both
def test_robust_regression(jit, rng):
    args = rng.normal(size=(9, 2)), rng.normal(size=9), rng.normal(size=2)
    check(robust, args, (0, 1, 2), jit=jit, second=not jit, rtol=1e-5, atol=1e-6)


def test_gradient_of_a_likelihood_is_zero_at_its_maximum(rng):
    """The sample covariance maximises the normal likelihood: the gradient says so."""
    X = rng.normal(size=(20, 3))

    def likelihood(S):
        d = X - X.mean(axis=0)
        return -0.5 * len(X) * np.linalg.slogdet(S)[1] - 0.5 * np.trace(np.linalg.solve(S, d.T @ d))

    S = np.cov(X, rowvar=False, bias=True)
    gradient = sg.grad(likelihood, jit=False)(S)
    np.testing.assert_allclose(gradient + gradient.T, np.zeros((3, 3)), atol=1e-11)


@pytest.mark.parametrize("seed", [0, 1])
def test_spectrum_moves_with_the_matrix(seed):
    """The eigenvalues of a rotated diagonal: their derivative by the angle is 0, by the diagonal 1."""
    angle, diagonal = np.random.default_rng(seed).uniform(0.3, 1.0), np.array([1.0, 4.0])

    def lowest(angle, diagonal):
        c, s = np.cos(angle), np.sin(angle)
        R = np.array([[c, -s], [s, c]])
        return np.linalg.eigvalsh(R @ np.diag(diagonal) @ R.T)[0]

    by_angle, by_diagonal = sg.grad(lowest, (0, 1), jit=False)(angle, diagonal)
    assert abs(by_angle) < 1e-12
    np.testing.assert_allclose(by_diagonal, [1.0, 0.0], atol=1e-12)
