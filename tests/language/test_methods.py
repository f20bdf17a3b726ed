"""Methods as scientists write them: filters, searches, integrators, chains, dynamic programs."""

# ruff: noqa: B905, B007 (the programs are what people write)

import numpy as np
from language.programs import Programs

R = np.random.default_rng(5)

PROGRAMS = Programs()
program = PROGRAMS.program


@program(R.uniform(size=(6, 7)))
def dpseam(cost):
    h, w = cost.shape
    M = cost.copy()
    for i in range(1, h):
        for j in range(w):
            lo = max(j - 1, 0)
            hi = min(j + 2, w)
            M[i, j] += np.min(M[i - 1, lo:hi])
    return M[-1].min()


@program(R.normal(size=7), R.normal(size=5))
def dtw(a, b):
    n, m = len(a), len(b)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            D[i, j] = (a[i - 1] - b[j - 1]) ** 2 + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[n, m]


@program(R.uniform(0.1, 1, 6), R.uniform(0.1, 1, 6))
def knapsack_soft(v, w):
    best = np.zeros(11)
    for i in range(6):
        new = best.copy()
        for c in range(11):
            k = int(w[i] * 5) + 1
            if c >= k:
                new[c] = np.maximum(best[c], best[c - k] + v[i])
        best = new
    return best[-1]


@program(R.uniform(0.3, 0.9, 3))
def raymarch(c):
    o = np.array([0.0, 0.0, -3.0])
    d = np.array([0.1, 0.05, 1.0])
    d = d / np.linalg.norm(d)
    t = 0.0
    for _ in range(100):
        q = o + t * d
        dist = np.linalg.norm(q - c * 0.1) - 0.8
        if dist < 1e-4 or t > 10:
            break
        t += dist
    return t


@program(R.normal(size=(5, 2)), np.array([0.3, -0.2]))
def mpc(us, x0):
    A = np.array([[1.0, 0.1], [0.0, 1.0]])
    B = np.array([[0.0, 0.005], [0.1, 0.0]])
    Q = np.diag([1.0, 0.1])
    x = x0
    J = 0.0
    for u in us:
        J += x @ Q @ x + 0.01 * u @ u
        x = A @ x + B @ u + np.array([0.0, -0.01 * np.sin(x[0])])
    return J + 10 * x @ Q @ x


@program(R.normal(size=8), 0.7, 0.3)
def kalman(ys, q, r):
    m, P_ = 0.0, 1.0
    ms = []
    Ps = []
    ll = 0.0
    for y in ys:
        Pp = P_ + q
        S = Pp + r
        K_ = Pp / S
        ll -= 0.5 * (np.log(2 * np.pi * S) + (y - m) ** 2 / S)
        m = m + K_ * (y - m)
        P_ = (1 - K_) * Pp
        ms.append(m)
        Ps.append(P_)
    s = ms[-1]
    out = [s]
    for k in range(len(ms) - 2, -1, -1):
        G = Ps[k] / (Ps[k] + q)
        s = ms[k] + G * (s - ms[k])
        out.append(s)
    return ll, np.array(out[::-1])


@program(R.normal(size=3), R.normal(size=(3, 3)), R.normal(size=(3, 4)), R.integers(0, 4, 8))
def hmm(pi, A, B, obs):
    from scipy.special import logsumexp

    lp = pi - logsumexp(pi)
    lA = A - logsumexp(A, axis=1, keepdims=True)
    lB = B - logsumexp(B, axis=1, keepdims=True)
    alpha = lp + lB[:, obs[0]]
    for o in obs[1:]:
        alpha = logsumexp(alpha[:, None] + lA, axis=0) + lB[:, o]
    return logsumexp(alpha)


@program(R.normal(size=6), np.array([0.3, 1.7, 3.2]))
def bspline(c, xs):
    out = np.zeros(len(xs))
    for k, x in enumerate(xs):
        i = int(x)
        t = x - i
        out[k] = (
            (1 - t) ** 3 * c[i]
            + (3 * t**3 - 6 * t**2 + 4) * c[i + 1]
            + (-3 * t**3 + 3 * t**2 + 3 * t + 1) * c[i + 2]
        ) / 6
        if i + 3 < len(c):
            out[k] += t**3 * c[i + 3] / 6
    return out


@program(0.3, 0.6)
def kepler(e, M):
    E = M
    it = 0
    while abs(E - e * np.sin(E) - M) > 1e-14 and it < 50:
        E -= (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
        it += 1
    return E


@program(2.0)
def bisect(a):
    lo, hi = 0.0, a + 1.0
    for _ in range(60):
        mid = 0.5 * (lo + hi)
        if mid**3 < a:
            lo = mid
        else:
            hi = mid
    x = 0.5 * (lo + hi)
    return x - (x**3 - a) / (3 * x**2)


@program(R.normal(size=9))
def gen_romberg(c):
    f = lambda x: np.sum(c * np.sin(x * np.arange(1, 10)))
    Rm = np.zeros((4, 4))
    h = 1.0
    for i in range(4):
        n = 2**i
        hh = h / n
        Rm[i, 0] = hh * (0.5 * f(0.0) + 0.5 * f(1.0) + sum(f(k * hh) for k in range(1, n)))
        for j in range(1, i + 1):
            Rm[i, j] = Rm[i, j - 1] + (Rm[i, j - 1] - Rm[i - 1, j - 1]) / (4**j - 1)
    return Rm[3, 3]


@program(R.uniform(0.5, 1.5, 10))
def mm1(service):
    q = []
    t = 0.0
    wait = 0.0
    free = 0.0
    for i, s in enumerate(service):
        t += 0.8
        start = max(t, free)
        wait += start - t
        free = start + s
        q.append(free)
    return wait + max(q)


@program(R.integers(0, 2, (6, 6)), R.normal(size=(6, 6)))
def life(g, w):
    s = 0.0
    for _ in range(3):
        n = np.zeros_like(g)
        for di in (-1, 0, 1):
            for dj in (-1, 0, 1):
                if di or dj:
                    n += np.roll(np.roll(g, di, 0), dj, 1)
        g = ((n == 3) | ((g == 1) & (n == 2))).astype(int)
        s += np.sum(g * w**2)
    return s


def rotz(q, a):
    c, s = np.cos(q), np.sin(q)
    return np.array([[c, -s, 0, a * c], [s, c, 0, a * s], [0, 0, 1, 0], [0, 0, 0, 1]])


@program(R.normal(size=4), np.array([1.0, 0.8, 0.5, 0.2]))
def robot(q, a):
    T = np.eye(4)
    for qi, ai in zip(q, a):
        T = T @ rotz(qi, ai)
    return T[:3, 3]


@program(R.uniform(1, 2, 3), 0.1)
def abcd(f, d):
    M = np.eye(2)
    for fi in f:
        M = np.array([[1, d], [0, 1]]) @ M
        M = np.array([[1, 0], [-1 / fi, 1]]) @ M
    r, th = M @ np.array([0.1, 0.0])
    return r**2 + th


@program(R.normal(size=3))
def rk45(y):
    def f(t, y):
        return np.array([y[1], -np.sin(y[0]) - 0.1 * y[1], y[0]])

    t, h, T = 0.0, 0.1, 0.7
    while t < T:
        h = min(h, T - t)
        k1 = f(t, y)
        k2 = f(t + h, y + h * k1)
        err = np.max(np.abs(h / 2 * (k2 - k1)))
        if err < 1e-2:
            y = y + h / 2 * (k1 + k2)
            t += h
        h *= min(2.0, max(0.3, 0.9 * np.sqrt(1e-2 / (err + 1e-12))))
    return y


@program(R.normal(size=(6,)), R.normal(size=(3,)))
def iir(x, a):
    y = np.zeros(len(x))
    z = np.zeros(len(a))
    for n in range(len(x)):
        y[n] = x[n] + z[0]
        z[:-1] = z[1:] - a[:-1] * y[n]
        z[-1] = -a[-1] * y[n]
    return y


@program(R.uniform(0.5, 1.5, (5, 5)))
def dijkstra(W):
    n = 5
    dist = np.full(n, np.inf)
    dist[0] = 0.0
    done = np.zeros(n, dtype=bool)
    for _ in range(n):
        best = np.inf
        u = -1
        for i in range(n):
            if not done[i] and dist[i] < best:
                best = dist[i]
                u = i
        done[u] = True
        for v in range(n):
            if not done[v] and dist[u] + W[u, v] < dist[v]:
                dist[v] = dist[u] + W[u, v]
    return dist[-1] + dist[2]


test_program = PROGRAMS.test()
