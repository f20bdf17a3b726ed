"""Sums of products of two arrays over axes that both have: products of matrices, spelt with broadcasting.

In: a `sum` equation, or an outer product. Out: its two factors, each with the axes of the product that it
really has, or None. An axis is summed, or one of the two factors has it alone: then the factors are matrices,
axes side by side.

    sum(x[:, :, newaxis] * w, axis=(0, 1))     x: axes 0, 1 (both summed)     w: axes 0, 1 and 2, its own
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symgrad.ir.build import Ref, getitem, reshape, transpose
from symgrad.ir.core import Arg, At, Eqn, Index, NewAxis, Value, full_span
from symgrad.ir.dims import Dim, product
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import axes
from symgrad.ir.types import Shape

_LITTLE, _FEW = 4, 64  # an extent below the first, or a product of two below the second, is left to loops


@dataclass(frozen=True, slots=True)
class Factor:
    """One of the two: its axes by their numbers in the product, and those that are its own."""

    value: Value
    axes: tuple[int, ...]
    own: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Contraction:
    """`eqn` is the sum of `first * second` over the axes `summed` of their product's `shape`."""

    eqn: Eqn
    first: Factor
    second: Factor
    summed: tuple[int, ...]
    shape: Shape

    def extents(self, of: Sequence[int]) -> Shape:
        return tuple(self.shape[a] for a in of)

    def turned(self) -> Contraction:
        """The same with the factors exchanged."""
        return Contraction(self.eqn, self.second, self.first, self.summed, self.shape)


def contraction(eqn: Eqn, made: Mapping[Value, Eqn], count: Mapping[Value, int]) -> Contraction | None:
    """What a sum contracts, if each axis of its terms is summed or belongs to one factor."""
    terms: Eqn | None = eqn
    if eqn.op.name == "sum":
        terms = made.get(eqn.args[0]) if isinstance(eqn.args[0], Value) else None
        if terms is None or terms.op.name != "multiply" or count[terms.out] != 1:
            return None
    if terms is None or terms.op.name != "multiply" or not terms.out.type.is_float:
        return None
    shape = terms.out.type.shape
    over = {a for a in axes(eqn.attrs) if shape[a] != 1} if terms is not eqn else set()
    x, y = (_narrow(a, made) for a in terms.args)
    if not isinstance(x, Value) or not isinstance(y, Value) or x is y:
        return None
    one, other = (_axes(v, shape) for v in (x, y))
    if set(one) & set(other) != over:
        return None
    first, second = (Factor(v, a, tuple(k for k in a if k not in over)) for v, a in ((x, one), (y, other)))
    return Contraction(eqn, first, second, tuple(sorted(over)), shape)


def _narrow(arg: Arg, made: Mapping[Value, Eqn]) -> Arg:
    """A factor before it was spread over the product's shape."""
    while isinstance(arg, Value) and (e := made.get(arg)) is not None and e.op.name == "broadcast_to":
        arg = e.args[0]
    return arg


def _axes(value: Value, shape: Shape) -> tuple[int, ...]:
    """The axes of a product that one of its factors has."""
    lead = len(shape) - value.type.rank
    return tuple(lead + k for k, d in enumerate(value.type.shape) if d != 1)


def worthwhile(inner: Shape, *outer: Shape) -> bool:
    """Whether BLAS is faster than loops at a product of these extents, as far as they are known."""
    sizes = [product(s) for s in (inner, *outer)]
    known = [s for s in sizes if isinstance(s, int)]
    if any(s < _LITTLE for s in known):
        return False
    return len(known) < len(sizes) or math.prod(known) >= _FEW


def bare(x: Ref, axes: tuple[int, ...], rank: int, made: Mapping[Value, Eqn]) -> Ref:
    """A factor without its axes of extent 1."""
    lead = rank - x.ndim
    kept = tuple(a - lead for a in axes)
    shape = tuple(x.shape[k] for k in kept)
    if shape == x.shape:
        return x
    e = made.get(x.arg) if isinstance(x.arg, Value) else None
    if e is not None and e.op.name == "reshape" and e.args[0].type.shape == shape:
        return Ref(e.args[0], x.builder)
    if e is not None and e.op.name == "getitem" and len(e.args) == 1:
        index = tuple(i for i in index_of(e.attrs) if not isinstance(i, NewAxis))
        without = getitem(Ref(e.args[0], x.builder), index)
        return without if without.shape == shape else reshape(without, shape)
    items: Index = tuple(full_span(d) if k in kept else At(0) for k, d in enumerate(x.shape))
    return getitem(x, items)


def straight(x: Ref, axes: tuple[int, ...], made: Mapping[Value, Eqn]) -> tuple[Ref, tuple[int, ...]]:
    """A factor before its axes were permuted, and what they are there."""
    e = made.get(x.arg) if isinstance(x.arg, Value) else None
    if e is None or e.op.name != "transpose":
        return x, axes
    perm = e.attrs["perm"]
    assert isinstance(perm, tuple)
    return Ref(e.args[0], x.builder), tuple(axes[perm.index(k)] for k in range(len(axes)))


def matrix(x: Ref, axes: tuple[int, ...], rows: tuple[int, ...], columns: tuple[int, ...]) -> Ref:
    """A factor with these `axes` as a matrix; one whose axes stand the other way round is not copied."""
    extents: dict[int, Dim] = dict(zip(axes, x.shape, strict=True))
    sizes = [product(tuple(extents[a] for a in group)) for group in (rows, columns)]
    if axes == (*columns, *rows) and axes != (*rows, *columns):
        return reshape(x, (sizes[1], sizes[0])).mT
    x = transpose(x, tuple(axes.index(a) for a in (*rows, *columns)))
    return reshape(x, (sizes[0], sizes[1]))


def restored(x: Ref, order: Sequence[int], shape: Shape) -> Ref:
    """The result, whose axes `x` has in this order."""
    return reshape(transpose(x, tuple(order.index(a) for a in sorted(order))), shape)
