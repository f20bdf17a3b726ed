"""Which results share memory with their operand: what NumPy decides, the compiler follows or refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg

X = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])


def astype_no_copy(x):
    y = x.astype(float, copy=False)
    y[0] = 2.0
    return np.sum(x * x)


def astype_copy(x):
    y = x.astype(float)
    y[0] = 2.0
    return np.sum(x * x * y)


def array_no_copy(x):
    y = np.array(x, copy=None, ndmin=3)
    y[0, 1] = 2.0
    return np.sum(x * x)


def method_copy_is_contiguous(x):
    y = x.copy()
    z = y.reshape(-1)
    z[1] = 9.0
    return np.sum(y * x)


def sum_is_not_written(x):
    y = x * 1.0
    v = y[0, 1:3]
    y *= 2.0
    v[0] = 0.0
    return np.sum(y) + v.sum()


@pytest.mark.parametrize(
    "f",
    [astype_no_copy, astype_copy, array_no_copy, method_copy_is_contiguous, sum_is_not_written],
)
@pytest.mark.parametrize("simplify", ["auto", "off"])
def test_as_python_does(f: Callable[..., Any], simplify: str) -> None:
    for x in (X, X[::-1], X.T[:, ::-1].T):
        value, gradient = sg.value_and_grad(f, jit=False, simplify=simplify)(x)
        np.testing.assert_allclose(value, f(x.copy()), rtol=1e-12)
        out, along = sg.jvp(f, (x,), (np.ones_like(x),), jit=False, simplify=simplify)
        np.testing.assert_allclose(out, value, rtol=1e-12)
        np.testing.assert_allclose(along, np.sum(gradient), rtol=1e-12, atol=1e-12)
        step = 1e-6
        slope = (f(x + step) - f(x - step)) / (2 * step)
        np.testing.assert_allclose(along, slope, rtol=1e-8, atol=1e-8)


def contiguous(x):
    y = np.ascontiguousarray(x)
    y[0] = 2.0
    return np.sum(x * y)


def copy_keeps_the_layout(x):
    y = np.array(x)
    z = y.reshape(-1)
    z[1] = 9.0
    return np.sum(y * x)


def like_keeps_the_layout(x):
    y = np.zeros_like(x)
    z = y.ravel()
    z[1] = 9.0
    return np.sum(y * x)


def replaced_in_place(x):
    np.nan_to_num(x, copy=False)
    return np.sum(x)


@pytest.mark.parametrize("f", [contiguous, copy_keeps_the_layout, like_keeps_the_layout, replaced_in_place])
def test_refused_where_the_layout_decides(f: Callable[..., Any]) -> None:
    with pytest.raises(sg.UnsupportedSyntaxError, match=r"test_aliases\.py:\d+:\d+: "):
        sg.grad(f, jit=False)(X)


def bound_to_itself(x):
    """The name is bound anew, to what it is: an earlier view shows the same array."""
    a = x * 1.0
    first = a[:2]
    for _ in range(len(x)):
        first[1] = a.sum() * 0.5
        a = a
    return a.sum()


def test_a_name_bound_to_itself_is_the_array_that_a_view_writes_to() -> None:
    with pytest.raises(sg.SymgradError, match="a is written in a loop, and may be the same array as"):
        sg.grad(bound_to_itself, jit=False)(np.array([0.3, 0.9, 0.4]))
