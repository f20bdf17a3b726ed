"""Functions along an axis, spelt in the language: running extremes, a function of each row, lookups.

In: a call such as np.maximum.accumulate(x). Out: what interpreting the function of that name here gives.

    np.maximum.accumulate(x)   ->   y = x.copy();  for i in range(1, n): y[i] = np.maximum(y[i - 1], x[i])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symgrad.frontend.registry import spelled

Array = Any


def _running(extreme: Any, x: Array, axis: int) -> Array:
    y = np.moveaxis(1 * np.asarray(x), axis, 0).copy()
    for i in range(1, y.shape[0]):
        y[i] = extreme(y[i - 1], y[i])
    return np.moveaxis(y, 0, axis)


@spelled(np.maximum.accumulate)
def maximum_accumulate(array: Array, axis: int = 0) -> Array:
    return _running(np.maximum, array, axis)


@spelled(np.minimum.accumulate)
def minimum_accumulate(array: Array, axis: int = 0) -> Array:
    return _running(np.minimum, array, axis)


@spelled(np.apply_along_axis)
def apply_along_axis(func1d: Any, axis: int, arr: Array, *args: Any, **kwargs: Any) -> Array:
    x = np.moveaxis(np.asarray(arr), axis, -1)
    rows = x.copy().reshape((-1, x.shape[-1]))
    out = np.array([func1d(rows[i], *args, **kwargs) for i in range(rows.shape[0])])
    whole = out.reshape(x.shape[:-1] + out.shape[1:])
    return np.moveaxis(whole, -1, axis) if out.ndim == 2 else whole


@spelled(np.put_along_axis)
def put_along_axis(arr: Array, indices: Array, values: Array, axis: int) -> None:
    indices = np.asarray(indices)
    at = axis % arr.ndim
    places = [
        indices
        if k == at
        else np.arange(arr.shape[k]).reshape(tuple(arr.shape[k] if i == k else 1 for i in range(arr.ndim)))
        for k in range(arr.ndim)
    ]
    arr[tuple(places)] = values


@spelled(np.isin)
def isin(element: Array, test_elements: Array, assume_unique: Any = False, invert: bool = False) -> Array:
    found = np.any(np.asarray(element)[..., None] == np.ravel(np.asarray(test_elements)), axis=-1)
    return ~found if invert else found


@spelled(np.signbit)
def signbit(x: Array) -> Array:
    return np.copysign(1.0, x) < 0


@spelled(np.nancumsum)
def nancumsum(a: Array, axis: Any = None) -> Array:
    a = np.asarray(a)
    return np.cumsum(np.where(np.isnan(a), 0.0, a), axis=axis)


@spelled(np.hsplit)
def hsplit(ary: Array, indices_or_sections: Any) -> Any:
    return np.split(ary, indices_or_sections, axis=1 if ary.ndim > 1 else 0)


@spelled(np.vsplit)
def vsplit(ary: Array, indices_or_sections: Any) -> Any:
    return np.split(ary, indices_or_sections, axis=0)
