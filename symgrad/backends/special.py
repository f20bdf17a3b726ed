"""Special functions for kernels: SciPy's own compiled code, called by address.

In: calls such as ``i0(x)`` inside ``@njit`` code. Out: a call of the C function of scipy.special. Its address
is registered as an LLVM symbol when this module is imported, so that machine code from the cache finds it.

    dy * i1(x)   ->   call double @symgrad_special_i1(double, i32)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding as ll
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import (
    get_cython_function_address,
    lower_builtin,
    type_callable,
)
from scipy import special
from scipy.special import cython_special


def _address(name: str) -> int:
    """The C function of one double; where there is one for each type, the name carries its number."""
    known = cython_special.__pyx_capi__
    for key in (name, f"__pyx_fuse_0{name}", f"__pyx_fuse_1{name}"):
        if key in known and '"double (double, int' in repr(known[key]):
            found: int = get_cython_function_address("scipy.special.cython_special", key)
            return found
    raise ImportError(f"scipy.special has no C function {name} of a double")


def _function(name: str) -> Callable[..., Any]:
    """A function of one number for compiled code; elsewhere scipy.special's."""
    ll.add_symbol(f"symgrad_special_{name}", _address(name))

    def python(x: Any) -> Any:
        return getattr(special, name)(x)

    python.__name__ = python.__qualname__ = name
    python.__doc__ = f"scipy.special.{name}."

    @type_callable(python)
    def typed(context: Any) -> Callable[..., Any]:
        return lambda x: x(x) if isinstance(x, types.Float) else None

    @lower_builtin(python, types.Float)
    def lowered(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        wide, flag = ir.DoubleType(), ir.IntType(32)
        shape = ir.FunctionType(wide, [wide, flag])
        called = cgutils.get_or_insert_function(builder.module, shape, f"symgrad_special_{name}")
        narrow = sig.args[0] == types.float32
        x = builder.fpext(args[0], wide) if narrow else args[0]
        out = builder.call(called, [x, flag(1)])
        return builder.fptrunc(out, ir.FloatType()) if narrow else out

    return python


erfinv, ndtri, log_ndtr, erfcx = map(_function, ("erfinv", "ndtri", "log_ndtr", "erfcx"))
i0, i1, j0, j1, gamma = map(_function, ("i0", "i1", "j0", "j1", "gamma"))
