"""Statistics of NumPy spelt in the language: means that leave NaN out, covariances.

In: a call such as np.nanmean(x, axis=0), np.cov(m). Out: what interpreting the function of its name gives
(see `spelled`).

    np.nansum(x)   ->   np.sum(np.where(np.isnan(x), 0.0, x))
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symgrad.frontend.registry import spelled

Array = Any


@spelled(np.nansum)
def nansum(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    return np.sum(np.where(np.isnan(a), 0.0, a), axis=axis, keepdims=keepdims)


@spelled(np.nanprod)
def nanprod(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    return np.prod(np.where(np.isnan(a), 1.0, a), axis=axis, keepdims=keepdims)


@spelled(np.nanmean)
def nanmean(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    count = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims)
    return nansum(a, axis, keepdims=keepdims) / count


@spelled(np.nanvar)
def nanvar(a: Array, axis: Any = None, *, ddof: Any = 0, keepdims: bool = False) -> Array:
    count = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims)
    apart = np.where(np.isnan(a), 0.0, a - nanmean(a, axis, keepdims=True))
    return np.sum(apart**2, axis=axis, keepdims=keepdims) / (count - ddof)


@spelled(np.nanstd)
def nanstd(a: Array, axis: Any = None, *, ddof: Any = 0, keepdims: bool = False) -> Array:
    return np.sqrt(nanvar(a, axis, ddof=ddof, keepdims=keepdims))


@spelled(np.nanmax)
def nanmax(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    empty = np.all(np.isnan(a), axis=axis, keepdims=keepdims)
    top = np.max(np.where(np.isnan(a), -np.inf, a), axis=axis, keepdims=keepdims)
    return np.where(empty, np.nan, top)


@spelled(np.nanmin)
def nanmin(a: Array, axis: Any = None, *, keepdims: bool = False) -> Array:
    empty = np.all(np.isnan(a), axis=axis, keepdims=keepdims)
    low = np.min(np.where(np.isnan(a), np.inf, a), axis=axis, keepdims=keepdims)
    return np.where(empty, np.nan, low)


@spelled(np.cov)
def cov(m: Array, y: Array = None, rowvar: bool = True, bias: bool = False, ddof: Any = None) -> Array:
    rows = _variables(m, rowvar)
    if y is not None:
        rows = np.concatenate((rows, _variables(y, rowvar)))
    less = ddof if ddof is not None else 0 if bias else 1
    apart = rows - np.mean(rows, axis=1, keepdims=True)
    out = apart @ apart.T / (rows.shape[1] - less)
    return out[0, 0] if out.shape[0] == 1 else out


def _variables(m: Array, rowvar: bool) -> Array:
    """One row a variable."""
    m = np.asarray(m)
    return m[None, :] if m.ndim == 1 else m if rowvar else m.T


@spelled(np.corrcoef)
def corrcoef(x: Array, y: Array = None, rowvar: bool = True) -> Array:
    c = cov(x, y, rowvar)
    if np.ndim(c) == 0:
        return c / c
    spread = np.sqrt(np.diag(c))
    return np.clip(c / spread[:, None] / spread[None, :], -1.0, 1.0)
