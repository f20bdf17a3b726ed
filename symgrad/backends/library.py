"""Equations that kernels hand to a compiled function: which one, and on arrays of how many axes it works.

In: an equation of the legalized function. Out: the function of `backends.lapack` and its options. It takes
and fills arrays in C order; axes in front of those that it knows are loops around the call. Factors of a
matrix are an array of their own, with the pivots as its last row: all that is asked of the matrix shares it.

    x = solve(a, b);  db = solve(a.T, dx)     ->     lu = lu_factor(a);  x = lu_solve(lu, b);  db = ...
"""

from __future__ import annotations

from collections.abc import Callable

from symgrad.ir.core import Attrs, Eqn, Kind, Op
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass
from symgrad.ir.types import ArrayType, Shape, Unifier, broadcast

Types = tuple[ArrayType, ...]


def _factored(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    *batch, n, _ = types[0].shape
    return (types[0].with_shape((*batch, n + 1, n)),)


def _solved(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    lu, b = (t.shape for t in types)
    return (types[1].with_shape(broadcast(lu[:-2], b[:-2], unify=unify) + b[-2:]),)


def _inverted(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    *batch, _, n = types[0].shape
    return (types[0].with_shape((*batch, n, n)),)


LU_FACTOR = Op("lu_factor", Kind.LINEAR_ALGEBRA, _factored)
LU_SOLVE = Op("lu_solve", Kind.LINEAR_ALGEBRA, _solved)  # attr trans
LU_INVERSE = Op("lu_inverse", Kind.LINEAR_ALGEBRA, _inverted)


@dataclass(frozen=True, slots=True)
class Call:
    """`function(*arrays, *options, out)`; `axes` of each operand and of the result belong to one call."""

    function: str
    axes: tuple[int, ...]
    out: int
    options: tuple[str, ...] = ()


def _by_columns(function: str, *options: str) -> Callable[[Eqn], Call]:
    """A system has one right-hand side or several."""

    def of(eqn: Eqn) -> Call:
        if eqn.args[1].type.rank == 1:
            return Call(function, (2, 1), 1, options)
        return Call(f"{function}_columns", (2, 2), 2, options)

    return of


# fmt: off
_CALLS: dict[str, Callable[[Eqn], Call]] = {
    "lu_factor": lambda eqn: Call("factor_lu", (2,), 2),
    "lu_solve": _by_columns("solve_lu", "trans"),
    "lu_inverse": lambda eqn: Call("invert_lu", (2,), 2),
    "cholesky": lambda eqn: Call("factor_cholesky", (2,), 2),
    "solve_triangular": _by_columns("solve_triangle", "lower", "trans"),
    "eigvalsh": lambda eqn: Call("eigenvalues", (2,), 1),
    "eigh": lambda eqn: Call("eigenvectors", (2,), 2),
    "argsort": lambda eqn: Call("sorting_order", (1,), 1),  # along the last axis
    "searchsorted": lambda eqn: Call(f"places_{eqn.attrs['side']}", (1, 1), 1),
}
# fmt: on
FUNCTIONS = frozenset(
    """factor_lu solve_lu solve_lu_columns invert_lu factor_cholesky solve_triangle solve_triangle_columns
    eigenvalues eigenvectors sorting_order places_left places_right""".split()  # noqa: SIM905 (a table of names)
)


def is_library(eqn: Eqn) -> bool:
    return eqn.op.name in _CALLS


def call_of(eqn: Eqn) -> Call:
    """How the function is called."""
    return _CALLS[eqn.op.name](eqn)


def batch_of(shape: Shape, own: int) -> tuple[Dim, ...]:
    """The axes in front of those that one call takes."""
    return shape[: len(shape) - own]
