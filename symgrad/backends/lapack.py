"""LAPACK and sorting for kernels: small compiled functions that write their result where they are told.

In: arrays in C order, the last one to be filled. Out: nothing, or np.linalg.LinAlgError where NumPy raises
it. The routines are SciPy's: their addresses are registered as LLVM symbols when this module is imported, so
that machine code from the cache finds them. Fortran reads a C array as its transpose: "T" stands for the
matrix as it is here, "U" for the lower triangle.

    lu = np.empty((n + 1, n));  factor_lu(a, lu)         the factors, and the pivots in the last row
    x = np.empty(n);            solve_lu(lu, b, False, x)
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as ll
import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import cgutils, types
from numba.extending import get_cython_function_address, intrinsic

_LETTERS = {"getrf": 0, "getrs": 1, "getri": 0, "potrf": 1, "trtrs": 3, "syevd": 2}  # options come first
for _routine in _LETTERS:
    for _kind in "sd":
        _address = get_cython_function_address("scipy.linalg.cython_lapack", f"{_kind}{_routine}")
        ll.add_symbol(f"symgrad_{_kind}{_routine}", _address)

_L, _N, _T, _U, _V = (ord(c) for c in "LNTUV")


def _fortran(name: str, *args: types.Type) -> Any:
    """A call of a routine, whose value is its last argument, `info`.

    Options and numbers go by address, in a byte or an int32; arrays by the address of their data.
    """
    letter = "s" if any(getattr(a, "dtype", None) == types.float32 for a in args) else "d"

    def codegen(context: Any, builder: ir.IRBuilder, sig: Any, given: Any) -> ir.Value:
        pointers = []
        for k, (kind, value) in enumerate(zip(sig.args, given, strict=True)):
            if isinstance(kind, types.Array):
                pointers.append(context.make_array(kind)(context, builder, value).data)
                continue
            width = ir.IntType(8 if k < _LETTERS[name] else 32)
            pointers.append(cgutils.alloca_once_value(builder, builder.trunc(value, width)))
        pointers.append(cgutils.alloca_once(builder, ir.IntType(32)))
        shape = ir.FunctionType(ir.VoidType(), [p.type for p in pointers])
        builder.call(
            cgutils.get_or_insert_function(builder.module, shape, f"symgrad_{letter}{name}"), pointers
        )
        return builder.load(pointers[-1])

    return types.int32(*(a if isinstance(a, types.Array) else types.int64 for a in args)), codegen


@intrinsic
def _getrf(context: Any, m: Any, n: Any, a: Any, lda: Any, pivots: Any) -> Any:
    return _fortran("getrf", m, n, a, lda, pivots)


@intrinsic
def _getrs(context: Any, trans: Any, n: Any, k: Any, a: Any, lda: Any, pivots: Any, b: Any, ldb: Any) -> Any:
    return _fortran("getrs", trans, n, k, a, lda, pivots, b, ldb)


@intrinsic
def _getri(context: Any, n: Any, a: Any, lda: Any, pivots: Any, work: Any, lwork: Any) -> Any:
    return _fortran("getri", n, a, lda, pivots, work, lwork)


@intrinsic
def _potrf(context: Any, uplo: Any, n: Any, a: Any, lda: Any) -> Any:
    return _fortran("potrf", uplo, n, a, lda)


@intrinsic
def _trtrs(
    context: Any, uplo: Any, trans: Any, diag: Any, n: Any, k: Any, a: Any, lda: Any, b: Any, ldb: Any
) -> Any:
    return _fortran("trtrs", uplo, trans, diag, n, k, a, lda, b, ldb)


@intrinsic
def _syevd(
    context: Any, job: Any, uplo: Any, n: Any, a: Any, lda: Any, w: Any, work: Any, lwork: Any, iwork: Any,
    liwork: Any,
) -> Any:  # fmt: skip
    return _fortran("syevd", job, uplo, n, a, lda, w, work, lwork, iwork, liwork)


@njit(cache=True, nogil=True)
def factor_lu(a: Any, lu: Any) -> None:
    """The LU factors of a.T; of a singular matrix too, whose factors have a 0 on the diagonal."""
    n = a.shape[0]
    for i in range(n):
        for j in range(n):
            lu[i, j] = a[i, j]
    pivots = np.empty(n, np.int32)
    _getrf(n, n, lu, max(n, 1), pivots)
    for i in range(n):
        lu[n, i] = pivots[i]


@njit(cache=True, nogil=True)
def _pivots(lu: Any) -> Any:
    """The pivots of a regular matrix."""
    n = lu.shape[1]
    pivots = np.empty(n, np.int32)
    for i in range(n):
        if lu[i, i] == 0.0:
            raise np.linalg.LinAlgError("Singular matrix")
        pivots[i] = int(lu[n, i])
    return pivots


@njit(cache=True, nogil=True)
def _turned(b: Any) -> Any:
    """The columns of `b` as rows."""
    out = np.empty((b.shape[1], b.shape[0]), b.dtype)
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            out[j, i] = b[i, j]
    return out


@njit(cache=True, nogil=True)
def _turn_back(rows: Any, x: Any) -> None:
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = rows[j, i]


@njit(cache=True, nogil=True)
def solve_lu(lu: Any, b: Any, trans: Any, x: Any) -> None:
    """x in `a @ x = b`, or in `a.T @ x = b`; `b` is a vector."""
    n = lu.shape[1]
    for i in range(n):
        x[i] = b[i]
    _getrs(_N if trans else _T, n, 1, lu, max(n, 1), _pivots(lu), x, max(n, 1))


@njit(cache=True, nogil=True)
def solve_lu_columns(lu: Any, b: Any, trans: Any, x: Any) -> None:
    """The same for each column of `b`."""
    n = lu.shape[1]
    rows = _turned(b)
    _getrs(_N if trans else _T, n, b.shape[1], lu, max(n, 1), _pivots(lu), rows, max(n, 1))
    _turn_back(rows, x)


@njit(cache=True, nogil=True)
def invert_lu(lu: Any, y: Any) -> None:
    """The inverse of the matrix."""
    n = lu.shape[1]
    pivots = _pivots(lu)
    for i in range(n):
        for j in range(n):
            y[i, j] = lu[i, j]
    work = np.empty(64 * max(n, 1), lu.dtype)
    _getri(n, y, max(n, 1), pivots, work, work.shape[0])


@njit(cache=True, nogil=True)
def factor_cholesky(a: Any, factor: Any) -> None:
    """The lower triangular factor; only the lower triangle of `a` is read."""
    n = a.shape[0]
    for i in range(n):
        for j in range(n):
            factor[i, j] = a[i, j] if j <= i else 0.0
    if _potrf(_U, n, factor, max(n, 1)) != 0:
        raise np.linalg.LinAlgError("Matrix is not positive definite")


@njit(cache=True, nogil=True)
def solve_triangle(a: Any, b: Any, lower: Any, trans: Any, x: Any) -> None:
    """x in `a @ x = b`, or in `a.T @ x = b`, of one triangle of `a`; `b` is a vector."""
    n = a.shape[0]
    for i in range(n):
        x[i] = b[i]
    uplo, op = _U if lower else _L, _N if trans else _T
    if _trtrs(uplo, op, _N, n, 1, a, max(n, 1), x, max(n, 1)) != 0:
        raise np.linalg.LinAlgError("Singular matrix")


@njit(cache=True, nogil=True)
def solve_triangle_columns(a: Any, b: Any, lower: Any, trans: Any, x: Any) -> None:
    """The same for each column of `b`."""
    n = a.shape[0]
    rows = _turned(b)
    uplo, op = _U if lower else _L, _N if trans else _T
    if _trtrs(uplo, op, _N, n, b.shape[1], a, max(n, 1), rows, max(n, 1)) != 0:
        raise np.linalg.LinAlgError("Singular matrix")
    _turn_back(rows, x)


@njit(cache=True, nogil=True)
def eigenvalues(a: Any, w: Any) -> None:
    """The eigenvalues of a symmetric matrix, rising; only its lower triangle is read."""
    n = a.shape[0]
    work, iwork = np.empty(2 * n + 1, a.dtype), np.empty(1, np.int32)
    if _syevd(_N, _L, n, _turned(a), max(n, 1), w, work, work.shape[0], iwork, 1) != 0:
        raise np.linalg.LinAlgError("Eigenvalues did not converge")


@njit(cache=True, nogil=True)
def eigenvectors(a: Any, v: Any) -> None:
    """Its eigenvectors as columns, in the same order and with the signs that NumPy gives them."""
    n = a.shape[0]
    rows, w = _turned(a), np.empty(n, a.dtype)
    work, iwork = np.empty(1 + 6 * n + 2 * n * n, a.dtype), np.empty(3 + 5 * n, np.int32)
    if _syevd(_V, _L, n, rows, max(n, 1), w, work, work.shape[0], iwork, iwork.shape[0]) != 0:
        raise np.linalg.LinAlgError("Eigenvalues did not converge")
    _turn_back(rows, v)


@njit(cache=True, nogil=True)
def sorting_order(x: Any, order: Any) -> None:
    """The places of the elements in rising order, NaN last; a merge sort, so that ties keep theirs."""
    n = x.shape[0]
    for i in range(n):
        order[i] = i
    other = np.empty(n, np.int64)
    width = 1
    while width < n:
        for start in range(0, n, 2 * width):
            i, middle = start, min(start + width, n)
            j, stop = middle, min(start + 2 * width, n)
            for k in range(start, stop):
                take_left = j >= stop
                if i < middle and j < stop:
                    left, right = x[order[i]], x[order[j]]
                    take_left = not (right < left or (left != left and right == right))
                if take_left:
                    other[k] = order[i]
                    i += 1
                else:
                    other[k] = order[j]
                    j += 1
        for k in range(n):
            order[k] = other[k]
        width *= 2


@njit(cache=True, nogil=True)
def _place(a: Any, v: Any, right: Any) -> Any:
    """How many elements of a sorted array stand before `v`; NaN stands last."""
    low, high = 0, a.shape[0]
    while low < high:
        middle = (low + high) // 2
        x = a[middle]
        before = x < v or (v != v and x == x) or (right and (x == v or (x != x and v != v)))
        if before:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def places_left(a: Any, v: Any, out: Any) -> None:
    """Where each element of `v` belongs in the sorted `a`, before those that equal it."""
    for i in range(v.shape[0]):
        out[i] = _place(a, v[i], False)


@njit(cache=True, nogil=True)
def places_right(a: Any, v: Any, out: Any) -> None:
    """The same, after those that equal it."""
    for i in range(v.shape[0]):
        out[i] = _place(a, v[i], True)
