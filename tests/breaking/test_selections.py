"""Selections by data (`x[mask]`, `x[idx]`) that loops and branches read: each element from its own place.

Kernels see through slices and transposes by coordinates; an element picked by an integer array is picked
outside the region, which reads an array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg

X = np.array([0.3, 1.2, -0.4, 0.9, 2.1, 0.05])


def in_a_branch_of_a_loop(x, idx):
    s = 0.0
    for t in range(len(x)):
        sel = x[x > x[t]]
        if len(sel) > 2:
            s += np.sum(sel) * x[t]
    return s


def in_a_branch(x, idx):
    sel = x[x > 0.1]
    return np.sum(sel * sel[::-1]) if len(sel) > 2 else sel[0]


def in_a_loop(x, idx):
    picked = x[idx]
    s = 0.0
    for i in range(len(picked)):
        s += picked[i] ** 2 * x[i]
    return s


def in_a_while(x, idx):
    picked, s, k = x[idx], 1.0, 0
    while s < 20.0 and k < len(picked):
        s *= 1.5 + picked[k] * picked[-1]
        k += 1
    return s


def rows_in_a_loop(x, idx):
    rows = np.outer(x, np.sin(x))[idx]
    s = 0.0
    for i in range(rows.shape[0]):
        s += rows[i] @ rows[i - 1] * x[i]
    return s


def transposed_rows_that_change(x, idx):
    a = np.outer(x, np.sin(x))
    v = a[idx].T
    s = 0.0
    for i in range(3):
        a[i] *= 2.0
        s += np.sum(v[i] * a[i, : v.shape[1]])
    return s


@pytest.mark.parametrize(
    "f",
    [in_a_branch_of_a_loop, in_a_branch, in_a_loop, in_a_while, rows_in_a_loop, transposed_rows_that_change],
)
def test_a_region_reads_what_was_selected(f: Callable[..., Any]) -> None:
    idx = np.array([4, 1, 1, -1])
    value, gradient = sg.value_and_grad(f)(X, idx)
    h = 1e-6
    slopes = [(f(X + h * e, idx) - f(X - h * e, idx)) / (2 * h) for e in np.eye(len(X))]
    np.testing.assert_allclose(value, f(X.copy(), idx), rtol=1e-12)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-7)
    v = np.array([0.3, -1.0, 0.2, 0.7, -0.4, 1.1])
    along = sg.jvp(f, (X, idx), (v, None))[1]
    np.testing.assert_allclose(along, gradient @ v, rtol=1e-10, atol=1e-12)
