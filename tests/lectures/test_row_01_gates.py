"""Row 1: `(x + y) * z`, the circuit of every first lecture on backpropagation."""

import numpy as np
import pytest

import symgrad as sg
from lectures.helpers import ATOL, RTOL, assigned, both


def circuit(x, y, z):
    q = x + y
    f = q * z
    return f


def one_line(x, y, z):
    return (x + y) * z


def product(x, y):
    return x * y


@both
@pytest.mark.parametrize("fun", [circuit, one_line])
def test_the_slides_numbers(fun, jit):
    value, gradient = sg.value_and_grad(fun, argnums=(0, 1, 2), jit=jit)(-2.0, 5.0, -4.0)
    assert value == -12.0
    assert gradient == (-4.0, -4.0, 3.0)
    assert all(type(d) is float for d in gradient)


@both
def test_the_two_factors_are_switched(jit):
    value, gradient = sg.value_and_grad(product, wrt="*", jit=jit)(4.0, -3.0)
    assert value == -12.0
    assert gradient == (-3.0, 4.0)


def test_random_points_and_cotangents(rng):
    forward, backward = sg.fwd_and_bwd(circuit, argnums=(0, 1, 2))
    for x, y, z, df in rng.normal(size=(20, 4)).tolist():
        f, cache = forward(x, y, z)
        np.testing.assert_allclose(f, (x + y) * z, rtol=RTOL, atol=ATOL)
        np.testing.assert_allclose(backward(df, cache), (df * z, df * z, df * (x + y)), rtol=RTOL, atol=ATOL)


def test_arrays_of_any_size_take_the_same_program(rng):
    for n in (1, 2, 7):
        x, y, z, df = rng.normal(size=(4, n))
        f, pullback = sg.vjp(circuit, x, y, z)
        np.testing.assert_allclose(f, (x + y) * z, rtol=RTOL, atol=ATOL)
        for d, expected in zip(pullback(df), (df * z, df * z, df * (x + y)), strict=True):
            assert d.shape == (n,)
            np.testing.assert_allclose(d, expected, rtol=RTOL, atol=ATOL)


def test_the_text_goes_back_through_the_gates():
    gradient = sg.grad(circuit, argnums=(0, 1, 2))
    gradient(-2.0, 5.0, -4.0)
    names = assigned(gradient.source)
    assert names.index("q") < names.index("dq")
    assert names.index("dq") < names.index("dx")
    assert {"dx", "dy", "dz"} <= set(names)
