"""Systems of equations, determinants, triangular factors, eigenvalues: the formulas of Giles (2008).

In: nothing. Out: a rule for each. cholesky, eigh and eigvalsh read the lower triangle of a symmetric matrix,
as NumPy's do: the upper one gets the cotangent 0. Batch axes that were broadcast are summed by the engine.

    x = solve(a, b)      db = solve(a.T, dx)      da = -outer(db, x)
"""

from __future__ import annotations

from symgrad.ir.build import (
    eigh,
    eigvalsh,
    eye,
    inv,
    reshape,
    solve,
    solve_triangular,
    sum,
    tril,
    triu,
)
from symgrad.ir.ops import op
from symgrad.rules.declare import Array, jvp, nondiff, vjp


def _outer(x: Array, y: Array) -> Array:
    """The sum of x[:, k] * y[:, k].T over the columns k; a vector is one column."""
    return reshape(x, (*x.shape, 1)) * y if x.ndim == 1 else x @ y.mT


def _right_side(ta: Array, tb: Array, x: Array) -> Array:
    """tb - ta @ x, where either may stand still."""
    if isinstance(ta, float):
        return tb
    return -(ta @ x) if isinstance(tb, float) else tb - ta @ x


@vjp(op.solve)
def _to_system(g: Array, x: Array, a: Array, b: Array) -> Array:
    db = solve(a.mT, g)
    return -_outer(db, x), db


@jvp(op.solve)
def _of_system(t: Array, x: Array, a: Array, b: Array) -> Array:
    ta, tb = t
    return solve(a, _right_side(ta, tb, x))


@vjp(op.inv)
def _to_inverted(g: Array, y: Array, a: Array) -> Array:
    return -(y.mT @ g @ y.mT)


@jvp(op.inv)
def _of_inverted(t: Array, y: Array, a: Array) -> Array:
    return -(y @ t @ y)


def _each(g: Array) -> Array:
    """One number a matrix, to be multiplied with the matrices."""
    return reshape(g, (*g.shape, 1, 1))


def _trace_of_quotient(a: Array, t: Array) -> Array:
    """trace(inv(a) @ t)."""
    return sum(inv(a).mT * t, (a.ndim - 2, a.ndim - 1))


@vjp(op.det, note="a singular matrix raises LinAlgError")
def _to_volume(g: Array, y: Array, a: Array) -> Array:
    return _each(g * y) * inv(a).mT


@jvp(op.det)
def _of_volume(t: Array, y: Array, a: Array) -> Array:
    return y * _trace_of_quotient(a, t)


@vjp(op.logabsdet)
def _to_log_volume(g: Array, y: Array, a: Array) -> Array:
    return _each(g) * inv(a).mT


@jvp(op.logabsdet)
def _of_log_volume(t: Array, y: Array, a: Array) -> Array:
    return _trace_of_quotient(a, t)


@vjp(op.solve_triangular)
def _to_triangle(g: Array, x: Array, a: Array, b: Array, *, lower: bool, trans: bool) -> Array:
    db = solve_triangular(a, g, lower=lower, trans=not trans)
    da = -_outer(x, db) if trans else -_outer(db, x)
    return _triangle(da, lower), db


@jvp(op.solve_triangular)
def _of_triangle(t: Array, x: Array, a: Array, b: Array, *, lower: bool, trans: bool) -> Array:
    ta, tb = t
    if not isinstance(ta, float):
        ta = _triangle(ta, lower)
        ta = ta.mT if trans else ta
    return solve_triangular(a, _right_side(ta, tb, x), lower=lower, trans=trans)


def _triangle(x: Array, lower: bool) -> Array:
    return tril(x) if lower else triu(x)


def _half(x: Array) -> Array:
    """The lower triangle, its diagonal halved."""
    return 0.5 * (tril(x) + tril(x, k=-1))


def _whole(x: Array) -> Array:
    """The symmetric matrix whose lower triangle this is."""
    return tril(x) + tril(x, k=-1).mT


def _read_below(s: Array) -> Array:
    """The cotangent of a lower triangle, from one of the symmetric matrix that it stands for."""
    return _half(s + s.mT)


@vjp(op.cholesky)
def _to_product(g: Array, y: Array, a: Array) -> Array:
    inner = solve_triangular(y, _half(y.mT @ g), lower=True, trans=True)
    return _read_below(solve_triangular(y, inner.mT, lower=True, trans=True))


@jvp(op.cholesky)
def _of_product(t: Array, y: Array, a: Array) -> Array:
    inner = solve_triangular(y, _whole(t), lower=True, trans=False)
    return y @ _half(solve_triangular(y, inner.mT, lower=True, trans=False))


@vjp(op.eigvalsh)
def _to_spectrum(g: Array, y: Array, a: Array) -> Array:
    v = eigh(a)
    return _read_below((v * reshape(g, (*g.shape[:-1], 1, g.shape[-1]))) @ v.mT)


@jvp(op.eigvalsh)
def _of_spectrum(t: Array, y: Array, a: Array) -> Array:
    v = eigh(a)
    return sum(v * (_whole(t) @ v), (a.ndim - 2,))


def _inverse_gaps(a: Array) -> Array:
    """1 / (w[j] - w[i]), and 0 where i is j."""
    w, n = eigvalsh(a), a.shape[-1]
    gaps = reshape(w, (*w.shape[:-1], 1, n)) - reshape(w, (*w.shape, 1))
    same = eye(a, n)
    return 1.0 / (gaps + same) - same


@vjp(op.eigh, note="infinite where two eigenvalues are equal")
def _to_axes(g: Array, v: Array, a: Array) -> Array:
    return _read_below(v @ (_inverse_gaps(a) * (v.mT @ g)) @ v.mT)


@jvp(op.eigh)
def _of_axes(t: Array, v: Array, a: Array) -> Array:
    return v @ (_inverse_gaps(a) * (v.mT @ _whole(t) @ v))


nondiff(op.detsign)
