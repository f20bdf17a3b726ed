"""Containers and outputs of uncommon kinds."""

from __future__ import annotations

from collections import OrderedDict, defaultdict

import numpy as np
import pytest

import symgrad as sg


def weighted(p):
    return sum(v * v for _, v in p.items()) + p["a"]


def test_gradients_keep_the_kind_of_dict() -> None:
    df = sg.grad(weighted, jit=False)
    ordered = df(OrderedDict(b=1.0, a=2.0))
    assert type(ordered) is OrderedDict
    assert list(ordered.items()) == [("b", 2.0), ("a", 5.0)]
    default = df(defaultdict(float, a=2.0, b=1.0))
    assert type(default) is defaultdict
    assert default == {"a": 5.0, "b": 2.0}


@pytest.mark.parametrize("aux", [3, True, 2.5])
def test_an_auxiliary_constant(aux: object) -> None:
    def f(x):
        return x * x, aux

    assert sg.grad(f, has_aux=True, jit=False)(3.0) == (6.0, aux)
    assert sg.value_and_grad(f, has_aux=True, jit=False)(3.0) == ((9.0, aux), 6.0)


FACTOR = np.array(3.0)


def scaled(x):
    return np.sum(FACTOR * x)


@pytest.mark.parametrize("jit", [False, True])
def test_a_captured_array_without_axes(jit: bool) -> None:
    np.testing.assert_array_equal(sg.grad(scaled, jit=jit)(np.ones(4)), np.full(4, 3.0))
