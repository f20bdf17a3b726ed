"""NumPy as kernels see it: arrays are made, filled and multiplied where the call stands.

In: calls of `empty`, `zeros`, `full`, `ascontiguousarray`, `dot` inside `@njit` code (or plain Python, where
these are NumPy's own). Out: what NumPy gives. Every other name is NumPy's.

    import numpy as np        ->    from symgrad.backends import arrays as np
    dx = np.zeros(n)                # one allocation, one memset: a dozen instructions

numba compiles each of these as functions of their own, again for every rank, dtype and layout, 40-400 ms a
time: more than the kernel around them. Here they are a few instructions (`lowering`); matrix products are one
small function of the module for each pair of layouts, which calls BLAS (`gemm`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy
from llvmlite import ir
from numba.core import types as numba_types
from numba.core.typing.npydecl import parse_dtype
from numba.extending import lower_builtin, type_callable

Array = Any
Type = Any  # a numba type
types: Any = numba_types  # untyped, most of it


def __getattr__(name: str) -> Any:
    return getattr(numpy, name)


def empty(shape: Any, dtype: Any = float) -> Array:
    """A new array, its elements not set."""
    return numpy.empty(shape, dtype)


def zeros(shape: Any, dtype: Any = float) -> Array:
    """A new array of zeros."""
    return numpy.zeros(shape, dtype)


def full(shape: Any, value: Any, dtype: Any = None) -> Array:
    """A new array of one number."""
    return numpy.full(shape, value, dtype)


def ascontiguousarray(a: Array) -> Array:
    """The array itself if its type says that it is in C order, else a copy that is."""
    return numpy.ascontiguousarray(a)


def dot(a: Array, b: Array, out: Array = None) -> Array:
    """The product of matrices and vectors, at least one of them a matrix or both vectors."""
    return numpy.dot(a, b, out)


# -- types ---------------------------------------------------------------------------------------------------


def _made(shape: Type, dtype: Type | None) -> Type | None:
    """The type of a new array; None if these are no shape and dtype."""
    rank = 1 if isinstance(shape, types.Integer) else len(shape) if isinstance(shape, types.BaseTuple) else 0
    if not rank or dtype is None:
        return None
    return types.Array(dtype, rank, "C")


@type_callable(empty)
@type_callable(zeros)
def _type_new(context: object) -> Callable[..., object]:
    def typer(shape: Type, dtype: Type = None) -> object:
        return _made(shape, types.float64 if dtype is None else parse_dtype(dtype))

    return typer


@type_callable(full)
def _type_full(context: object) -> Callable[..., object]:
    def typer(shape: Type, value: Type, dtype: Type = None) -> object:
        return _made(shape, types.unliteral(value) if dtype is None else parse_dtype(dtype))

    return typer


@type_callable(ascontiguousarray)
def _type_contiguous(context: object) -> Callable[..., object]:
    def typer(a: Type) -> object:
        if not isinstance(a, types.Array) or not a.ndim:
            return None
        return a if is_c(a) else a.copy(layout="C", readonly=False)

    return typer


@type_callable(dot)
def _type_dot(context: object) -> Callable[..., object]:
    def typer(a: Type, b: Type, out: Type = None) -> object:
        dtype = common_dtype(a, b) if out is None else common_dtype(a, b, out)
        if dtype is None or max(a.ndim, b.ndim) > 2:
            return None
        rank = a.ndim + b.ndim - 2
        if out is not None:
            return out if out.ndim == rank and out.layout == "C" and rank else None
        return types.Array(dtype, rank, "C") if rank else dtype

    return typer


def common_dtype(*arrays: Type) -> Type | None:
    """The float dtype of all of these arrays; None if there is none."""
    if not all(isinstance(a, types.Array) and a.ndim and isinstance(a.dtype, types.Float) for a in arrays):
        return None
    dtypes = {a.dtype for a in arrays}
    return dtypes.pop() if len(dtypes) == 1 else None


def is_c(a: Type) -> bool:
    return bool(a.layout == "C" or (a.ndim == 1 and a.layout == "F"))


# -- instructions --------------------------------------------------------------------------------------------


def _lowered(name: str) -> Callable[..., ir.Value]:
    def codegen(context: object, builder: ir.IRBuilder, sig: object, args: Sequence[ir.Value]) -> ir.Value:
        # Imported at the first compilation: it takes 60 ms, and kernels from the cache do without.
        from symgrad.backends import lowering

        return getattr(lowering, name)(context, builder, sig, args)

    return codegen


for _function, _arities in (
    (empty, (1, 2)),
    (zeros, (1, 2)),
    (full, (2, 3)),
    (ascontiguousarray, (1,)),
    (dot, (2, 3)),
):
    for _arity in _arities:
        lower_builtin(_function, *[types.Any] * _arity)(_lowered(_function.__name__))
