"""Points where the formula of a derivative is 0 / 0 and the convention is 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg


@pytest.mark.parametrize("simplify", ["auto", "off"])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.std(x),
        lambda x: x.std(ddof=1),
        lambda x: np.sum(np.std(x, axis=0)),
        lambda x: np.sum(np.std(x, axis=(0, 1), keepdims=True)),
        lambda x: np.linalg.norm(x - 1.0),
    ],
)
def test_no_spread(f: Callable[..., Any], simplify: str) -> None:
    for dtype in (np.float64, np.float32):
        x = np.ones((3, 2), dtype)
        value, gradient = sg.value_and_grad(f, jit=False, simplify=simplify)(x)
        assert value == 0.0
        assert np.asarray(value).dtype == dtype
        np.testing.assert_array_equal(gradient, np.zeros_like(x), strict=True)
