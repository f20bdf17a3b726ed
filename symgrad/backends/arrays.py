"""NumPy as kernels see it: arrays are made, filled and multiplied where the call stands.

In: calls of `empty`, `zeros`, `full`, `ascontiguousarray`, `dot` inside `@njit` code (or plain Python, where
these are NumPy's own). Out: what NumPy gives. Every other name is NumPy's.

    import numpy as np        ->    from symgrad.backends import arrays as np
    dx = np.zeros(n)                # one allocation, one memset: a dozen instructions

numba compiles each of these as functions of their own, again for every rank, dtype and layout, 40-400 ms a
time: more than the kernel around them. Here they are a few instructions; matrix products are one small
function of the module for each pair of layouts, which calls BLAS (`gemm`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy
from llvmlite import ir
from numba.core import cgutils
from numba.core import types as numba_types
from numba.core.imputils import impl_ret_borrowed, impl_ret_new_ref
from numba.core.typing.npydecl import parse_dtype
from numba.extending import lower_builtin, type_callable
from numba.np.arrayobj import _as_layout_array, make_array, populate_array, store_item

from symgrad.backends.gemm import common_dtype, product
from symgrad.backends.memory import in_large_pages

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
        return a if _is_c(a) else a.copy(layout="C", readonly=False)

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


# -- instructions --------------------------------------------------------------------------------------------


def _is_c(a: Type) -> bool:
    return bool(a.layout == "C" or (a.ndim == 1 and a.layout == "F"))


def _extents(context: Any, builder: ir.IRBuilder, kind: Type, shape: ir.Value) -> list[ir.Value]:
    """The extents of a shape, each checked to be no less than 0."""
    parts = cgutils.unpack_tuple(builder, shape) if isinstance(kind, types.BaseTuple) else [shape]
    kinds = kind.types if isinstance(kind, types.BaseTuple) else [kind]
    extents = [context.cast(builder, p, k, types.intp) for p, k in zip(parts, kinds, strict=True)]
    negative = cgutils.false_bit
    for extent in extents:
        negative = builder.or_(negative, builder.icmp_signed("<", extent, extent.type(0)))
    with cgutils.if_unlikely(builder, negative):
        context.call_conv.return_user_exc(builder, ValueError, ("negative dimensions are not allowed",))
    return extents


def allocate(context: Any, builder: ir.IRBuilder, kind: Type, extents: Sequence[ir.Value]) -> Any:
    """A new array in C order, its elements not set."""
    element = context.get_data_type(kind.dtype)
    itemsize = context.get_constant(types.intp, context.get_abi_sizeof(element))
    strides, count, overflow = [], itemsize, cgutils.false_bit
    for extent in reversed(extents):
        strides.append(count)
        both = builder.smul_with_overflow(count, extent)
        count = builder.extract_value(both, 0)
        overflow = builder.or_(overflow, builder.extract_value(both, 1))
    with cgutils.if_unlikely(builder, overflow):
        context.call_conv.return_user_exc(builder, ValueError, ("array is too big",))
    align = context.get_preferred_array_alignment(kind.dtype)
    meminfo = context.nrt.meminfo_alloc_aligned(builder, count, align)
    array = make_array(kind)(context, builder)
    data = context.nrt.meminfo_data(builder, meminfo)
    in_large_pages(builder, data, count)
    populate_array(
        array,
        data=builder.bitcast(data, element.as_pointer()),
        shape=cgutils.pack_array(builder, extents),
        strides=cgutils.pack_array(builder, strides[::-1]),
        itemsize=itemsize,
        meminfo=meminfo,
    )
    return array


def _lower_empty(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    extents = _extents(context, builder, sig.args[0], args[0])
    array = allocate(context, builder, sig.return_type, extents)
    return impl_ret_new_ref(context, builder, sig.return_type, array._getvalue())


def _lower_zeros(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    extents = _extents(context, builder, sig.args[0], args[0])
    array = allocate(context, builder, sig.return_type, extents)
    cgutils.memset(builder, array.data, builder.mul(array.itemsize, array.nitems), 0)
    return impl_ret_new_ref(context, builder, sig.return_type, array._getvalue())


def _lower_full(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    dtype = sig.return_type.dtype
    extents = _extents(context, builder, sig.args[0], args[0])
    array = allocate(context, builder, sig.return_type, extents)
    value = context.cast(builder, args[1], sig.args[1], dtype)
    with cgutils.for_range(builder, array.nitems) as loop:
        store_item(context, builder, sig.return_type, value, builder.gep(array.data, [loop.index]))
    return impl_ret_new_ref(context, builder, sig.return_type, array._getvalue())


def _lower_contiguous(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    (kind,) = sig.args
    if _is_c(kind):
        return impl_ret_borrowed(context, builder, sig.return_type, args[0])
    layout: ir.Value = _as_layout_array(context, builder, sig, args, output_layout="C")
    return layout


def _lower_dot(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    return product(context, builder, sig, args, allocate)


for _function, _codegen, _arities in (
    (empty, _lower_empty, (1, 2)),
    (zeros, _lower_zeros, (1, 2)),
    (full, _lower_full, (2, 3)),
    (ascontiguousarray, _lower_contiguous, (1,)),
    (dot, _lower_dot, (2, 3)),
):
    for _arity in _arities:
        lower_builtin(_function, *[types.Any] * _arity)(_codegen)
