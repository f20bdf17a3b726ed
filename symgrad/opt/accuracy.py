"""Is a rewritten expression as good as the one it replaces? Asked of numbers, always at the same points.

In: two terms over the same leaves, and terms that define some leaves by others. Out: yes or no.
Yes is: at random points, large and small, no error against mpmath that is worse than the original's or than
rounding; at special points NaN where the original has it, and nowhere else (at infinite arguments it may be a
number where the original is NaN).

    no_worse(1 / t - x * s / t, (1 - x * s) / t, defined={})
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from symgrad.opt.terms import Term, value

_POINTS = 48
_DIGITS = 60
_EPS = 2.0**-52
_SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 1000.0, -1000.0, np.inf, -np.inf, np.nan)
_COMBINATIONS = 240

# fmt: off
_NUMPY = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
    "negative": np.negative, "square": np.square, "reciprocal": np.reciprocal, "absolute": np.absolute,
    "sign": np.sign, "sqrt": np.sqrt, "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos,
    "tanh": np.tanh,
}
# fmt: on
Definitions = Mapping[int, Term]  # in an order in which each can be computed


def no_worse(original: Term, candidate: Term, count: int, defined: Definitions) -> bool:
    """May `candidate` stand for `original`? `count` is the number of leaves, `defined` those that follow."""
    free = [i for i in range(count) if i not in defined]
    return same_nans(original, candidate, count, defined) and _as_accurate(
        original, candidate, count, free, defined
    )


def _filled(base: Mapping[int, Any], count: int, defined: Definitions) -> list[Any]:
    """The values of all leaves in float64."""
    values: list[Any] = [base.get(i) for i in range(count)]
    for i, term in defined.items():
        values[i] = value(term, values, _NUMPY, np.float64)
    return values


def same_nans(original: Term, candidate: Term, count: int, defined: Definitions) -> bool:
    """NaN where the original has it, and nowhere else; at infinite arguments it may be a number instead."""
    free = [i for i in range(count) if i not in defined]
    every = itertools.product(_SPECIAL, repeat=len(free))
    step = max(1, len(_SPECIAL) ** len(free) // _COMBINATIONS)
    # A step that shares no factor with the number of special values visits all of them on each axis.
    step += step % 2 == 0
    step += 2 * (step % 5 == 0)
    grid = np.array(list(itertools.islice(every, 0, _COMBINATIONS * step, step))).reshape(-1, len(free))
    with np.errstate(all="ignore"):
        leaves = _filled({f: grid[:, k] for k, f in enumerate(free)}, count, defined)
        before = np.isnan(value(original, leaves, _NUMPY, np.float64))
        after = np.isnan(value(candidate, leaves, _NUMPY, np.float64))
    infinite = np.isinf(grid).any(axis=1) & ~np.isnan(grid).any(axis=1)
    return bool(np.all(np.where(infinite, before | ~after, before == after)))


def _as_accurate(original: Term, candidate: Term, count: int, free: list[int], defined: Definitions) -> bool:
    rng = np.random.default_rng(20)
    plain = rng.normal(size=(_POINTS // 3, len(free)))
    far = 10.0 ** rng.uniform(-6, 6, size=plain.shape) * rng.choice([-1.0, 1.0], size=plain.shape)
    # Leaves close to each other, and to 1: where differences cancel.
    middle = np.where(np.arange(len(plain))[:, None] % 2, plain[:, :1], np.sign(plain[:, :1]))
    close = middle * (1.0 + 1e-5 * rng.normal(size=plain.shape))
    points = np.concatenate([plain, far, close])
    with np.errstate(all="ignore"):
        leaves = _filled({f: points[:, k] for k, f in enumerate(free)}, count, defined)
        before = np.broadcast_to(value(original, leaves, _NUMPY, np.float64), len(points))
        after = np.broadcast_to(value(candidate, leaves, _NUMPY, np.float64), len(points))
    judged = 0
    for k, point in enumerate(points):
        if not np.isfinite(before[k]):
            continue
        exact = _exact(original, dict(zip(free, point.tolist(), strict=True)), count, defined)
        if exact is None:
            continue
        judged += 1
        scale = abs(exact) or 1
        old, new = (float(abs(float(x) - exact) / scale) for x in (before[k], after[k]))
        if not new <= max(2.0 * old, 6.0 * _EPS):
            return False
    return judged >= _POINTS // 4


def _exact(term: Term, base: Mapping[int, float], count: int, defined: Definitions) -> Any:
    """The value in 60 digits from exact leaves, or None where there is none."""
    import mpmath  # start-up: comes with sympy, which is loaded by now

    functions = {
        "add": lambda x, y: x + y,
        "subtract": lambda x, y: x - y,
        "multiply": lambda x, y: x * y,
        "divide": lambda x, y: x / y,
        "negative": lambda x: -x,
        "square": lambda x: x * x,
        "reciprocal": lambda x: 1 / x,
        "absolute": abs,
        **{name: getattr(mpmath, name) for name in ("sign", "sqrt", "exp", "log", "sin", "cos", "tanh")},
    }
    with mpmath.workdps(_DIGITS):
        values: list[Any] = [mpmath.mpf(base[i]) if i in base else None for i in range(count)]
        try:
            for i, definition in defined.items():
                values[i] = value(definition, values, functions, mpmath.mpf)
            found = value(term, values, functions, mpmath.mpf)
        except (ZeroDivisionError, OverflowError):
            return None
        return found if isinstance(found, mpmath.mpf) and mpmath.isfinite(found) else None
