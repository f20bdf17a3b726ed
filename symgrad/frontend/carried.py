"""What a loop carries from trip to trip: where it starts, its type, what a trip leaves in it.

In: the value of a name before a loop and at the end of a trip. Out: a `Slot` whose param has a type that both
fit; `Again` where the type was guessed too small, with what was learnt in the `Guess`; or a refusal.

    s = 0; for ...: s += x[i]      the first trial finds a float where an int began: the next begins with 0.0
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from symgrad.errors import ShapeError, UnsupportedSyntaxError
from symgrad.frontend import lengths
from symgrad.frontend.contents import PREFIX, Held
from symgrad.frontend.context import Lowering
from symgrad.frontend.flow import only_added_to
from symgrad.frontend.joining import type_of
from symgrad.frontend.promote import as_tensor, cast, result_dtype
from symgrad.frontend.regions import Scope
from symgrad.frontend.structure import alike, same, spread
from symgrad.frontend.values import Carry, Missing, Pending, Rows, Tensor, Val, is_number
from symgrad.ir.core import Arg, Value
from symgrad.ir.dims import Dim
from symgrad.ir.types import ArrayType, Shape


class Again(Exception):
    """The trial learnt something: start again."""


class Unstable(UnsupportedSyntaxError):
    """A name is something else after the first trip than before it: writing that trip out may help."""


def as_refusal(e: Unstable) -> UnsupportedSyntaxError:
    """What the user is told where writing out a trip does not help."""
    return UnsupportedSyntaxError(e.message, e.loc, why=e.why, instead=e.instead)


@dataclass(slots=True, eq=False)
class Guess:
    """What a loop statement carries, as far as it is known."""

    node: ast.stmt
    names: set[str]  # read before the trip writes them
    cells: set[str]  # names whose arrays the trips write
    fresh: set[str] = field(default_factory=set)  # names of arrays that are not only updated in place


@dataclass(slots=True, eq=False)
class Learnt:
    """What the trials of one loop, where it stands now, have found: written arrays, wider types."""

    cells: dict[Tensor, None] = field(default_factory=dict)
    types: dict[tuple[str, int], tuple[ArrayType, bool]] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)  # containers whose items it replaces
    lists: dict[Rows, tuple[Dim, Dim]] = field(default_factory=dict)  # how far a trip moves their ends
    steps: lengths.Learned = field(default_factory=dict)  # how much longer each trip leaves an array
    probed: bool = False  # the first trip has been asked for them
    rebound: set[str] = field(default_factory=set)  # names of objects that trips bind to others
    apart: dict[Tensor, None] = field(default_factory=dict)  # counts that do not stay what another one is


@dataclass(slots=True, eq=False)
class Slot:
    """One carried number or array: where it starts, its param, what a trip yields, its value afterwards."""

    name: str
    initial: Val
    param: Tensor
    result: Arg | None = None
    out: Value | None = None
    weak: bool = False
    steps: lengths.Steps = ()  # of an array in a buffer: how much longer each trip leaves it
    first: Shape = ()  # its shape before the first trip
    last: Shape = ()  # and after all of them


def param_of(low: Lowering, kind: ArrayType, name: str) -> Value:
    value = Value(kind)
    if name := name.lstrip(PREFIX):
        low.hints[value] = name
    return value


def slots_of(low: Lowering, learnt: Learnt, name: str, value: Val, trips: Dim | None) -> list[Slot]:
    """The slots of a name: one for each number or array in what it holds."""
    slots = []
    for k, leaf in enumerate(spread(value)):
        if not is_number(leaf):
            continue
        kind, weak, is_array = type_of(low, leaf)
        kind, weak = learnt.types.get((name, k), (kind, weak))
        steps = learnt.steps.get((name, k), ())
        first = kind.shape
        if steps:
            assert trips is not None  # asked for before the steps were learnt
            kind = kind.with_shape(lengths.room(low, first, steps, trips))
        param = Tensor(param_of(low, kind, name), weak=weak, is_array=is_array or kind.rank > 0)
        param.name = name.lstrip(PREFIX)
        last = lengths.after(first, steps, trips) if steps and trips is not None else ()
        slots.append(Slot(name, leaf, param, steps=steps, first=first, last=last))
    return slots


def initial(low: Lowering, slot: Slot) -> Arg:
    """The operand that the loop starts with."""
    kind = slot.param.type
    if slot.initial is None:
        return low.builder.full(0, kind)
    arg = cast(low, as_tensor(low, slot.initial), kind.dtype)
    if arg.type.shape == () and kind.shape:
        return low.emit("full", [arg], shape=kind.shape)
    if slot.steps and kind.shape != arg.type.shape:
        return lengths.kept(low, low.builder.full(0, kind), arg)
    return arg


def finish(low: Lowering, scope: Scope, learnt: Learnt, body: Sequence[ast.stmt], name: str, before: Val,
           value: Val, slots: Sequence[Slot], number: Dim | None, trips: Callable[[], Dim | None],
           ) -> None:  # fmt: skip
    """What the trip leaves in a carried name, in the types of its params.

    `trips` is asked where lengths change only: that there are no fewer than none is a guard, and a loop over
    range(n) has no need of it.
    """
    if isinstance(value, Missing):
        message = f"the value of {name.lstrip(PREFIX)!r} at the end of a trip is not known"
        low.refuse(message, value.why, value.instead, error=Unstable)
    if not alike(before, value):
        low.refuse(f"{name.lstrip(PREFIX)!r} is a tuple of another kind from trip to trip", error=Unstable)
    mine = iter(slots)
    for k, (old, new) in enumerate(zip(spread(before), spread(value), strict=True)):
        if is_number(old):
            _finish(low, scope, learnt, body, next(mine), k, new, number, trips)
        elif not same(old, new):
            low.refuse(
                f"{name.lstrip(PREFIX)!r} changes from trip to trip, and is not a number",
                why=f"a compiled loop carries numbers and arrays, and this was a {type(old).__name__}",
                error=Unstable,
            )


def _finish(
    low: Lowering, scope: Scope, learnt: Learnt, body: Sequence[ast.stmt], slot: Slot, k: int, new: Val,
    number: Dim | None, trips: Callable[[], Dim | None],
) -> None:  # fmt: skip
    if not is_number(new):
        low.refuse(
            f"{slot.name.lstrip(PREFIX)!r} is a {type(new).__name__} at the end of a trip, and was a number",
            error=Unstable,
        )
    t = as_tensor(low, new)
    kind = slot.param.type
    if t.rank != kind.rank:
        _begin_as_array(low, scope, learnt, body, slot, k, t)
    dtype = kind.dtype if t.dtype == kind.dtype else result_dtype([slot.param, t])
    weak = slot.param.weak and t.weak
    if dtype != kind.dtype or (weak != slot.param.weak and _sensitive(scope)):
        learnt.types[slot.name, k] = (ArrayType(dtype, slot.first), weak)
        raise Again
    wanted = low.shape(slot.param)
    if slot.steps and number is not None:
        wanted = lengths.after(slot.first, slot.steps, number + 1)
    for a, b in zip(low.shape(t), wanted, strict=True):
        try:
            low.solver.equal(a, b)
        except ShapeError as e:
            steps = lengths.steps_between(low, wanted, low.shape(t))
            if number is not None and steps is not None and not slot.steps and trips() is not None:
                learnt.steps[slot.name, k] = steps
                raise Again from None
            if slot.steps and not learnt.probed:  # another name's array may change too: the first trip tells
                raise ShapeError(e.message) from None
            low.refuse(
                f"the shape of {slot.name.lstrip(PREFIX)!r} changes from trip to trip",
                why=e.message,
                instead="an array of the final size, and its elements",
            )
    slot.param.is_array = slot.param.is_array or t.is_array
    slot.result, slot.weak = cast(low, t, dtype), weak
    if slot.steps:
        slot.result = lengths.kept(low, low.arg(slot.param), slot.result)


def _begin_as_array(
    low: Lowering, scope: Scope, learnt: Learnt, body: Sequence[ast.stmt], slot: Slot, k: int, t: Tensor
) -> None:
    """`acc = 0.0; acc = acc + row`: a number that is only ever added to may as well begin as an array."""
    number = slot.param.rank == 0 and not type_of(low, slot.initial)[2]
    if (
        number
        and not slot.name.startswith(PREFIX)
        and only_added_to(body, slot.name)
        and not scope.is_inner(low.shape(t))
    ):
        learnt.types[slot.name, k] = (ArrayType(result_dtype([slot.param, t]), low.shape(t)), False)
        raise Again
    low.refuse(
        f"{slot.name.lstrip(PREFIX)!r} has {slot.param.rank} axes before a trip, and {t.rank} after it",
        why="a compiled loop carries arrays of fixed shapes",
        instead="start with an array of the final shape: np.zeros(...)",
        error=Unstable,
    )


def _sensitive(scope: Scope) -> bool:
    """Whether dtypes are about that a Python number and a NumPy number meet differently."""
    plain = ("float64", "int64", "bool")
    return any(o.type.dtype not in plain for e in scope.builder.eqns for o in e.outs)


def late(low: Lowering, scope: Scope, name: str, before: Val, value: Val, runs: bool) -> list[Slot] | Missing:
    """The slots of a name that no trip reads from the one before, but that is read after the loop.

    `runs`: there is a first trip, so that what was before does not matter.
    """
    if not runs:
        if before is None or isinstance(before, Missing):
            return Missing(
                "it is assigned in a loop that may make no trip", "assign it before the loop as well"
            )
        if isinstance(before, Pending):
            raise Carry(before)
        if not alike(before, value):
            return Missing("it is a tuple of another kind after the loop")
    leaves = spread(value)
    slots = []
    for old, leaf in zip([None] * len(leaves) if runs else spread(before), leaves, strict=True):
        if not is_number(leaf):
            if runs or same(old, leaf):
                continue
            return Missing("the loop makes it something else than a number")
        kind, weak, is_array = type_of(low, leaf)
        if scope.is_inner(kind.shape):
            return Missing("its shape changes from trip to trip")
        if old is not None:
            common = _common(low, old, kind, weak)
            if isinstance(common, Missing):
                return common
            kind, weak = common
        param = Tensor(param_of(low, kind, name), weak=weak, is_array=is_array)
        param.name = name
        slots.append(Slot(name, old, param, cast(low, as_tensor(low, leaf), kind.dtype), weak=weak))
    return slots


def _common(low: Lowering, old: Val, kind: ArrayType, weak: bool) -> tuple[ArrayType, bool] | Missing:
    """A type for what was before the loop and what a trip leaves."""
    if not is_number(old):
        return Missing("the loop makes it a number")
    first, first_weak, _ = type_of(low, old)
    differ = Missing(f"it is {first} before the loop and {kind} after it")
    if first.rank != kind.rank or (first.rank and first.dtype != kind.dtype):
        return differ
    try:
        for a, b in zip(first.shape, kind.shape, strict=True):
            low.solver.equal(a, b)
    except ShapeError:
        return differ
    both = [Tensor(low.const(0, t.dtype), weak=w) for t, w in ((first, first_weak), (kind, weak))]
    return kind.with_dtype(result_dtype(both)), weak and first_weak
