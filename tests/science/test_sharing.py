"""Arrays that loops hand around: names change their memory from trip to trip, the caller's stays as it is."""

import numpy as np
import pytest
from science.checking import both, check


def swapped_then_written(u, trips):
    old = u.copy()
    new = np.zeros(u.shape[0])
    for _ in range(trips):
        old, new = new, old
    new[0] = 5.0
    return np.sum(new * new) + np.sum(old * u)


def rotated_and_written(u, v, trips):
    a = u.copy()
    b = v.copy()
    c = u * v
    for i in range(trips):
        a, b, c = b, c, a
        a[0] = a[0] * b[1] + i
    return np.sum(a * b * c) + np.sum(u * v)


def read_after_being_handed_on(u, trips):
    first = 2.0 * u
    old = first
    new = u * u
    for _ in range(trips):
        old, new = new, old
    new = new.copy()
    new[0] = 1.0
    return np.sum(first * new) + np.sum(old)


@both
@pytest.mark.parametrize("trips", [0, 1, 2, 3])
def test_swapped_then_written(rng, trips, jit):
    check(swapped_then_written, (rng.normal(size=3), trips), jit=jit)


@both
@pytest.mark.parametrize("trips", [0, 1, 2, 3, 4])
def test_rotated_and_written(rng, trips, jit):
    check(rotated_and_written, (rng.normal(size=3), rng.normal(size=3), trips), (0, 1), jit=jit)


@both
@pytest.mark.parametrize("trips", [0, 1, 2])
def test_read_after_being_handed_on(rng, trips, jit):
    check(read_after_being_handed_on, (rng.normal(size=3), trips), jit=jit)


def handed_to_either(x, take):
    """On the way back one branch keeps the cotangent of `a`, the other hands it on to `b`."""
    a = x * 1.0
    total = 0.0
    for k in range(len(take)):
        b = a * a
        if take[k] > 0.0:
            a = b
        total += a * a * a
    return total


@both
@pytest.mark.parametrize("take", [[], [1.0], [-1.0], [1.0, -1.0, 1.0]])
def test_a_number_that_branches_hand_to_different_names(take, jit):
    check(handed_to_either, (0.9, np.array(take)), jit=jit)
