"""Random straight-line programs of the IR, typed and verified, with arguments to run them on.

Out of hypothesis comes a `Program`: a function over all ops, ranks 0 to 3, ones-patterns, named extents,
views, writes, partly hinted values, and arguments for it. Backends and passes are compared on these.

    @given(programs())
    def test_pass_keeps_meaning(program): ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from symgrad.errors import Loc, ShapeError
from symgrad.ir.build import Builder
from symgrad.ir.core import (
    Arg,
    At,
    AtArg,
    Block,
    Const,
    Function,
    Gather,
    IndexItem,
    NewAxis,
    Span,
    Symbol,
    Value,
    full_span,
)
from symgrad.ir.dims import Dim, evaluate, product, symbol
from symgrad.ir.indexing import index_shape
from symgrad.ir.ops import OPS
from symgrad.ir.types import STRICT, ArrayType, Shape
from symgrad.ir.verify import verify

SIZES = {"n": 4, "m": 5, "k": 2}  # no two alike, none 1: a mixed-up axis cannot go unseen
HINTS = ["", "", "", "h", "t", "x", "dx", "dh", "loss", "np", "sigmoid", "sum", "diff", "n"]

# fmt: off
UNARY = [
    "negative", "absolute", "sign", "exp", "expm1", "log", "log1p", "sqrt", "square", "reciprocal", "sin",
    "cos", "tan", "arctan", "sinh", "cosh", "tanh", "floor", "erf", "sigmoid", "log_sigmoid", "softplus",
    "relu", "silu",
]
BINARY = [
    "add", "subtract", "multiply", "divide", "add", "subtract", "multiply", "divide", "maximum",
    "minimum", "arctan2", "hypot", "logaddexp", "copysign",
]
COMPARE = ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"]
# fmt: on


@dataclass(frozen=True)
class Program:
    """A function and arguments that it can be run on."""

    function: Function
    args: tuple[Any, ...]

    def __repr__(self) -> str:
        from symgrad.ir.text import show  # printed only when a test fails

        return show(self.function)


Draw = Callable[[st.SearchStrategy[Any]], Any]


class _Making:
    """A program under construction: the values so far and the dice."""

    def __init__(self, draw: Draw, dtype: str, params: list[Value]) -> None:
        self.draw = draw
        self.dtype = dtype
        self.builder = Builder()
        self.pool: list[Value] = list(params)

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def flip(self) -> bool:
        return bool(self.draw(st.booleans()))

    def emit(self, name: str, *args: Arg, **attrs: Any) -> Value:
        value = self.builder.emit(OPS[name], args, attrs, self.pick(HINTS))
        self.pool.append(value)
        return value

    def value(self, least: int = 0, dtype: str = "") -> Value | None:
        """A value of the program's dtype with enough axes; recent ones are the likelier."""
        fit = [v for v in self.pool if v.type.dtype == (dtype or self.dtype) and v.type.rank >= least]
        return self.pick(fit[-6:] if self.flip() else fit) if fit else None

    def const(self) -> Const:
        return Const(self.pick([0.0, 1.0, 2.0, -1.0, 0.5, 3.0, -2.5]), ArrayType(self.dtype))

    def partner(self, value: Value) -> Arg:
        """Something that broadcasts with `value`."""
        fit: list[Arg] = [
            v
            for v in self.pool
            if v.type.dtype == value.type.dtype and _broadcasts(v.type.shape, value.type.shape)
        ]
        return self.const() if self.flip() and value.type.dtype == self.dtype else self.pick(fit)


def _broadcasts(a: Shape, b: Shape) -> bool:
    return all(x == y or x == 1 or y == 1 for x, y in zip(reversed(a), reversed(b), strict=False))


# Each maker appends one equation or a few; it does nothing where nothing fits.


def _unary(p: _Making) -> None:
    if (x := p.value()) is not None:
        p.emit(p.pick(UNARY), x)


def _binary(p: _Making) -> None:
    if (x := p.value()) is not None:
        args = [x, p.partner(x)]
        p.emit(p.pick(BINARY), *(args if p.flip() else reversed(args)))


def _power(p: _Making) -> None:
    if (x := p.value()) is not None:
        exponent = Const(p.pick([2.0, 3.0, -1.0, 0.5, 1.5]), ArrayType(p.dtype))
        p.emit("power", *((x, exponent) if p.flip() or p.flip() else (p.partner(x), x)))


def _select(p: _Making) -> None:
    if (x := p.value()) is not None:
        c = p.emit(p.pick(COMPARE), x, p.partner(x))
        p.emit("where", c, x, p.const())


def _logical(p: _Making) -> None:
    if (c := p.value(dtype="bool")) is not None:
        d = p.partner(c)
        p.emit(p.pick(["logical_and", "logical_or"]), c, d)
        p.emit("logical_not", c)


def _reduce(p: _Making) -> None:
    if (x := p.value(1)) is not None:
        axis = tuple(i for i in range(x.type.rank) if p.flip()) or (x.type.rank - 1,)
        p.emit(
            p.pick(["sum", "sum", "max", "min", "prod", "logsumexp", "norm"]), x, axis=axis, keepdims=p.flip()
        )


def _rows(p: _Making) -> None:
    if (x := p.value(1)) is not None:
        axis = p.pick(range(x.type.rank))
        if p.flip():
            p.emit(p.pick(["softmax", "log_softmax"]), x, axis=(axis,))
        else:
            p.emit(p.pick(["cumsum", "cumprod"]), x, axis=axis)


def _arg_reduce(p: _Making) -> None:
    if (x := p.value(1)) is not None:
        axis = tuple(range(x.type.rank)) if p.flip() else (p.pick(range(x.type.rank)),)
        i = p.emit(p.pick(["argmax", "argmin"]), x, axis=axis, keepdims=p.flip())
        p.emit("cast", i, dtype=p.dtype)


def _matmul(p: _Making) -> None:
    if (x := p.value(1)) is not None:
        fit = [v for v in p.pool if v.type.dtype == p.dtype and v.type.rank >= 1]
        y = p.pick(fit)
        try:
            p.emit("matmul", x, y)
        except ShapeError:
            n = x.type.rank
            p.emit("matmul", p.emit("transpose", x, perm=(*range(n - 2), n - 1, n - 2)) if n > 1 else x, x)


def _matmul_self(p: _Making) -> None:
    """x.T @ x and x @ x.T, which always fit."""
    x = p.value(2)
    if x is not None and x.type.rank == 2:
        turned = p.emit("transpose", x, perm=(1, 0))
        p.emit("matmul", *((x, turned) if p.flip() else (turned, x)))


def _transpose(p: _Making) -> None:
    if (x := p.value(2)) is not None:
        p.emit("transpose", x, perm=tuple(p.draw(st.permutations(range(x.type.rank)))))


def _reshape(p: _Making) -> None:
    if (x := p.value()) is not None:
        shape = x.type.shape
        choices: list[Shape] = [(product(shape),), (*shape, 1), (1, *shape)]
        choices.append(tuple(d for d in shape if d != 1))
        if len(shape) > 1:
            choices.append((product(shape[:2]), *shape[2:]))
        p.emit("reshape", x, shape=p.pick([c for c in choices if len(c) < 4]))


def _broadcast_to(p: _Making) -> None:
    if (x := p.value()) is not None:
        fit = [
            v.type.shape
            for v in p.pool
            if v.type.rank >= x.type.rank
            and all(a in (b, 1) for a, b in zip(reversed(x.type.shape), reversed(v.type.shape), strict=False))
        ]
        p.emit("broadcast_to", x, shape=p.pick(fit))


def _span(p: _Making, size: Dim) -> IndexItem:
    """A slice or a position that fits in an axis; every axis has at least 1 element, named ones 2."""
    named = not isinstance(size, int)
    choices: list[IndexItem] = [
        full_span(size),
        full_span(size),
        At(0),
        At(size - 1),
        Span(size - 1, -1, size),
    ]
    choices += [Span(0, 2, (size + 1) // 2), Span(size - 1, -2, (size + 1) // 2)]
    if named or size >= 2:  # type: ignore[operator]  # an int here
        choices += [Span(1, 1, size - 1), Span(0, 1, size - 1), Span(0, 1, 1), At(1), Span(size - 2, 1, 2)]
        choices += [Span(1, 1, size - 2), Span(size - 2, -1, size - 1), Span(1, -1, 2)]
    return p.pick(choices)


def _index(p: _Making, x: Value) -> tuple[tuple[IndexItem, ...], list[Value]]:
    """An index for `x` and its operands."""
    items: list[IndexItem] = []
    operands: list[Value] = []
    gathers = p.flip() and p.flip()
    for size in x.type.shape:
        kind = p.pick(["span", "span", "span", "dynamic", "new"])
        if kind == "dynamic" and gathers:
            items.append(Gather())
            if p.flip():
                operands.append(p.emit("literal", data=(0, -1, 0), dtype="int64"))
            else:
                operands.append(p.emit("iota", shape=(size,)))
        elif kind == "dynamic":
            items.append(AtArg())
            shaped = [v for v in p.pool if v.type == ArrayType("int64") and v.hint.startswith("i")]
            operands.append(p.pick(shaped))
        else:
            if kind == "new" and x.type.rank < 3:
                items.append(NewAxis())
            items.append(_span(p, size))
    return tuple(items), operands


def _getitem(p: _Making) -> None:
    if (x := p.value(1)) is not None:
        index, operands = _index(p, x)
        try:
            index_shape(x.type.shape, tuple(o.type for o in operands), {"index": index}, STRICT)
        except ShapeError:  # integer arrays of different lengths
            return
        p.emit("getitem", x, *operands, index=index)


def _write(p: _Making) -> None:
    if (x := p.value(1)) is not None:
        index, operands = _index(p, x)
        try:
            shape = index_shape(x.type.shape, tuple(o.type for o in operands), {"index": index}, STRICT)
        except ShapeError:
            return
        if all(i == full_span(d) for i, d in zip(index, x.type.shape, strict=False)):
            return  # that is no write, but a new array
        alike = [v for v in p.pool if v.type == ArrayType(p.dtype, shape)]
        value: Arg = p.pick(alike) if alike and p.flip() else p.const()
        name = "add_at" if p.flip() or any(isinstance(i, Gather) for i in index) else "setitem"
        if isinstance(value, Value) and p.flip():
            value = p.emit("negative", value)
        if p.flip():  # where it can happen in place
            x = p.emit("full", Const(0.0, ArrayType(p.dtype)), shape=x.type.shape)
        p.emit(name, x, value, *operands, index=index)


def _version(p: _Making) -> None:
    """One name, several values: dx, then dx = dx + ..."""
    if (x := p.value()) is not None:
        total = p.emit("multiply", x, p.const())
        p.builder.eqns[-1] = replace(
            p.builder.eqns[-1], outs=(first := Value(total.type, "dx"),), phase="bwd"
        )
        p.pool[-1] = first
        for _ in range(p.pick([1, 2])):
            same = [v for v in p.pool if v.type == first.type]
            op = p.pick(["add", "subtract"])
            first = p.builder.emit(OPS[op], (first, p.pick(same)), {}, "dx")
            p.pool.append(first)


def _create(p: _Making) -> None:
    if (x := p.value(1)) is not None:
        kind = p.pick(["full", "full", "iota", "extent"])
        if kind == "full":
            p.emit("full", p.const(), shape=x.type.shape)
        elif kind == "iota":
            p.emit("cast", p.emit("iota", shape=(p.pick(x.type.shape),)), dtype=p.dtype)
        else:
            size = product(x.type.shape)
            if not isinstance(size, int):
                p.emit("cast", p.emit("extent", dim=size), dtype=p.dtype)


def _mean(p: _Making) -> None:
    if (x := p.value(1)) is not None and not isinstance(x.type.shape[0], int):
        total = p.emit("sum", x, axis=(0,), keepdims=False)
        count = p.emit("cast", p.emit("extent", dim=x.type.shape[0]), dtype=p.dtype)
        p.emit("divide", total, count)


def _concatenate(p: _Making) -> None:
    if (x := p.value(1)) is not None:
        p.emit(
            "concatenate", x, p.pick([v for v in p.pool if v.type == x.type]), axis=p.pick(range(x.type.rank))
        )


def _copy(p: _Making) -> None:
    if (x := p.value()) is not None:
        p.emit(p.pick(["copy", "copy", "stop_gradient"]), x)


def _bools(p: _Making) -> None:
    if (c := p.value(dtype="bool")) is not None:
        p.emit("cast", c, dtype=p.pick([p.dtype, "int64"]))


MAKERS = {
    f.__name__.removeprefix("_"): f
    for f in (
        _unary,
        _binary,
        _power,
        _select,
        _logical,
        _reduce,
        _rows,
        _arg_reduce,
        _matmul,
        _matmul_self,
        _transpose,
        _reshape,
        _broadcast_to,
        _getitem,
        _write,
        _version,
        _create,
        _mean,
        _concatenate,
        _copy,
        _bools,
    )
}
_LIKELY = ["binary", "binary", "unary", "reduce", "getitem"]
_DIMS: list[Dim] = [symbol("n"), symbol("m"), symbol("k"), 1, 3]


@st.composite
def programs(
    draw: Draw,
    *,
    dtype: str = "",
    makers: tuple[str, ...] = (),
    avoid: tuple[str, ...] = (),
    max_steps: int = 10,
) -> Program:
    """Random programs; `makers` restricts what they are made of, `avoid` takes something out."""
    dtype = dtype or draw(st.sampled_from(["float64", "float64", "float32"]))
    names = [m for m in (makers or (*MAKERS, *_LIKELY)) if m not in avoid]
    params: list[Value] = []
    for name in ["x", "y", "w1"][: draw(st.integers(1, 3))]:
        rank = draw(st.sampled_from([0, 1, 1, 2, 2, 3]))
        shape = tuple(draw(st.sampled_from(_DIMS)) for _ in range(rank))
        params.append(Value(ArrayType(dtype, shape), name))
    index = Value(ArrayType("int64"), "i")
    making = _Making(draw, dtype, [*params, index])
    steps = draw(st.lists(st.sampled_from(names), min_size=1, max_size=max_steps))
    for number, step in enumerate(steps):
        late = number >= len(steps) // 2
        making.builder.phase = "bwd" if late else ""
        line = len(steps) - number if late else number + 1
        making.builder.loc = Loc("model.py", line, 1, 9, f"{step}{line} = ...")
        MAKERS[step](making)
    count = draw(st.integers(1, 3))
    floats = [v for v in making.pool if v.type.dtype == dtype]  # a bare extent or index is nobody's result
    results = (floats[-1], *(draw(st.sampled_from(floats)) for _ in range(count)))
    args = tuple(_argument(p, draw(st.integers(0, 10**6))) for p in params)
    block = Block((*params, index), tuple(making.builder.eqns), results, _symbols(params))
    return Program(verify(Function("program", block)), (*args, 0))


def _symbols(params: list[Value]) -> tuple[Symbol, ...]:
    found: dict[str, Symbol] = {}
    for p in params:
        for axis, dim in enumerate(p.type.shape):
            if not isinstance(dim, int):
                found.setdefault(str(dim), Symbol(str(dim), p, axis))
    return tuple(found.values())


def _argument(param: Value, seed: int) -> Any:
    shape = tuple(evaluate(d, SIZES) for d in param.type.shape)
    x = np.random.default_rng(seed).normal(size=shape).astype(param.type.dtype)
    return x if shape else np.dtype(param.type.dtype).type(x)
