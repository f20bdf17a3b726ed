"""Systems, determinants and sorting in terms of factors and orders that kernels compute once for all uses.

In: an equation and its operands as `Ref`s. Out: the `Ref` that computes it.

    det(a)     ->   lu = lu_factor(a);  prod(diagonal(lu) * signs of the row exchanges)
    sort(x)    ->   x[argsort(x)]
"""

from __future__ import annotations

from symgrad.backends.library import LU_FACTOR, LU_INVERSE, LU_SOLVE
from symgrad.backends.opened import Opening, reduced_over
from symgrad.ir.build import (
    Ref,
    absolute,
    apply,
    arange,
    call,
    cast,
    getitem,
    log,
    reshape,
    sign,
    transpose,
    where,
)
from symgrad.ir.build import equal as same
from symgrad.ir.core import At, Const, Eqn, Gather, full_span
from symgrad.ir.types import BOOL, ArrayType, Shape


def _factors(a: Ref) -> Ref:
    return Ref(a.builder.emit(LU_FACTOR, [a.arg]), a.builder)


def _source(a: Ref) -> tuple[Ref, bool]:
    """The matrix, and whether it is the transpose of it that is meant."""
    made, n = a.builder.producer(a.arg), a.ndim
    if made is None or made.op.name != "transpose" or isinstance(made.args[0], Const):
        return a, False
    turned = made.attrs["perm"] == (*range(n - 2), n - 1, n - 2)
    return (Ref(made.args[0], a.builder), True) if turned else (a, False)


def _solve(eqn: Eqn, args: list[Ref]) -> Ref:
    a, trans = _source(args[0])
    operands = [_factors(a).arg, args[1].arg]
    return Ref(a.builder.emit(LU_SOLVE, operands, {"trans": trans}), a.builder)


def _inv(eqn: Eqn, args: list[Ref]) -> Ref:
    (a,) = args
    return Ref(a.builder.emit(LU_INVERSE, [_factors(a).arg]), a.builder)


def _diagonal(lu: Ref) -> Ref:
    """The diagonal of U."""
    *batch, _, n = lu.shape
    here = arange(lu, n)
    return getitem(lu, (*map(full_span, batch), Gather(), Gather()), here, here)


def _swaps(lu: Ref) -> Ref:
    """-1 for each row that was exchanged for another, else 1."""
    *batch, _, n = lu.shape
    pivots = getitem(lu, (*map(full_span, batch), At(n), full_span(n)))
    kept = same(pivots, cast(arange(lu, n) + 1, lu.dtype))
    one = Ref(Const(1.0, ArrayType(lu.dtype)), lu.builder)
    return where(kept, one, -1.0)


def _over_last(name: str, x: Ref) -> Ref:
    return reduced_over(name, x, (x.ndim - 1,), False)


def _det(eqn: Eqn, args: list[Ref]) -> Ref:
    lu = _factors(args[0])
    return _over_last("prod", _diagonal(lu) * _swaps(lu))


def _detsign(eqn: Eqn, args: list[Ref]) -> Ref:
    lu = _factors(args[0])
    return _over_last("prod", sign(_diagonal(lu)) * _swaps(lu))


def _logabsdet(eqn: Eqn, args: list[Ref]) -> Ref:
    return _over_last("sum", log(absolute(_diagonal(_factors(args[0])))))


def _along_last(eqn: Eqn, x: Ref) -> tuple[Ref, tuple[int, ...]]:
    """The operand with the sorted axis at the end, and the permutation back."""
    axis = eqn.attrs["axis"]
    assert isinstance(axis, int)
    perm = (*(i for i in range(x.ndim) if i != axis), axis)
    return transpose(x, perm), tuple(perm.index(i) for i in range(x.ndim))


def _argsort(eqn: Eqn, args: list[Ref]) -> Ref | None:
    (x,) = args
    if eqn.attrs["axis"] == x.ndim - 1:
        return None
    moved, back = _along_last(eqn, x)
    return transpose(apply("argsort", moved, axis=x.ndim - 1), back)


def _sort(eqn: Eqn, args: list[Ref]) -> Ref:
    moved, back = _along_last(eqn, args[0])
    n = moved.ndim
    order = apply("argsort", moved, axis=n - 1)
    places = [
        reshape(arange(moved, d), tuple(d if i == k else 1 for i in range(n)))
        for k, d in enumerate(moved.shape[:-1])
    ]
    return transpose(getitem(moved, (Gather(),) * n, *places, order), back)


def _places(like: Ref, shape: Shape, k: int) -> tuple[Ref, Ref]:
    """The column of each element of a matrix, and its row moved by k."""
    rows, columns = reshape(arange(like, shape[-2]), (shape[-2], 1)), arange(like, shape[-1])
    return columns, rows + k if k > 0 else rows - -k if k else rows


def _shift(eqn: Eqn) -> int:
    k = eqn.attrs["k"]
    assert isinstance(k, int)
    return k


def _triangle(eqn: Eqn, args: list[Ref]) -> Ref:
    """A selection by row and column."""
    (x,) = args
    compare = "less_equal" if eqn.op.name == "tril" else "greater_equal"
    inside = call(compare, *_places(x, x.shape, _shift(eqn)))
    return call("logical_and", inside, x) if x.dtype == BOOL else where(inside, x, 0.0)


def _eye(eqn: Eqn, args: list[Ref]) -> Ref:
    (one,) = args
    return cast(same(*_places(one, eqn.out.type.shape, _shift(eqn))), one.dtype)


# fmt: off
OPEN_SYSTEMS: dict[str, Opening] = {
    "solve": _solve, "inv": _inv, "det": _det, "detsign": _detsign, "logabsdet": _logabsdet,
    "sort": _sort, "argsort": _argsort, "tril": _triangle, "triu": _triangle, "eye": _eye,
}
# fmt: on
