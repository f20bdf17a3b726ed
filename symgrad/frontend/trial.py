"""One attempt at a loop: what it carries, and what the trip made of it.

In: a loop statement, and what is known so far. Out: `Head`, what `for` and `while` differ in; `Trial`, where
the body is interpreted; after the trip the names and arrays as the loop leaves them, and which may be one.

    for ...: u, v = v, u       u and v are handed on; after the loop each may be either array from before
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from symgrad.frontend import aliases, contents, lengths
from symgrad.frontend.aliases import Handed
from symgrad.frontend.carried import Learnt, Slot
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.leaving import LOOP
from symgrad.frontend.regions import Scope
from symgrad.frontend.structure import rebuilt, spread
from symgrad.frontend.values import Missing, Pending, Tensor, Val, is_number
from symgrad.ir.core import Arg, Value
from symgrad.ir.dims import Dim

Ends = dict[int, tuple[Tensor, ...]]  # by the identity of a slot
UNASSIGNED = Missing("it is not assigned on every way through a loop", "assign it before the loop as well")


@dataclass(slots=True, eq=False)
class Head:
    """What `for` and `while` differ in."""

    node: LOOP
    index: Value | None  # the param of the counter
    enter: Callable[[], None]  # at the beginning of a trip: bind the target
    test: Callable[[], Val] | None  # of a `while`
    bounds: tuple[Arg, Arg, Arg] | None  # of a `for`
    certain: bool  # the body is run whenever the loop is reached
    runs: Callable[[], bool]  # whether there is a first trip (asked only where it matters)
    number: Dim | None = None  # of the trip, counted from 0
    first: Callable[[], None] | None = None  # bind the target for the first trip
    trips: Callable[[], Dim | None] = lambda: None  # how many there are, if that is an extent
    attrs: dict[str, object] = field(default_factory=dict)  # of the equation


@dataclass(slots=True, eq=False)
class Trial:
    """One attempt at a loop: what it carries, and what the trip made of it."""

    frame: Frame
    head: Head
    scope: Scope
    before: dict[str, Val]  # the names before the loop
    stored: list[str]  # the names that the body binds
    in_place: set[str]  # of those, arrays that stay one object
    values: dict[str, Val]  # carried names: their value before
    slots: list[Slot]
    cells: list[tuple[Tensor, Value]]  # arrays that the trips write, with their params
    tests: list[Scope] = field(default_factory=list)
    test: Arg | None = None

    @property
    def low(self) -> Lowering:
        return self.frame.low


def ends_of(trial: Trial, env: dict[str, Val], slots: Sequence[Slot], broken: Collection[str]) -> Ends:
    """The arrays that each slot may hold at the end of a trip; asked inside.

    What is only assigned before a `break` has no param that would tell that it is an array of the trip.
    """
    own = [s.param for s in slots]
    ends: Ends = {}
    for name in dict.fromkeys(s.name for s in slots):
        leaves = [v for v in spread(env[name]) if is_number(v)]
        for slot, leaf in zip((s for s in slots if s.name == name), leaves, strict=True):
            fresh: tuple[Tensor, ...] = (leaf.root,) if isinstance(leaf, Tensor) else ()
            fresh += fresh[0].kin if fresh and name in broken else ()
            ends[id(slot)] = tuple(dict.fromkeys((*fresh, *trial.scope.origins(leaf, own))))
    return ends


def bind(
    trial: Trial, env: dict[str, Val], slots: Sequence[Slot], ends: Ends, learnt: Learnt
) -> list[Handed]:
    """The names hold what the loop left in them; gives the arrays that were handed on."""
    handed: list[Handed] = []
    by_name: dict[str, list[Slot]] = {}
    for slot in slots:
        by_name.setdefault(slot.name, []).append(slot)
    for name in (*trial.stored, *learnt.held):
        value = env.get(name, UNASSIGNED)
        if name in trial.in_place or isinstance(value, Pending):
            continue
        if name in by_name:
            mine = iter(by_name[name])
            leaves = [
                _after(trial.low, next(mine), ends, handed) if is_number(v) else v for v in spread(value)
            ]
            value = rebuilt(value, iter(leaves))
        if name in learnt.held:
            learnt.held[name].put(trial.low, value)
        else:
            trial.frame.env[name] = value
    return handed


def _after(low: Lowering, slot: Slot, ends: Ends, handed: list[Handed]) -> Val:
    """What one leaf of a carried name is after the loop."""
    if slot.out is None:  # each trip leaves it as it was: its param is the array that it began with
        if isinstance(slot.initial, Tensor) and slot.param.is_array and slot.param.rank:
            root = slot.initial.root
            handed.append(Handed((root,), slot.param, (slot.param,), root))
        return slot.initial
    t = Tensor(slot.out, weak=slot.weak, is_array=slot.param.is_array)
    if slot.steps:
        t = Tensor(lengths.beginning(low, t, slot.last).arg, is_array=True)
    t.name = slot.name.lstrip(contents.PREFIX)
    if t.is_array and t.rank:
        first = (slot.initial.root,) if isinstance(slot.initial, Tensor) else ()
        handed.append(Handed(first, slot.param, ends.get(id(slot), ()), t))
    return t


def settle(
    trial: Trial, outs: dict[Tensor, Value], handed: list[Handed], written_before: set[Tensor]
) -> None:
    """Written arrays hold the results; which arrays may be one is noted, or refused."""
    low, scope = trial.low, trial.scope
    states = scope.journal.tensors
    touched = written_before | {t for t, s in states.items() if t.view is None and t.version != s[1]}
    aliases.settle(low, scope, handed, touched, trial.head.node)
    for t, out in outs.items():
        low.touch(t)
        t.version = max(t.version, states[t][1]) + 1
        t.arg = out
