"""Loops that a zero cotangent makes idle stand in the branch where it is not zero."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.opt import idle
from symgrad.testing import check_grads


def nearest(points, centroids):
    cost = 0.0
    for i in range(points.shape[0]):
        closest = np.inf
        for j in range(centroids.shape[0]):
            dist = 0.0
            for c in range(points.shape[1]):
                diff = points[i, c] - centroids[j, c]
                dist += diff * diff
            if dist < closest:
                closest = dist
        cost += closest
    return cost


def weighted(x, w):
    s = 0.0
    for i in range(len(x)):
        t = 0.0
        for j in range(len(w)):
            t += w[j] * np.sin(x[i] * (j + 1))
        if x[i] > 0.0:
            s += t
        else:
            s -= 0.5 * x[i] ** 2
    return s


def both_sides(x, w):
    s = 1.0
    for i in range(len(x)):
        a = 0.0
        b = 0.0
        for j in range(len(w)):
            a += w[j] * x[i]
            b += w[j] ** 2 * x[i]
        if x[i] > 0.0:
            s *= np.cos(a)
        else:
            s += b
    return s


def kept(x, w):
    """What the loop makes is read on both sides: it cannot enter either."""
    s = 0.0
    for i in range(len(x)):
        a = 0.0
        for j in range(len(w)):
            a += w[j] * x[i]
        s += a if x[i] > 0.0 else 3.0 * a
    return s


def pairs(r, w):
    """Statements on arrays, and a vector that only they read; beyond the cutoff nothing is left to do."""
    energy = 0.0
    for i in range(r.shape[0]):
        for j in range(i):
            d = r[i] - r[j]
            r2 = np.dot(d, d)
            if r2 > 2.0:
                continue
            energy += np.sum(w * d) / (r2 + 0.5)
    return energy


def written(x, w):
    """`a` is written between the reading of its row and the branch: the row is not read later than that."""
    a = np.outer(x, w)
    s = 0.0
    for i in range(1, a.shape[0]):
        row = a[i - 1] * w
        a[i - 1] = np.sin(row) + a[i]
        t = np.sum(row * row)
        if t > 0.3:
            s += t * np.sum(a[i - 1])
    return s


PROGRAMS = [nearest, weighted, both_sides, kept, pairs, written]


def arguments(fun, rng):
    return (
        (rng.normal(size=(5, 3)), rng.normal(size=(4, 3)))
        if fun is nearest
        else (rng.normal(size=(5, 3)), rng.normal(size=3))
        if fun is pairs
        else (rng.normal(size=5), rng.normal(size=3))
    )


def test_the_loop_stands_in_the_branch(rng) -> None:
    lines = sg.grad(nearest, 1, jit=False).source_for(*arguments(nearest, rng)).splitlines()
    backward = lines[next(k for k, line in enumerate(lines) if "dcentroids = " in line) :]
    branch = next(line for line in backward if line.lstrip().startswith("if "))
    loop = next(line for line in backward if "for c in " in line and not line.lstrip().startswith("#"))
    assert backward.index(loop) > backward.index(branch)
    assert len(loop) - len(loop.lstrip()) > len(branch) - len(branch.lstrip())
    assert not any("ddist = 0.0" in line for line in backward)


def test_statements_on_arrays_stand_in_the_branch(rng) -> None:
    lines = sg.grad(pairs, jit=False).source_for(*arguments(pairs, rng)).splitlines()
    written = [line for line in lines if line.lstrip().startswith(("dr[i] ", "dr[j] ", "dd = "))]
    branch = [line for line in lines if line.lstrip().startswith("if not r2 > 2")][-1]
    assert len(written) >= 3
    assert all(len(x) - len(x.lstrip()) > len(branch) - len(branch.lstrip()) for x in written)
    assert not any("dr2 = 0.0" in line for line in lines)


def test_what_a_loop_only_adds_up_is_not_computed_again(rng) -> None:
    """The branch also gives what the adjoint reads; the sum that it carries beside that is nobody's."""
    text = sg.grad(pairs, jit=False).source_for(*arguments(pairs, rng))
    code = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert not any("energy" in line for line in code)


@pytest.mark.parametrize("fun", PROGRAMS)
def test_gradients_and_second_derivatives(fun, rng) -> None:
    args = arguments(fun, rng)
    check_grads(fun, args, order=2, jit=False)


@pytest.mark.parametrize("fun", PROGRAMS)
def test_with_the_pass_switched_off_the_values_are_the_same(fun, rng, monkeypatch) -> None:
    args = arguments(fun, rng)
    on = sg.grad(fun, (0, 1), jit=False)(*args)
    compiled = sg.grad(fun, (0, 1))(*args)
    monkeypatch.setattr(idle, "_entered", lambda block, place: None)
    off = sg.grad(fun, (0, 1), jit=False)(*args)
    for a, b, c in zip(on, off, compiled, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(c, a, rtol=1e-13, atol=1e-15)


def test_an_infinite_slope_behind_a_zero_cotangent_is_not_reached() -> None:
    def roots(x):
        s = 0.0
        for i in range(len(x)):
            t = 0.0
            for _ in range(3):
                t += np.sqrt(x[i])
            if x[i] > 0.0:
                s += t
        return s

    for jit in (False, True):
        np.testing.assert_array_equal(sg.grad(roots, jit=jit)(np.array([4.0, 0.0])), [0.75, 0.0])
