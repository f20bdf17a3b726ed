"""Compiled calls on whole arrays (np.dot, reshape) of parts that begin where their array begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg


@pytest.mark.parametrize(
    ("f", "shapes"),
    [
        (lambda x, w: x[:, :2] @ w[:2], ((3, 4), (4, 5))),
        (lambda x, w: x[:2].T @ w[:2, :3], ((3, 4), (4, 5))),
        (lambda x, w: x[:, :3, :2] @ w[:, :2], ((2, 3, 4), (2, 4, 5))),
        (lambda x, w: np.concatenate((x, w), axis=None), ((3, 2), (4, 5))),
        (lambda x, w: x[:4].reshape(2, 2) @ w[:2], ((6,), (3, 5))),
    ],
)
def test_parts_are_not_the_whole(f: Callable[..., Any], shapes: tuple[Any, ...]) -> None:
    rng = np.random.default_rng(0)
    args = [rng.normal(size=shape) for shape in shapes]
    out, pullback = sg.vjp(f, *args)
    np.testing.assert_allclose(out, f(*args), rtol=1e-12)
    cotangent = rng.normal(size=out.shape)
    expected = sg.vjp(f, *args, jit=False)[1](cotangent)
    for found, right in zip(pullback(cotangent), expected, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-12)
