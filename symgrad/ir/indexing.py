"""What an index selects: the shape of `x[index]`, and the index itself as a NumPy key.

In: a shape, an `Index` (one item for each axis of the operand, NewAxis between) and operand types.
Out: the shape of the selection. Integer arrays broadcast together; where they stand apart, their
axes come first, as NumPy has it. An integer beside an integer array counts as one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symgrad.errors import ShapeError
from symgrad.ir.core import At, AtArg, Attrs, Gather, Index, NewAxis, Span
from symgrad.ir.dims import Dim
from symgrad.ir.types import ArrayType, Shape, Unifier, broadcast


def index_of(attrs: Attrs) -> Index:
    index = attrs["index"]
    assert isinstance(index, tuple)
    return index


def advanced_position(index: Index) -> int | None:
    """Where the axes of the integer arrays go among the result's axes; None without any."""
    if not any(isinstance(item, Gather) for item in index):
        return None
    places = [i for i, item in enumerate(index) if isinstance(item, Gather | At | AtArg)]
    if places != list(range(places[0], places[-1] + 1)):
        return 0
    return sum(isinstance(item, Span | NewAxis) for item in index[: places[0]])


def index_shape(shape: Shape, operands: tuple[ArrayType, ...], attrs: Attrs, unify: Unifier) -> Shape:
    """The shape of `x[index]`; `operands` are the types of the dynamic positions, in order."""
    index = index_of(attrs)
    if sum(not isinstance(item, NewAxis) for item in index) != len(shape):
        raise ShapeError(f"an index of {len(index)} items for {len(shape)} axes")
    basic: list[Dim] = []
    gathered: list[Shape] = []
    dynamic = iter(operands)
    for item in index:
        if isinstance(item, Span):
            basic.append(item.extent)
        elif isinstance(item, NewAxis):
            basic.append(1)
        elif isinstance(item, Gather):
            gathered.append(next(dynamic).shape)
        elif isinstance(item, AtArg):
            next(dynamic)
    at = advanced_position(index)
    if at is None:
        return tuple(basic)
    return tuple(basic[:at]) + broadcast(*gathered, unify=unify) + tuple(basic[at:])


def numpy_key(index: Index, operands: Sequence[object], value_of: Callable[[Dim], int]) -> tuple[object, ...]:
    """The key that selects the same elements of a NumPy array."""
    key: list[object] = []
    dynamic = iter(operands)
    for item in index:
        if isinstance(item, Span):
            start, count = value_of(item.start), value_of(item.extent)
            stop: int | None = start + item.step * count
            if not count:  # it may start before the first element
                start = stop = 0
            key.append(slice(start, None if stop is not None and stop < 0 else stop, item.step))
        elif isinstance(item, At):
            key.append(value_of(item.position))
        elif isinstance(item, NewAxis):
            key.append(None)
        else:
            key.append(next(dynamic))
    return tuple(key)


def is_basic(index: Index) -> bool:
    """No integer arrays: the selection is a view, and no element is selected twice."""
    return not any(isinstance(item, Gather) for item in index)
