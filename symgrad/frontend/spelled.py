"""Functions of NumPy spelt in the language itself: short programs of what the compiler knows.

In: a call such as np.trapezoid(y, x). Out: what interpreting the function of that name here gives. Its
equations belong to the user's statement, and its local names are not the user's.

    np.trapezoid(y, dx=h)   ->   np.sum(h * (y[1:] + y[:-1]) / 2.0, axis=-1)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symgrad.frontend.context import Lowering
from symgrad.frontend.registry import handles, spelled

Array = Any


def refuse(what: str, why: str = "", instead: str = "") -> Any:
    """Refuse the call; in plain Python too."""
    raise NotImplementedError(what)


@handles(refuse)
def _refuse(low: Lowering, what: str, why: str = "", instead: str = "") -> Any:
    low.refuse(what, why, instead)


@spelled(np.trapezoid)
def trapezoid(y: Array, x: Array = None, dx: Array = 1.0, axis: int = -1) -> Array:
    y = np.moveaxis(np.asarray(y), axis, -1)
    width = dx
    if x is not None:
        x = np.asarray(x)
        x = x if x.ndim == 1 else np.moveaxis(x, axis, -1)
        width = x[..., 1:] - x[..., :-1]
    return np.sum(width * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)


@spelled(np.interp)
def interp(
    x: Array, xp: Array, fp: Array, left: Array = None, right: Array = None, period: Array = None
) -> Array:
    """At a knot the derivative is that of the piece to its right."""
    if period is not None:
        return refuse(
            "`period=` of np.interp", instead="np.interp of x % period, with the knots of one period"
        )
    x, xp, fp = np.asarray(x), np.asarray(xp), np.asarray(fp)
    if len(xp) == 1:
        return refuse("np.interp between fewer than two knots", instead="the value itself")
    i = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, len(xp) - 2)
    inside = np.clip(x, xp[0], xp[-1])
    y = fp[i] + (inside - xp[i]) * ((fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i]))
    y = y if left is None else np.where(x < xp[0], left, y)
    return y if right is None else np.where(x > xp[-1], right, y)


@spelled(np.convolve)
def convolve(a: Array, v: Array, mode: str = "full") -> Array:
    a, v = np.asarray(a), np.asarray(v)
    n, m = len(a), len(v)
    out = np.zeros(n + m - 1, dtype=(a[:1] * v[:1]).dtype)
    if n < m:
        for k in range(n):
            out[k : k + m] += a[k] * v
    else:
        for k in range(m):
            out[k : k + n] += a * v[k]
    short, long = min(n, m), max(n, m)
    if mode in ("full", "f"):
        return out
    if mode in ("same", "s"):
        return out[(short - 1) // 2 : (short - 1) // 2 + long]
    return out[short - 1 : long]


@spelled(np.correlate)
def correlate(a: Array, v: Array, mode: str = "valid") -> Array:
    a, v = np.asarray(a), np.asarray(v)
    if mode in ("same", "s") and len(v) > len(a):
        return refuse(
            "np.correlate(a, v, 'same') with the longer array second", instead="mode='full', sliced"
        )
    return convolve(a, v[::-1], mode)


def _slope(f: Array, h: Array, edge_order: int) -> Array:
    """Central differences along the last axis, one-sided ones at its ends."""
    if np.ndim(h) == 0:
        inner = (f[..., 2:] - f[..., :-2]) / (2.0 * h)
        if edge_order == 1:
            first, last = (f[..., 1:2] - f[..., :1]) / h, (f[..., -1:] - f[..., -2:-1]) / h
        else:
            first = (-1.5 * f[..., :1] + 2.0 * f[..., 1:2] - 0.5 * f[..., 2:3]) / h
            last = (1.5 * f[..., -1:] - 2.0 * f[..., -2:-1] + 0.5 * f[..., -3:-2]) / h
        return np.concatenate((first, inner, last), axis=-1)
    if edge_order != 1:
        return refuse("`edge_order=2` of np.gradient with coordinates", instead="edge_order=1")
    d = h[1:] - h[:-1]
    d1, d2 = d[:-1], d[1:]
    a, b, c = -d2 / (d1 * (d1 + d2)), (d2 - d1) / (d1 * d2), d1 / (d2 * (d1 + d2))
    inner = a * f[..., :-2] + b * f[..., 1:-1] + c * f[..., 2:]
    first, last = (f[..., 1:2] - f[..., :1]) / d[0], (f[..., -1:] - f[..., -2:-1]) / d[-1]
    return np.concatenate((first, inner, last), axis=-1)


@spelled(np.gradient)
def gradient(f: Array, *varargs: Array, axis: Any = None, edge_order: int = 1) -> Any:
    f = np.asarray(f)
    axes = tuple(range(f.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    steps = varargs if varargs else (1.0,)
    steps = steps * len(axes) if len(steps) == 1 else steps
    if len(steps) != len(axes):
        return refuse("np.gradient with another number of spacings than axes")
    out = [
        np.moveaxis(_slope(np.moveaxis(f, k, -1), h, edge_order), -1, k)
        for k, h in zip(axes, steps, strict=True)
    ]
    return out[0] if len(out) == 1 else tuple(out)


@spelled(np.polyval)
def polyval(p: Array, x: Array) -> Array:
    x = np.asarray(x)
    y = np.zeros_like(x, dtype=float)
    for c in p:
        y = y * x + c
    return y


@spelled(np.vander)
def vander(x: Array, N: Any = None, increasing: bool = False) -> Array:
    x = np.asarray(x)
    n = len(x) if N is None else N
    powers = np.arange(n) if increasing else np.arange(n)[::-1]
    return x[:, None] ** powers


@spelled(np.logspace)
def logspace(
    start: Array, stop: Array, num: int = 50, endpoint: bool = True, base: Array = 10.0, dtype: Any = None
) -> Array:
    return base ** np.linspace(start, stop, num, endpoint, dtype=dtype)


@spelled(np.geomspace)
def geomspace(start: Array, stop: Array, num: int = 50, endpoint: bool = True) -> Array:
    return start * (stop / start) ** np.linspace(0.0, 1.0, num, endpoint)


@spelled(np.append)
def append(arr: Array, values: Array, axis: Any = None) -> Array:
    if axis is None:
        return np.concatenate((np.ravel(np.asarray(arr)), np.ravel(np.asarray(values))))
    return np.concatenate((np.asarray(arr), np.asarray(values)), axis=axis)


@spelled(np.ediff1d)
def ediff1d(ary: Array) -> Array:
    return np.diff(np.ravel(np.asarray(ary)))


@spelled(np.delete)
def delete(arr: Array, obj: Any, axis: Any = None) -> Array:
    arr = np.asarray(arr)
    x = np.ravel(arr) if axis is None else np.moveaxis(arr, axis, 0)
    if not isinstance(obj, int):
        return refuse("np.delete at several places", instead="np.concatenate of slices")
    i = obj if obj >= 0 else obj + x.shape[0]
    out = np.concatenate((x[:i], x[i + 1 :]))
    return out if axis is None else np.moveaxis(out, 0, axis)


@spelled(np.insert)
def insert(arr: Array, obj: Any, values: Array, axis: Any = None) -> Array:
    arr = np.asarray(arr)
    if not isinstance(obj, int) or axis is not None or np.ndim(values) != 0:
        return refuse("np.insert of anything but one number in a row", instead="np.concatenate of slices")
    x = np.ravel(arr)
    i = obj if obj >= 0 else obj + x.shape[0]
    return np.concatenate((x[:i], np.asarray([values]), x[i:]))


@spelled(np.rot90)
def rot90(m: Array, k: int = 1, axes: Any = (0, 1)) -> Array:
    a, b = axes
    turns = k % 4
    if turns == 0:
        return m.copy()
    if turns == 2:
        return np.flip(np.flip(m, a), b)
    return np.flip(np.swapaxes(m, a, b), a) if turns == 1 else np.flip(np.swapaxes(m, a, b), b)


@spelled(np.unwrap)
def unwrap(p: Array, discont: Any = None, axis: int = -1, *, period: float = 2.0 * np.pi) -> Array:
    """A step of a whole number of periods has the derivative 0."""
    p = np.moveaxis(np.asarray(p), axis, -1)
    most = period / 2.0 if discont is None else max(discont, period / 2.0)
    d = p[..., 1:] - p[..., :-1]
    near = (d + period / 2.0) % period - period / 2.0
    near = np.where((near == -period / 2.0) & (d > 0), period / 2.0, near)
    steps = np.where(np.abs(d) < most, 0.0, near - d)
    out = np.concatenate((p[..., :1], p[..., 1:] + np.cumsum(steps, axis=-1)), axis=-1)
    return np.moveaxis(out, -1, axis)


@spelled(np.piecewise)
def piecewise(x: Array, condlist: Any, funclist: Any) -> Array:
    """Every piece is computed everywhere, and selected; what is not taken has no part in the derivative."""
    condlist = condlist if isinstance(condlist, (list, tuple)) else [condlist]
    out = np.zeros_like(x)
    if len(funclist) == len(condlist) + 1:
        rest = funclist[len(condlist)]
        out = out + (rest(x) if callable(rest) else rest)
    for c, f in zip(condlist, funclist[: len(condlist)], strict=True):
        out = np.where(c, f(x) if callable(f) else f, out)
    return out


@spelled(np.extract)
def extract(condition: Array, arr: Array) -> Array:
    return np.ravel(np.asarray(arr))[np.ravel(np.asarray(condition)) != 0]


@spelled(np.compress)
def compress(condition: Array, a: Array, axis: Any = None) -> Array:
    kept = np.asarray(condition) != 0
    if axis is None:
        return np.ravel(np.asarray(a))[: len(kept)][kept]
    return np.moveaxis(np.moveaxis(np.asarray(a), axis, 0)[: len(kept)][kept], 0, axis)


@spelled(np.indices)
def indices(dimensions: Any) -> Array:
    n = len(dimensions)
    rows = [
        np.broadcast_to(np.arange(d).reshape(tuple(d if i == k else 1 for i in range(n))), tuple(dimensions))
        for k, d in enumerate(dimensions)
    ]
    return np.stack(rows)


@spelled(np.ix_)
def ix_(*args: Any) -> Any:
    n = len(args)
    return tuple(
        np.array(a).reshape(tuple(len(a) if i == k else 1 for i in range(n))) for k, a in enumerate(args)
    )


@spelled(np.divmod)
def divmod_(x1: Array, x2: Array) -> Any:
    return np.floor_divide(x1, x2), np.remainder(x1, x2)


@spelled(np.modf)
def modf(x: Array) -> Any:
    whole = np.trunc(x)
    return x - whole, whole


@spelled(np.logaddexp2)
def logaddexp2(x1: Array, x2: Array) -> Array:
    return np.logaddexp(np.log(2.0) * x1, np.log(2.0) * x2) / np.log(2.0)


@spelled(np.block)
def block(arrays: Any) -> Array:
    if not isinstance(arrays, list):
        return np.atleast_1d(arrays)
    if not isinstance(arrays[0], list):
        return np.concatenate([np.atleast_1d(a) for a in arrays], axis=-1)
    return np.concatenate(
        [np.concatenate([np.atleast_2d(a) for a in row], axis=-1) for row in arrays], axis=-2
    )
