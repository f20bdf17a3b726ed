"""Axes of what has none, axes twice, triangles of a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.sum(x, axis=0) * x, 2.0),
        (lambda x: np.prod(x, axis=-1) * x, np.array(2.0)),
        (lambda x: np.max(x * x, axis=0, keepdims=True), np.float32(2.0)),
        (lambda x: np.triu(x), np.array([1.0, 2.0, 3.0])),
        (lambda x: np.tril(x, -1) @ x, np.array([1.0, 2.0, 3.0])),
        (lambda x: np.triu(x), np.ones((2, 1, 3))),
    ],
)
def test_as_numpy(f: Callable[..., Any], x: Any) -> None:
    out, tangent = sg.jvp(f, (x,), (np.ones_like(x),), jit=False)
    np.testing.assert_allclose(out, f(x), rtol=1e-12)
    np.testing.assert_allclose(tangent, (f(x * 1.01) - f(x * 0.99)) / (0.02 * x) if np.ndim(x) == 0 else
                               (f(x + 0.01) - f(x - 0.01)) / 0.02, rtol=1e-5, atol=1e-12)  # fmt: skip


def test_an_axis_twice() -> None:
    with pytest.raises(sg.ShapeError, match="names an axis twice"):
        sg.grad(lambda x: np.sum(x, axis=(0, -2)), jit=False)(np.ones((2, 3)))
