"""Counters: integers that are moved by one amount on every trip are computed, not saved."""

import numpy as np
import pytest
from language.checking import check, lowered_for

from symgrad.ad.reverse import reverse
from symgrad.ir.walk import all_eqns

X = np.random.default_rng(3).uniform(0.4, 1.2, 9)


def in_a_while(x):
    s = 1.0
    k = 0
    while s < 5.0:
        s = s + s * x[k] * np.sin(x[k])
        k += 1
    return s


def downwards(x):
    s = 0.5
    p = len(x) - 1
    for i in range(1, len(x), 2):
        s += np.sin(x[p]) * x[i] * s
        p -= 1
    return s


def through_a_triangle(x):
    s = 0.0
    p = 0
    for i in range(3):
        for j in range(i, 3):
            s += x[p] * x[p] * x[j]
            p += 1
    return s


def by_an_argument(x, step):
    s = 1.0
    p = step
    for i in range(len(x) - 1, 0, -1):
        s *= np.sin(x[p] * x[i]) + 1.0
        p = p + step
        if s > 5.0:
            break
    return s


@pytest.mark.parametrize("f", [in_a_while, downwards, through_a_triangle], ids=lambda f: f.__name__)
def test_derivatives(f):
    check(f, X)


def test_a_step_from_an_argument():
    check(by_an_argument, X, 1)


@pytest.mark.parametrize("f", [in_a_while, downwards], ids=lambda f: f.__name__)
def test_no_tape_holds_a_counter(f):
    _, lowered = lowered_for(f, X)
    kinds = {}
    for plain in (False, True):
        made = all_eqns(reverse(lowered.function, (0,), "grad", plain=plain).body)
        kinds[plain] = [e.attrs["dtype"] for e in made if e.op.name in ("empty", "tape")]
    assert "int64" not in kinds[False] and "int64" in kinds[True]
