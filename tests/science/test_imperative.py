"""Programs as scientists write them, unchanged: logs of tuples, steps and points as many as the data say."""

import numpy as np
from science.checking import check

# ruff: noqa: B007 (programs as people write them)


def van_der_pol(y0, mu, t_end):
    """Adaptive RK (Heun-Euler) for van der Pol."""

    def rhs(t, y, mu=1.0):
        return np.array([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]])

    t, y, h = 0.0, y0.copy(), 0.1
    atol: float = 1e-3
    n_rejected = 0
    while t < t_end:
        h = min(h, t_end - t)
        k1 = rhs(t, y, mu=mu)
        k2 = rhs(t + h, y + h * k1, mu=mu)
        y_new = y + 0.5 * h * (k1 + k2)
        err = np.linalg.norm(0.5 * h * (k2 - k1))
        if err < atol:
            t += h
            y = y_new
        else:
            n_rejected += 1
        h = 0.9 * h * min(2.0, max(0.2, np.sqrt(atol / (err + 1e-12))))
    return y[0] ** 2 + y[1]


def test_van_der_pol(rng):
    check(van_der_pol, (np.array([1.0, 0.0]), 0.5, 3.0), (0, 1), second=False, rtol=1e-5, atol=1e-6)


def filter_with_a_log(z, Q):
    x, P = np.array([0.5, 0.1]), np.eye(2)
    F = np.array([[1.0, 0.1], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    nll = 0.0
    states = []
    for zk in z:
        x = F @ x
        P = F @ P @ F.T + Q
        S = (H @ P @ H.T)[0, 0] + 0.5
        K = (P @ H.T)[:, 0] / S
        r = zk - x[0]
        x = x + K * r
        P = (np.eye(2) - np.outer(K, H[0])) @ P
        nll += 0.5 * (r * r / S + np.log(2 * np.pi * S))
        states.append((x, S))
    total = 0.0
    for xs, s in states:
        total += xs[0] * s
    return nll + total


def test_filter_with_a_log(rng):
    check(
        filter_with_a_log,
        (np.array([3.0, 2.0, 4.0]), np.array([[1.0, 0.1], [0.2, 2.0]])),
        (0, 1),
        second=False,
        rtol=1e-5,
        atol=1e-6,
    )


def trapezoid_on_a_grid_of_its_own(x, limit):
    ts, ys = [0.0], [x[0]]
    t, k = 0.0, 0
    while t < limit:
        h = 0.3 + 0.1 * abs(np.sin(ys[-1]))
        t += h
        ts.append(t)
        ys.append(ys[-1] + h * x[k % 6])
        k += 1
        if ys[-1] > 5:
            break
    ts, ys = np.array(ts), np.array(ys)
    return np.sum(0.5 * np.diff(ts) * (ys[1:] + ys[:-1]))


def test_trapezoid_on_a_grid_of_its_own(rng):
    check(trapezoid_on_a_grid_of_its_own, (rng.normal(size=6), 3.0), (0,), second=False, rtol=1e-5, atol=1e-6)


def jacobi_rotations(A):
    """Cyclic Jacobi rotations for a symmetric matrix."""
    A = 0.5 * (A + A.T)
    n = A.shape[0]
    for sweep in range(6):
        off = np.sqrt(max(np.sum(A**2) - np.sum(np.diag(A) ** 2), 0.0))
        if off < 1e-10:
            break
        for p in range(n - 1):
            for q in range(p + 1, n):
                if abs(A[p, q]) < 1e-14:
                    continue
                theta = (A[q, q] - A[p, p]) / (2.0 * A[p, q])
                t = np.sign(theta) / (abs(theta) + np.sqrt(theta**2 + 1.0))
                c = 1.0 / np.sqrt(t**2 + 1.0)
                s = t * c
                for k in range(n):
                    akp, akq = A[k, p], A[k, q]
                    A[k, p] = c * akp - s * akq
                    A[k, q] = s * akp + c * akq
                for k in range(n):
                    apk, aqk = A[p, k], A[q, k]
                    A[p, k] = c * apk - s * aqk
                    A[q, k] = s * apk + c * aqk
    d = np.diag(A)
    return np.sum(d**3) + np.max(d)


def test_jacobi_rotations(rng):
    check(
        jacobi_rotations, (rng.normal(size=(4, 4)) + 4 * np.eye(4),), (0,), second=False, rtol=1e-5, atol=1e-6
    )


def particle_filter(y, u):
    N = u.shape[0]
    x = np.linspace(-1, 1, N)
    w = np.ones(N) / N
    ll = 0.0
    for t in range(len(y)):
        x = 0.9 * x + 0.5 * (u[:, t] - 0.5)
        logw = -0.5 * (y[t] - x) ** 2
        m = np.max(logw)
        lik = np.exp(logw - m) * w
        ll += m + np.log(np.sum(lik))
        w = lik / np.sum(lik)
        ess = 1.0 / np.sum(w**2)
        if ess < 0.9 * N:
            c = np.cumsum(w)
            idx = np.zeros(N, dtype=int)
            for k in range(N):
                idx[k] = min(int(np.searchsorted(c, (k + 0.5) / N)), N - 1)
            x = x[idx]
            w = np.full(N, 1.0 / N)
    return ll + x @ w


def test_particle_filter(rng):
    check(
        particle_filter,
        (rng.normal(size=6), rng.uniform(size=(4, 6))),
        (0,),
        second=False,
        rtol=1e-5,
        atol=1e-6,
    )


def sinkhorn(C):
    K = np.exp(-C / 0.3)
    u = np.ones(4) / 4
    v = np.ones(4) / 4
    a = b = np.ones(4) / 4
    it = 0
    while True:
        u_prev = u
        u = a / (K @ v)
        v = b / (K.T @ u)
        it += 1
        if np.linalg.norm(u - u_prev, ord=1) < 1e-12 or it >= 500:
            break
    P = u[:, None] * K * v[None, :]
    return np.sum(P * C)


def test_sinkhorn(rng):
    check(sinkhorn, (rng.uniform(0.5, 1.5, (4, 4)),), (0,), second=False, rtol=1e-5, atol=1e-6)


def convex_hull_area(p):
    """Gift wrapping: the area of the hull."""
    n = len(p)
    start = int(np.argmin(p[:, 0]))
    hull = []
    current = start
    while True:
        hull.append(p[current])
        nxt = (current + 1) % n
        for k in range(n):
            cross = (p[nxt, 0] - p[current, 0]) * (p[k, 1] - p[current, 1]) - (p[nxt, 1] - p[current, 1]) * (
                p[k, 0] - p[current, 0]
            )
            if cross < 0:
                nxt = k
        current = nxt
        if current == start:
            break
    area = 0.0
    m = len(hull)
    for i in range(m):
        x1, y1 = hull[i]
        x2, y2 = hull[(i + 1) % m]
        area += x1 * y2 - x2 * y1
    return 0.5 * abs(area)


def test_convex_hull_area(rng):
    check(convex_hull_area, (rng.normal(size=(8, 2)),), (0,), second=False, rtol=1e-5, atol=1e-6)


def closest_to_the_origin(p):
    best = None
    best_d = np.inf
    for row in p:
        d = row @ row
        if best is None or d < best_d:
            best, best_d = row, d
    return best.sum() + best_d


def test_closest_to_the_origin(rng):
    check(closest_to_the_origin, (rng.normal(size=(4, 2)),), (0,), second=False, rtol=1e-5, atol=1e-6)
