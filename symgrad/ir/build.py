"""The one way to make equations: a `Builder` that types them, and `Ref`s that write like NumPy.

In: ops, operands. Out: equations in order. The functions here (`exp`, `where`, `sum`, ...) are the
vocabulary of `rules/`: on a `Ref` they emit an equation, on anything else they compute with NumPy,
so a rule is tested on plain arrays as it stands.

    b = Builder();  x = b.ref(value);  y = where(x > 0.0, x * x, 0.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symgrad.errors import Loc
from symgrad.ir.core import Arg, Const, Eqn, Index, Op, Value
from symgrad.ir.dims import Dim
from symgrad.ir.fold import fold
from symgrad.ir.ops import OPS
from symgrad.ir.types import BOOL, FLOATS, STRICT, ArrayType, Shape, Unifier


class Builder:
    """Collects equations. `loc`, `phase` and `note` are stamped on what is emitted while they are set."""

    def __init__(self, unify: Unifier = STRICT) -> None:
        self.eqns: list[Eqn] = []
        self.unify = unify
        self.loc: Loc | None = None
        self.phase = ""
        self.note = ""

    def ref(self, arg: Arg) -> Ref:
        return Ref(arg, self)

    def emit(
        self, op: Op, args: Sequence[Arg], attrs: dict[str, object] | None = None, hint: str = ""
    ) -> Value:
        """Append `op(*args)` and return its (single) result."""
        attrs = attrs or {}
        (out_type,) = op.infer(tuple(a.type for a in args), attrs, self.unify)
        out = Value(out_type, hint)
        self.eqns.append(Eqn(op, tuple(args), (out,), attrs, (), self.loc, self.phase, self.note))
        return out

    def producer(self, arg: Arg) -> Eqn | None:
        """The equation that made a value, if this builder keeps account of it."""
        return None

    def full(self, value: float, like: ArrayType) -> Arg:
        """An array (or, for shape (), a constant) of this type, filled with `value`."""
        const = Const(_as_python(value, like.dtype), ArrayType(like.dtype))
        return const if like.shape == () else self.emit(OPS["full"], (const,), {"shape": like.shape})


def _as_python(value: float | bool, dtype: str) -> float | int | bool:
    return bool(value) if dtype == BOOL else float(value) if dtype in FLOATS else int(value)


class Ref:
    """A value with its builder: arithmetic on it emits equations. Plain numbers take its dtype."""

    __slots__ = ("arg", "builder")
    __array_ufunc__ = None  # NumPy scalars on the left defer to __radd__ and its kin

    def __init__(self, arg: Arg, builder: Builder) -> None:
        self.arg = arg
        self.builder = builder

    @property
    def type(self) -> ArrayType:
        return self.arg.type

    @property
    def shape(self) -> Shape:
        return self.arg.type.shape

    @property
    def ndim(self) -> int:
        return self.arg.type.rank

    @property
    def dtype(self) -> str:
        return self.arg.type.dtype

    # fmt: off
    def __add__(self, o: Operand) -> Ref: return call("add", self, o)
    def __radd__(self, o: Operand) -> Ref: return call("add", o, self)
    def __sub__(self, o: Operand) -> Ref: return call("subtract", self, o)
    def __rsub__(self, o: Operand) -> Ref: return call("subtract", o, self)
    def __mul__(self, o: Operand) -> Ref: return call("multiply", self, o)
    def __rmul__(self, o: Operand) -> Ref: return call("multiply", o, self)
    def __truediv__(self, o: Operand) -> Ref: return call("divide", self, o)
    def __rtruediv__(self, o: Operand) -> Ref: return call("divide", o, self)
    def __pow__(self, o: Operand) -> Ref: return call("power", self, o)
    def __rpow__(self, o: Operand) -> Ref: return call("power", o, self)
    def __matmul__(self, o: Ref) -> Ref: return call("matmul", self, o)
    def __neg__(self) -> Ref: return call("negative", self)
    def __lt__(self, o: Operand) -> Ref: return call("less", self, o)
    def __le__(self, o: Operand) -> Ref: return call("less_equal", self, o)
    def __gt__(self, o: Operand) -> Ref: return call("greater", self, o)
    def __ge__(self, o: Operand) -> Ref: return call("greater_equal", self, o)
    # fmt: on

    @property
    def mT(self) -> Ref:
        n = self.ndim
        return call("transpose", self, perm=(*range(n - 2), n - 1, n - 2))


Operand = Ref | float | int


def call(name: str, *operands: Operand, **attrs: object) -> Ref:
    """Emit `name(*operands)`; numbers among the operands become constants of the others' dtype."""
    first = next(o for o in operands if isinstance(o, Ref) and not (name == "where" and o.type.dtype == BOOL))
    args = [_arg(o, first) for o in operands]
    folded = fold(name, args)
    return Ref(first.builder.emit(OPS[name], args, attrs) if folded is None else folded, first.builder)


def _arg(operand: Operand, like: Ref) -> Arg:
    if isinstance(operand, Ref):
        return operand.arg
    return Const(_as_python(operand, like.type.dtype), ArrayType(like.type.dtype))


def apply(name: str, *operands: Any, **attrs: Any) -> Any:
    """`call` on refs, the NumPy reference (`ir.evaluate`) on arrays and numbers."""
    if any(isinstance(o, Ref) for o in operands):
        return call(name, *operands, **attrs)
    from symgrad.ir.evaluate import NUMPY  # start-up: the table is needed only where rules run on arrays

    return NUMPY[name](*operands, **attrs)


# fmt: off
def exp(x: Any) -> Any: return apply("exp", x)
def log(x: Any) -> Any: return apply("log", x)
def sqrt(x: Any) -> Any: return apply("sqrt", x)
def square(x: Any) -> Any: return apply("square", x)
def sin(x: Any) -> Any: return apply("sin", x)
def cos(x: Any) -> Any: return apply("cos", x)
def sinh(x: Any) -> Any: return apply("sinh", x)
def cosh(x: Any) -> Any: return apply("cosh", x)
def sign(x: Any) -> Any: return apply("sign", x)
def absolute(x: Any) -> Any: return apply("absolute", x)
def sigmoid(x: Any) -> Any: return apply("sigmoid", x)
def floor(x: Any) -> Any: return apply("floor", x)
def rint(x: Any) -> Any: return apply("rint", x)
def digamma(x: Any) -> Any: return apply("digamma", x)
def trigamma(x: Any) -> Any: return apply("trigamma", x)
def polygamma(x: Any, *, n: int) -> Any: return apply("polygamma", x, n=n)
def i0(x: Any) -> Any: return apply("i0", x)
def i1(x: Any) -> Any: return apply("i1", x)
def j0(x: Any) -> Any: return apply("j0", x)
def j1(x: Any) -> Any: return apply("j1", x)
def power(x: Any, y: Any) -> Any: return apply("power", x, y)
def hypot(x: Any, y: Any) -> Any: return apply("hypot", x, y)
def copysign(x: Any, y: Any) -> Any: return apply("copysign", x, y)
def isfinite(x: Any) -> Any: return apply("isfinite", x)
def where(c: Any, x: Any, y: Any) -> Any: return apply("where", c, x, y)
def equal(x: Any, y: Any) -> Any: return apply("equal", x, y)
def not_equal(x: Any, y: Any) -> Any: return apply("not_equal", x, y)
def greater(x: Any, y: Any) -> Any: return apply("greater", x, y)
def less(x: Any, y: Any) -> Any: return apply("less", x, y)
def greater_equal(x: Any, y: Any) -> Any: return apply("greater_equal", x, y)
def less_equal(x: Any, y: Any) -> Any: return apply("less_equal", x, y)
def logical_and(x: Any, y: Any) -> Any: return apply("logical_and", x, y)
def logical_or(x: Any, y: Any) -> Any: return apply("logical_or", x, y)
def logical_not(x: Any) -> Any: return apply("logical_not", x)
def softmax(x: Any, *, axis: tuple[int, ...]) -> Any: return apply("softmax", x, axis=axis)
def cumsum(x: Any, *, axis: int) -> Any: return apply("cumsum", x, axis=axis)
def cumprod(x: Any, *, axis: int) -> Any: return apply("cumprod", x, axis=axis)
def solve(a: Any, b: Any) -> Any: return apply("solve", a, b)
def inv(a: Any) -> Any: return apply("inv", a)
def eigh(a: Any) -> Any: return apply("eigh", a)
def eigvalsh(a: Any) -> Any: return apply("eigvalsh", a)
def argsort(x: Any, *, axis: int) -> Any: return apply("argsort", x, axis=axis)
def tril(x: Any, *, k: int = 0) -> Any: return apply("tril", x, k=k)
def triu(x: Any, *, k: int = 0) -> Any: return apply("triu", x, k=k)
# fmt: on


def solve_triangular(a: Any, b: Any, *, lower: bool, trans: bool) -> Any:
    return apply("solve_triangular", a, b, lower=lower, trans=trans)


def sum(x: Any, axis: tuple[int, ...], keepdims: bool = False) -> Any:
    """NumPy's sum over a tuple of axes; no axes, no equation."""
    return apply("sum", x, axis=tuple(axis), keepdims=keepdims) if axis else x


def broadcast_to(x: Any, shape: Shape) -> Any:
    if x.shape == shape:
        return x
    filled = isinstance(x, Ref) and isinstance(x.arg, Const)
    return apply("full" if filled else "broadcast_to", x, shape=shape)


def reshape(x: Any, shape: Shape) -> Any:
    return x if x.shape == shape else apply("reshape", x, shape=shape)


def transpose(x: Any, perm: tuple[int, ...]) -> Any:
    return x if perm == tuple(range(len(perm))) else apply("transpose", x, perm=perm)


def getitem(x: Any, index: Index, *operands: Any) -> Any:
    return apply("getitem", x, *operands, index=index)


def setitem(x: Any, v: Any, index: Index, *operands: Any) -> Any:
    return apply("setitem", x, v, *operands, index=index)


def add_at(x: Any, v: Any, index: Index, *operands: Any) -> Any:
    return apply("add_at", x, v, *operands, index=index)


def concatenate(*xs: Any, axis: int) -> Any:
    return apply("concatenate", *xs, axis=axis)


def is_constant(x: Any, value: float) -> bool:
    """Is `x` this number already at compile time?"""
    return isinstance(x, Ref) and isinstance(x.arg, Const) and x.arg.value == value


def cast(x: Any, dtype: str) -> Any:
    if isinstance(x, Ref):
        return x if x.type.dtype == dtype else call("cast", x, dtype=dtype)
    return np.asarray(x).astype(dtype)


def iota(builder: Builder, extent: Dim) -> Ref:
    """0, 1, ..., extent - 1 as int64."""
    return Ref(builder.emit(OPS["iota"], (), {"shape": (extent,)}), builder)


def arange(like: Any, extent: Any) -> Any:
    """0, 1, ..., extent - 1 as int64, where `like` is computed."""
    return iota(like.builder, extent) if isinstance(like, Ref) else np.arange(extent)


def filled(like: Any, value: float, dtype: str, shape: Shape) -> Any:
    """An array of one number, where `like` is computed."""
    if isinstance(like, Ref):
        return Ref(like.builder.full(value, ArrayType(dtype, shape)), like.builder)
    return np.full(shape, value, dtype)


def eye(like: Any, extent: Any) -> Any:
    """The identity matrix in the dtype of `like`, where that is computed."""
    if isinstance(like, Ref):
        one = Const(1.0, ArrayType(like.dtype))
        return Ref(like.builder.emit(OPS["eye"], [one], {"shape": (extent, extent), "k": 0}), like.builder)
    return np.eye(extent, dtype=like.dtype)
