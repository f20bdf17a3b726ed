"""Elementwise operations with NumPy's dtypes (NEP 50): Python numbers are weak, casts are equations.

In: operands of any dtype, tensors or compile-time numbers. Out: one equation whose operands have one dtype.

    x32 * 2.0 -> multiply(x32, 2.0: float32)        n32 * 2.0 -> multiply(cast(n32, float64), 2.0)
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np

from symgrad.errors import NoRule
from symgrad.frontend.context import Lowering
from symgrad.frontend.extents import named
from symgrad.frontend.refused import reason
from symgrad.frontend.signature import leaf_dtype
from symgrad.frontend.solver import Bounds
from symgrad.frontend.structure import rebuilt
from symgrad.frontend.values import Rows, Tensor, Val, is_static_number
from symgrad.ir.core import Arg, Const, Span
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.types import FLOATS, float_of

# How an operation's result dtype follows from its operands'.
# fmt: off
_FLOAT = """
    exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan arcsin arccos arctan sinh cosh tanh
    arcsinh arccosh arctanh rint sinc erf erfc gammaln digamma trigamma
    erfinv ndtri log_ndtr erfcx i0 i1 j0 j1 gamma polygamma sigmoid log_sigmoid softplus
    silu relu sigmoid_cross_entropy divide arctan2 hypot logaddexp copysign xlogy
"""
FLOAT = frozenset(_FLOAT.split())
PREDICATES = frozenset(("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"))
FLOAT_PREDICATES = frozenset(("isnan", "isinf", "isfinite"))
LOGICAL = frozenset(("logical_and", "logical_or", "logical_xor", "logical_not"))
BITS = {  # of numbers; of bools where there are such
    "bitwise_and": "logical_and", "bitwise_or": "logical_or", "bitwise_xor": "logical_xor",
    "invert": "logical_not", "left_shift": "", "right_shift": "",
}
_SIGNS = {
    "bitwise_and": "&", "bitwise_or": "|", "bitwise_xor": "^", "invert": "~", "left_shift": "<<",
    "right_shift": ">>",
}
NOT_FOR_BOOLS = {"subtract": "-", "negative": "-", "floor_divide": "//", "remainder": "%", "power": "**"}
# fmt: on


def as_tensor(low: Lowering, v: Val) -> Tensor:
    """A number or (nested) sequence of numbers as a tensor."""
    if isinstance(v, Tensor):
        return v
    if isinstance(v, Extent):
        return low.extent(v)
    if isinstance(v, Rows):
        return _filled_rows(low, v)
    if is_static_number(v):
        weak = not isinstance(v, np.generic)
        dtype = str(np.asarray(v).dtype) if not weak else weak_dtype(v)
        return Tensor(low.const(v.item() if isinstance(v, np.generic) else v, dtype), weak=weak)
    if isinstance(v, list | tuple):
        return array_of(low, v)
    if isinstance(v, complex | np.complexfloating):
        low.refuse(
            "a complex number",
            why="the compiler knows real numbers only",
            instead="the real and the imaginary part as two variables",
        )
    what = "None" if v is None else f"a {type(v).__name__}"
    instead = {"NoneType": "`if v is not None:` around it", "str": "`if v == ...:`, on compile-time strings"}
    low.refuse(
        f"{what} stands where a number or an array is needed",
        why="the program computes with floats, integers, bools and arrays of them",
        instead=instead.get(type(v).__name__, ""),
    )


def _filled_rows(low: Lowering, rows: Rows) -> Tensor:
    """A list that a loop fills, as the array of its items so far; tuples are the rows of one array more."""
    return _side_by_side(low, rebuilt(rows.form, iter(columns_of(low, rows))))


def columns_of(low: Lowering, rows: Rows) -> list[Tensor]:
    """The arrays of a list that a loop fills, as far as they are filled."""
    room = low.shape(rows.tensor)[0]
    start, stop = (_end(low, end, room) for end in (rows.start, rows.stop))
    out = []
    for t in rows.columns:
        arg, shape = low.arg(t), low.shape(t)
        if stop - start != room:
            index = (Span(start, 1, stop - start), *(Span(0, 1, d) for d in shape[1:]))
            arg = low.emit("getitem", [arg], index=index)
        out.append(Tensor(arg))
        out[-1].contiguous = True
    return out


def _side_by_side(low: Lowering, v: Val) -> Tensor:
    """Columns in tuples as one array: an axis more for each tuple, after the axis of the items."""
    if isinstance(v, Tensor):
        return v
    parts = [_side_by_side(low, item) for item in v]
    dtype = result_dtype(parts)
    placed = []
    for part in parts:
        first, *others = low.shape(part)
        placed.append(low.emit("reshape", [cast(low, part, dtype)], shape=(first, 1, *others)))
    out = Tensor(low.emit("concatenate", placed, axis=1) if len(placed) > 1 else placed[0])
    out.contiguous = True
    return out


def _end(low: Lowering, end: Val, room: Dim) -> Dim:
    """One end of a list that a loop fills, as an extent."""
    if not isinstance(end, Tensor):
        return low.solver.resolve(end)
    arg = low.arg(end)
    return int(arg.value) if isinstance(arg, Const) else named(low, Tensor(arg), Bounds(0, room))


def array_of(low: Lowering, items: Sequence[Val], dtype: str | None = None) -> Tensor:
    """`np.array(items)`: a literal where all is known, else its parts side by side."""
    if (data := static_data(items)) is not None:
        array = np.array(data, dtype=dtype)
        leaf_dtype(array, "array")
        return literal(low, array)
    parts = [array_of(low, v) if isinstance(v, list | tuple) else as_tensor(low, v) for v in items]
    to = dtype or result_dtype([Tensor(p.arg) for p in parts])  # np.array([x32, 2.0]) is float64
    rows = []
    for part in parts:
        arg = cast(low, part, to)
        shape = (1, *low.solver.shape(arg.type.shape))
        full = isinstance(arg, Const)
        rows.append(low.emit("full" if full else "reshape", [arg], shape=shape))
    out = Tensor(low.emit("concatenate", rows, axis=0) if len(rows) > 1 else rows[0])
    out.contiguous = True
    return out


def static_data(v: Val) -> Any:
    """Nested sequences of compile-time numbers as lists, or None if something depends on the arguments."""
    if is_static_number(v):
        return v
    if not isinstance(v, list | tuple | range):
        return None
    parts = [static_data(x) for x in v]
    return None if any(p is None for p in parts) else parts


def literal(low: Lowering, array: np.ndarray) -> Tensor:
    """A small array known at compile time."""
    if array.ndim == 0:
        return Tensor(low.const(array.item(), str(array.dtype)), is_array=True)

    def nested(part: Any) -> Any:
        return tuple(map(nested, part)) if isinstance(part, list) else part

    out = Tensor(low.emit("literal", (), data=nested(array.tolist()), dtype=str(array.dtype)))
    out.contiguous = True
    return out


def weak_dtype(v: bool | int | float) -> str:
    return "bool" if isinstance(v, bool) else "int64" if isinstance(v, int) else "float64"


_SAMPLES: dict[str, Any] = {"bool": True, "int64": 1, "float64": 1.0}


def result_dtype(operands: Sequence[Tensor]) -> str:
    """NumPy's result dtype, with weak Python numbers."""
    strong = [np.dtype(t.dtype) for t in operands if not t.weak]
    weak = {t.dtype for t in operands if t.weak}
    if not strong:
        return next(d for d in ("float64", "int64", "bool") if d in weak)
    if len(strong) == 1 and not weak:
        return str(strong[0])
    return str(np.result_type(*strong, *(_SAMPLES[d] for d in sorted(weak))))


def cast(low: Lowering, t: Tensor, dtype: str) -> Arg:
    """The operand with this dtype."""
    arg = low.arg(t)
    if arg.type.dtype == dtype:
        return arg
    if isinstance(arg, Const):
        value = arg.value
        if np.dtype(dtype).kind in "iu" and isinstance(value, float):
            value = int(value)
        return low.const(value, dtype)
    return low.emit("cast", [arg], dtype=dtype)


def elementwise(low: Lowering, name: str, *values: Val, operator: bool = False) -> Tensor:
    """`name(*values)`; of `operator`s on Python numbers the result is a Python number."""
    operands = [as_tensor(low, v) for v in values]
    weak = operator and all(t.weak for t in operands)
    if name in LOGICAL:
        return Tensor(low.emit(name, [as_bool(low, t) for t in operands]), weak=weak)
    dtype = result_dtype(operands)
    if name in BITS:
        return _bits(low, name, operands, dtype, operator)
    if dtype == "bool":
        if name in NOT_FOR_BOOLS and not weak:
            low.refuse(
                f"{NOT_FOR_BOOLS[name]} of arrays of bools",
                why="NumPy has no such operation on bools",
                instead="np.logical_not, np.logical_xor, or .astype(float) first",
            )
        if name in ("add", "multiply", "maximum", "minimum") and not weak:
            logical = "logical_or" if name in ("add", "maximum") else "logical_and"
            return Tensor(low.emit(logical, [low.arg(t) for t in operands]))
        if name not in PREDICATES and name not in FLOAT and name not in ("maximum", "minimum"):
            dtype = "int64"
    if name in FLOAT or name in FLOAT_PREDICATES:
        dtype = "float64" if name == "divide" and dtype not in FLOATS else float_of(dtype)
    if name in ("floor", "ceil", "trunc") and dtype not in FLOATS:
        return Tensor(cast(low, operands[0], dtype))
    if name == "reciprocal" and dtype not in FLOATS:
        low.refuse("np.reciprocal of integers", why="it truncates to 0", instead="1.0 / x")
    return Tensor(low.emit(name, [cast(low, t, dtype) for t in operands]), weak=weak)


def _bits(low: Lowering, name: str, operands: Sequence[Tensor], dtype: str, operator: bool) -> Tensor:
    """A bit operation: of integers, or a logical one of bools."""
    weak = operator and all(t.weak for t in operands)
    what = f"`{_SIGNS[name]}`" if operator else f"np.{name}"
    if dtype in FLOATS:
        low.refuse(
            f"{what} of floats", why="NumPy refuses it too: it works on bits", instead="integers, or `**`"
        )
    if dtype == "bool" and BITS[name] and not (weak and name == "invert"):
        return Tensor(low.emit(BITS[name], [low.arg(t) for t in operands]), weak=weak)
    dtype = "int64" if dtype == "bool" and weak else dtype
    if dtype == "bool":
        low.refuse(f"{what} of bools", why="it would be one of int8", instead=".astype(int) first")
    return Tensor(low.emit(name, [cast(low, t, dtype) for t in operands]), weak=weak)


def as_bool(low: Lowering, t: Tensor) -> Arg:
    """Its truth, element by element."""
    arg = low.arg(t)
    if arg.type.dtype == "bool":
        return arg
    if isinstance(arg, Const):
        return low.const(bool(arg.value), "bool")
    return low.emit("not_equal", [arg, low.const(0, arg.type.dtype)])


def power(low: Lowering, base: Val, exponent: Val, operator: bool = True) -> Tensor:
    """`base ** exponent`: an int exponent of a float is a float constant."""
    x, y = as_tensor(low, base), as_tensor(low, exponent)
    arg = y.arg
    if result_dtype([x, y]) not in FLOATS and isinstance(arg, Const) and arg.value < 0:
        if not (x.weak and y.weak):
            low.refuse(
                "integers to negative integer powers", why="NumPy refuses it too", instead="float(x) ** -n"
            )
        return elementwise(
            low, "power", Tensor(cast(low, x, "float64"), weak=True), float(arg.value), operator=operator
        )
    return elementwise(low, "power", x, y, operator=operator)


def floats(low: Lowering, v: Val) -> Tensor:
    """The operand as a float array: what NumPy's float functions make of it."""
    t = as_tensor(low, v)
    dtype = float_of(t.dtype)
    return t if t.dtype == dtype else Tensor(cast(low, t, dtype), weak=t.weak)


def scaled(low: Lowering, v: Val, factor: float) -> Tensor:
    """A float times a compile-time number."""
    return elementwise(low, "multiply", floats(low, v), factor)


def unknown(low: Lowering, name: str, known: Sequence[str]) -> Any:
    """Refuse a function that the compiler does not know, and name the nearest that it does."""
    if (told := reason(name)) is not None:
        low.refuse(f"no derivative rule for {name}", why=told[0], instead=told[1], error=NoRule)
    near = difflib.get_close_matches(name.rpartition(".")[2], [k.rpartition(".")[2] for k in known], 1, 0.7)
    hint = next((k for k in known if near and k.rpartition(".")[2] == near[0]), "")
    low.refuse(
        f"no derivative rule for {name}" + (f" (did you mean {hint}?)" if hint else ""),
        why="it is not among the functions that the compiler knows",
        instead="write it with functions that it knows, or as a Python function of your own",
        error=NoRule,
    )
