"""What kernels call for the tapes of loops: buffers that grow, and the schedule of snapshots.

In: a buffer that is full. Out: one twice as long that begins with its slots. `revolve` is that of
`symgrad.runtime`, compiled.

    if trip == s_saved.shape[0]:
        s_saved = grow(s_saved)
    s_saved[trip] = s
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import types as numba_types
from numba.extending import lower_builtin, type_callable

from symgrad import runtime

types: Any = numba_types  # untyped, most of it

revolve = njit(cache=True)(runtime.revolve)


def grow(tape: Any) -> Any:
    """`tape` with room for as many slots again."""
    longer = np.empty((2 * len(tape), *tape.shape[1:]), tape.dtype)
    longer[: len(tape)] = tape
    return longer


@type_callable(grow)
def _type_grow(context: object) -> Callable[..., object]:
    def typer(tape: Any) -> object:
        return tape if isinstance(tape, types.Array) and tape.layout == "C" and tape.ndim else None

    return typer


@lower_builtin(grow, types.Array)
def _lower_grow(context: object, builder: ir.IRBuilder, sig: object, args: Sequence[ir.Value]) -> ir.Value:
    from symgrad.backends import lowering  # at the first compilation, as in `arrays`

    return lowering.grow(context, builder, sig, args)
