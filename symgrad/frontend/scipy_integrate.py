"""scipy.integrate: the rules for samples, spelt in the language. Imported only when a program uses them.

In: a call such as scipy.integrate.simpson(y, dx=h). Out: what interpreting the function here gives.

    cumulative_trapezoid(y, dx=h)   ->   np.cumsum(h * (y[1:] + y[:-1]) / 2.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import integrate

from symgrad.frontend.registry import spelled
from symgrad.frontend.spelled import refuse

Array = Any


@spelled(integrate.trapezoid)
def trapezoid(y: Array, x: Array = None, dx: Array = 1.0, axis: int = -1) -> Array:
    return np.trapezoid(y, x, dx, axis)


@spelled(integrate.cumulative_trapezoid)
def cumulative_trapezoid(
    y: Array, x: Array = None, dx: Array = 1.0, axis: int = -1, initial: Any = None
) -> Array:
    y = np.moveaxis(np.asarray(y), axis, -1)
    width = dx
    if x is not None:
        x = np.asarray(x)
        x = x if x.ndim == 1 else np.moveaxis(x, axis, -1)
        width = x[..., 1:] - x[..., :-1]
    total = np.cumsum(width * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)
    if initial is not None:
        total = np.concatenate((np.zeros_like(total[..., :1]), total), axis=-1)
    return np.moveaxis(total, -1, axis)


@spelled(integrate.simpson)
def simpson(y: Array, *, x: Array = None, dx: Array = 1.0, axis: int = -1) -> Array:
    y = np.moveaxis(np.asarray(y), axis, -1)
    if y.shape[-1] % 2 == 0:
        return refuse(
            "scipy.integrate.simpson of an even number of samples",
            why="its last interval is integrated by another rule",
            instead="an odd number, or np.trapezoid",
        )
    left, middle, right = y[..., :-2:2], y[..., 1:-1:2], y[..., 2::2]
    if x is None:
        return np.sum(dx / 3.0 * (left + 4.0 * middle + right), axis=-1)
    x = np.asarray(x)
    x = x if x.ndim == 1 else np.moveaxis(x, axis, -1)
    h0, h1 = x[..., 1:-1:2] - x[..., :-2:2], x[..., 2::2] - x[..., 1:-1:2]
    both = h0 + h1
    parts = left * (2.0 - h1 / h0) + middle * (both * (both / (h0 * h1))) + right * (2.0 - h0 / h1)
    return np.sum(both / 6.0 * parts, axis=-1)
