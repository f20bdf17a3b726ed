"""Statistics, graphs and pictures: densities, dynamic programs, k-means, an LSTM, the shading of spheres."""

import numpy as np
import pytest
from science.checking import both, check


def edit_distance(x, y):
    """Dynamic time warping: the hard minimum routes the derivative along the best path."""
    n, m = len(x), len(y)
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = (x[i - 1] - y[j - 1]) ** 2
            cost[i, j] = d + min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
    return cost[n, m]


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 3), (4, 5)])
def test_dynamic_time_warping(rng, n, m):
    check(edit_distance, (rng.normal(size=n), rng.normal(size=m)), (0, 1))


def soft_warping(x, y, gamma):
    n, m = len(x), len(y)
    r = np.full((n + 1, m + 1), 1e3)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = (x[i - 1] - y[j - 1]) ** 2
            a = -r[i - 1, j - 1] / gamma
            b = -r[i - 1, j] / gamma
            c = -r[i, j - 1] / gamma
            top = max(a, b, c)
            s = np.exp(a - top) + np.exp(b - top) + np.exp(c - top)
            r[i, j] = d - gamma * (np.log(s) + top)
    return r[n, m]


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 4)])
def test_soft_time_warping(rng, n, m):
    check(soft_warping, (rng.normal(size=n), rng.normal(size=m), 0.5), (0, 1, 2), rtol=1e-5)


def cheapest_path(costs):
    n, m = costs.shape
    best = costs.copy()
    for i in range(1, n):
        for j in range(m):
            least = best[i - 1, j]
            if j > 0 and best[i - 1, j - 1] < least:
                least = best[i - 1, j - 1]
            if j + 1 < m and best[i - 1, j + 1] < least:
                least = best[i - 1, j + 1]
            best[i, j] += least
    return np.min(best[n - 1])


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 1), (4, 4)])
def test_the_cheapest_path_over_a_grid(rng, n, m):
    (d,) = check(cheapest_path, (rng.uniform(size=(n, m)),))
    np.testing.assert_array_equal(d.sum(axis=1), np.ones(n))  # one cell of each row
    assert set(np.unique(d)) <= {0.0, 1.0}


def hidden_markov(start, transitions, emissions, observed):
    """Minus the log likelihood, by the scaled forward algorithm."""
    alpha = start * emissions[:, observed[0]]
    total = np.sum(alpha)
    loss = -np.log(total)
    alpha = alpha / total
    for t in range(1, len(observed)):
        alpha = (alpha @ transitions) * emissions[:, observed[t]]
        total = np.sum(alpha)
        loss -= np.log(total)
        alpha = alpha / total
    return loss


@pytest.mark.parametrize("t", [1, 5])
def test_hidden_markov_model(rng, t):
    observed = rng.integers(0, 4, size=t)
    args = (rng.uniform(0.1, 1, size=2), rng.uniform(0.1, 1, size=(2, 2)), rng.uniform(0.1, 1, size=(2, 4)))
    check(hidden_markov, (*args, observed), (0, 1, 2))


def log_density(theta, x, y):
    """Metropolis' target: a robust regression with a prior; Huber's loss switches per reading."""
    slope, offset, log_sigma = theta[0], theta[1], theta[2]
    sigma = np.exp(log_sigma)
    lp = -0.5 * (slope * slope + offset * offset) / 100.0
    for i in range(len(x)):
        r = (y[i] - slope * x[i] - offset) / sigma
        if abs(r) < 1.5:
            lp += -0.5 * r * r
        else:
            lp += -1.5 * (abs(r) - 0.75)
        lp -= log_sigma
    return lp


@pytest.mark.parametrize("n", [0, 1, 8])
def test_log_density(rng, n):
    check(log_density, (np.array([0.7, -0.2, 0.1]), rng.normal(size=n), 3 * rng.normal(size=n)), (0, 1, 2))


def metropolis(theta, noise, log_u, scale):
    """A chain with its random numbers given: which proposals are taken does not vary, the proposals do."""
    total = 0.0
    for k in range(len(noise)):
        proposal = theta + scale * noise[k]
        if log_u[k] < 0.5 * (theta * theta - proposal * proposal):
            theta = proposal
        total += theta * theta
    return total


@both
@pytest.mark.parametrize("n", [0, 1, 8])
def test_metropolis_chain(rng, n, jit):
    check(metropolis, (0.4, rng.normal(size=n), np.log(rng.uniform(size=n)), 0.8), (0, 1, 3), jit=jit)


def k_means(points, centres):
    n, k = points.shape[0], centres.shape[0]
    loss = 0.0
    for i in range(n):
        best = np.inf
        for j in range(k):
            d = 0.0
            for c in range(points.shape[1]):
                d += (points[i, c] - centres[j, c]) ** 2
            if d < best:
                best = d
        loss += best
    return loss


@pytest.mark.parametrize(("n", "k"), [(0, 2), (1, 1), (6, 3)])
def test_k_means_loss(rng, n, k):
    check(k_means, (rng.normal(size=(n, 2)), rng.normal(size=(k, 2))), (0, 1))


def k_means_step(points, centres):
    """Assign, then move the centres to the means of what is theirs."""
    k = centres.shape[0]
    sums = np.zeros(centres.shape)
    counts = np.zeros(k)
    for i in range(points.shape[0]):
        nearest = 0
        best = np.sum((points[i] - centres[0]) ** 2)
        for j in range(1, k):
            d = np.sum((points[i] - centres[j]) ** 2)
            if d < best:
                best = d
                nearest = j
        sums[nearest] += points[i]
        counts[nearest] += 1
    moved = 0.0
    for j in range(k):
        if counts[j] > 0:
            moved += np.sum((sums[j] / counts[j] - centres[j]) ** 2)
    return moved


@both
@pytest.mark.parametrize(("n", "k"), [(1, 1), (6, 3)])
def test_k_means_step(rng, n, k, jit):
    check(k_means_step, (rng.normal(size=(n, 2)), rng.normal(size=(k, 2))), (0, 1), jit=jit)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm(xs, w, u, b, target):
    hidden = u.shape[1]
    h = np.zeros(hidden)
    c = np.zeros(hidden)
    loss = 0.0
    for t in range(xs.shape[0]):
        z = w @ xs[t] + u @ h + b
        i = sigmoid(z[:hidden])
        f = sigmoid(z[hidden : 2 * hidden])
        o = sigmoid(z[2 * hidden : 3 * hidden])
        g = np.tanh(z[3 * hidden :])
        c = f * c + i * g
        h = o * np.tanh(c)
        loss += np.sum((h - target[t]) ** 2)
    return loss


@pytest.mark.parametrize(("steps", "hidden"), [(0, 2), (1, 1), (4, 2)])
def test_lstm(rng, steps, hidden):
    shapes = ((steps, 3), (4 * hidden, 3), (4 * hidden, hidden), (4 * hidden,), (steps, hidden))
    check(lstm, tuple(rng.normal(size=s) for s in shapes), (0, 1, 2, 3))


def shade(origin, directions, centres, radii, light):
    """For each ray the nearest sphere, then Lambert's cosine at the point that is hit."""
    total = 0.0
    for r in range(directions.shape[0]):
        d = directions[r] / np.sqrt(np.sum(directions[r] ** 2))
        nearest = np.inf
        hit = -1
        for s in range(centres.shape[0]):
            oc = origin - centres[s]
            b = np.dot(oc, d)
            disc = b * b - (np.dot(oc, oc) - radii[s] ** 2)
            if disc < 0:
                continue
            t = -b - np.sqrt(disc)
            if 0 < t < nearest:
                nearest = t
                hit = s
        if hit >= 0:
            point = origin + nearest * d
            normal = (point - centres[hit]) / radii[hit]
            to_light = light - point
            cosine = np.dot(normal, to_light) / np.sqrt(np.dot(to_light, to_light))
            total += max(cosine, 0.0)
    return total


def scene(rays):
    directions = np.array([[0.0, 0.0, 1.0], [0.2, 0.1, 1.0], [-0.25, 0.0, 1.0], [5.0, 0.0, 1.0]])[:rays]
    centres = np.array([[0.1, 0.0, 5.0], [-1.2, 0.2, 4.0], [0.3, 0.1, 9.0]])
    return (
        np.array([0.0, 0.1, 0.0]),
        directions,
        centres,
        np.array([1.0, 0.7, 2.0]),
        np.array([3.0, 4.0, -2.0]),
    )


@both
@pytest.mark.parametrize("rays", [0, 1, 4])
def test_shading(rays, jit):
    check(shade, scene(rays), (0, 1, 2, 3, 4), jit=jit)


def ragged(values, starts, x):
    """A sparse matrix by rows times a vector: the inner bounds are data."""
    n = len(starts) - 1
    y = np.zeros(n)
    for i in range(n):
        for k in range(starts[i], starts[i + 1]):
            y[i] += values[k] * x[k % len(x)]
        y[i] = np.sin(y[i]) * y[i]
    return np.sum(y)


@pytest.mark.parametrize("starts", [[0], [0, 0], [0, 2, 2, 5]])
def test_sparse_rows(rng, starts):
    check(ragged, (rng.normal(size=5), np.array(starts), rng.normal(size=3)), (0, 2))
