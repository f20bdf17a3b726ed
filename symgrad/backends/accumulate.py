"""Accumulation steps that LLVM may vectorise: what kernels import as `plus`, `larger` and `smaller`.

In: two scalars of one float type, inside `@njit` code (or plain Python). Out: their sum in an order that LLVM
chooses, their maximum or minimum, NaN if either is.

    for i in range(n): s = plus(s, x[i])      # several partial sums in vector registers
    for i in range(n): s += x[i]              # one addition after the other

The permission to reassociate stands on this one addition: numba's `fastmath` would put it on every operation
of the function. `strict_plus` withholds it, `fast_plus` grants what `fastmath=True` grants.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from llvmlite.binding import llvm_version_info
from numba.core import types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable

Step = Any  # a number, or an array in plain Python


def plus(a: Step, b: Step) -> Step:
    """Add; in compiled loops in any order."""
    return np.add(a, b)


def strict_plus(a: Step, b: Step) -> Step:
    """Add, in the order of the loop."""
    return np.add(a, b)


def fast_plus(a: Step, b: Step) -> Step:
    """Add; in compiled loops in any order, fused with a product."""
    return np.add(a, b)


def larger(a: Step, b: Step) -> Step:
    """The larger one; NaN if either is."""
    return np.maximum(a, b)


def smaller(a: Step, b: Step) -> Step:
    """The smaller one; NaN if either is."""
    return np.minimum(a, b)


def _common(a: types.Type, b: types.Type) -> object:
    if not all(isinstance(t, types.Float) for t in (a, b)):
        return None
    wide = types.float64 if types.float64 in (a, b) else types.float32
    return signature(wide, wide, wide)


def _add(flags: tuple[str, ...]) -> object:
    def codegen(context: object, builder: ir.IRBuilder, sig: object, args: Sequence[ir.Value]) -> ir.Value:
        return builder.fadd(*args, flags=flags)

    return codegen


def _as_it_is(builder: ir.IRBuilder, value: ir.Value) -> ir.Value:
    """The same number, of which LLVM does not see where it comes from: it is multiplied by one.

    The maximum of t and (x where c, else -inf) LLVM makes (the maximum of t and x) where c, else t, and then
    vectorises it no more: rows of a causal mask took four times as long. That the factor is one stands in a
    function which may be another one for all that LLVM knows.
    """
    module, name = builder.module, f"symgrad_one_{value.type}"
    one = module.globals.get(name)
    if one is None:
        one = ir.Function(module, ir.FunctionType(value.type, []), name)
        one.linkage = "linkonce_odr"
        for attribute in ("noinline", "optnone", "nounwind", "readnone", "willreturn"):
            set.add(one.attributes, attribute)
        ir.IRBuilder(one.append_basic_block("entry")).ret(value.type(1.0))
    return builder.fmul(value, builder.call(one, []))


def _extreme(intrinsic: str, comparison: str) -> object:
    def codegen(context: object, builder: ir.IRBuilder, sig: object, args: Sequence[ir.Value]) -> ir.Value:
        a, b = args
        if llvm_version_info[0] >= 20:  # older ones do not know how to vectorise it, or to lower it
            kind = ir.FunctionType(a.type, [a.type, a.type])
            b = _as_it_is(builder, b)
            return builder.call(builder.module.declare_intrinsic(intrinsic, [a.type], kind), [a, b])
        is_nan = builder.fcmp_unordered("!=", a, a)
        return builder.select(builder.or_(builder.fcmp_ordered(comparison, a, b), is_nan), a, b)

    return codegen


for _function, _codegen in (
    (plus, _add(("reassoc",))),
    (strict_plus, _add(())),
    (fast_plus, _add(("reassoc", "contract", "arcp", "nsz"))),
    (larger, _extreme("llvm.maximum", ">=")),
    (smaller, _extreme("llvm.minimum", "<=")),
):
    type_callable(_function)(lambda context: _common)
    for _type in (types.float32, types.float64):
        lower_builtin(_function, _type, _type)(_codegen)
