"""Derivatives of several arrays inside compiled code: their extents need not be alike."""

from __future__ import annotations

import numba
import numpy as np
import pytest

import symgrad as sg


def squares(x, w, b):
    return np.sum((x @ w + b) ** 2) + np.sum(x[:, 0] * w[0])


gradient = sg.grad(squares, argnums=(1, 2))


@numba.njit
def caller(x, w, b):
    return gradient(x, w, b)


def test_extents_of_several_arguments() -> None:
    rng = np.random.default_rng(0)
    for rows, columns in ((4, 3), (6, 6), (2, 5)):
        x, w = rng.normal(size=(rows, columns)), rng.normal(size=columns)
        dw, db = caller(x, w, 0.5)
        expected = sg.grad(squares, argnums=(1, 2), jit=False)(x, w, 0.5)
        np.testing.assert_allclose(dw, expected[0], rtol=1e-12)
        np.testing.assert_allclose(db, expected[1], rtol=1e-12)
    with pytest.raises(ValueError, match="does not have the length"):
        caller(np.ones((4, 3)), np.ones(4), 0.5)


def powers(x, k):
    return np.sum(x**k)


def halves(x):
    return np.sum(x.reshape(2, -1)[0] ** 2)


@pytest.mark.parametrize(("f", "args"), [(powers, (np.ones((4, 3)), 2)), (halves, (np.ones((4, 3)),))])
def test_programs_that_types_do_not_fix_are_refused(f, args) -> None:
    derivative = sg.grad(f)

    @numba.njit
    def call(*args):
        return derivative(*args)

    with pytest.raises(numba.TypingError, match="another program for each value"):
        call(*args)
