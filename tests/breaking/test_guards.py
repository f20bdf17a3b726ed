"""A condition on extents is decided once a specialisation: calls of other sizes take their own branch."""

from __future__ import annotations

import operator
from itertools import permutations

import numpy as np
import pytest

import symgrad as sg

RELATIONS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def with_relation(relation: str, other: str) -> str:
    return f"""
def f(x, a):
    n, m = a.shape
    if n {relation} {other}:
        return x[0] * np.sin(x).sum()
    return 3 * x[-1] + a.sum()
"""


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("other", ["3", "m"])
def test_each_size_takes_its_own_branch(relation, other):
    f = sg.from_source(with_relation(relation, other), "f")
    rng = np.random.default_rng(5)
    for order in permutations([(2, 3), (3, 3), (4, 3)]):
        slope = sg.grad(f, jit=False)
        for n, m in order:
            x, a = rng.normal(size=4), rng.normal(size=(n, m))
            want = np.array([0.0, 0, 0, 3])
            if RELATIONS[relation](n, 3):
                want = x[0] * np.cos(x) + np.array([np.sin(x).sum(), 0, 0, 0])
            np.testing.assert_allclose(slope(x, a), want, rtol=1e-13, atol=1e-13)
