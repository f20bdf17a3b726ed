"""Does a program fit a call? If not, which extents must it be specialised on.

In: a `Lowered` and the values of a call (leaves, then captures). Out: None if every entry check holds,
else the names to give to `bind(exact=...)`. If they are no more than the call was bound with, the
arguments do not fit together at all.

    f(x) = x[1:] * np.arange(3.0), called with 2 elements:  broken_extents(...) == {"n"}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symgrad.frontend.lower import Lowered
from symgrad.ir.dims import as_symbol, evaluate, symbols
from symgrad.ir.evaluate import symbol_values


def broken_extents(lowered: Lowered, values: Sequence[Any]) -> frozenset[str] | None:
    """The names in the original types (`lowered.types`) of what breaks the entry checks."""
    function = lowered.function
    env = symbol_values(function.body, values)
    fits = True
    bad: set[str] = set()  # in the names that are left
    named: set[str] = set()  # in the names of `bind`
    originals = lowered.types or tuple(p.type for p in function.params)
    for param, original, value in zip(function.params, originals, values, strict=True):
        for dim, before, size in zip(param.type.shape, original.shape, np.shape(value), strict=True):
            if evaluate(dim, env) != size:
                fits = False
                bad |= set(symbols(dim))
                named |= set(symbols(before))
    for guard in function.guards:
        if evaluate(guard.nonnegative, env) < 0:
            fits = False
            bad |= set(symbols(guard.nonnegative))
    if fits:
        return None
    for param, original in zip(function.params, originals, strict=True):
        for dim, before in zip(param.type.shape, original.shape, strict=True):
            if (name := as_symbol(before)) is not None and bad & set(symbols(dim)):
                named.add(name)
    named |= {s.name for s in function.body.symbols if s.axis is None and s.name in bad}
    return frozenset(named)
