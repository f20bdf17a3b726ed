"""Quotients rounded down and their remainders, for kernels: NumPy's, where numba's own differ from it.

In: two floats. Out: a float of their type.

    floor_divide(inf, 1.0) is nan;  remainder(-1.0, 1.0) is 0.0, with the sign of the divisor
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import types
from numba.extending import overload, register_jitable


@register_jitable
def _quotient(x: Any, y: Any) -> Any:
    """As NumPy's npy_divmod."""
    if y == 0.0:
        return x / y
    rest = np.fmod(x, y)
    out = (x - rest) / y
    if rest != 0.0 and (rest < 0.0) != (y < 0.0):
        out -= 1.0
    if out == 0.0:
        return math.copysign(0.0, x / y)
    low = np.floor(out)
    return low + 1.0 if out - low > 0.5 else low


@register_jitable
def _rest(x: Any, y: Any) -> Any:
    rest = np.fmod(x, y)
    if rest == 0.0:
        return math.copysign(0.0, y)
    return rest + y if (rest < 0.0) != (y < 0.0) else rest


def floor_divide(x: Any, y: Any) -> Any:
    """The quotient, rounded down."""
    return np.floor_divide(x, y)


def remainder(x: Any, y: Any) -> Any:
    """What it leaves, with the sign of the divisor."""
    return np.remainder(x, y)


def _for(implementation: Callable[..., Any]) -> Callable[..., Any]:
    def choose(x: types.Type, y: types.Type) -> Callable[..., Any]:
        if x == types.float32 and y == types.float32:
            return lambda x, y: np.float32(implementation(np.float64(x), np.float64(y)))
        return lambda x, y: implementation(x, y)

    return choose


overload(floor_divide, strict=False)(_for(_quotient))
overload(remainder, strict=False)(_for(_rest))
