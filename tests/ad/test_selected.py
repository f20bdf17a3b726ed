"""Loops that keep what one trip found: the adjoint is that of the trip, whatever the others did."""

import numpy as np
import pytest
from language.checking import check, lowered_for

from symgrad.ad.reverse import reverse
from symgrad.ir.evaluate import run
from symgrad.ir.switch import without
from symgrad.ir.text import show

RNG = np.random.default_rng(11)
X, Y = RNG.normal(size=7), RNG.normal(size=(7, 3))


def nearest(x, y):
    best, arg, w = 10.0, 0, 0.0
    for j in range(len(x)):
        d = np.sum((y[j] - x[j]) ** 2)
        if d < best:
            best = d
            arg = j
            w = x[j] * y[j, 1]
    return best * w + x[arg]


def never_found(x, y):
    best = x[0] * 1.0
    for j in range(1, len(x)):
        if y[j, 0] > 50.0:
            best = x[j] * y[j, 1]
    return best * x[1]


def downwards(x, y):
    best = 0.5
    for j in range(len(x) - 1, -1, -2):
        t = np.exp(x[j]) * y[j, 2]
        if t > best:
            best = t
    return best * best


def an_array_is_kept(x, y):
    best = -10.0
    row = np.zeros(3)
    for j in range(len(x)):
        s = np.sin(y[j]) * x[j]
        if s[0] > best:
            best = s[0]
            row = s
    return np.sum(row * row) * best


def the_other_side(x, y):
    m = -9.0
    for j in range(len(x)):
        if x[j] * y[j, 1] <= m:
            m = m
        else:
            m = x[j] * y[j, 1]
    return m * m


def in_a_triangle(x, y):
    t = 0.0
    for i in range(len(x)):
        best = 1e9
        for j in range(i):
            d = (x[i] - x[j]) ** 2 + np.sum(y[i] * y[j])
            if d < best:
                best = d
        if i > 0:
            t += best
    return t


def left_early(x, y):
    best = 0.0
    for j in range(len(x)):
        v = x[j] * y[j, 0] + 0.1 * j
        if v > best:
            best = v
        if best > 0.3:
            break
    return best * best


def by_an_expression(x, y):
    best = 0.0
    for j in range(len(x)):
        v = x[j] * y[j, 0]
        best = v if v > best else best
    return best * best + x[0]


def in_a_branch(x, y):
    """A ray and spheres: what is kept is decided inside of what has to hold first."""
    best, hit = 20.0, -1
    for j in range(len(x)):
        apart = 1.5 - y[j, 0] ** 2
        if apart > 0.0:
            t = x[j] - np.sqrt(apart)
            if y[j, 1] < 1.0:
                t = t + 0.1 * x[j]
                if t < best:
                    best = t
                    hit = j
    return best * best * (x[hit] if hit >= 0 else 1.0)


def on_the_other_side_of_a_branch(x, y):
    best = 0.2
    for j in range(len(x)):
        if y[j, 2] > 0.5:
            pass
        else:
            v = x[j] * y[j, 0] + 1.0
            best = best if v <= best else v
    return np.exp(best)


FOUND = [
    in_a_branch,
    on_the_other_side_of_a_branch,
    nearest,
    never_found,
    downwards,
    an_array_is_kept,
    the_other_side,
    in_a_triangle,
    left_early,
    by_an_expression,
]


def adds_up_as_well(x, y):
    best, s = 0.0, 0.0
    for j in range(len(x)):
        s += x[j] * y[j, 0]
        if s > best:
            best = s
    return best * best + s


def moves_a_place(x, y):
    best, p = -5.0, 0
    for _ in range(len(x) // 2):
        v = x[p] * y[p, 0]
        if v > best:
            best = v * v
        p += 2
    return best


def builds_on_the_last(x, y):
    best = 0.1
    for j in range(len(x)):
        if x[j] > 0.0:
            best = best * y[j, 0] + x[j]
    return best


def differs_in_a_branch(x, y):
    """The branch changes what is kept also where it finds nothing."""
    best = 3.0
    for j in range(len(x)):
        if y[j, 0] > 0.0:
            best = best * 0.9
            if x[j] < best:
                best = x[j] * y[j, 1]
    return best * x[0]


OTHERS = [differs_in_a_branch, adds_up_as_well, moves_a_place, builds_on_the_last]


@pytest.mark.parametrize("f", FOUND + OTHERS, ids=lambda f: f.__name__)
def test_derivatives(f):
    check(f, X, Y)


@pytest.mark.parametrize("f", FOUND + OTHERS, ids=lambda f: f.__name__)
def test_switched_off_it_gives_the_same(f):
    function = lowered_for(f, X, Y)[1].function
    with without("selected"):
        every_trip = reverse(function, (0, 1), "grad")
    one_trip = reverse(function, (0, 1), "grad")
    assert (show(one_trip) != show(every_trip)) == (f in FOUND)
    for a, b in zip(run(one_trip, X, Y), run(every_trip, X, Y), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)
