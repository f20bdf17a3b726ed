"""Functions that are computed while the program is lowered: facts of types, indices of fixed patterns.

In: calls whose arguments must be known, such as np.finfo(x.dtype), math.comb(n, 2), np.triu_indices(3).
Out: compile-time values; an integer argument or extent among the arguments becomes a constant.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symgrad.frontend.context import Lowering
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import literal
from symgrad.frontend.registry import handles, name_of
from symgrad.frontend.values import Val

FACTS = (
    np.finfo, np.iinfo, np.dtype, np.result_type, np.promote_types, np.issubdtype, np.can_cast,
    math.factorial, math.comb, math.perm, math.gcd, math.lcm, math.isqrt,
    np.triu_indices, np.tril_indices, np.diag_indices,
)  # fmt: skip


def _register(function: Any) -> None:
    @handles(function)
    def lower(low: Lowering, *args: Val, **kwargs: Val) -> Val:
        what = f"an argument of {name_of(function)}"
        plain = {k: constant(low, v, what) for k, v in kwargs.items()}
        try:
            out = function(*(constant(low, v, what) for v in args), **plain)
        except (TypeError, ValueError) as e:
            low.refuse(f"{name_of(function)}: {e}")
        return tuple(literal(low, a) for a in out) if isinstance(out, tuple) else out


for _function in FACTS:
    _register(_function)
