"""Products of matrices in compiled code: one small function of the module for each dtype and pair of layouts.

In: the arrays of `np.dot` while numba lowers a call. Out: instructions that check the extents and call BLAS.

    np.dot(x.T, dy)   ->   call @symgrad_gemm_float64_FC(m, k, n, x, dy, out)

numba writes the choice between BLAS's products of vectors and matrices out at every call, and compiles five
functions to get there. Here the choice stands once, in the function, which LLVM leaves where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.core import types as numba_types
from numba.core.imputils import impl_ret_borrowed, impl_ret_new_ref
from numba.np.arrayobj import make_array
from numba.np.linalg import call_xxdot, call_xxgemm, call_xxgemv, ensure_blas, make_contiguous

Type = Any  # a numba type
types: Any = numba_types  # untyped, most of it

_INT_MAX = 2**31 - 1  # BLAS counts in C ints
_SIZE = ir.IntType(types.intp.bitwidth)

Allocate = Callable[[Any, ir.IRBuilder, Type, Sequence[ir.Value]], Any]


def product(
    context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value], allocate: Allocate
) -> ir.Value:
    """`np.dot(a, b)` or `np.dot(a, b, out)`."""
    ensure_blas()
    with make_contiguous(context, builder, sig, args) as (sig, args):
        a_type, b_type, *into = sig.args
        a, b = (make_array(t)(context, builder, v) for t, v in zip(sig.args[:2], args[:2], strict=True))
        a_shape, b_shape = (cgutils.unpack_tuple(builder, array.shape) for array in (a, b))
        rows, columns = a_shape[:-1], b_shape[1:]
        wanted = [*rows, *columns]
        pairs = [(a_shape[-1], b_shape[0])]
        if into:
            out = make_array(into[0])(context, builder, args[2])
            pairs += zip(wanted, cgutils.unpack_tuple(builder, out.shape), strict=True)
        _check(context, builder, pairs, [*a_shape, *columns])
        m, n = (extent[0] if extent else _SIZE(1) for extent in (rows, columns))
        sizes = [m, a_shape[-1], n]
        if not wanted:
            cell = cgutils.alloca_once(builder, context.get_value_type(sig.return_type))
            _call(context, builder, a_type, b_type, [*sizes, a.data, b.data, cell])
            return builder.load(cell)
        if not into:
            out = allocate(context, builder, sig.return_type, wanted)
        _call(context, builder, a_type, b_type, [*sizes, a.data, b.data, out.data])
        finish = impl_ret_borrowed if into else impl_ret_new_ref
        return finish(context, builder, sig.return_type, out._getvalue())


def _check(
    context: Any, builder: ir.IRBuilder, pairs: list[tuple[ir.Value, ir.Value]], extents: list[ir.Value]
) -> None:
    wrong = cgutils.false_bit
    for one, other in pairs:
        wrong = builder.or_(wrong, builder.icmp_signed("!=", one, other))
    for extent in extents:
        wrong = builder.or_(wrong, builder.icmp_signed(">", extent, _SIZE(_INT_MAX)))
    with cgutils.if_unlikely(builder, wrong):
        context.call_conv.return_user_exc(builder, ValueError, ("these arrays have no product",))


def _call(context: Any, builder: ir.IRBuilder, a_type: Type, b_type: Type, args: list[ir.Value]) -> None:
    """Call the module's function for these layouts, writing it at first need."""
    # A vector is its matrix in C order: of one row on the left, of one column on the right.
    layouts = [t.layout if t.ndim == 2 else "C" for t in (a_type, b_type)]
    module, dtype = builder.module, a_type.dtype
    name = f"symgrad_gemm_{dtype}_{''.join(layouts)}"
    function = module.globals.get(name)
    if function is None:
        kind = ir.FunctionType(ir.VoidType(), [a.type for a in args])
        function = ir.Function(module, kind, name)
        function.linkage = "internal"
        function.attributes.add("noinline")
        _write(context, function, *(types.Array(dtype, 2, layout) for layout in layouts))
    builder.call(function, args)


def _write(context: Any, function: ir.Function, a_type: Type, b_type: Type) -> None:
    """The body: the product of vectors, of a matrix and a vector, or of matrices."""
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    m, k, n, a, b, out = function.args
    c_type, dtype = types.Array(a_type.dtype, 2, "C"), a_type.dtype
    one, none = _SIZE(1), _SIZE(0)
    size = _SIZE(context.get_abi_sizeof(context.get_data_type(dtype)))
    with builder.if_then(builder.icmp_signed("==", k, none)):  # a sum of nothing
        cgutils.memset(builder, out, builder.mul(size, builder.mul(m, n)), 0)
        builder.ret_void()
    with builder.if_then(builder.icmp_signed("==", builder.mul(m, n), none)):
        builder.ret_void()
    with builder.if_else(builder.icmp_signed("==", n, one)) as (right_vector, right_matrix):
        with right_vector, builder.if_else(builder.icmp_signed("==", m, one)) as (vectors, left_matrix):
            with vectors:
                call_xxdot(context, builder, False, dtype, k, a, b, out)
            with left_matrix:
                call_xxgemv(context, builder, a_type.layout == "C", a_type, (m, k), a, b, out)
        with right_matrix, builder.if_else(builder.icmp_signed("==", m, one)) as (left_vector, matrices):
            with left_vector:
                call_xxgemv(context, builder, b_type.layout != "C", b_type, (k, n), b, a, out)
            with matrices:
                call_xxgemm(context, builder, a_type, (m, k), a, b_type, (k, n), b, c_type, (m, n), out)
    builder.ret_void()
