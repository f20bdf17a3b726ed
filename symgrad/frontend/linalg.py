"""Products of arrays and norms.

In: calls such as a.dot(b), np.outer(x, y), np.einsum("ij,jk", a, b), np.linalg.norm(x). Out: `matmul`
equations with the transposes and reshapes that they need.
"""

from __future__ import annotations

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.creation import iota
from symgrad.frontend.index import getitem, setitem
from symgrad.frontend.operators import constant, matmul
from symgrad.frontend.promote import as_tensor, elementwise
from symgrad.frontend.reductions import one_axis, reduce
from symgrad.frontend.registry import handles
from symgrad.frontend.shaping import broadcasted, permuted, ravel, reshaped
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.dims import Dim, product


@handles(np.matmul, np.linalg.matmul)
def np_matmul(low: Lowering, x1: Val, x2: Val) -> Val:
    return matmul(low, x1, x2)


@handles(np.dot, method="dot", pure=True)
def dot(low: Lowering, a: Val, b: Val) -> Val:
    x, y = as_tensor(low, a), as_tensor(low, b)
    if not x.rank or not y.rank:
        return elementwise(low, "multiply", x, y)
    if y.rank <= 2 and (x.rank <= 2 or y.rank == 1):
        return matmul(low, x, y)
    return contract(low, x, y, (x.rank - 1,), (y.rank - 2,))


@handles(np.vdot)
def vdot(low: Lowering, a: Val, b: Val) -> Val:
    return matmul(low, ravel(low, a), ravel(low, b))


@handles(np.inner)
def inner(low: Lowering, a: Val, b: Val) -> Val:
    x, y = as_tensor(low, a), as_tensor(low, b)
    if not x.rank or not y.rank:
        return elementwise(low, "multiply", x, y)
    if x.rank == y.rank == 1:
        return matmul(low, x, y)
    return contract(low, x, y, (x.rank - 1,), (y.rank - 1,))


@handles(np.outer, np.linalg.outer)
def outer(low: Lowering, a: Val, b: Val) -> Val:
    x, y = as_tensor(low, a), as_tensor(low, b)
    x, y = (t if t.rank == 1 else reshaped(low, t, (product(low.shape(t)),)) for t in (x, y))
    return elementwise(
        low, "multiply", getitem(low, x, (slice(None), None)), getitem(low, y, (None, slice(None)))
    )


@handles(np.tensordot, np.linalg.tensordot)
def tensordot(low: Lowering, a: Val, b: Val, axes: Val = 2) -> Val:
    x, y = as_tensor(low, a), as_tensor(low, b)
    axes = constant(low, axes, "the axes of np.tensordot")
    if isinstance(axes, int):
        return contract(low, x, y, tuple(range(x.rank - axes, x.rank)), tuple(range(axes)))
    left, right = ((part,) if isinstance(part, int) else tuple(part) for part in axes)
    return contract(
        low,
        x,
        y,
        tuple(one_axis(low, x.rank, i) for i in left),
        tuple(one_axis(low, y.rank, i) for i in right),
    )


def contract(low: Lowering, x: Tensor, y: Tensor, left: tuple[int, ...], right: tuple[int, ...]) -> Tensor:
    """Sum of products over pairs of axes; the other axes of x, then those of y, remain."""
    if len(left) != len(right):
        low.refuse("tensordot over different numbers of axes", error=ShapeError)
    rest_x = tuple(i for i in range(x.rank) if i not in left)
    rest_y = tuple(i for i in range(y.rank) if i not in right)
    shape_x, shape_y = low.shape(x), low.shape(y)
    for i, j in zip(left, right, strict=True):
        low.solver.equal(shape_x[i], shape_y[j])
    shape_x, shape_y = low.shape(x), low.shape(y)
    rows, columns = tuple(shape_x[i] for i in rest_x), tuple(shape_y[i] for i in rest_y)
    between = product(tuple(shape_x[i] for i in left))
    a = _matrix(low, x, (*rest_x, *left), (product(rows), between))
    b = _matrix(low, y, (*right, *rest_y), (between, product(columns)))
    return reshaped(low, matmul(low, a, b), rows + columns)


def _matrix(low: Lowering, t: Tensor, perm: tuple[int, ...], shape: tuple[Dim, Dim]) -> Tensor:
    moved = permuted(low, t, perm) if perm != tuple(range(t.rank)) else t
    return moved if low.shape(moved) == shape else Tensor(low.emit("reshape", [low.arg(moved)], shape=shape))


@handles(np.linalg.diagonal)
def last_diagonal(low: Lowering, x: Val, *, offset: Val = 0) -> Val:
    return diagonal(low, x, offset, -2, -1)


@handles(np.linalg.trace)
def last_trace(low: Lowering, x: Val, *, offset: Val = 0) -> Val:
    return trace(low, x, offset, -2, -1)


@handles(np.diagonal, method="diagonal")
def diagonal(low: Lowering, a: Val, offset: Val = 0, axis1: Val = 0, axis2: Val = 1) -> Tensor:
    """The axis of the diagonal comes last."""
    t = as_tensor(low, a)
    i, j = one_axis(low, t.rank, axis1), one_axis(low, t.rank, axis2)
    rest = [k for k in range(t.rank) if k not in (i, j)]
    moved = permuted(low, t, (i, j, *rest)) if (i, j) != (0, 1) else t
    rows, columns = low.shape(moved)[:2]
    k = constant(low, offset, "the offset")
    down, right = max(-k, 0), max(k, 0)
    length = _shorter(low, rows - down, columns - right)
    index = iota(low, length)
    key = tuple(elementwise(low, "add", index, by) if by else index for by in (down, right))
    out = getitem(low, moved, key)
    return permuted(low, out, (*range(1, out.rank), 0)) if rest else out


def _shorter(low: Lowering, a: Dim, b: Dim) -> Dim:
    return a if a == b or low.solver.decide(b - a) else b


@handles(np.diag)
def diag(low: Lowering, v: Val, k: Val = 0) -> Val:
    t = as_tensor(low, v)
    k = constant(low, k, "k")
    if t.rank != 1:
        return diagonal(low, t, k)
    (n,) = low.shape(t)
    size = n + abs(k)
    out = Tensor(low.emit("full", [low.const(0, t.dtype)], shape=(size, size)))
    index = iota(low, n)
    rows = elementwise(low, "add", index, -k) if k < 0 else index
    columns = elementwise(low, "add", index, k) if k > 0 else index
    setitem(low, out, (rows, columns), t)
    return out


@handles(np.trace, method="trace")
def trace(low: Lowering, a: Val, offset: Val = 0, axis1: Val = 0, axis2: Val = 1) -> Val:
    return reduce(low, "sum", diagonal(low, a, offset, axis1, axis2), -1, False)


@handles(np.tril)
def tril(low: Lowering, m: Val, k: Val = 0) -> Val:
    return _triangle(low, m, k, "tril")


@handles(np.triu)
def triu(low: Lowering, m: Val, k: Val = 0) -> Val:
    return _triangle(low, m, k, "triu")


def _triangle(low: Lowering, m: Val, k: Val, name: str) -> Tensor:
    t = as_tensor(low, m)
    if not t.rank:
        low.refuse("a triangle of a number", error=ShapeError)
    if t.rank == 1:  # one row stands for all
        t = broadcasted(low, t, low.shape(t) * 2)
    return low.make(name, t, k=int(constant(low, k, f"the k of np.{name}")))
