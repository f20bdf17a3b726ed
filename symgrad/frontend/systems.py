"""Systems of equations, determinants, factors and eigenvalues of NumPy.

In: calls such as np.linalg.solve(a, b), np.linalg.slogdet(a), np.linalg.eigh(a). Out: one equation each for
what the program reads; several results are a named tuple of separate equations.

    sign, logdet = np.linalg.slogdet(a)   ->   sign = detsign(a); logdet = logabsdet(a)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from symgrad.frontend.context import Lowering
from symgrad.frontend.index import getitem
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import cast, floats, result_dtype
from symgrad.frontend.registry import handles
from symgrad.frontend.shaping import matrix_transpose
from symgrad.frontend.values import Tensor, Val


class SlogdetResult(NamedTuple):
    """What np.linalg.slogdet gives."""

    sign: Val
    logabsdet: Val


class EighResult(NamedTuple):
    """What np.linalg.eigh gives."""

    eigenvalues: Val
    eigenvectors: Val


@handles(np.linalg.solve)
def solve(low: Lowering, a: Val, b: Val) -> Tensor:
    """A vector is one column for every matrix; of two operands of different dtypes the wider one counts."""
    x, y = floats(low, a), floats(low, b)
    dtype = result_dtype([Tensor(x.arg), Tensor(y.arg)])
    x, y = Tensor(cast(low, x, dtype)), Tensor(cast(low, y, dtype))
    if y.rank != 1 or x.rank <= 2:
        return low.make("solve", x, y)
    column = low.make("solve", x, getitem(low, y, (slice(None), None)))
    return getitem(low, column, (Ellipsis, 0))


@handles(np.linalg.inv)
def inv(low: Lowering, a: Val) -> Tensor:
    return low.make("inv", floats(low, a))


@handles(np.linalg.det)
def det(low: Lowering, a: Val) -> Tensor:
    return low.make("det", floats(low, a))


@handles(np.linalg.slogdet)
def slogdet(low: Lowering, a: Val) -> SlogdetResult:
    t = floats(low, a)
    return SlogdetResult(low.make("detsign", t), low.make("logabsdet", t))


@handles(np.linalg.cholesky)
def cholesky(low: Lowering, a: Val, *, upper: Val = False) -> Val:
    t = floats(low, a)
    if not constant(low, upper, "upper"):
        return low.make("cholesky", t)
    return matrix_transpose(low, low.make("cholesky", matrix_transpose(low, t)))


@handles(np.linalg.eigh)
def eigh(low: Lowering, a: Val, UPLO: Val = "L") -> EighResult:
    t = _lower(low, a, UPLO)
    return EighResult(low.make("eigvalsh", t), low.make("eigh", t))


@handles(np.linalg.eigvalsh)
def eigvalsh(low: Lowering, a: Val, UPLO: Val = "L") -> Tensor:
    return low.make("eigvalsh", _lower(low, a, UPLO))


def _lower(low: Lowering, a: Val, triangle: Val) -> Tensor:
    """The matrix with the triangle that is read below the diagonal."""
    t = floats(low, a)
    if triangle not in ("L", "U", "l", "u"):
        low.refuse(f"UPLO={triangle!r} of np.linalg.eigh", instead='"L" or "U"')
    return t if triangle in ("L", "l") else matrix_transpose(low, t)
