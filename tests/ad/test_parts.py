"""What the adjoint reads of an array is saved, not the array: elimination in n steps saves n x n numbers."""

from __future__ import annotations

import numpy as np
import pytest
from ad import eliminations as programs

import symgrad as sg
from symgrad.ir.switch import without


def columns(x, w):
    """Rows and columns at other positions than the index; some are read in a branch."""
    a = np.outer(x, x)
    for t in range(1, len(x) - 1):
        s = np.sum(a[t - 1] * a[:, t]) + a[t, 2]
        if s > w[0]:
            for j in range(len(x)):
                s += a[t + 1, j] * w[j]
        a = 0.9 * a + 0.1 * s
    return np.sum(a * a)


def maybe_outside(x, w):
    """The row that the inner loop reads is none where the loop makes no trip."""
    a = np.outer(x, w)
    s = 0.0
    for t in range(len(x) + 2):
        for j in range(t, len(x)):
            s += a[t, j] * x[j]
        a = 0.7 * a + 0.2
    return s * s


def triangle(x, w):
    """The inner loop of other lengths runs again from one number: that is less than what it saves."""
    s = np.sum(w)
    for i in range(len(x)):
        for j in range(i + 1):
            s = np.sin(s * x[j]) + w[i]
        s = s * x[i]
    return s


def before(x, w):
    """What is read was not written by then: it is there in the array before the loop."""
    y = x.copy()
    for i in range(len(x) - 1):
        y[i] = y[i + 1] * y[i + 1] * w[i]
    return np.sum(y * x)


def orthogonal(x, w):
    """Modified Gram-Schmidt."""
    a = np.outer(x, w) + np.diag(1 + w)
    q, r = np.zeros(a.shape), np.zeros(a.shape)
    for k in range(len(x)):
        r[k, k] = np.sqrt(a[:, k] @ a[:, k])
        q[:, k] = a[:, k] / r[k, k]
        for j in range(k + 1, len(x)):
            r[k, j] = q[:, k] @ a[:, j]
            a[:, j] -= q[:, k] * r[k, j]
    return np.sum(q * q[0]) + np.sum(r * r)


VECTORS = (columns, maybe_outside, triangle, before, orthogonal)
ALL = (*programs.FACTORS, *programs.SOLVERS, *VECTORS)


def arguments(f, n, seed=0):
    rng = np.random.default_rng(seed)
    shapes = {programs.FACTORS: ((n, n), (n, n)), programs.SOLVERS: ((n, n), (n,)), VECTORS: ((n,), (n,))}
    shape = next(s for group, s in shapes.items() if f in group)
    return [rng.uniform(0.5, 1.5, s) if f in VECTORS else rng.normal(size=s) for s in shape]


def slope(f, args, seed):
    """Along a random direction: the derivative by central differences, and the direction."""
    rng = np.random.default_rng(seed)
    way = [rng.normal(size=a.shape) for a in args]
    h = 1e-6
    up, down = (f(*(a + s * h * w for a, w in zip(args, way, strict=True))) for s in (1, -1))
    return (up - down) / (2 * h), way


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_slopes_are_those_of_differences(f):
    gradient = sg.grad(f, argnums=(0, 1), jit=False)
    for n in (6, 5, 3) if f in VECTORS else (6, 3, 2, 1):
        args = arguments(f, n, seed=n)
        want, way = slope(f, args, seed=n + 1)
        got = sum(np.sum(g * w) for g, w in zip(gradient(*args), way, strict=True))
        np.testing.assert_allclose(got, want, rtol=3e-6, atol=1e-8)


@pytest.mark.parametrize("f", (*programs.FACTORS, *programs.SOLVERS), ids=lambda f: f.__name__)
def test_no_rows_at_all(f):
    for g in sg.grad(f, argnums=(0, 1), jit=False)(*arguments(f, 0)):
        assert g.size == 0


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_whole_arrays_give_the_same(f):
    args = arguments(f, 5, seed=7)
    with without("parts"):
        whole = sg.grad(f, argnums=(0, 1), jit=False)
        want, text = whole(*args), whole.source_for(*args)
    short = sg.grad(f, argnums=(0, 1), jit=False)
    for g, w in zip(short(*args), want, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-10, atol=1e-12)
    assert (short.source_for(*args) != text) == (f not in (triangle, before))


@pytest.mark.parametrize("f", (*programs.FACTORS, *programs.SOLVERS), ids=lambda f: f.__name__)
def test_elimination_saves_as_much_as_the_matrix_has(f):
    saved = [sg.grad(f, argnums=(0, 1), jit=False).memory(*arguments(f, n)).total for n in (8, 16, 32)]
    assert saved[2] < 4.2 * saved[1] < 4.2**2 * saved[0], saved
    assert saved[2] < 8 * 6 * 32 * 32, saved


def test_what_was_there_before_the_loop_is_not_saved():
    text = sg.grad(before, argnums=(0, 1), jit=False).source_for(*arguments(before, 5))
    assert "saved" not in text


@pytest.mark.parametrize("f", [programs.solved, programs.outer_products], ids=lambda f: f.__name__)
def test_compiled(f):
    args = arguments(f, 6, seed=3)
    for g, w in zip(
        sg.grad(f, argnums=(0, 1))(*args), sg.grad(f, argnums=(0, 1), jit=False)(*args), strict=True
    ):
        np.testing.assert_allclose(g, w, rtol=1e-9, atol=1e-11)
