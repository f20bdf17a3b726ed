"""Stacks of small matrices: a sum that is kept in an array begins in each trip with its own part, no more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from backends.helpers import agree, arguments, function, gradients

from symgrad.ir.build import Ref, apply, sin
from symgrad.ir.build import sum as total


def chain(a: Ref, b: Ref) -> Ref:
    return (a @ sin(b)) @ a


def rows_again(a: Ref, b: Ref) -> Ref:
    p = a @ b
    return p @ apply("transpose", p, perm=(0, 2, 1)) + p @ a


def sums_of_rows(a: Ref, b: Ref) -> Ref:
    p = a @ b
    return total(p * p, axis=(2,)) @ total(p, axis=(0,))


@pytest.mark.parametrize("shape", ["2,3,3", "n,3,3", "n,2,2", "1,4,4", "3,n,n"])
@pytest.mark.parametrize("f", [chain, rows_again, sums_of_rows])
def test_stacks(f: Callable[[Ref, Ref], Ref], shape: str) -> None:
    graph = function(f, a=shape, b=shape)
    agree(graph, arguments(graph, {"n": 3}))


def products(a):
    m = a.reshape(2, 3, 3)
    return np.sum((m @ np.sin(m) @ m) ** 2)


def systems(a):
    m = a.reshape(2, 3, 3)
    return np.sum(np.linalg.inv(m) @ np.linalg.solve(m, np.sin(m)))


@pytest.mark.parametrize("f", [products, systems])
def test_gradients_of_stacks(f: Callable[[np.ndarray], float]) -> None:
    m = np.random.default_rng(4).normal(size=(2, 3, 3)) * 0.3 + np.eye(3)
    gradients(f, (m.ravel(),), (0,), "unroll")
