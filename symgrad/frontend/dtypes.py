"""A dtype argument by its name.

In: `dtype=` of a call: np.float32, "float64", bool. Out: the name, or a refusal.

    np.float32  ->  "float32"
"""

from __future__ import annotations

import numpy as np

from symgrad.frontend.context import Lowering
from symgrad.frontend.values import Val
from symgrad.ir.types import BOOL, FLOATS, INTS


def dtype_of(low: Lowering, spec: Val, default: str) -> str:
    """A dtype argument by its name."""
    if spec is None:
        return default
    try:
        dtype = str(np.dtype(spec))
    except TypeError:
        low.refuse(f"{spec!r} is not a dtype")
    if dtype not in FLOATS and dtype not in INTS and dtype != BOOL:
        low.refuse(f"the dtype {dtype}", why="the compiler knows float64, float32, integers and bool")
    return dtype
