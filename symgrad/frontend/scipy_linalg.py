"""scipy.linalg: what NumPy has too, and systems with a triangular matrix.

In: calls such as scipy.linalg.solve_triangular(L, b, lower=True), cho_solve(cho_factor(a), b). Out:
equations. Imported only when a program uses scipy.linalg. What only saves time or memory (`overwrite_a=`,
`check_finite=`) changes nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from symgrad.frontend import norms, systems
from symgrad.frontend.context import Lowering
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import cast, floats, result_dtype
from symgrad.frontend.registry import handles, spelled
from symgrad.frontend.shaping import matrix_transpose
from symgrad.frontend.spelled import refuse
from symgrad.frontend.values import Tensor, Val


@handles(linalg.solve_triangular)
def solve_triangular(
    low: Lowering,
    a: Val,
    b: Val,
    trans: Val = 0,
    lower: Val = False,
    unit_diagonal: Val = False,
    overwrite_b: Val = False,
    check_finite: Val = True,
) -> Tensor:
    if constant(low, unit_diagonal, "unit_diagonal"):
        low.refuse(
            "`unit_diagonal=True` of solve_triangular",
            why="the diagonal would be read in no derivative",
            instead="a matrix with ones on its diagonal",
        )
    transposed = constant(low, trans, "trans") in (1, "T", 2, "C", True)
    return triangular(low, a, b, lower=bool(constant(low, lower, "lower")), trans=transposed)


def triangular(low: Lowering, a: Val, b: Val, *, lower: bool, trans: bool) -> Tensor:
    """The solution of a system with one triangle of `a`."""
    x, y = floats(low, a), floats(low, b)
    dtype = result_dtype([Tensor(x.arg), Tensor(y.arg)])
    parts = (Tensor(cast(low, t, dtype)) for t in (x, y))
    return low.make("solve_triangular", *parts, lower=lower, trans=trans)


@handles(linalg.cholesky)
def cholesky(
    low: Lowering, a: Val, lower: Val = False, overwrite_a: Val = False, check_finite: Val = True
) -> Val:
    return systems.cholesky(low, a, upper=not constant(low, lower, "lower"))


@handles(linalg.cho_factor)
def cho_factor(
    low: Lowering, a: Val, lower: Val = False, overwrite_a: Val = False, check_finite: Val = True
) -> tuple[Val, bool]:
    """The other triangle is zeros, where SciPy leaves there what `a` held."""
    below = bool(constant(low, lower, "lower"))
    return systems.cholesky(low, a, upper=not below), below


@handles(linalg.cho_solve)
def cho_solve(
    low: Lowering, c_and_lower: Val, b: Val, overwrite_b: Val = False, check_finite: Val = True
) -> Tensor:
    factor, lower = c_and_lower
    below = bool(constant(low, lower, "lower"))
    half = triangular(low, factor, b, lower=below, trans=not below)
    return triangular(low, factor, half, lower=below, trans=below)


@handles(linalg.solve)
def solve(
    low: Lowering,
    a: Val,
    b: Val,
    lower: Val = False,
    overwrite_a: Val = False,
    overwrite_b: Val = False,
    check_finite: Val = True,
    assume_a: Val = None,
    transposed: Val = False,
) -> Val:
    """Of a matrix that is said to be symmetric one triangle is read, mirrored."""
    kind = constant(low, assume_a, "assume_a")
    if kind not in (None, "gen", "general"):
        low.refuse(
            f"`assume_a={kind!r}` of scipy.linalg.solve",
            why="it reads a part of the matrix only, which its derivative would have to follow",
            instead="np.linalg.solve(a, b), or cho_solve(cho_factor(a), b) for a positive definite matrix",
        )
    t = matrix_transpose(low, a) if constant(low, transposed, "transposed") else a
    return systems.solve(low, t, b)


@handles(linalg.inv)
def inv(low: Lowering, a: Val, overwrite_a: Val = False, check_finite: Val = True) -> Val:
    return systems.inv(low, a)


@handles(linalg.det)
def det(low: Lowering, a: Val, overwrite_a: Val = False, check_finite: Val = True) -> Val:
    return systems.det(low, a)


@handles(linalg.norm)
def norm(
    low: Lowering, a: Val, ord: Val = None, axis: Val = None, keepdims: Val = False, check_finite: Val = True
) -> Val:
    return norms.norm(low, a, ord, axis, keepdims=keepdims)


@handles(linalg.eigvalsh)
def eigvalsh(
    low: Lowering, a: Val, *, lower: Val = True, overwrite_a: Val = False, check_finite: Val = True
) -> Tensor:
    out: Tensor = systems.eigvalsh(low, a, "L" if constant(low, lower, "lower") else "U")
    return out


# The numerator of the Pade approximation of exp of order 13 (Higham 2005); up to this norm it is exact.
# fmt: off
_PADE = (
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
    10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
)
_NORM = 5.371920351148152
# fmt: on


@spelled(linalg.expm)
def expm(A: Any) -> Any:
    """The matrix is halved until its norm is small, and what comes out squared as often."""
    A = np.asarray(A)
    if A.ndim != 2:
        return refuse("scipy.linalg.expm of a stack of matrices", instead="a loop over them")
    b, one = _PADE, np.eye(A.shape[0])
    norm = np.max(np.sum(np.abs(A), axis=0))
    squarings = int(np.maximum(np.ceil(np.log2(np.maximum(norm, 1e-300) / _NORM)), 0.0))
    a = A / 2.0**squarings
    a2 = a @ a
    a4 = a2 @ a2
    a6 = a4 @ a2
    high = a6 @ (b[13] * a6 + b[11] * a4 + b[9] * a2)
    u = a @ (high + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one)
    v = a6 @ (b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one
    out = np.linalg.solve(v - u, v + u)
    for _ in range(squarings):
        out = out @ out
    return out
