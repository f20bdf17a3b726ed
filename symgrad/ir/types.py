"""Types: a dtype and a shape of extents. A scalar has shape ().

In: dtype names and dims. Out: `ArrayType`, and the two questions everything asks of types:
which dtype do two operands meet in, and which shape do they broadcast to.
"""

from __future__ import annotations

from dataclasses import field
from typing import Protocol

import numpy as np

from symgrad.errors import ShapeError
from symgrad.ir.dims import Dim, Extent, names_in
from symgrad.ir.frozen import dataclass

FLOATS = ("float32", "float64")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
BOOL = "bool"
Shape = tuple[Dim, ...]
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class ArrayType:
    """`float64[n, 3]`; an extent that is the int 1 broadcasts, a named one never does.

    `names` are those of the extents in its shape.
    """

    dtype: str
    shape: Shape = ()
    rank: int = field(init=False, repr=False)
    is_float: bool = field(init=False, repr=False)
    names: frozenset[str] = field(init=False, repr=False)
    _hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        shape = self.shape
        object.__setattr__(self, "rank", len(shape))
        object.__setattr__(self, "is_float", self.dtype in FLOATS)
        object.__setattr__(self, "names", names_in(shape) if shape else _NONE)
        object.__setattr__(self, "_hash", hash((self.dtype, shape)))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, ArrayType) and self.dtype == other.dtype and self.shape == other.shape

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[ArrayType], tuple[object, ...]]:
        return ArrayType, (self.dtype, self.shape)  # hashes of strings are another process's

    def with_dtype(self, dtype: str) -> ArrayType:
        return ArrayType(dtype, self.shape)

    def with_shape(self, shape: Shape) -> ArrayType:
        return ArrayType(self.dtype, shape)

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]"


INT = ArrayType("int64")  # of counters, places, and extents read as numbers


class Unifier(Protocol):
    """Who decides that two extents are the same: the frontend solves, everyone else compares."""

    def equal(self, a: Dim, b: Dim) -> Dim:
        """The common extent, or ShapeError."""

    def require(self, nonnegative: Dim) -> None:
        """The program is right only where `nonnegative >= 0`."""


class Strict:
    """Extents are the same only if they are written the same."""

    def equal(self, a: Dim, b: Dim) -> Dim:
        if a != b:
            raise ShapeError(f"extents {a} and {b} differ")
        return a

    def require(self, nonnegative: Dim) -> None:
        return None


STRICT = Strict()


def promote(*dtypes: str) -> str:
    """NumPy's result dtype for arrays of these dtypes (weak Python scalars are cast before)."""
    return str(np.result_type(*dtypes))


def float_of(dtype: str) -> str:
    """The dtype that NumPy's float functions give for an argument of this dtype."""
    if dtype in FLOATS:
        return dtype
    return "float32" if dtype in ("int16", "uint16") else "float64"


def broadcast_dims(a: Dim, b: Dim, unify: Unifier = STRICT) -> Dim:
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    return unify.equal(a, b)


def broadcast(*shapes: Shape, unify: Unifier = STRICT) -> Shape:
    """The shape that operands of these shapes broadcast to, by NumPy's rule."""
    rank = max((len(s) for s in shapes), default=0)
    out: list[Dim] = [1] * rank
    for shape in shapes:
        for axis, dim in enumerate(shape, start=rank - len(shape)):
            out[axis] = broadcast_dims(out[axis], dim, unify)
    return tuple(out)


def is_named(dim: Dim) -> bool:
    return isinstance(dim, Extent)
