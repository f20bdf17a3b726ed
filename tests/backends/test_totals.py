"""Totals that a loop carries are added to where they are, sums over outer loops element by element."""

from __future__ import annotations

import numpy as np
import pytest
from opt.loops import compare, kernel


def batches(w, x):
    """The cotangent of w is a sum over the batch, on every trip."""
    s = 0.0
    for i in range(x.shape[1]):
        y = np.sum(np.tanh(x[:, i, :, np.newaxis] * w), axis=1)
        s += np.sum(y * y)
    return s


def reads_itself(w, x):
    """What is added up is read from the array that it is added to."""
    a = x[0].copy()
    for i in range(3):
        a[i % 2] += a.sum(axis=0) * w[0, 0]
    return np.sum(a * a * a)


def written_meanwhile(w, x):
    """The addends change between their sum and its addition."""
    v = x[0] * 1.0
    total = np.zeros(x.shape[2])
    for i in range(x.shape[1]):
        part = np.sum(v, axis=0)
        v[i] = np.sin(part)
        total = total + part
    return np.sum(total * w[:, 0])


def read_after(w, x):
    """The trip reads the total as it was before, too."""
    total = np.zeros(x.shape[2])
    s = 0.0
    for i in range(x.shape[1]):
        part = np.sum(x[:, i] ** 2, axis=0)
        new = total + part
        s += np.sum(new * total)
        total = new
    return s * w[0, 0]


RNG = np.random.default_rng(5)
ARGS = (RNG.normal(size=(3, 2)), RNG.normal(size=(2, 3, 3)))


@pytest.mark.parametrize("fun", [batches, reads_itself, written_meanwhile, read_after])
def test_the_same_numbers(fun, rng) -> None:
    compare(fun, ARGS, ("totals",), rng)


def test_no_array_for_what_a_trip_adds(for_every_size: None) -> None:
    on, off = (kernel(batches, ARGS, "contractions", *passes) for passes in ((), ("totals",)))
    assert on.count("np.empty(") < off.count("np.empty(")
    assert "dw[" in on and "] += " in on
