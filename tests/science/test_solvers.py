"""Linear algebra by hand, in place: Gauss-Seidel, Thomas, Cholesky, pivots, an exponential by its series."""

import numpy as np
import pytest
from science.checking import both, check


def gauss_seidel(a, b, sweeps):
    n = b.shape[0]
    x = np.zeros(n)
    for _ in range(sweeps):
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j != i:
                    s -= a[i, j] * x[j]
            x[i] = s / a[i, i]
    return np.dot(x, x)


def dominant(rng, n):
    return rng.normal(size=(n, n)) + 4.0 * n * np.eye(n)


@pytest.mark.parametrize(("n", "sweeps"), [(1, 1), (3, 0), (4, 3)])
def test_gauss_seidel(rng, n, sweeps):
    check(gauss_seidel, (dominant(rng, n), rng.normal(size=n), sweeps), (0, 1))


def thomas(a, b, c, d):
    """A tridiagonal system, overwriting the right side and a copy of the upper diagonal."""
    n = len(d)
    c = c.copy()
    c[0] = c[0] / b[0]
    d[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * c[i - 1]
        c[i] = c[i] / m
        d[i] = (d[i] - a[i] * d[i - 1]) / m
    x = np.empty(n)
    x[-1] = d[-1]
    for i in range(n - 2, -1, -1):
        x[i] = d[i] - c[i] * x[i + 1]
    return np.sum(x**3)


@pytest.mark.parametrize("n", [1, 2, 6])
def test_thomas(rng, n):
    args = (rng.normal(size=n), 5 + rng.normal(size=n), rng.normal(size=n), rng.normal(size=n))
    check(thomas, args, (0, 1, 2, 3))


def cholesky_logdet(a):
    n = a.shape[0]
    low = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= low[i, k] * low[j, k]
            if i == j:
                low[i, j] = np.sqrt(s)
            else:
                low[i, j] = s / low[j, j]
    logdet = 0.0
    for i in range(n):
        logdet += 2.0 * np.log(low[i, i])
    return logdet


@pytest.mark.parametrize("n", [0, 1, 4])
def test_cholesky(rng, n):
    a = dominant(rng, n)
    da = check(cholesky_logdet, (a @ a.T,))[0]
    # Only the lower triangle is read: its off-diagonal elements stand for two of the symmetric matrix.
    inverse = np.linalg.inv(a @ a.T) if n else np.zeros((0, 0))
    np.testing.assert_allclose(da, np.tril(2 * inverse) - np.diag(np.diag(inverse)), rtol=1e-9, atol=1e-12)


def cholesky_slices(a, b):
    """The same with slices, in place; then L y = b, and y'y = b' A^-1 b."""
    a = a.copy()
    n = len(a)
    for j in range(n):
        a[j, j] = np.sqrt(a[j, j] - np.dot(a[j, :j], a[j, :j]))
        for i in range(j + 1, n):
            a[i, j] = (a[i, j] - np.dot(a[i, :j], a[j, :j])) / a[j, j]
    y = b.copy()
    for i in range(n):
        y[i] = (y[i] - np.dot(a[i, :i], y[:i])) / a[i, i]
    return np.dot(y, y)


@pytest.mark.parametrize("n", [1, 4])
def test_cholesky_by_slices_solves(rng, n):
    a = dominant(rng, n)
    check(cholesky_slices, (a @ a.T, rng.normal(size=n)), (0, 1))


def determinant(a):
    """LU with partial pivoting: the largest element is found by comparisons, the rows change places."""
    n = a.shape[0]
    det = 1.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[p, k]):
                p = i
        if p != k:
            for j in range(n):
                a[k, j], a[p, j] = a[p, j], a[k, j]
            det = -det
        det *= a[k, k]
        for i in range(k + 1, n):
            m = a[i, k] / a[k, k]
            for j in range(k, n):
                a[i, j] -= m * a[k, j]
    return det


@both
@pytest.mark.parametrize("n", [0, 1, 4])
def test_determinant_with_pivots(rng, n, jit):
    a = rng.normal(size=(n, n))
    da = check(determinant, (a,), jit=jit)[0]
    if n:
        np.testing.assert_allclose(da, np.linalg.det(a) * np.linalg.inv(a).T, rtol=1e-9, atol=1e-12)


def expm(a, v):
    term = np.eye(a.shape[0])
    total = np.eye(a.shape[0])
    for k in range(1, 60):
        term = term @ a / k
        total = total + term
        if np.max(np.abs(term)) < 1e-17:
            break
    return v @ total @ v


@pytest.mark.parametrize("n", [1, 3])
def test_exponential_by_its_series(rng, n):
    check(expm, (0.5 * rng.normal(size=(n, n)), rng.normal(size=n)), (0, 1))


def power_iteration(a, v, tol):
    value = 0.0
    while True:
        w = a @ v
        norm = np.sqrt(np.sum(w * w))
        v = w / norm
        if abs(norm - value) < tol:
            return norm
        value = norm


def test_power_iteration_returns_from_inside_the_loop():
    a = np.array([[2.0, 0.3], [0.1, 1.0]])
    check(power_iteration, (a, np.array([0.5, 0.5]), 1e-3), (0, 1))


def jacobi(u, source, sweeps):
    """Two grids that change places."""
    n, m = u.shape
    old = u.copy()
    new = u.copy()
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                new[i, j] = 0.25 * (
                    old[i - 1, j] + old[i + 1, j] + old[i, j - 1] + old[i, j + 1] - source[i, j]
                )
        old, new = new, old
    return np.sum(old * old)


@both
@pytest.mark.parametrize(("n", "sweeps"), [(2, 1), (4, 0), (4, 1), (4, 4)])
def test_jacobi_with_two_grids(rng, n, sweeps, jit):
    check(jacobi, (rng.normal(size=(n, 5)), rng.normal(size=(n, 5)), sweeps), (0, 1), jit=jit)
