"""The run-time values of the interpreter: `Tensor`, the stand-in for one Python number or array object.

In: IR operands. Out: objects whose identity is that of the Python object they stand for, so that
`v = y` is one tensor with two names and `v = y[1:]` a view that follows what is written to `y`.
Everything else in an environment is a plain Python object; an integer that shapes or integer
arguments determine is a `Dim` (an int or an `Extent`).

    y = x * 1.0;  v = y[0:2];  v *= 3.0       # y's operand becomes setitem(y, v * 3.0)
"""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symgrad.ir.core import Arg
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.types import ArrayType

_clock = itertools.count()  # tensors in the order in which they were made


def now() -> int:
    """Tensors that are made from here on are `born` later."""
    return next(_clock)


Val = Any  # a compile-time Python object, an Extent, or a Tensor: where user objects pass through
Derive = Callable[[Arg], Arg]
Put = Callable[[Arg, Arg], Arg]


@dataclass(frozen=True, slots=True)
class View:
    """How a tensor is part of another: `read` takes it out, `put` gives the whole with it replaced.

    `put` is None for a read-only view. An `unsure` view may be a copy, as only the data's layout
    decides (reshape): it cannot be used after, or for, a write.
    """

    base: Tensor
    read: Derive
    put: Put | None
    unsure: bool = False
    iterator: bool = False  # `x.flat`, whose parts are copies
    alias: bool = False  # not a part, but the same object under a second name


class Tensor:
    """One run-time number or array. `weak` marks a Python number, `is_array` an ndarray (of any rank)."""

    __slots__ = (
        "arg", "born", "captured", "contiguous", "is_array", "items", "kin", "name", "seen", "stale",
        "version", "view", "weak",
    )  # fmt: skip

    def __init__(
        self, arg: Arg, *, weak: bool = False, is_array: bool | None = None, view: View | None = None
    ) -> None:
        self.arg = arg
        self.weak = weak
        self.is_array = arg.type.rank > 0 if is_array is None else is_array
        self.view = view
        self.contiguous = False  # known to be in C order, so that a reshape of it is a view
        self.captured = ""  # the path of a global or attribute, which may not be written
        self.name = ""
        self.version = 0  # of a root: the number of writes so far
        self.seen = self.root.version if view else 0
        self.born = next(_clock)
        self.items = False  # it holds the items of a list: loops write into it by append only
        self.kin: tuple[Tensor, ...] = ()  # arrays that may be this very one: the data decide
        self.stale = ""  # why what it holds is no longer known

    @property
    def root(self) -> Tensor:
        t = self
        while t.view is not None:
            t = t.view.base
        return t

    @property
    def rank(self) -> int:
        return self.arg.type.rank

    @property
    def dtype(self) -> str:
        return self.arg.type.dtype

    @property
    def type(self) -> ArrayType:
        return self.arg.type

    def python_class(self) -> builtins.type:
        """The class of the object that this stands for."""
        if self.is_array:
            return np.ndarray
        if self.weak:
            return {"float64": float, "int64": int, "bool": bool}[self.dtype]
        return _numpy_class(self.dtype)

    def __repr__(self) -> str:
        return f"<{self.python_class().__name__} {self.type}>"

    def __bool__(self) -> bool:
        raise TypeError("the truth of a run-time value is not known at compile time")


def _numpy_class(dtype: str) -> type:
    return np.dtype(dtype).type


@dataclass(frozen=True, slots=True)
class TensorMethod:
    """`x.sum`, before its call."""

    __leaf__ = True
    tensor: Tensor
    name: str


@dataclass(frozen=True, slots=True)
class SymRange:
    """`range` over bounds that are only known at run time: extents, or (as tensors) integers of the data."""

    __leaf__ = True
    start: Val
    stop: Val
    step: Val


Schedule = tuple[str, Dim]  # ("slots", how many), ("bytes", how many), ("root", 0)


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """What `for` runs over, when it is not a container: positions, and the item at a position."""

    __leaf__ = True
    positions: SymRange
    at: Callable[[Val], Val]
    counts: bool = False  # the item is, or begins with, the position
    schedule: Schedule | None = None  # of a checkpointed loop


RowsState = tuple[tuple["Tensor", ...], Val, Val, bool]


@dataclass(slots=True, eq=False)
class Rows:
    """A list that loops fill: the items from `start` to before `stop` of an array.

    The two are extents where the trips tell them, else numbers that change as arrays without axes do. A list
    of tuples has an array for each number or array in the tuple: `form` is one item, which tells the tuple.
    """

    __leaf__ = True
    columns: tuple[Tensor, ...]
    start: Val
    stop: Val
    depth: int = 0  # the items are lists of numbers, of lists of numbers ...
    form: Val = None  # a tuple like the items, if they are tuples
    open: bool = False  # the array has room for what is appended
    grows: bool = False  # and gets more of it as items come
    fixed: str = ""  # why its items cannot become more or fewer

    @property
    def tensor(self) -> Tensor:
        """The array, or the first of them."""
        return self.columns[0]

    @property
    def exact(self) -> bool:
        return not isinstance(self.stop, Tensor)

    @property
    def name(self) -> str:
        return self.tensor.name

    def state(self) -> RowsState:
        return self.columns, self.start, self.stop, self.open


@dataclass(frozen=True, slots=True)
class RowsMethod:
    """`out.append` of a list that loops fill, before its call."""

    __leaf__ = True
    rows: Rows
    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string that the data decide, such as f"{x}": it can only be printed."""

    __leaf__ = True


@dataclass(frozen=True, slots=True)
class ListMethod:
    """`queue.popleft` of a list that stands for a deque, before its call."""

    __leaf__ = True
    items: list[Val]
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Checkpointed:
    """What a checkpointed `for` runs over, and how its states are kept."""

    __leaf__ = True
    items: Items
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class Missing:
    """What a name is bound to where its value is not known any more: reading it is refused."""

    why: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Partly(Missing):
    """What a name is bound to that is only assigned where a trip ends by `break`: the value there."""

    value: Val = None


@dataclass(frozen=True, slots=True, eq=False)
class Pending:
    """What a name holds in the trial of a loop body while it is not carried: reading it makes it so."""

    loop: object
    name: str


class NeedUnrolled(Exception):
    """A loop counter is used where only a constant can stand: an index of a list, an axis."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(*sorted(names))
        self.names = names


class Carry(Exception):
    """The trial of a loop body read the value of a name from the trip before."""

    def __init__(self, pending: Pending) -> None:
        super().__init__(pending.name)
        self.pending = pending


def is_static_number(v: Val) -> bool:
    return isinstance(v, bool | int | float | np.bool_ | np.integer | np.floating)


def is_dim(v: Val) -> bool:
    """An integer that is known at compile time, up to named extents."""
    return isinstance(v, Extent) or (isinstance(v, int | np.integer) and not isinstance(v, bool))


def is_number(v: Val) -> bool:
    """Something arithmetic works on."""
    return isinstance(v, Tensor | Extent) or is_static_number(v)
