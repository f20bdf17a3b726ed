"""Axes of two to four elements: a kernel is made for their number.

In: a function, and the arguments of a call. Out: which of its extents are numbers in the kernel for this
call, and the function with these numbers. Rows of coordinates then live in scalars (`opt.tiny`), and loops
over them are written out. The study text keeps the names: it says the same for every number.

Fixed is the last axis of an array with several axes (points, colours, rows of a table), and all axes of a
square one of two or three (rotations, covariances) unless a loop goes along it; what the program knows to be
equal follows. The first axis alone counts points, particles, examples: a kernel for two of them is of no use.

    d = pos[i] - pos[j], pos: float64[n, m]    ->    pos: float64[n, 3]; the kernel checks pos.shape[1] == 3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symgrad.ir.core import Function
from symgrad.ir.dims import as_symbol
from symgrad.ir.frozen import replace
from symgrad.ir.regions import FOR
from symgrad.ir.switch import is_on
from symgrad.ir.walk import all_eqns, substitute_extents

Numbers = tuple[tuple[str, int], ...]  # extents and what they are, in the order of the parameters

_FEW = range(2, 5)


def few(function: Function, arguments: Sequence[Any]) -> Numbers:
    """The extents that are fixed in the kernel for these arguments."""
    if not is_on("few"):
        return ()
    found: dict[str, int] = {}
    counted = _counted(function)
    for param, argument in zip(function.params, arguments, strict=False):  # tangents are like primals
        shape = np.shape(argument)
        if len(shape) > 1 and shape[-1] in _FEW:
            square = shape[-1] < 4 and all(size == shape[-1] for size in shape)
            for dim, size in zip(param.type.shape, shape, strict=True):
                name = as_symbol(dim)
                last = dim == param.type.shape[-1]
                if name is not None and (last or (square and name not in counted)):
                    found[name] = size
    return tuple(found.items())


def _counted(function: Function) -> frozenset[str]:
    """The extents that say how many trips a loop makes."""
    eqns = list(all_eqns(function.body))
    ends = {a for e in eqns if e.op is FOR for a in e.args[:2]}
    return frozenset(s for e in eqns if e.op.name == "extent" and e.out in ends for s in e.names)


def fixed(function: Function, numbers: Numbers) -> Function:
    """The function for these numbers alone."""
    if not numbers:
        return function
    function = substitute_extents(function, dict(numbers))
    # A guard that became a number held for the call that chose it.
    guards = tuple(g for g in function.guards if not isinstance(g.nonnegative, int))
    return replace(function, guards=guards)
