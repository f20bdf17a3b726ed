"""The one way to make equations: a `Builder` that types them, and `Ref`s that write like NumPy.

In: ops, operands. Out: equations in order. The functions here (`exp`, `where`, `sum`, ...) are the
vocabulary of `rules/`: on a `Ref` they emit an equation, on anything else they compute with NumPy,
so a rule is tested on plain arrays as it stands.

    b = Builder();  x = b.ref(value);  y = where(x > 0.0, x * x, 0.0)
"""

from __future__ import annotations

import typing
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar, overload

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
    if name == "divide" and folded is not None and not _short(folded, args):
        folded = None  # `g / 6.0` is what one would write, not `0.16666666666666666 * g`
    return Ref(first.builder.emit(OPS[name], args, attrs) if folded is None else folded, first.builder)


def _short(quotient: Arg, args: Sequence[Arg]) -> bool:
    longest = max(len(repr(a.value)) for a in args if isinstance(a, Const))
    return not isinstance(quotient, Const) or len(repr(quotient.value)) <= longest + 2


def _arg(operand: Operand, like: Ref) -> Arg:
    if isinstance(operand, Ref):
        return operand.arg
    return Const(_as_python(operand, like.type.dtype), ArrayType(like.type.dtype))


Array = np.ndarray[Any, Any]


class Shaped(Protocol):
    """What the vocabulary works on: refs, and arrays."""

    @property
    def shape(self) -> Shape: ...


T = TypeVar("T")  # a ref gives a ref, an array an array, a number a number
A = TypeVar("A", bound=Shaped)


def apply(name: str, *operands: T | float, **attrs: object) -> T:
    """`call` on refs, the NumPy reference (`ir.evaluate`) on arrays and numbers."""
    if any(isinstance(o, Ref) for o in operands):
        return typing.cast(T, call(name, *typing.cast(tuple[Operand, ...], operands), **attrs))
    from symgrad.ir.evaluate import NUMPY  # start-up: the table is needed only where rules run on arrays

    return typing.cast(T, NUMPY[name](*operands, **attrs))


# fmt: off
def exp(x: T) -> T: return apply("exp", x)
def log(x: T) -> T: return apply("log", x)
def sqrt(x: T) -> T: return apply("sqrt", x)
def square(x: T) -> T: return apply("square", x)
def sin(x: T) -> T: return apply("sin", x)
def cos(x: T) -> T: return apply("cos", x)
def sinh(x: T) -> T: return apply("sinh", x)
def cosh(x: T) -> T: return apply("cosh", x)
def sign(x: T) -> T: return apply("sign", x)
def absolute(x: T) -> T: return apply("absolute", x)
def sigmoid(x: T) -> T: return apply("sigmoid", x)
def floor(x: T) -> T: return apply("floor", x)
def rint(x: T) -> T: return apply("rint", x)
def digamma(x: T) -> T: return apply("digamma", x)
def trigamma(x: T) -> T: return apply("trigamma", x)
def polygamma(x: T, *, n: int) -> T: return apply("polygamma", x, n=n)
def i0(x: T) -> T: return apply("i0", x)
def i1(x: T) -> T: return apply("i1", x)
def j0(x: T) -> T: return apply("j0", x)
def j1(x: T) -> T: return apply("j1", x)
def power(x: T | float, y: T | float) -> T: return apply("power", x, y)
def hypot(x: T | float, y: T | float) -> T: return apply("hypot", x, y)
def copysign(x: T | float, y: T | float) -> T: return apply("copysign", x, y)
def isfinite(x: T) -> T: return apply("isfinite", x)
def where(c: T, x: T | float, y: T | float) -> T: return apply("where", c, x, y)
def equal(x: T | float, y: T | float) -> T: return apply("equal", x, y)
def not_equal(x: T | float, y: T | float) -> T: return apply("not_equal", x, y)
def greater(x: T | float, y: T | float) -> T: return apply("greater", x, y)
def less(x: T | float, y: T | float) -> T: return apply("less", x, y)
def greater_equal(x: T | float, y: T | float) -> T: return apply("greater_equal", x, y)
def less_equal(x: T | float, y: T | float) -> T: return apply("less_equal", x, y)
def logical_and(x: T | float, y: T | float) -> T: return apply("logical_and", x, y)
def logical_or(x: T | float, y: T | float) -> T: return apply("logical_or", x, y)
def logical_not(x: T) -> T: return apply("logical_not", x)
def softmax(x: T, *, axis: tuple[int, ...]) -> T: return apply("softmax", x, axis=axis)
def cumsum(x: T, *, axis: int) -> T: return apply("cumsum", x, axis=axis)
def cumprod(x: T, *, axis: int) -> T: return apply("cumprod", x, axis=axis)
def solve(a: T, b: T) -> T: return apply("solve", a, b)
def inv(a: T) -> T: return apply("inv", a)
def eigh(a: T) -> T: return apply("eigh", a)
def eigvalsh(a: T) -> T: return apply("eigvalsh", a)
def argsort(x: T, *, axis: int) -> T: return apply("argsort", x, axis=axis)
def tril(x: T, *, k: int = 0) -> T: return apply("tril", x, k=k)
def triu(x: T, *, k: int = 0) -> T: return apply("triu", x, k=k)
# fmt: on


def solve_triangular(a: T, b: T, *, lower: bool, trans: bool) -> T:
    return apply("solve_triangular", a, b, lower=lower, trans=trans)


def sum(x: T, axis: tuple[int, ...], keepdims: bool = False) -> T:
    """NumPy's sum over a tuple of axes; no axes, no equation."""
    return apply("sum", x, axis=tuple(axis), keepdims=keepdims) if axis else x


def broadcast_to(x: A, shape: Shape) -> A:
    if x.shape == shape:
        return x
    filled = isinstance(x, Ref) and isinstance(x.arg, Const)
    return apply("full" if filled else "broadcast_to", x, shape=shape)


def reshape(x: A, shape: Shape) -> A:
    return x if x.shape == shape else apply("reshape", x, shape=shape)


def transpose(x: T, perm: tuple[int, ...]) -> T:
    return x if perm == tuple(range(len(perm))) else apply("transpose", x, perm=perm)


def getitem(x: T, index: Index, *operands: T) -> T:
    return apply("getitem", x, *operands, index=index)


def setitem(x: T, v: T | float, index: Index, *operands: T) -> T:
    return apply("setitem", x, v, *operands, index=index)


def add_at(x: T, v: T | float, index: Index, *operands: T) -> T:
    return apply("add_at", x, v, *operands, index=index)


def roll(x: T, *, axis: int, by: int) -> T:
    return apply("roll", x, axis=axis, by=by)


def concatenate(*xs: T, axis: int) -> T:
    return apply("concatenate", *xs, axis=axis)


def is_constant(x: object, value: float) -> bool:
    """Is `x` this number already at compile time?"""
    return isinstance(x, Ref) and isinstance(x.arg, Const) and x.arg.value == value


@overload
def cast(x: Ref, dtype: str) -> Ref: ...
@overload
def cast(x: Array, dtype: str) -> Array: ...
def cast(x: Any, dtype: str) -> Any:
    if isinstance(x, Ref):
        return x if x.type.dtype == dtype else call("cast", x, dtype=dtype)
    return np.asarray(x).astype(dtype)


def iota(builder: Builder, extent: Dim) -> Ref:
    """0, 1, ..., extent - 1 as int64."""
    return Ref(builder.emit(OPS["iota"], (), {"shape": (extent,)}), builder)


@overload
def arange(like: Ref, extent: Dim) -> Ref: ...
@overload
def arange(like: Array, extent: int) -> Array: ...
def arange(like: Any, extent: Any) -> Any:
    """0, 1, ..., extent - 1 as int64, where `like` is computed."""
    return iota(like.builder, extent) if isinstance(like, Ref) else np.arange(extent)


@overload
def filled(like: Ref, value: float, dtype: str, shape: Shape) -> Ref: ...
@overload
def filled(like: Array, value: float, dtype: str, shape: tuple[int, ...]) -> Array: ...
def filled(like: Any, value: float, dtype: str, shape: Shape) -> Any:
    """An array of one number, where `like` is computed."""
    if isinstance(like, Ref):
        return Ref(like.builder.full(value, ArrayType(dtype, shape)), like.builder)
    return np.full(shape, value, dtype)


@overload
def eye(like: Ref, extent: Dim) -> Ref: ...
@overload
def eye(like: Array, extent: int) -> Array: ...
def eye(like: Any, extent: Any) -> Any:
    """The identity matrix in the dtype of `like`, where that is computed."""
    if isinstance(like, Ref):
        one = Const(1.0, ArrayType(like.dtype))
        return Ref(like.builder.emit(OPS["eye"], [one], {"shape": (extent, extent), "k": 0}), like.builder)
    return np.eye(extent, dtype=like.dtype)
