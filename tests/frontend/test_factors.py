"""np.linalg.qr and np.linalg.lstsq: LAPACK's values and signs, and derivatives against differences."""

import numpy as np
import pytest
from science.checking import check

import symgrad as sg


def factors(a):
    q, r = np.linalg.qr(a)
    weights = np.cos(np.arange(q.size)).reshape(q.shape)
    return np.sum(q * weights) + np.sum(np.sin(r) * r)


def by_name(a):
    f = np.linalg.qr(a)
    return f.Q[0, 1] * f.R[0, 0] + np.linalg.qr(a, mode="r")[1, 2]


@pytest.mark.parametrize("shape", [(5, 3), (3, 3), (3, 5), (4, 1), (1, 1)])
def test_qr(shape, rng):
    check(factors, (rng.normal(size=shape),), second=shape == (3, 3), rtol=1e-5, atol=1e-6)


def test_qr_by_name_and_r_alone(rng):
    check(by_name, (rng.normal(size=(4, 4)),), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "a",
    [
        np.eye(3),
        np.triu(np.arange(1.0, 10.0).reshape(3, 3)) * -1.0,
        np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 3.0]]),
        np.array([[0.0, 1.0], [2.0, 2.0], [-1.0, 3.0]]),
    ],
    ids=["identity", "triangular", "a column of zeros", "zero on the diagonal"],
)
def test_signs_are_those_of_lapack(a):
    (q, r), _ = sg.vjp(lambda a: tuple(np.linalg.qr(a)), a, jit=False)
    expected = np.linalg.qr(a)
    np.testing.assert_allclose(q, expected.Q, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(r, expected.R, rtol=1e-13, atol=1e-14)


def solved(a, b):
    x, missed, rank, _ = np.linalg.lstsq(a, b, rcond=None)
    return np.sum(x**3) * rank + np.sum(missed)


@pytest.mark.parametrize("b_shape", [(6,), (6, 2)])
def test_lstsq(b_shape, rng):
    check(solved, (rng.normal(size=(6, 3)), rng.normal(size=b_shape)), (0, 1), rtol=1e-5, atol=1e-6)


def test_lstsq_of_as_many_equations_as_unknowns(rng):
    check(solved, (rng.normal(size=(3, 3)), rng.normal(size=3)), (0, 1), second=False, rtol=1e-5, atol=1e-5)


def test_singular_values_of_lstsq(rng):
    check(lambda a, b: np.linalg.lstsq(a, b)[3][0], (rng.normal(size=(5, 3)), rng.normal(size=5)), rtol=1e-5)


def test_columns_that_are_not_independent_have_no_solution(rng):
    a = rng.normal(size=(6, 3))
    a[:, 2] = a[:, 0] - a[:, 1]
    value, _ = sg.value_and_grad(solved, jit=False)(a, rng.normal(size=6))
    assert np.isnan(value)


def test_qr_compiled(rng):
    a = rng.normal(size=(4, 3))
    value, gradient = sg.value_and_grad(factors)(a)
    np.testing.assert_allclose(value, factors(a), rtol=1e-12)
    np.testing.assert_allclose(gradient, sg.grad(factors, jit=False)(a), rtol=1e-10, atol=1e-12)
