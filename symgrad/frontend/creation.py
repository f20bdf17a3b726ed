"""Arrays that are made: zeros, ranges, copies, sequences of numbers, casts.

In: calls such as np.zeros((n, 3)), np.arange(4), np.array([x, 2.0]), x.astype(np.float32).
Out: `full`, `iota`, `literal`, `concatenate`, `cast` equations.
"""

from __future__ import annotations

import math

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.dtypes import dtype_of
from symgrad.frontend.index import getitem, setitem
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import array_of, as_tensor, cast, elementwise, floats, result_dtype
from symgrad.frontend.registry import handles
from symgrad.frontend.spans import counted
from symgrad.frontend.values import Tensor, Val, is_dim
from symgrad.ir.core import Const
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.types import BOOL, FLOATS, INTS, Shape


def shape_of(low: Lowering, spec: Val) -> Shape:
    """A shape argument: a dim or a sequence of them."""
    dims = list(spec) if isinstance(spec, tuple | list) else [spec]
    out: list[Dim] = []
    for d in dims:
        if _of_data(low, d):
            d = counted(low, d)
        if not is_dim(d):
            d = constant(low, d, "a shape")
            if not is_dim(d):
                low.refuse(f"a shape holds a {type(d).__name__}", instead="integers")
        d = low.solver.resolve(d) if isinstance(d, Extent) else int(d)
        low.solver.require(d, f"a shape has a negative extent, {low.solver.value(d)}")
        out.append(d)
    return tuple(out)


def filled(low: Lowering, shape: Shape, value: float | bool, dtype: str) -> Tensor:
    """A new array of one number."""
    const = low.const(value, dtype)
    out = Tensor(low.emit("full", [const], shape=shape) if shape else const, is_array=True)
    out.contiguous = True
    return out


@handles(np.zeros, np.empty)
def zeros(low: Lowering, shape: Val, dtype: Val = None) -> Val:
    """Whatever np.empty holds, zeros are as good."""
    return filled(low, shape_of(low, shape), 0, dtype_of(low, dtype, "float64"))


@handles(np.ones)
def ones(low: Lowering, shape: Val, dtype: Val = None) -> Val:
    return filled(low, shape_of(low, shape), 1, dtype_of(low, dtype, "float64"))


@handles(np.full)
def full(low: Lowering, shape: Val, fill_value: Val, dtype: Val = None) -> Val:
    t = as_tensor(low, fill_value)
    target = shape_of(low, shape)
    arg = cast(low, t, dtype_of(low, dtype, t.dtype))
    if t.rank:
        out = Tensor(low.emit("broadcast_to", [arg], shape=target))
    else:
        out = Tensor(low.emit("full", [arg], shape=target) if target else arg, is_array=True)
    out.contiguous = True
    return out


@handles(np.zeros_like, np.empty_like)
def zeros_like(low: Lowering, a: Val, dtype: Val = None, *, shape: Val = None) -> Val:
    return _like(low, a, 0, dtype, shape)


@handles(np.ones_like)
def ones_like(low: Lowering, a: Val, dtype: Val = None, *, shape: Val = None) -> Val:
    return _like(low, a, 1, dtype, shape)


@handles(np.full_like)
def full_like(low: Lowering, a: Val, fill_value: Val, dtype: Val = None, *, shape: Val = None) -> Val:
    t = as_tensor(low, a)
    target = low.shape(t) if shape is None else shape_of(low, shape)
    return _as_laid_out(full(low, target, fill_value, dtype_of(low, dtype, t.dtype)), t)


def _like(low: Lowering, a: Val, value: int, dtype: Val, shape: Val) -> Tensor:
    t = as_tensor(low, a)
    target = low.shape(t) if shape is None else shape_of(low, shape)
    return _as_laid_out(filled(low, target, value, dtype_of(low, dtype, t.dtype)), t)


def _as_laid_out(new: Tensor, model: Tensor) -> Tensor:
    """The layout is the model's: for a transposed array a transposed one."""
    new.contiguous = model.contiguous or new.rank < 2
    return new


def iota(low: Lowering, extent: Dim) -> Tensor:
    """0, 1, ..., extent - 1."""
    return Tensor(low.emit("iota", (), shape=(extent,)))


@handles(np.arange)
def arange(low: Lowering, start: Val, stop: Val = None, step: Val = 1, dtype: Val = None) -> Val:
    if stop is None:
        start, stop = 0, start
    step = constant(low, step, "the step of np.arange")
    fixed = [isinstance(v, Tensor) and not _of_data(low, v) for v in (start, stop)]
    start, stop = (constant(low, v) if f else v for v, f in zip((start, stop), fixed, strict=True))
    default = "int64"
    if _of_data(low, start) or _of_data(low, stop):
        if not isinstance(step, int | np.integer) or not step:
            low.refuse("the step of np.arange is no integer", instead="step * np.arange(n) + start")
        out = iota(low, counted(low, _length(low, start, stop, int(step))))
    elif is_dim(start) and is_dim(stop) and isinstance(step, int | np.integer):
        span = stop - start if step > 0 else start - stop
        length: Dim = (span + abs(step) - 1) // abs(step) if low.solver.decide(span) else 0
        out = iota(low, low.solver.resolve(length))
    else:
        begin, end = float(constant(low, start)), float(constant(low, stop))
        out = iota(low, max(0, math.ceil((end - begin) / step)))
        default = "float64"
    to = dtype_of(low, dtype, default)
    out = Tensor(cast(low, out, to))
    if step != 1:
        out = elementwise(low, "multiply", out, step)
    if isinstance(start, Extent | Tensor) or start != 0:
        out = elementwise(low, "add", out, start)
    return Tensor(cast(low, out, to))


def _of_data(low: Lowering, v: Val) -> bool:
    """An integer that the data decide: the array is as long as that says."""
    if not isinstance(v, Tensor) or v.rank or v.dtype not in INTS:
        return False
    arg = low.arg(v)
    return not isinstance(arg, Const) and arg not in low.integers.values()


def _length(low: Lowering, start: Val, stop: Val, step: int) -> Tensor:
    """How many numbers there are from `start` to before `stop`, less than 0 where there is none."""
    first, last = (start, stop) if step > 0 else (stop, start)
    span = elementwise(low, "subtract", last, first)
    if abs(step) == 1:
        return span
    return elementwise(low, "floor_divide", elementwise(low, "add", span, abs(step) - 1), abs(step))


@handles(np.linspace)
def linspace(
    low: Lowering, start: Val, stop: Val, num: Val = 50, endpoint: Val = True, *, dtype: Val = None
) -> Val:
    a, b = floats(low, start), floats(low, stop)
    if a.rank or b.rank:  # between arrays: along a new first axis
        share = linspace(low, 0.0, 1.0, num, endpoint)
        share = getitem(low, share, (slice(None), *(None,) * max(a.rank, b.rank)))
        way = elementwise(low, "multiply", elementwise(low, "subtract", b, a), share)
        return Tensor(cast(low, elementwise(low, "add", way, a), dtype_of(low, dtype, result_dtype([a, b]))))
    (count,) = shape_of(low, num)
    to = dtype_of(low, dtype, result_dtype([a, b]))
    parts = count - 1 if constant(low, endpoint, "endpoint") else count
    index = Tensor(cast(low, iota(low, count), "float64"))
    a, b = (Tensor(cast(low, t, "float64"), weak=True) for t in (a, b))
    if not isinstance(parts, Extent) and parts < 1:
        return Tensor(cast(low, elementwise(low, "add", index, a), to))
    both = isinstance(a.arg, Const) and isinstance(b.arg, Const)
    if both and not isinstance(parts, Extent):
        assert isinstance(a.arg, Const) and isinstance(b.arg, Const)
        step: Val = (b.arg.value - a.arg.value) / parts
    else:
        step = elementwise(
            low, "divide", elementwise(low, "subtract", b, a, operator=True), parts, operator=True
        )
    return Tensor(cast(low, elementwise(low, "add", elementwise(low, "multiply", index, step), a), to))


@handles(np.eye)
def eye(low: Lowering, N: Val, M: Val = None, k: Val = 0, dtype: Val = None) -> Val:
    shape = shape_of(low, (N, N if M is None else M))
    one = low.const(1, dtype_of(low, dtype, "float64"))
    return Tensor(low.emit("eye", [one], shape=shape, k=int(constant(low, k, "the k of np.eye"))))


@handles(np.identity)
def identity(low: Lowering, n: Val, dtype: Val = None) -> Val:
    return eye(low, n, dtype=dtype)


@handles(np.array)
def array(low: Lowering, object: Val, dtype: Val = None, *, copy: Val = True, ndmin: Val = 0) -> Val:
    if isinstance(object, Tensor):
        to = dtype_of(low, dtype, object.dtype)
        if object.is_array and object.dtype == to and not constant(low, copy, "copy"):
            out = object
        elif copy is False:
            low.refuse("np.array(..., copy=False) of what has to be converted", instead="np.asarray")
        else:
            out = Tensor(cast(low, object, to), is_array=True)
            out.contiguous = object.contiguous or object.rank < 2  # a copy keeps the layout
    elif isinstance(object, list | tuple | range):
        out = array_of(low, list(object), None if dtype is None else dtype_of(low, dtype, ""))
        out.is_array = True
    else:
        t = as_tensor(low, object)
        out = Tensor(cast(low, t, dtype_of(low, dtype, t.dtype)), is_array=True)
    missing = constant(low, ndmin, "ndmin") - out.rank
    return out if missing <= 0 else getitem(low, out, (*(None,) * missing, Ellipsis))


@handles(np.asarray, np.asanyarray)
def asarray(low: Lowering, a: Val, dtype: Val = None) -> Val:
    """An array stays the same object, unless its dtype changes."""
    if isinstance(a, Tensor) and a.is_array and dtype_of(low, dtype, a.dtype) == a.dtype:
        return a
    return array(low, a, dtype)


@handles(np.ascontiguousarray, np.asfortranarray)
def ascontiguousarray(low: Lowering, a: Val, dtype: Val = None) -> Val:
    """The same object or a copy, as the layout of the data decides."""
    out = asarray(low, a, dtype)
    if out is not a or (a.contiguous and a.rank == 1):
        return out
    return low.view(out, lambda arg: arg, None, unsure=True)


@handles(np.copy)
def copy(low: Lowering, a: Val) -> Val:
    t = as_tensor(low, a)
    return Tensor(low.emit("copy", [low.arg(t)]), is_array=True)


@handles(method="copy")
def copy_method(low: Lowering, a: Val) -> Val:
    """In C order, where np.copy keeps the layout."""
    out = copy(low, a)
    out.contiguous = True
    return out


@handles(method="astype")
def astype(low: Lowering, x: Val, dtype: Val, *, copy: Val = True) -> Val:
    t = as_tensor(low, x)
    to = dtype_of(low, dtype, t.dtype)
    if t.is_array and t.dtype == to and not constant(low, copy, "copy"):
        return t
    if to == BOOL and t.dtype != BOOL:
        return elementwise(low, "not_equal", t, 0)
    return Tensor(cast(low, t, to), is_array=t.is_array)


def _scalar_type(dtype: str) -> None:
    @handles(getattr(np, dtype if dtype != BOOL else "bool_"), pure=True)
    def convert(low: Lowering, x: Val = 0) -> Val:
        t = as_tensor(low, x)
        if dtype == BOOL:
            return elementwise(low, "not_equal", t, 0) if t.dtype != BOOL else Tensor(low.arg(t))
        return Tensor(cast(low, t, dtype))


for _dtype in (*FLOATS, *INTS, BOOL):
    _scalar_type(_dtype)


@handles(method="item")
def item(low: Lowering, x: Val, *index: Val) -> Val:
    """One element as a Python number."""
    t = as_tensor(low, x)
    if index:
        t = getitem(low, t, index[0] if len(index) == 1 else index)
    return python_number(low, t, {"f": "float64", "b": "bool"}.get(np.dtype(t.dtype).kind, "int64"))


def python_number(low: Lowering, t: Tensor, dtype: str) -> Tensor:
    """`float(x)`, `int(x)`: an array of one element counts as a number."""
    if t.rank:
        if any(low.solver.value(d) != 1 for d in low.shape(t)):
            low.refuse(
                "an array of several elements is made a number",
                error=ShapeError,
                instead="x[0], or np.sum(x)",
            )
        t = Tensor(low.emit("reshape", [low.arg(t)], shape=()))
    return Tensor(cast(low, t, dtype), weak=True)


@handles(method="fill")
def fill(low: Lowering, x: Tensor, value: Val) -> None:
    setitem(low, x, Ellipsis, value)


def common(low: Lowering, values: list[Val]) -> list[Tensor]:
    """Arrays of one dtype, as concatenate wants them."""
    parts = [as_tensor(low, v) for v in values]
    dtype = result_dtype([Tensor(p.arg, is_array=True) for p in parts])
    return [Tensor(cast(low, p, dtype)) for p in parts]
