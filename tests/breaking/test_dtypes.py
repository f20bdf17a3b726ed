"""dtypes of results, where Python numbers and arrays without axes meet float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg

X = np.array([1.0, 2.0, 3.0], np.float32)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, s: x * s,
        lambda x, s: x * np.reshape(s, (1,)),
        lambda x, s: x * np.reshape(s * 2.0, (1,)).reshape(-1, 1),
        lambda x, s: x * np.broadcast_to(s, (3,)),
        lambda x, s: x * np.expand_dims(s, 0),
        lambda x, s: x * np.atleast_1d(s),
        lambda x, s: x * np.transpose(s),
        lambda x, s: x * np.ravel(s),
        lambda x, s: x * np.squeeze(s),
        lambda x, s: x * np.array(s),
        lambda x, s: x * np.asarray(s),
        lambda x, s: x * np.full(3, s),
        lambda x, s: x * np.tile(s, 3),
        lambda x, s: x * np.repeat(s, 3),
        lambda x, s: x * np.stack([s, s, s]),
        lambda x, s: x * np.array([s, 1.0, s]),
        lambda x, s: x * np.sum(s),
        lambda x, s: x * np.mean(s),
        lambda x, s: x * np.exp(s),
        lambda x, s: x * np.where(s > 0, s, 1.0),
        lambda x, s: x * np.maximum(s, 2.0),
        lambda x, s: x * np.clip(s, 0.0, 2.0),
        lambda x, s: x * (s**2),
        lambda x, s: x * abs(s),
        lambda x, s: x * float(s),
        lambda x, s: x * np.float64(s),
        lambda x, s: x * np.float32(s),
        lambda x, s: x * np.dot(s, s),
        lambda x, s: x * np.linalg.norm(x),
        lambda x, s: x * max(s, 1.0),
        lambda x, s: x * sum([s, s]),
        lambda x, s: x * x.shape[0] * s / len(x),
        lambda x, s: x + np.arange(3) * s,
        lambda x, s: x + np.arange(3.0),
        lambda x, s: x + np.zeros(3),
        lambda x, s: x + np.zeros_like(x) * s,
        lambda x, s: x + np.array([1, 2, 3]),
        lambda x, s: x + np.array([True, False, True]),
        lambda x, s: x * (x > 1.5) * s,
        lambda x, s: np.mean(x) * s,
        lambda x, s: np.sum(x) * np.float64(2.0),
        lambda x, s: np.var(x) + s,
        lambda x, s: x.shape[0] * np.sum(x) / 2,
        lambda x, s: np.concatenate([x, np.array([s])]),
        lambda x, s: np.where(x > 1.5, x, s),
        lambda x, s: np.where(x > 1.5, x, np.float64(0.0)),
        lambda x, s: np.hypot(x, s),
        lambda x, s: np.arctan2(x, np.float64(1.0)),
        lambda x, s: np.power(x, 2),
        lambda x, s: np.power(2, x),
        lambda x, s: x ** np.array([1, 2, 3]),
        lambda x, s: x // 2 + x % 2 * s,
        lambda x, s: np.linspace(0.0, s, 3) * x,
        lambda x, s: np.cumsum(x) * s,
    ],
)
@pytest.mark.parametrize("s", [1.5, np.float64(1.5), np.float32(1.5), np.array(1.5)], ids=repr)
def test_as_numpy(f: Callable[..., Any], s: Any) -> None:
    want = f(X.copy(), s)
    out, pullback = sg.vjp(f, X, s, jit=False)
    assert np.asarray(out).dtype == np.asarray(want).dtype
    np.testing.assert_allclose(out, want, rtol=1e-6, atol=1e-6)
    dx, ds = pullback(np.ones_like(want) if np.ndim(want) else want.dtype.type(1.0))
    assert dx.dtype == np.float32
    assert np.asarray(ds).dtype == np.asarray(s).dtype
