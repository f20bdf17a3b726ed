"""Containers and outputs of uncommon kinds."""

from __future__ import annotations

import pickle
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

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


@pytest.mark.parametrize("jacobian", [sg.jacobian, sg.jacfwd, sg.jacrev])
def test_jacobians_of_nothing(jacobian: Callable[..., Any]) -> None:
    empty = np.zeros((0, 2), np.float32)
    assert jacobian(lambda x: x * x, jit=False)(empty).shape == (0, 2, 0, 2)
    assert jacobian(lambda x: np.sum(x, axis=0), jit=False)(empty).shape == (2, 0, 2)
    assert jacobian(lambda x: np.sum(x, axis=0), jit=False)(empty).dtype == np.float32
    assert jacobian(lambda x: x[:0], jit=False)(np.ones(3)).shape == (0, 3)


def cubes(x):
    return np.sum(x**3)


def test_every_transform_travels() -> None:
    a, x, p = 2.0, np.array([1.0, 2.0]), np.array([1.0, -1.0])

    def local(x):
        return a * cubes(x)

    for f in (cubes, local):

        def again(transform: Any) -> Any:
            return pickle.loads(pickle.dumps(transform))

        np.testing.assert_array_equal(again(sg.hvp(f, jit=False))(x, p), sg.hvp(f, jit=False)(x, p))
        np.testing.assert_array_equal(again(sg.hessian(f, jit=False))(x), sg.hessian(f, jit=False)(x))
        np.testing.assert_array_equal(again(sg.jacrev(f, jit=False))(x), sg.grad(f, jit=False)(x))
        forward, backward = again(sg.fwd_and_bwd(f, jit=False))
        np.testing.assert_array_equal(backward(1.0, forward(x)[1]), sg.grad(f, jit=False)(x))
        _, pullback = again(sg.vjp(f, jit=False))(x)
        np.testing.assert_array_equal(pullback(1.0)[0], sg.grad(f, jit=False)(x))
        assert again(sg.jvp(f, jit=False))((x,), (p,)) == sg.jvp(f, (x,), (p,), jit=False)
