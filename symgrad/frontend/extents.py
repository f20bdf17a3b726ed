"""Extents for integers that are computed: the length of a slice, the number of items of a list.

In: an integer of the data and its bounds. Out: a name that shapes may mention, bound to that integer.

    k = sum(x > 0)        x[x > 0] has the shape (k,)
"""

from __future__ import annotations

from symgrad.frontend.context import Lowering
from symgrad.frontend.solver import Bounds
from symgrad.frontend.values import Tensor
from symgrad.ir.dims import Extent, symbol
from symgrad.ir.ops import OPS


def named(low: Lowering, t: Tensor, bounds: Bounds) -> Extent:
    """An extent for an integer that is computed: it has the same number as long as this region lasts."""
    arg = source = low.arg(t)
    arg = low.scalars.get(("extent", source), arg)
    for name, value in low.numbers.items():
        if value is arg:
            return symbol(name)
    name = next(low.fresh)
    value = low.builder.emit(OPS["copy"], [arg], hint=name)
    low.hints[value] = name
    low.scalars["extent", source] = value
    low.numbers[name] = value
    low.solver.moving[name] = bounds
    low.solver.sizes[name] = 2  # any number but 1, which would broadcast
    low.solver.order.setdefault(name, len(low.solver.order))
    return symbol(name)
