"""The data: values, equations, blocks, functions. Everything is frozen; a pass builds anew.

A `Value` is its identity: two values with one type and one hint are two values.
A region (a `Block` inside an equation) is closed: all that it reads are its params.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, fields, is_dataclass
from enum import Enum
from functools import cache
from itertools import chain
from typing import Any

from symgrad.errors import Loc
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.frozen import dataclass
from symgrad.ir.types import ArrayType, Unifier

Attrs = Mapping[str, object]
Infer = Callable[["tuple[ArrayType, ...]", Attrs, Unifier], "tuple[ArrayType, ...]"]


class Kind(Enum):
    """What a pass may assume of an op without knowing it."""

    ELEMENTWISE = "elementwise"  # broadcasts its operands; one output element from one of each
    REDUCTION = "reduction"  # attrs axis (sorted tuple of non-negative ints), keepdims
    SHAPE = "shape"  # moves elements: reshape, transpose, broadcast_to, getitem, concatenate
    CREATE = "create"  # no array operand: full, iota, extent
    LINEAR_ALGEBRA = "linalg"
    WRITE = "write"  # setitem, add_at: a new array that differs from the first operand in some elements
    GROUPED = "grouped"  # softmax and its kin: known as a whole
    REGION = "region"  # for, while, cond: carries blocks


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """An operation, named as NumPy names it; there is one of each. Rules, texts, kernels go by `name`."""

    name: str
    kind: Kind
    infer: Infer = field(repr=False)

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """An SSA value. `hint` is the user's name for it, or "" for an intermediate result."""

    type: ArrayType
    hint: str = ""

    def __repr__(self) -> str:
        return f"%{self.hint or '?'}:{self.type}"


@dataclass(frozen=True, slots=True)
class Const:
    """A scalar known at compile time. Its type is that of the operands that it meets."""

    value: float | int | bool
    type: ArrayType
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", repr(self.value))

    def __eq__(self, other: object) -> bool:  # 0.0 and -0.0 differ, nan equals itself
        return isinstance(other, Const) and self.text == other.text and self.type == other.type

    def __hash__(self) -> int:
        return hash((self.text, self.type))


Arg = Value | Const


@dataclass(frozen=True, slots=True, eq=False)
class Does:
    """An op with its attributes and the type of its result: equal where two equations do the same.

    It is looked up for every equation in every round of a pass; its hash is worked out once.
    """

    parts: tuple[str, ArrayType, tuple[tuple[str, object], ...]]
    _hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self.parts))

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Does) and self.parts == other.parts)

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Eqn:
    """`outs = op(*args, **attrs)`.

    `loc` is the user's statement. `phase` is "" for the primal, "bwd" for a statement that a reverse
    pass added under it, "fwd" for one that a forward pass added. `note` is printed as a comment.
    `reads` are the operands that are not constants, `out` is the result of an equation that has one.
    `left` is for rules to remember that they leave the equation as it is (`opt.untouched`).
    """

    op: Op
    args: tuple[Arg, ...]
    outs: tuple[Value, ...]
    attrs: Attrs = field(default_factory=dict)
    regions: tuple[Block, ...] = ()
    loc: Loc | None = None
    phase: str = ""
    note: str = ""
    reads: tuple[Value, ...] = field(init=False, repr=False, compare=False)
    out: Value = field(init=False, repr=False, compare=False)
    _names: frozenset[str] | None = field(init=False, repr=False, compare=False, default=None)
    left: Left | None = field(init=False, repr=False, compare=False, default=None)
    _does: Does | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", tuple([a for a in self.args if isinstance(a, Value)]))
        if len(self.outs) == 1:
            object.__setattr__(self, "out", self.outs[0])

    @property
    def names(self) -> frozenset[str]:
        """The extents that the attributes and result types mention; those of the regions are their own."""
        if self._names is None:
            found = [name for attr in self.attrs.values() for dim in dims_in(attr) for name in dim.names]
            object.__setattr__(self, "_names", frozenset(found).union(*[o.type.names for o in self.outs]))
        assert self._names is not None
        return self._names

    @property
    def does(self) -> Does:
        """What it does, whatever its operands are."""
        if self._does is None:
            attrs = tuple(sorted(self.attrs.items())) if self.attrs else ()
            object.__setattr__(self, "_does", Does((self.op.name, self.out.type, attrs)))
        assert self._does is not None
        return self._does

    def with_args(self, args: tuple[Arg, ...]) -> Eqn:
        """The equation reading other operands."""
        new = Eqn(self.op, args, self.outs, self.attrs, self.regions, self.loc, self.phase, self.note)
        object.__setattr__(new, "_names", self._names)
        object.__setattr__(new, "_does", self._does)
        return new

    def with_outs(self, outs: tuple[Value, ...]) -> Eqn:
        """The equation giving other values."""
        return Eqn(self.op, self.args, outs, self.attrs, self.regions, self.loc, self.phase, self.note)

    def with_regions(self, regions: tuple[Block, ...]) -> Eqn:
        """The equation holding other blocks."""
        new = Eqn(self.op, self.args, self.outs, self.attrs, regions, self.loc, self.phase, self.note)
        object.__setattr__(new, "_names", self._names)
        return new


# What was asked, how often the results and operands were read, the equations behind the operands.
Left = tuple[object, list[int], list[Eqn | None]]


@dataclass(frozen=True, slots=True)
class Symbol:
    """Where a named extent gets its number: an axis of a param, or (axis None) an integer param itself."""

    name: str
    param: Value
    axis: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """Parameters, equations in order, results. `symbols` binds every extent name used inside.

    `settled` is for passes to remember that they leave the block as it is (`ir.settled`).
    """

    params: tuple[Value, ...]
    eqns: tuple[Eqn, ...]
    results: tuple[Arg, ...]
    symbols: tuple[Symbol, ...] = ()
    settled: set[object] = field(init=False, repr=False, compare=False, default_factory=set)
    _ops: frozenset[Op] | None = field(init=False, repr=False, compare=False, default=None)
    _uses: Counter[Value] | None = field(init=False, repr=False, compare=False, default=None)
    _producers: dict[Value, Eqn] | None = field(init=False, repr=False, compare=False, default=None)
    _readers: dict[Value, list[int]] | None = field(init=False, repr=False, compare=False, default=None)

    @property
    def ops(self) -> frozenset[Op]:
        """The operations of its equations, and of those in its regions."""
        if self._ops is None:
            inner = [region.ops for eqn in self.eqns for region in eqn.regions]
            object.__setattr__(self, "_ops", frozenset([eqn.op for eqn in self.eqns]).union(*inner))
        assert self._ops is not None
        return self._ops

    @property
    def uses(self) -> Mapping[Value, int]:
        """How often each value is read by equations and results (regions read through args); 0 for others."""
        if self._uses is None:
            read = chain(chain.from_iterable([e.reads for e in self.eqns]), values(self.results))
            object.__setattr__(self, "_uses", Counter(read))
        assert self._uses is not None
        return self._uses

    @property
    def producers(self) -> Mapping[Value, Eqn]:
        """The equation that defines each value (not the params, not inside regions)."""
        if self._producers is None:
            object.__setattr__(self, "_producers", {out: e for e in self.eqns for out in e.outs})
        assert self._producers is not None
        return self._producers

    @property
    def readers(self) -> Mapping[Value, Sequence[int]]:
        """The numbers of the equations that read each value; one that reads it twice stands there twice."""
        if self._readers is None:
            found: dict[Value, list[int]] = {}
            for number, eqn in enumerate(self.eqns):
                for v in eqn.reads:
                    found.setdefault(v, []).append(number)
            object.__setattr__(self, "_readers", found)
        assert self._readers is not None
        return self._readers


@dataclass(frozen=True, slots=True)
class Guard:
    """The function is right only where `nonnegative >= 0`; `message` says it in the user's words."""

    nonnegative: Dim
    message: str
    loc: Loc | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A whole program. `result_names` are the names that its text gives to results without a hint."""

    name: str
    body: Block
    guards: tuple[Guard, ...] = ()
    loc: Loc | None = None
    doc: str = ""

    @property
    def params(self) -> tuple[Value, ...]:
        return self.body.params

    @property
    def eqns(self) -> tuple[Eqn, ...]:
        return self.body.eqns

    @property
    def results(self) -> tuple[Arg, ...]:
        return self.body.results


@dataclass(frozen=True, slots=True)
class Span:
    """A basic slice of one axis: elements start, start + step, ... (`extent` of them); start >= 0."""

    start: Dim
    step: int
    extent: Dim


@dataclass(frozen=True, slots=True)
class At:
    """One position of an axis, known at compile time up to named extents (>= 0); drops the axis."""

    position: Dim


@dataclass(frozen=True, slots=True)
class AtArg:
    """One position of an axis, an int64 scalar operand (may be negative, as NumPy counts); drops the axis."""


@dataclass(frozen=True, slots=True)
class Gather:
    """An integer-array operand; several of them broadcast together, as in NumPy's advanced indexing."""


@dataclass(frozen=True, slots=True)
class NewAxis:
    """An axis of extent 1 that the operand does not have."""


IndexItem = Span | At | AtArg | Gather | NewAxis
Index = tuple[IndexItem, ...]


def full_span(extent: Dim) -> Span:
    return Span(0, 1, extent)


def array_of(eqn: Eqn) -> Value:
    """The array that an equation reads from, or writes into: its first operand."""
    array = eqn.args[0]
    assert isinstance(array, Value)
    return array


def type_of(arg: Arg) -> ArrayType:
    return arg.type


def values(args: tuple[Arg, ...]) -> Iterator[Value]:
    """The operands that are not constants."""
    return iter([a for a in args if isinstance(a, Value)])


def dims_in(attr: Any) -> Iterator[Extent]:
    """Every named extent that appears in an attribute."""
    if isinstance(attr, Extent):
        yield attr
    elif isinstance(attr, tuple):
        for a in attr:
            if not isinstance(a, PLAIN):
                yield from dims_in(a)
    elif not isinstance(attr, PLAIN):
        for name in _field_names(attr.__class__):
            yield from dims_in(getattr(attr, name))


PLAIN = (str, int, float, bool)


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else ()
