"""The instructions of the functions in `arrays`.

In: numba's code generation at a call. Out: LLVM instructions, in place.

    np.zeros((n, m))  ->  n * m * 8 without overflow, NRT_MemInfo_alloc_aligned, memset, the array's fields

Imported by the first compilation of a process, not by kernels from the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.core import types as numba_types
from numba.core.imputils import impl_ret_borrowed, impl_ret_new_ref
from numba.np.arrayobj import _as_layout_array, make_array, populate_array, store_item

from symgrad.backends.arrays import Type, is_c
from symgrad.backends.gemm import product
from symgrad.backends.memory import in_large_pages

types: Any = numba_types  # untyped, most of it


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


def empty(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    extents = _extents(context, builder, sig.args[0], args[0])
    array = allocate(context, builder, sig.return_type, extents)
    return impl_ret_new_ref(context, builder, sig.return_type, array._getvalue())


def zeros(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    extents = _extents(context, builder, sig.args[0], args[0])
    array = allocate(context, builder, sig.return_type, extents)
    cgutils.memset(builder, array.data, builder.mul(array.itemsize, array.nitems), 0)
    return impl_ret_new_ref(context, builder, sig.return_type, array._getvalue())


def full(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    dtype = sig.return_type.dtype
    extents = _extents(context, builder, sig.args[0], args[0])
    array = allocate(context, builder, sig.return_type, extents)
    value = context.cast(builder, args[1], sig.args[1], dtype)
    with cgutils.for_range(builder, array.nitems) as loop:
        store_item(context, builder, sig.return_type, value, builder.gep(array.data, [loop.index]))
    return impl_ret_new_ref(context, builder, sig.return_type, array._getvalue())


def ascontiguousarray(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    (kind,) = sig.args
    if is_c(kind):
        return impl_ret_borrowed(context, builder, sig.return_type, args[0])
    layout: ir.Value = _as_layout_array(context, builder, sig, args, output_layout="C")
    return layout


def grow(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    """Written with slices it took 4 s to compile: numba's message for shapes that differ."""
    (kind,) = sig.args
    old = make_array(kind)(context, builder, args[0])
    slots, *rest = cgutils.unpack_tuple(builder, old.shape)
    array = allocate(context, builder, kind, [builder.mul(slots, slots.type(2)), *rest])
    cgutils.raw_memcpy(builder, array.data, old.data, old.nitems, old.itemsize)
    return impl_ret_new_ref(context, builder, sig.return_type, array._getvalue())


def dot(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    return product(context, builder, sig, args, allocate)
