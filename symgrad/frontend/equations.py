"""Equations as the interpreter asks for them: with the user's place on them, and none made twice.

In: ops, tensors, extents. Out: equations in order, tensors, errors with a caret. What computes an integer or
a mask once more is the one that there is, so that equal places are seen to be equal.

    low.at(frame, ast of `x @ w`);  low.make("matmul", x, w)    ->    %1 = matmul(x, w)   # model.py:3
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol

import numpy as np

from symgrad.errors import Loc, SymgradError, UnsupportedSyntaxError
from symgrad.frontend.solver import Solver
from symgrad.frontend.source import Unit
from symgrad.frontend.values import Tensor
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Const, Value
from symgrad.ir.dims import Dim, Extent, as_symbol
from symgrad.ir.ops import OPS
from symgrad.ir.types import INT, ArrayType


class Place(Protocol):
    """Where the interpreter is: a text, and a statement in it."""

    unit: Unit
    statement: ast.AST | None
    loc: Loc | None


_OF_INTEGERS = frozenset(
    ("add", "subtract", "multiply", "getitem", "extent", "minimum", "maximum", "where", "cast")
)
_MASKS = frozenset(
    ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "isnan", "isfinite")
)
_MASKS |= {"logical_and", "logical_or", "logical_not", "reshape"}


class Equations:
    """The equations so far, the extents in them, and where we are."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.builder = Builder(solver)
        self.integers: dict[str, Value] = {}  # integer parameters, which are extents too
        self.numbers: dict[str, Value] = {}  # moving extents: the loop counters that they are
        self.scalars: dict[Any, Value] = {}  # computed integers and masks: one computation, one value
        self.frame: Place | None = None
        self.node: ast.AST | None = None
        self.quiet = False  # inside a function of `spelled`: names and places stay those of its caller

    def arg(self, t: Tensor) -> Arg:
        """The operand that the tensor is now."""
        return t.arg

    # -- places and errors ---------------------------------------------------------------------------

    def at(self, frame: Place, node: ast.AST) -> None:
        """From here on equations and errors belong to this expression."""
        if self.quiet:
            return
        self.frame, self.node = frame, node
        self.builder.loc = self.solver.loc = frame.loc

    def loc(self, node: ast.AST | None = None) -> Loc | None:
        """The place of `node`, by default of the expression that is being evaluated."""
        node = self.node if node is None or self.quiet else node
        if self.frame is None or node is None or not hasattr(node, "lineno"):
            return None
        return self.frame.unit.loc(node, self.frame.statement)

    def refuse(
        self,
        message: str,
        why: str = "",
        instead: str = "",
        *,
        node: ast.AST | None = None,
        error: type[SymgradError] = UnsupportedSyntaxError,
    ) -> NoReturn:
        """Raise an error at the expression that is being evaluated."""
        raise error(message, self.loc(node), why=why, instead=instead)

    # -- equations -----------------------------------------------------------------------------------

    def emit(self, name: str, args: Sequence[Arg], **attrs: object) -> Value:
        """Append an equation; what computes an integer or a mask once more is the one that there is."""
        key = None
        if name in _MASKS or (name in _OF_INTEGERS and all(not a.type.is_float or a.type.rank for a in args)):
            key = (name, *args, *attrs.values())
            if key in self.scalars:
                return self.scalars[key]
        out = self.builder.emit(OPS[name], args, attrs)
        if key is not None and (out.type == INT or (out.type.rank and out.type.dtype == "bool")):
            self.scalars[key] = out
        return out

    def make(self, name: str, *operands: Tensor, weak: bool = False, **attrs: object) -> Tensor:
        """The result of an op as a new tensor."""
        return Tensor(self.emit(name, [self.arg(t) for t in operands], **attrs), weak=weak)

    def shape(self, t: Tensor) -> tuple[Dim, ...]:
        """Its extents, in the names that are left."""
        return self.solver.shape(t.type.shape)

    def const(self, value: float | int | bool, dtype: str) -> Const:
        kind = np.dtype(dtype).kind
        plain = float(value) if kind == "f" else bool(value) if kind == "b" else int(value)
        return Const(plain, ArrayType(dtype))

    def extent(self, dim: Dim) -> Tensor:
        """An integer of the shapes as a run-time number."""
        dim = self.solver.resolve(dim)
        if not isinstance(dim, Extent):
            return Tensor(self.const(dim, "int64"), weak=True)
        name = as_symbol(dim)
        number = self.integers.get(name or "") or self.numbers.get(name or "")
        if number is not None:
            return Tensor(number, weak=True)
        return Tensor(self.emit("extent", (), dim=dim), weak=True)
