"""Special functions for kernels: SciPy's own compiled code, called by address, and polygamma.

In: calls such as ``i0(x)`` inside ``@njit`` code. Out: a call of the C function of scipy.special. Its address
is registered as an LLVM symbol when this module is imported, so that machine code from the cache finds it.

    dy * i1(x)   ->   call double @symgrad_special_i1(double, i32)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import llvmlite.binding as ll
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import (
    get_cython_function_address,
    lower_builtin,
    overload,
    register_jitable,
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


def polygamma(n: Any, x: Any) -> Any:
    """The derivative of order n of digamma, n >= 1."""
    return special.polygamma(n, x)


@register_jitable
def _zeta(s: Any, q: Any) -> Any:
    """The sum of (q + k)**-s over k >= 0, by the series of Euler and Maclaurin."""
    if q <= 0.0 and q == math.floor(q):
        return math.inf
    total = 0.0
    while q < 12.0:
        total += q**-s
        q += 1.0
    power = q**-s
    total += power * q / (s - 1.0) + 0.5 * power
    factor = s * power / q
    # Bernoulli numbers B(2k), divided by (2k)!.
    total += factor * (1 / 12)
    factor *= (s + 1.0) * (s + 2.0) / (q * q)
    total -= factor * (1 / 720)
    factor *= (s + 3.0) * (s + 4.0) / (q * q)
    total += factor * (1 / 30240)
    factor *= (s + 5.0) * (s + 6.0) / (q * q)
    total -= factor * (1 / 1209600)
    factor *= (s + 7.0) * (s + 8.0) / (q * q)
    total += factor * (1 / 47900160)
    factor *= (s + 9.0) * (s + 10.0) / (q * q)
    total -= factor * (691 / 1307674368000)
    factor *= (s + 11.0) * (s + 12.0) / (q * q)
    return total + factor * (1 / 74724249600)


@register_jitable
def _polygamma(n: Any, x: Any) -> Any:
    if x == math.inf:
        return 0.0
    size = math.gamma(n + 1.0) * _zeta(n + 1.0, x)
    return size if n % 2.0 == 1.0 else -size


@overload(polygamma, strict=False)
def _polygamma_overload(n: types.Type, x: types.Type) -> Callable[..., Any]:
    if x == types.float32:
        return lambda n, x: np.float32(_polygamma(np.float64(n), np.float64(x)))
    return lambda n, x: _polygamma(np.float64(n), np.float64(x))
