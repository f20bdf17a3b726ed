"""Methods on vectors and matrices as scientists write them: assembly, factors, transforms, optimisers."""

# ruff: noqa: B905 (the programs are what people write)

import numpy as np
from language.programs import Programs

R = np.random.default_rng(5)

PROGRAMS = Programs()
program = PROGRAMS.program


@program(R.normal(size=5), R.normal(size=(3, 5)), R.normal(size=(3, 5)) + 2.0)
def lbfgs(g, S, Y):
    q = g.copy()
    al = []
    for s, y in zip(reversed(S), reversed(Y)):
        rho = 1 / (y @ s)
        a = rho * (s @ q)
        q = q - a * y
        al.append(a)
    r = q * (S[-1] @ Y[-1]) / (Y[-1] @ Y[-1])
    for s, y, a in zip(S, Y, reversed(al)):
        b = (y @ r) / (y @ s)
        r = r + s * (a - b)
    return -r


@program(R.normal(size=6))
def simplex(v):
    u = np.sort(v)[::-1]
    css = np.cumsum(u) - 1
    ind = np.arange(1, len(v) + 1)
    cond = u - css / ind > 0
    rho = np.count_nonzero(cond)
    theta = css[rho - 1] / rho
    return np.maximum(v - theta, 0)


@program(
    R.normal(size=(5, 2)), R.normal(size=(3, 9)) * 0.3, R.normal(size=9) * 0.1, R.normal(size=(2, 9)) * 0.3
)
def gru(xs, U, b, W):
    h = np.zeros(3)
    hs = []
    for x in xs:
        gx = x @ W + b
        gh = h @ U
        r = 1 / (1 + np.exp(-(gx[:3] + gh[:3])))
        z = 1 / (1 + np.exp(-(gx[3:6] + gh[3:6])))
        n = np.tanh(gx[6:] + r * gh[6:])
        h = (1 - z) * n + z * h
        hs.append(h)
    return np.stack(hs)


@program(R.uniform(1, 2, 4), R.normal(size=10))
def beam(EI, f):
    n = 4
    K = np.zeros((2 * n + 2, 2 * n + 2))
    L = 0.5
    for e in range(n):
        k = (
            EI[e]
            / L**3
            * np.array(
                [
                    [12, 6 * L, -12, 6 * L],
                    [6 * L, 4 * L**2, -6 * L, 2 * L**2],
                    [-12, -6 * L, 12, -6 * L],
                    [6 * L, 2 * L**2, -6 * L, 4 * L**2],
                ]
            )
        )
        dof = np.array([2 * e, 2 * e + 1, 2 * e + 2, 2 * e + 3])
        K[np.ix_(dof, dof)] += k
    u = np.linalg.solve(K[2:, 2:], f[2:])
    return f[2:] @ u


@program(R.uniform(1, 2, 4), R.normal(size=5), np.array([[0, 1], [1, 2], [2, 3], [3, 4]]))
def springs_addat(k, x, conn):
    F = np.zeros_like(x)
    d = x[conn[:, 1]] - x[conn[:, 0]]
    t = k * d
    np.add.at(F, conn[:, 0], t)
    np.add.at(F, conn[:, 1], -t)
    return F


@program(R.normal(size=(4, 3)), R.normal(size=(5, 3)))
def sinkhorn(X, Y):
    C = ((X[:, None] - Y[None]) ** 2).sum(-1)
    K = np.exp(-C)
    u = np.ones(4) / 4
    v = np.ones(5) / 5
    for _ in range(10):
        u = (1 / 4) / (K @ v)
        v = (1 / 5) / (K.T @ u)
    return np.sum(u[:, None] * K * v * C)


@program(R.normal(size=8))
def fft_rec(x):
    def fft(re, im):
        n = len(re)
        if n == 1:
            return re, im
        er, ei = fft(re[::2], im[::2])
        orr, oi = fft(re[1::2], im[1::2])
        a = -2 * np.pi * np.arange(n // 2) / n
        c, s = np.cos(a), np.sin(a)
        tr, ti = c * orr - s * oi, c * oi + s * orr
        return np.concatenate([er + tr, er - tr]), np.concatenate([ei + ti, ei - ti])

    re, im = fft(x, np.zeros(8))
    return re**2 + im**2


@program(R.normal(size=16))
def haar_static(x):
    out = []
    while len(x) > 1:
        a, d = (x[::2] + x[1::2]) / np.sqrt(2), (x[::2] - x[1::2]) / np.sqrt(2)
        out.append(d)
        x = a
    out.append(x)
    return np.concatenate(out[::-1])


@program(R.normal(size=(4, 4)))
def jacobi_eig(A):
    A = A + A.T
    for _ in range(3):
        for p in range(3):
            for q in range(p + 1, 4):
                if abs(A[p, q]) < 1e-12:
                    continue
                th = 0.5 * np.arctan2(2 * A[p, q], A[q, q] - A[p, p])
                c, s = np.cos(th), np.sin(th)
                J = np.eye(4)
                J[p, p] = c
                J[q, q] = c
                J[p, q] = s
                J[q, p] = -s
                A = J.T @ A @ J
    return np.sort(np.diag(A))


@program(R.normal(size=(3, 3)))
def gram_schmidt(A):
    Q = np.zeros_like(A)
    for j in range(A.shape[1]):
        v = A[:, j].copy()
        for i in range(j):
            v -= (Q[:, i] @ A[:, j]) * Q[:, i]
        Q[:, j] = v / np.linalg.norm(v)
    return Q


@program(R.normal(size=(4, 4)))
def lu_pivot(A):
    A = A.copy()
    n = len(A)
    b = np.ones(n)
    for k in range(n):
        piv = k + np.argmax(np.abs(A[k:, k]))
        if piv != k:
            A[[k, piv]] = A[[piv, k]]
            b[k], b[piv] = b[piv], b[k]
        for i in range(k + 1, n):
            m = A[i, k] / A[k, k]
            A[i, k:] -= m * A[k, k:]
            b[i] -= m * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return x


@program(R.normal(size=(3, 4)), R.normal(size=4))
def kmeans_step(C, x):
    C = C.copy()
    for _ in range(3):
        d = np.sum((C - x) ** 2, axis=1)
        k = np.argmin(d)
        C[k] += 0.3 * (x - C[k])
    return C


class Adam:
    def __init__(self, n):
        self.m = np.zeros(n)
        self.v = np.zeros(n)
        self.t = 0

    def step(self, p_, g):
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.999 * self.v + 0.001 * g * g
        return p_ - 0.1 * self.m / (1 - 0.9**self.t) / (np.sqrt(self.v / (1 - 0.999**self.t)) + 1e-8)


@program(R.normal(size=4), R.normal(size=4))
def unrolled_adam(p0, t):
    opt = Adam(4)
    q = p0
    for _ in range(5):
        q = opt.step(q, 2 * (q - t) + 0.1 * q**3)
    return np.sum((q - t) ** 2)


test_program = PROGRAMS.test()
