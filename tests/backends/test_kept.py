"""Sums in variables while a loop adds to one element: the same numbers, and no loads and stores."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.ir.switch import without


def pairs(r, reach):
    """Added to in a branch, beside additions to other elements of the same row."""
    s = 0.0
    for i in range(r.shape[0]):
        for j in range(i):
            d = r[i] - r[j]
            q = np.dot(d, d)
            if q < reach:
                s += np.exp(-q) * r[j, 0]
    return s


def columns(a, b):
    """The element is the same in both inner loops."""
    acc = np.zeros(a.shape[1])
    for k in range(a.shape[1]):
        for i in range(a.shape[0]):
            for j in range(i):
                acc[k] += np.sin(a[i, k]) * b[j]
    return np.sum(acc * acc)


def maybe_no_trip(x, first):
    """Where there is no trip the element need not be there."""
    s = 0.0
    for k in range(first, x.shape[0] + 3):
        for j in range(x.shape[0] - k):
            s += x[k] * x[k + j] ** 2
    return s


def read_in_between(x):
    """What is added up is read again: it stays in the array."""
    acc = np.zeros(len(x))
    for i in range(len(x)):
        for j in range(len(x)):
            acc[i] += x[j] * x[i]
            if j == 2:
                acc[j] = acc[i] * x[j]
    return np.sum(acc * x)


def left_early(x, limit):
    acc = np.zeros(3)
    for k in range(3):
        for i in range(len(x)):
            acc[k] += x[i] ** (k + 1)
            if acc[k] > limit:
                break
    return np.sum(np.exp(-acc))


def two_rows(x, w):
    """In branches of branches; one element is added to in both."""
    acc = np.zeros((4, 2))
    for i in range(len(x)):
        if x[i] > 0.0:
            acc[1, 0] += x[i] * w[i]
            if w[i] > 0.0:
                acc[2, 1] += w[i] ** 2
                acc[1, 0] += 1.0
        else:
            acc[i % 4, 1] -= x[i] ** 3
    return np.sum(np.sin(acc))


def attracted(r):
    """A branch makes numbers too, which are read after it."""
    a = np.zeros((4, 3))
    far = 0.0
    for i in range(4):
        for j in range(4):
            d = r[j] - r[i]
            s = np.dot(d, d)
            if i != j and s < 4.0:
                a[i] += d / (s * np.sqrt(s) + 0.1)
                far = s
            else:
                far += 0.5
            a[i] += far * r[j]
    return np.sum(a * a) + far


RNG = np.random.default_rng(29)
PROGRAMS = {
    "pairs": (pairs, ("r",), (RNG.normal(size=(6, 2)), 2.0)),
    "attracted": (attracted, ("r",), (RNG.normal(size=(4, 3)),)),
    "columns": (columns, ("a", "b"), (RNG.normal(size=(5, 7)), RNG.normal(size=5))),
    "maybe_no_trip": (maybe_no_trip, ("x",), (RNG.normal(size=5), 1)),
    "read_in_between": (read_in_between, ("x",), (RNG.normal(size=5),)),
    "left_early": (left_early, ("x",), (RNG.uniform(0.5, 1.0, 6), 2.1)),
    "two_rows": (two_rows, ("x", "w"), (RNG.normal(size=9), RNG.normal(size=9))),
}
KEPT = {"pairs", "attracted", "columns", "read_in_between", "two_rows"}


def flat(grads):
    return np.concatenate([np.ravel(g) for g in (grads if isinstance(grads, tuple) else (grads,))])


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_numbers(name):
    f, wrt, args = PROGRAMS[name]
    both = sg.value_and_grad(f, wrt=wrt)
    value, grads = both(*args)
    np.testing.assert_allclose(value, f(*args), rtol=1e-12)
    np.testing.assert_allclose(
        flat(grads), flat(sg.grad(f, wrt=wrt, jit=False)(*args)), rtol=1e-10, atol=1e-12
    )
    text = both.kernel_source
    with without("kept"):
        plain = sg.value_and_grad(f, wrt=wrt).kernel_source_for(*args)
    assert (text != plain) == (name in KEPT), text
    strict = sg.value_and_grad(f, wrt=wrt, fastmath="strict").kernel_source_for(*args)
    assert "_i0 = " not in strict and "acc_k = " not in strict


def test_no_trip_no_element():
    """The loop over j makes no trip for k >= len(x), and x[k] is not there."""
    x = np.array([0.3, -1.2, 0.8])
    np.testing.assert_allclose(
        sg.grad(maybe_no_trip)(x, 0), sg.grad(maybe_no_trip, jit=False)(x, 0), rtol=1e-13
    )
    np.testing.assert_array_equal(sg.grad(maybe_no_trip)(x, 3), np.zeros(3))


def test_half_precision_sums_stay_half():
    f, wrt, (r, reach) = PROGRAMS["pairs"]
    got = sg.grad(f, wrt=wrt)(r.astype(np.float32), np.float32(reach))
    want = sg.grad(f, wrt=wrt, jit=False)(r, reach)
    assert flat(got).dtype == np.float32
    np.testing.assert_allclose(flat(got), flat(want), rtol=2e-5, atol=1e-6)


def test_a_row_is_written_once():
    f, wrt, args = PROGRAMS["pairs"]
    text = sg.grad(f, wrt=wrt).kernel_source_for(*args)
    inner = text.rpartition("for j in range(i):")[2].partition("\n        dr[i")[0]
    assert "dr[i" not in inner and "dr_i0 = dr_i0 + " in inner
