"""Compiled arithmetic where numba's differs from NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg

PAIRS = np.array([(i, j) for i in (-7, -3, -1, 0, 1, 3, 7) for j in (-3, -1, 0, 1, 2, 3)])


def of_integers(x, i, j):
    return np.sum(x), np.fmod(i, j), np.remainder(i, j), i // j, i % j


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.int8])
def test_remainders_of_integers(dtype: type) -> None:
    i, j = (np.ascontiguousarray(a) for a in PAIRS.T.astype(dtype))
    with np.errstate(all="ignore"):
        expected = of_integers(1.0, i, j)
    found, _ = sg.vjp(of_integers, 1.0, i, j)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_constant_arrays_of_special_numbers() -> None:
    def f(x):
        return np.sum(x * np.array([np.inf, 2.0])), x * np.array([[-np.inf], [np.nan]])

    x = np.array([0.5, 1.0])
    out, _ = sg.vjp(f, x)
    np.testing.assert_array_equal(out[0], np.inf)
    np.testing.assert_array_equal(out[1], f(x)[1])
    np.testing.assert_array_equal(sg.grad(lambda x: np.sum(x * np.array([np.inf, 2.0])))(x), [np.inf, 2.0])
