"""Subscripts of arrays, read and written, with NumPy's rules.

In: a tensor and a key (ints, slices, None, ..., integer arrays, in a tuple or alone).
Out: a `getitem` equation (a view where NumPy gives one) or a `setitem` equation.

    x[1:]     -> getitem(x, index=(Span(1, 1, n - 1),)), with the guard n - 1 >= 0
    x[-1]     -> getitem(x, index=(At(n - 1),))
"""

from __future__ import annotations

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend import masks
from symgrad.frontend.context import Lowering
from symgrad.frontend.promote import array_of, as_tensor, cast
from symgrad.frontend.solver import Undecided
from symgrad.frontend.spans import span
from symgrad.frontend.values import Rows, Tensor, Val, is_dim
from symgrad.ir.core import Arg, At, AtArg, Const, Gather, Index, IndexItem, NewAxis, Span
from symgrad.ir.dims import Dim, Extent, symbols
from symgrad.ir.frozen import dataclass
from symgrad.ir.indexing import index_shape, is_basic
from symgrad.ir.types import INTS, Shape


@dataclass(frozen=True, slots=True)
class Key:
    """A parsed subscript: the index and its run-time operands."""

    index: Index
    operands: tuple[Arg, ...]

    def whole(self, shape: Shape) -> bool:
        """Nothing is left out: full slices, perhaps with new axes."""
        spans = [i for i in self.index if not isinstance(i, NewAxis)]
        return all(s == Span(0, 1, d) for s, d in zip(spans, shape, strict=True))


def parse(low: Lowering, shape: Shape, key: Val) -> Key:
    """The index that `key` means for an array of this shape."""
    items = [_array(low, item) for item in (key if isinstance(key, tuple) else (key,))]
    used = sum(item is not None and item is not Ellipsis for item in items)
    if used > len(shape):
        low.refuse(
            f"{used} indices for an array of {len(shape)} axes" if shape else "a number is indexed",
            error=ShapeError,
        )
    if Ellipsis not in [i if i is Ellipsis else 0 for i in items]:
        items.append(Ellipsis)
    index: list[IndexItem] = []
    operands: list[Arg] = []
    axis = 0
    for item in items:
        if item is None:
            index.append(NewAxis())
        elif item is Ellipsis:
            rest = len(shape) - used
            index += [Span(0, 1, d) for d in shape[axis : axis + rest]]
            axis += rest
        else:
            entry, operand = _item(low, item, shape[axis], axis)
            index.append(entry)
            operands += [operand] if operand is not None else []
            axis += 1
    return Key(tuple(index), tuple(operands))


def _array(low: Lowering, item: Val) -> Val:
    """A list that a loop has filled selects as an array does."""
    return as_tensor(low, item) if isinstance(item, Rows) else item


def _item(low: Lowering, item: Val, extent: Dim, axis: int) -> tuple[IndexItem, Arg | None]:
    if isinstance(item, slice):
        return span(low, item, extent), None
    if isinstance(item, bool | np.bool_):
        low.refuse("an array is indexed with a bool", instead="x if flag else ..., on a compile-time flag")
    if isinstance(item, Extent) and set(symbols(item)) <= set(low.integers):
        return AtArg(), _argument_position(low, item, extent, axis)
    if is_dim(item):
        position = _position(low, item, extent, axis)
        return (AtArg(), low.arg(low.extent(item))) if position is None else (At(position), None)
    if isinstance(item, list | tuple | range):
        item = array_of(low, list(item))
    if not isinstance(item, Tensor):
        low.refuse(f"an array is indexed with a {type(item).__name__}")
    if item.dtype == "bool":
        if item.rank != 1:
            low.refuse(
                f"a mask of {item.rank} axes among other indices", instead="masks of one axis, or np.where"
            )
        return Gather(), masks.positions(low, item, extent)
    if item.dtype not in INTS:
        low.refuse(
            f"an array is indexed with {item.type}", instead="an index is an integer: int(i) or .astype(int)"
        )
    arg = low.arg(item)
    if isinstance(arg, Const):
        position = _position(low, int(arg.value), extent, axis)
        return (AtArg(), arg) if position is None else (At(position), None)
    return (Gather() if item.rank else AtArg()), arg


def _argument_position(low: Lowering, position: Dim, extent: Dim, axis: int) -> Arg:
    """An integer argument as a position: of either sign, within bounds."""
    message = _out_of_bounds(low, position, extent, axis)
    low.solver.require(position + extent, message)
    low.solver.require(extent - position - 1, message)
    return low.arg(low.extent(position))


def _out_of_bounds(low: Lowering, position: Dim, extent: Dim, axis: int) -> str:
    index, size = low.solver.value(position), low.solver.value(extent)
    return f"index {index} is out of bounds for axis {axis} of size {size}"


def _position(low: Lowering, position: Dim, extent: Dim, axis: int) -> Dim | None:
    """The place among the elements, counted from 0; None where only the run can count it."""
    s = low.solver
    position = s.resolve(position if isinstance(position, Extent) else int(position))
    if s.is_moving(position) or s.is_moving(extent) or not s.certain:
        return _moving_position(low, position, extent)
    index, size = s.value(position), s.value(extent)
    message = f"index {index} is out of bounds for axis {axis} of size {size}"
    if not s.decide(position):
        position = position + extent
        s.require(position, message)
    s.require(extent - position - 1, message)
    return position


def _moving_position(low: Lowering, position: Dim, extent: Dim) -> Dim | None:
    """In a loop the place changes, under a condition nothing may be there: only what is sure is used."""
    s = low.solver
    try:
        if not s.decide(position):
            position = position + extent
            if not s.decide(position):
                return None
        return position if s.decide(extent - position - 1) else None
    except Undecided:
        return None


def getitem(low: Lowering, t: Tensor, key: Val) -> Tensor:
    """`t[key]`."""
    if t.weak:
        low.refuse("a Python number is indexed", why="it has no elements")
    if masks.is_mask(key) and key.rank == t.rank > 1:
        return getitem(low, masks.flat(low, t), masks.flat(low, key))
    shape = low.shape(t)
    parsed = parse(low, shape, key)
    if parsed.whole(shape):
        return _whole(low, t, parsed, shape)

    def read(arg: Arg) -> Arg:
        return low.emit("getitem", [arg, *parsed.operands], index=parsed.index)

    def put(whole: Arg, new: Arg) -> Arg:
        return low.emit("setitem", [whole, new, *parsed.operands], index=parsed.index)

    base = low.arg(t)
    if isinstance(base, Const):
        base = low.emit("full", [base], shape=shape)
    copies = t.view is not None and t.view.iterator
    if copies or not is_basic(parsed.index) or not _rank(parsed.index):
        return Tensor(read(base))
    return low.view(t, read, put)


def _rank(index: Index) -> int:
    return sum(isinstance(i, Span | NewAxis) for i in index)


def _whole(low: Lowering, t: Tensor, parsed: Key, shape: Shape) -> Tensor:
    """`x[:]`, `x[:, None]`, `x[...]`: all elements, with axes of extent 1 between."""
    if not shape and not parsed.index:
        return t if not t.is_array else Tensor(low.arg(t), is_array=False)
    if not any(isinstance(i, NewAxis) for i in parsed.index):
        return low.view(t, lambda arg: arg, lambda _, new: new)
    target = tuple(i.extent if isinstance(i, Span) else 1 for i in parsed.index)
    return rearranged(low, t, target)


def rearranged(low: Lowering, t: Tensor, target: Shape) -> Tensor:
    """A view with axes of extent 1 added or dropped."""
    if target == low.shape(t):
        return low.view(t, lambda arg: arg, lambda _, new: new)

    def read(arg: Arg) -> Arg:
        return low.emit("full" if isinstance(arg, Const) else "reshape", [arg], shape=target)

    def put(whole: Arg, new: Arg) -> Arg:
        return low.emit("reshape", [new], shape=whole.type.shape)

    return low.view(t, read, put)


def setitem(low: Lowering, t: Tensor, key: Val, value: Val) -> None:
    """`t[key] = value`."""
    write(low, t, key, value, "setitem")


def write(low: Lowering, t: Tensor, key: Val, value: Val, op: str) -> None:
    """`t[key] = value`, or for `add_at` np.add.at(t, key, value)."""
    if not t.is_array:
        low.refuse("an element of a number is written", why="only arrays have elements")
    shape = low.shape(t)
    if masks.is_mask(key) and op == "setitem":
        number = as_tensor(low, value)
        if not number.rank:
            low.write(t, masks.chosen(low, t, key, cast(low, number, t.dtype)))
            return
        if key.rank == t.rank > 1:
            whole = masks.flat(low, t)
            write(low, whole, masks.flat(low, key), value, op)
            low.write(t, low.emit("reshape", [low.arg(whole)], shape=shape))
            return
    parsed = parse(low, shape, key)
    base = low.arg(t)
    new = cast(low, as_tensor(low, value), base.type.dtype)
    target = index_shape(shape, tuple(o.type for o in parsed.operands), {"index": parsed.index}, low.solver)
    extra = new.type.rank - len(target)
    if extra > 0 and all(d == 1 for d in new.type.shape[:extra]):
        new = low.emit("reshape", [new], shape=new.type.shape[extra:])
    if op == "setitem" and parsed.whole(shape) and len(parsed.index) == len(shape):
        low.write(t, _filled(low, new, shape))
        return
    if isinstance(base, Const):
        low.refuse("an array without axes is written", instead="use a plain number, and assign to its name")
    low.write(t, low.emit(op, [base, new, *parsed.operands], index=parsed.index))


def _filled(low: Lowering, new: Arg, shape: Shape) -> Arg:
    """All elements replaced: the new value in the array's shape."""
    if isinstance(new, Const):
        return low.emit("full", [new], shape=shape) if shape else new
    if low.solver.shape(new.type.shape) == shape:
        return new
    return low.emit("broadcast_to", [new], shape=shape)
