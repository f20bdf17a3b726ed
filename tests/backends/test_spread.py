"""Loops over elements as statements over slices: right for every length, refused where trips depend."""

from __future__ import annotations

import numpy as np
import pytest
from backends.helpers import gradients


def line(a):
    b = np.zeros_like(a)
    for i in range(1, len(a) - 1):
        b[i] = 0.25 * a[i - 1] + 0.5 * a[i] + 0.3 * a[i + 1]
    return np.sum(b * b)


def plane(a, steps):
    a, b = a.copy(), a * 0.5
    n, m = a.shape
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                b[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                a[i, j] = np.sin(b[i, j]) + b[i - 1, j] * b[i, j + 1]
    return np.sum(a * a)


def variable(a, k, c):
    s = 0.0
    for i in range(len(a) - 1):
        flux = k[i] * (a[i + 1] - a[i]) * c
        s += flux * flux * (i + 1)
    return s


def rows(a, w):
    total = 0.0
    for i in range(1, a.shape[0] - 1):
        r = a[i + 1] - 2.0 * a[i] + a[i - 1]
        total += np.sum(w * r * r)
    return total


def reversed_steps(a):
    b = np.zeros_like(a)
    for i in range(len(a) - 2, 0, -1):
        b[i] = a[i + 1] * 2.0 - a[i - 1]
    return np.sum(b**3)


PROGRAMS = {
    "line": (line, lambda rng, n: (rng.normal(size=n),), (0,)),
    "plane": (plane, lambda rng, n: (rng.normal(size=(n, n + 2)), 2), (0,)),
    "variable": (variable, lambda rng, n: (rng.normal(size=n), rng.normal(size=n), 0.7), (0, 1, 2)),
    "rows": (rows, lambda rng, n: (rng.normal(size=(n, 3)), rng.normal(size=3)), (0, 1)),
    "reversed_steps": (reversed_steps, lambda rng, n: (rng.normal(size=n),), (0,)),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 6])
def test_the_adjoint_of_a_stencil_in_loops_is_that_in_slices(name: str, n: int) -> None:
    fun, make, wrt = PROGRAMS[name]
    text = gradients(fun, make(np.random.default_rng(n), n), wrt, "spread")
    if n > 3:
        assert "_before" in text or "wide" in text or name == "rows"


def seidel(a):
    a = a.copy()
    for i in range(1, len(a) - 1):
        a[i] = 0.3 * (a[i - 1] + a[i] + a[i + 1])
    return np.sum(a)


def shifted_store(a):
    b = np.zeros_like(a)
    for i in range(len(a) - 1):
        b[i] = a[i] * a[i + 1]
        b[i + 1] = a[i] + a[i + 1]
    return np.sum(b * b)


def walk(a):
    x, s = 0.5, 0.0
    for i in range(len(a) - 1):
        x = x * a[i] + a[i + 1]
        s += x * x
    return s


def diagonal(a):
    s = 0.0
    for i in range(a.shape[0] - 1):
        s += a[i, i] * a[i + 1, i] * a[i, i + 1]
    return s


def triangle(a):
    s = 0.0
    for i in range(1, a.shape[0]):
        for j in range(i):
            s += a[i, j] * a[i - 1, j]
    return s


def by_twos(a):
    s = 0.0
    for i in range(0, len(a) - 2, 2):
        s += a[i] * a[i + 1] * a[i + 2]
    return s


def same_place(a):
    s = 0.0
    for i in range(1, len(a)):
        s += a[0] * a[i] * a[i - 1]
    return s


def found(a, at):
    s = 0.0
    for i in range(len(at) - 1):
        s += a[at[i]] * a[at[i + 1]]
    return s


def branch(a):
    s = 0.0
    for i in range(len(a) - 1):
        if a[i] > 0.0:
            s += a[i] * a[i + 1] ** 2
    return s


HARD = {
    "seidel": (seidel, lambda rng: (rng.normal(size=6),)),
    "shifted_store": (shifted_store, lambda rng: (rng.normal(size=6),)),
    "walk": (walk, lambda rng: (rng.normal(size=6),)),
    "diagonal": (diagonal, lambda rng: (rng.normal(size=(5, 5)),)),
    "triangle": (triangle, lambda rng: (rng.normal(size=(5, 5)),)),
    "by_twos": (by_twos, lambda rng: (rng.normal(size=7),)),
    "same_place": (same_place, lambda rng: (rng.normal(size=7),)),
    "found": (found, lambda rng: (rng.normal(size=4), np.array([3, 1, 0, 1, 2]))),
    "branch": (branch, lambda rng: (rng.normal(size=7),)),
}


@pytest.mark.parametrize("name", HARD)
def test_trips_that_depend_on_each_other_stay_in_order(name: str) -> None:
    fun, make = HARD[name]
    text = gradients(fun, make(np.random.default_rng(3)), (0,), "spread")
    if name in ("seidel", "walk", "branch"):
        assert "_before" not in text
