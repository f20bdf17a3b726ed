"""Tapes that grow, as the text of a derivative has them.

In: calls of `symgrad.runtime.tape` and `push`. Out: the equations that they were printed from; the length of
a tape is an extent of its own, which the tape tells.

    s_saved = tape(); while ...: s_saved = push(s_saved, k, s)    ->    tape, and push in the loop
"""

from __future__ import annotations

from symgrad.frontend.context import Lowering
from symgrad.frontend.creation import shape_of
from symgrad.frontend.dtypes import dtype_of
from symgrad.frontend.promote import as_tensor, cast
from symgrad.frontend.solver import Bounds
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.core import AtArg, Symbol, full_span
from symgrad.ir.dims import as_symbol, symbol
from symgrad.ir.types import INT


def tape(low: Lowering, *sizes: Val, dtype: Val = None) -> Val:
    """A tape without slots."""
    name = next(low.fresh)
    shape = shape_of(low, tuple(sizes))
    value = low.emit("tape", [], dtype=dtype_of(low, dtype, "float64"), slots=symbol(name), shape=shape)
    low.solver.moving[name] = Bounds(None, None)
    low.solver.sizes[name] = 2  # any number but 1, which would broadcast
    low.solver.order.setdefault(name, len(low.solver.order))
    low.axes[name] = Symbol(name, value, 0)
    return Tensor(value, is_array=True)


def push(low: Lowering, tape: Val, k: Val, v: Val) -> Val:
    """The tape with one slot written, perhaps one more than it had."""
    base = as_tensor(low, tape)
    index = (AtArg(), *map(full_span, low.shape(base)[1:]))
    slot = cast(low, as_tensor(low, k), INT.dtype)
    value = cast(low, as_tensor(low, v), base.dtype)
    out = low.emit("push", [low.arg(base), value, slot], index=index)
    name = as_symbol(out.type.shape[0])
    if name in low.axes:
        low.axes[name] = Symbol(name, out, 0)
    return Tensor(out, is_array=True)
