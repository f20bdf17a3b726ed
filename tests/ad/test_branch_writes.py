"""A branch in a loop that writes elements: the loop saves these elements, not the array in every trip."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.ir.switch import without


def running(x, c):
    """A side that leaves the element alone; the element was written before."""
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = y[i - 1]
        if x[i] > y[i - 1]:
            y[i] = y[i] * c + x[i] ** 2
    return y.sum()


def relaxed(x, w):
    """Inner loops; the element is read before the branch, by a condition or not."""
    d = x.copy()
    for k in range(len(x)):
        for j in range(len(x)):
            if d[k] * w[k, j] < d[j]:
                d[j] = d[k] * w[k, j]
    return (d * d).sum()


def added(x, c):
    """Additions: nothing has to be saved at all."""
    y = x * c
    for i in range(1, len(x)):
        if x[i] * y[i - 1] > 0.1:
            y[i] += np.sin(y[i - 1])
        elif y[i - 1] > 0.5:
            y[i] -= c * y[i - 1] ** 2
    return y @ x


def factored(a, x):
    """Both sides write the same element."""
    n = len(x)
    L = np.zeros((n, n))
    m = a @ a.T + 4 * np.eye(n)
    for i in range(n):
        for j in range(i + 1):
            s = 0.0
            for k in range(j):
                s += L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.sqrt(m[i, i] - s)
            else:
                L[i, j] = (m[i, j] - s) / L[j, j]
    return (L @ x).sum()


def scattered(x, w):
    """Positions that are data, from the end too."""
    idx = np.array([0, 2, -1, 1, 2])
    y = x.copy()
    for t in range(5):
        p = idx[t]
        old = y[p]
        if old * w[t % 2, 0] > 0.1:
            y[p] = old * y[t % 3] + w[0, 1]
    return np.sum(y**2)


def guarded(x, c):
    """The position is one only where the condition holds: the write stays in the branch."""
    y = x * c
    for i in range(len(x) + 2):
        if i >= 2:
            y[i - 2] = y[i - 2] * y[0] + c
    return y.sum()


def two(x, c):
    """Two elements at once."""
    y = x * c
    for i in range(len(x) - 1):
        if y[i] * c > y[i + 1]:
            t = y[i]
            y[i] = y[i + 1] * np.exp(t)
            y[i + 1] = t * t
        y[i] = y[i] * x[i]
    return np.sum(np.sin(y))


PROGRAMS = {
    running: ((6,), 0.5),
    relaxed: ((4,), (4, 4)),
    added: ((7,), 0.6),
    factored: ((4, 4), (4,)),
    scattered: ((4,), (2, 2)),
    guarded: ((4,), 0.7),
    two: ((6,), 0.8),
}
SHORTER = {running, relaxed, factored, scattered, two}


def arguments(f, seed=4):
    rng = np.random.default_rng(seed)
    return tuple(rng.uniform(0.2, 1.4, a) if isinstance(a, tuple) else a for a in PROGRAMS[f])


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_slopes_are_those_of_differences(f):
    for seed in range(3):
        args = arguments(f, seed)
        gradient = sg.grad(f, argnums=(0, 1), jit=False)(*args)
        rng = np.random.default_rng(seed + 9)
        way = [rng.normal(size=np.shape(a)) for a in args]
        h = 1e-6
        up, down = (f(*(a + s * h * w for a, w in zip(args, way, strict=True))) for s in (1, -1))
        slope = sum(np.sum(g * w) for g, w in zip(gradient, way, strict=True))
        np.testing.assert_allclose(slope, (up - down) / (2 * h), rtol=2e-7, atol=2e-8)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_it_changes_the_tape_and_no_value(f):
    args = arguments(f)
    with without("branch_writes", "parts"):
        whole = sg.value_and_grad(f, argnums=(0, 1), jit=False)
        want, text = whole(*args), whole.source_for(*args)
    short = sg.value_and_grad(f, argnums=(0, 1), jit=False)
    got = short(*args)
    np.testing.assert_allclose(got[0], want[0], rtol=1e-13)
    for g, w in zip(got[1], want[1], strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-12, atol=1e-13)
    assert (short.source_for(*args) != text) == (f in SHORTER)


@pytest.mark.parametrize("f", [running, relaxed], ids=lambda f: f.__name__)
def test_memory_grows_as_the_work_does(f):
    sizes = {running: lambda n: ((n,), 0.5), relaxed: lambda n: ((n,), (n, n))}[f]
    saved = []
    for n in (8, 16):
        rng = np.random.default_rng(1)
        args = [rng.uniform(0.2, 1.4, a) if isinstance(a, tuple) else a for a in sizes(n)]
        saved.append(sg.grad(f, argnums=(0, 1), jit=False).memory(*args).total)
    assert saved[1] <= saved[0] * (2.2 if f is running else 4.4), saved


def test_compiled():
    args = arguments(relaxed)
    got = sg.grad(relaxed, argnums=(0, 1))(*args)
    for g, w in zip(got, sg.grad(relaxed, argnums=(0, 1), jit=False)(*args), strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-13)
