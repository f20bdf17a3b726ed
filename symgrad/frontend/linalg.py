"""Products of arrays and norms.

In: calls such as a.dot(b), np.outer(x, y), np.einsum("ij,jk", a, b), np.linalg.norm(x). Out: `matmul`
equations with the transposes and reshapes that they need.
"""

from __future__ import annotations

import math

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.creation import iota
from symgrad.frontend.index import getitem, setitem
from symgrad.frontend.operators import constant, matmul
from symgrad.frontend.promote import as_tensor, cast, elementwise, floats, power, result_dtype
from symgrad.frontend.reductions import axes_of, one_axis, reduce
from symgrad.frontend.registry import handles
from symgrad.frontend.shaping import broadcasted, permuted, ravel, reshaped
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.dims import Dim, product


@handles(np.matmul)
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


@handles(np.outer)
def outer(low: Lowering, a: Val, b: Val) -> Val:
    x, y = as_tensor(low, a), as_tensor(low, b)
    x, y = (t if t.rank == 1 else reshaped(low, t, (product(low.shape(t)),)) for t in (x, y))
    return elementwise(
        low, "multiply", getitem(low, x, (slice(None), None)), getitem(low, y, (None, slice(None)))
    )


@handles(np.tensordot)
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


@handles(np.einsum)
def einsum(low: Lowering, subscripts: Val, *operands: Val) -> Val:
    """Operands are aligned by letters and contracted two by two, by matmul."""
    if not isinstance(subscripts, str):
        low.refuse("np.einsum without a string of subscripts")
    terms, out = _subscripts(low, subscripts, len(operands))
    parts = [as_tensor(low, v) for v in operands]
    dtype = result_dtype([Tensor(p.arg, is_array=True) for p in parts])
    pairs = [_diagonal(low, Tensor(cast(low, p, dtype)), t) for p, t in zip(parts, terms, strict=True)]
    t, letters = pairs[0]
    for number, (other, more) in enumerate(pairs[1:], start=1):
        needed = set(out).union(*(p[1] for p in pairs[number + 1 :]))
        t, letters = _contracted(low, t, letters, other, more, needed)
    gone = tuple(i for i, c in enumerate(letters) if c not in out)
    if gone:
        t = reduce(low, "sum", t, gone, False)
        letters = "".join(c for c in letters if c in out)
    return permuted(low, t, tuple(letters.index(c) for c in out)) if letters != out else t


def _subscripts(low: Lowering, text: str, count: int) -> tuple[list[str], str]:
    text = text.replace(" ", "")
    if "." in text:
        low.refuse("`...` in np.einsum", instead="a letter for each axis")
    left, arrow, out = text.partition("->")
    terms = left.split(",")
    if len(terms) != count:
        low.refuse(f"np.einsum({text!r}) has {len(terms)} terms for {count} arrays", error=ShapeError)
    if not arrow:
        letters = "".join(terms)
        out = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    return terms, out


def _diagonal(low: Lowering, t: Tensor, letters: str) -> tuple[Tensor, str]:
    """A letter that repeats in one term means the diagonal."""
    if len(letters) != t.rank:
        low.refuse(
            f"{letters!r} in np.einsum names {len(letters)} axes of an array of {t.rank}", error=ShapeError
        )
    for c in dict.fromkeys(letters):
        while letters.count(c) > 1:
            i, j = letters.index(c), letters.rindex(c)
            t = diagonal(low, t, 0, i, j)
            letters = letters[:i] + letters[i + 1 : j] + letters[j + 1 :] + c
    return t, letters


def _contracted(
    low: Lowering, x: Tensor, left: str, y: Tensor, right: str, needed: set[str]
) -> tuple[Tensor, str]:
    """The product of two terms, summed over the letters that nothing else needs."""
    x, left = _summed(low, x, left, needed | set(right))
    y, right = _summed(low, y, right, needed | set(left))
    batch = [c for c in left if c in right and c in needed]
    inner = [c for c in left if c in right and c not in needed]
    rows = [c for c in left if c not in right]
    columns = [c for c in right if c not in left]
    for c in (*batch, *inner):
        low.solver.equal(low.shape(x)[left.index(c)], low.shape(y)[right.index(c)])
    if not inner:
        return _multiplied(low, x, left, y, right, [*batch, *rows, *columns])
    size = {c: d for c, d in zip((*left, *right), (*low.shape(x), *low.shape(y)), strict=True)}
    lead = tuple(size[c] for c in batch)
    m, k, n = (product(tuple(size[c] for c in part)) for part in (rows, inner, columns))

    def arranged(t: Tensor, letters: str, order: list[str], shape: tuple[Dim, ...]) -> Tensor:
        perm = tuple(letters.index(c) for c in order)
        moved = permuted(low, t, perm) if perm != tuple(range(t.rank)) else t
        return (
            moved if low.shape(moved) == shape else Tensor(low.emit("reshape", [low.arg(moved)], shape=shape))
        )

    a = arranged(x, left, [*batch, *rows, *inner], (*lead, m, k) if rows else (*lead, 1, k))
    b = arranged(y, right, [*batch, *inner, *columns], (*lead, k, n) if columns else (*lead, k, 1))
    if not batch:  # vectors stay vectors
        a = a if rows else reshaped(low, a, (k,))
        b = b if columns else reshaped(low, b, (k,))
    out = matmul(low, a, b)
    letters = [*batch, *rows, *columns]
    return reshaped(low, out, tuple(size[c] for c in letters)), "".join(letters)


def _summed(low: Lowering, t: Tensor, letters: str, needed: set[str]) -> tuple[Tensor, str]:
    gone = tuple(i for i, c in enumerate(letters) if c not in needed)
    if not gone:
        return t, letters
    return reduce(low, "sum", t, gone, False), "".join(c for c in letters if c in needed)


def _multiplied(
    low: Lowering, x: Tensor, left: str, y: Tensor, right: str, letters: list[str]
) -> tuple[Tensor, str]:
    def aligned(t: Tensor, mine: str) -> Tensor:
        order = [c for c in letters if c in mine]
        t = permuted(low, t, tuple(mine.index(c) for c in order)) if list(mine) != order else t
        key = tuple(slice(None) if c in mine else None for c in letters)
        return getitem(low, t, key) if None in key else t

    return elementwise(low, "multiply", aligned(x, left), aligned(y, right)), "".join(letters)


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
def trace(low: Lowering, a: Val, offset: Val = 0) -> Val:
    return reduce(low, "sum", diagonal(low, a, offset), -1, False)


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


@handles(np.cross)
def cross(low: Lowering, a: Val, b: Val) -> Val:
    """Of vectors of length 3 along the last axis."""
    x, y = as_tensor(low, a), as_tensor(low, b)
    for t in (x, y):
        low.solver.equal(low.shape(t)[-1], 3)

    def times(left: list[int], right: list[int]) -> Tensor:
        return elementwise(
            low, "multiply", getitem(low, x, (Ellipsis, left)), getitem(low, y, (Ellipsis, right))
        )

    return elementwise(low, "subtract", times([1, 2, 0], [2, 0, 1]), times([2, 0, 1], [1, 2, 0]))


@handles(np.kron)
def kron(low: Lowering, a: Val, b: Val) -> Val:
    x, y = as_tensor(low, a), as_tensor(low, b)
    if x.rank != y.rank:
        low.refuse("np.kron of arrays with different numbers of axes")
    key_x = tuple(k for _ in range(x.rank) for k in (slice(None), None))
    key_y = tuple(k for _ in range(x.rank) for k in (None, slice(None)))
    out = elementwise(low, "multiply", getitem(low, x, key_x), getitem(low, y, key_y))
    return reshaped(low, out, tuple(p * q for p, q in zip(low.shape(x), low.shape(y), strict=True)))


@handles(np.linalg.norm)
def norm(low: Lowering, x: Val, ord: Val = None, axis: Val = None, *, keepdims: Val = False) -> Val:
    t = floats(low, x)
    ord = constant(low, ord, "the order of a norm")
    axes = axes_of(low, t.rank, axis)
    if not t.rank:
        return elementwise(low, "absolute", t)
    if ord is None or ord == "fro" or (ord == 2 and len(axes) == 1):
        return reduce(low, "norm", t, axes, keepdims)
    if len(axes) != 1:
        low.refuse(
            f"the norm of order {ord!r} of a matrix",
            why="only the Frobenius norm is compiled",
            instead="ord=None",
        )
    size = elementwise(low, "absolute", t)
    if ord == math.inf:
        return reduce(low, "max", size, axes, keepdims)
    if ord == -math.inf:
        return reduce(low, "min", size, axes, keepdims)
    if ord == 0:
        return reduce(
            low, "sum", Tensor(cast(low, elementwise(low, "not_equal", t, 0), t.dtype)), axes, keepdims
        )
    if ord == 1:
        return reduce(low, "sum", size, axes, keepdims)
    if not isinstance(ord, int | float):
        low.refuse(f"the norm of order {ord!r}")
    total = reduce(low, "sum", power(low, size, float(ord), operator=False), axes, keepdims)
    return power(low, total, 1.0 / ord, operator=False)


@handles(np.linalg.multi_dot)
def multi_dot(low: Lowering, arrays: Val) -> Val:
    out = arrays[0]
    for other in arrays[1:]:
        out = dot(low, out, other)
    return out


@handles(np.linalg.matrix_power)
def matrix_power(low: Lowering, a: Val, n: Val) -> Val:
    n = constant(low, n, "the power of a matrix")
    if n < 1:
        low.refuse(f"np.linalg.matrix_power(a, {n})", instead="a power of 1 or more")
    out = a
    for _ in range(n - 1):
        out = matmul(low, out, a)
    return out
