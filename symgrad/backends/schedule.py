"""Fusion: statements into loop nests that share as many loops as their dependences allow.

In: a `Plan`. Out: groups, outermost loops first. Two statements share a loop if they run over the same
extent, touch a common array, and whatever one writes and the other reads or writes stands at the loop
variable itself on some axis: then a trip of the loop never needs another trip's result, and the order within
a trip is enough. Inside the loop the same is done again for the next extents.

    m = max(x, 1); e = exp(x - m); s = sum(e, 1)        for i: [for j: m]  [for j: e, s]
    l = sum(log(s))                                            [l += log(s)]

A function does not join an innermost loop with a running sum, nor that one a loop with a function: what needs
the trip before is computed number by number, and everything else in the loop with it.

    r = cumsum(x); e = exp(r)                           [for j: r]  [for j: e]
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from symgrad.backends.access import (
    Along,
    Coords,
    Fixed,
    Lookup,
    Operand,
    Read,
    apart,
    delay,
    dims_of,
    looked_up,
    loops_in,
    operand,
    resolve,
    whole,
)
from symgrad.backends.cost import WEIGHT
from symgrad.backends.nest import Form, Group, Loop, Plan, Statement, Straight
from symgrad.backends.statements import names_in
from symgrad.ir.core import Arg, Const, Kind, Value
from symgrad.ir.dims import Dim, symbol, symbols
from symgrad.ir.frozen import replace
from symgrad.ir.switch import is_on
from symgrad.ir.types import Shape

# How many loops of the right extent are tried before a new one is opened: keeps scheduling linear.
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Touch:
    """One array that a statement reads or writes, and how."""

    owner: Value
    coords: Coords
    writes: bool
    adds: bool = False  # in whatever order, at the end of its loops
    loops: Shape = ()


@dataclass(eq=False)
class _Node:
    """A statement with what it touches."""

    number: int
    statement: Statement
    touches: tuple[Touch, ...]
    late: bool = False  # computed again for the backward pass: not while the forward pass is under way

    @property
    def reads(self) -> Iterator[Touch]:
        return (touch for touch in self.touches if not touch.writes)


@dataclass(eq=False)
class _Slot:
    """A group while it is filled. `extent` is None for straight code."""

    extent: Dim | None
    nodes: list[_Node] = field(default_factory=list)
    arrays: set[Value] = field(default_factory=set)
    runs: bool = False  # a running sum is in it, along this very loop
    calls: bool = False  # a function is in it, and no further loop around that


def schedule(plan: Plan) -> tuple[Group, ...]:
    """The plan's statements in fused loops."""
    late = _recalled(plan)
    if not late and not any(s.loops for s in plan.statements):  # as in most bodies of the user's loops
        return (Straight(plan.statements),) if plan.statements else ()
    nodes = [
        _Node(k, s, tuple(touches(s, plan)), not late.isdisjoint((*s.eqn.args, *s.eqn.outs)))
        for k, s in enumerate(plan.statements)
    ]
    return _arrange(nodes, 0, plan)


def _recalled(plan: Plan) -> set[Arg]:
    """What is computed of recalled operands: of the inside of a checkpointed call, for the second time."""
    found: set[Arg] = set()
    for eqn in plan.producers.values():
        if eqn.op.name == "recall" or not found.isdisjoint(eqn.args):
            found.update(eqn.outs)
    return found


def elements(read: Operand, plan: Plan) -> Iterator[Read]:
    """The elements of arrays and of scheduled values that `read` comes to, through what is inline."""
    if isinstance(read, Const):
        return
    for c in read.coords:
        index = looked_up(c)
        if index is not None:
            yield from elements(index, plan)
    eqn = plan.inline.get(read.value)
    if eqn is None:
        yield read
        return
    if plan.made_here:
        yield from (whole(plan.made_here[n].param) for n in sorted(eqn.names) if n in plan.made_here)
    for arg in eqn.args:
        yield from elements(resolve(operand(arg, read.coords), plan.producers), plan)


def reads_of(statement: Statement, plan: Plan) -> tuple[Read, ...]:
    """The elements that a statement reads, those among its coordinates too."""
    found = plan.touched.get(statement)
    if found is None:
        reads = (*statement.reads, *_indices(statement.writes.coords))
        found = plan.touched[statement] = tuple([e for read in reads for e in elements(read, plan)])
    return found


def touches(statement: Statement, plan: Plan) -> Iterator[Touch]:
    for element in reads_of(statement, plan):
        yield Touch(plan.owner(element.value), element.coords, False, False, statement.loops)
    adds = statement.form is Form.ADD and is_on("windows")
    yield Touch(plan.owner(statement.writes.value), statement.writes.coords, True, adds, statement.loops)
    if statement.form is Form.REGION:
        for out in statement.eqn.outs[1:]:
            yield Touch(plan.owner(out), whole(out).coords, True)
    if plan.made_here:
        yield from _numbers(statement, plan)


def _numbers(statement: Statement, plan: Plan) -> Iterator[Touch]:
    """What tells the extents that the statement's text mentions."""
    names = names_in(statement.eqn) | {s for d in statement.loops for s in symbols(d)}
    for read in (*statement.reads, statement.writes):
        for element in elements(read, plan):
            names |= {s for c in element.coords for d in dims_of(c) for s in symbols(d)}
    for name in sorted(names):
        if name in plan.made_here and plan.made_here[name].param not in statement.eqn.outs:
            value = plan.made_here[name].param
            yield Touch(plan.owner(value), whole(value).coords, False)


def _indices(coords: Coords) -> Iterator[Read]:
    return (c.index for c in coords if isinstance(c, Lookup))


def _signature(coords: Coords, depth: int) -> tuple[tuple[int, Along], ...]:
    """The axes that follow loop number `depth`, and how."""
    return tuple((axis, c) for axis, c in enumerate(coords) if isinstance(c, Along) and c.loop == depth)


# How many elements of an array are told apart in a group: keeps scheduling linear.
_PLACES = 32
_SOMEWHERE = Fixed(symbol("?"))


class _History:
    """For each array, the latest group that read, wrote or added to it, by the element."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.seen: dict[tuple[Value, bool], dict[Touch, int]] = {}

    def earliest(self, touch: Touch, slots: Sequence[_Slot], looped: bool, found: int) -> int:
        """The first group, from `found` on, in which this access may stand."""
        for writes in (True, False) if touch.writes else (True,):
            for other, group in self.seen.get((touch.owner, writes), {}).items():
                after = group + 1 if looped and slots[group].extent is not None else group
                if after > found:  # else it makes no difference
                    together = self._together(touch, other)
                    if together is not None:
                        found = max(found, group if together else after)
        return found

    def _together(self, touch: Touch, other: Touch) -> bool | None:
        """Whether the two may share the loop: a trip needs no other trip's result. None if order is free."""
        if touch.adds and other.adds:
            if len(touch.loops) != self.depth + 1 or len(other.loops) != self.depth + 1:
                return None  # additions may come in any order
            # Side by side in an innermost loop they are one pass along one row; columns have none to lose.
            rows = any(self.depth in loops_in(t.coords[-1:]) for t in (touch, other))
            looked_up = any(isinstance(c, Lookup) for c in (*touch.coords, *other.coords))
            return looked_up or not rows or delay(touch.coords, other.coords, self.depth) is not None
        if apart(touch.coords, other.coords, touch.loops, other.loops):
            return None
        mine, theirs = (set(_signature(t.coords, self.depth)) for t in (touch, other))
        return not mine.isdisjoint(theirs)

    def add(self, touch: Touch, group: int) -> None:
        table = self.seen.setdefault((touch.owner, touch.writes), {})
        before = table.get(touch)
        if before is None and len(table) >= _PLACES:
            follows = dict(_signature(touch.coords, self.depth))
            touch = replace(touch, coords=tuple(follows.get(a, _SOMEWHERE) for a in range(len(touch.coords))))
            before = table.get(touch)
        if before is None or before < group:
            table[touch] = group


def _arrange(nodes: list[_Node], depth: int, plan: Plan) -> tuple[Group, ...]:
    if depth and all(len(node.statement.loops) == depth for node in nodes):
        return (Straight(tuple(node.statement for node in nodes)),)
    slots, apart_from_others = _fill(nodes, depth, {}, plan)
    if apart_from_others:  # of what came later, something may have gone to the group that was passed over
        slots, _ = _fill(nodes, depth, {slot.nodes[0]: slot.arrays for slot in slots if slot.nodes}, plan)
    _sink(slots, depth, plan)
    return tuple(_group(slot, depth, plan) for slot in slots if slot.nodes)


def _fill(
    nodes: list[_Node], depth: int, ahead: Mapping[_Node, Set[Value]], plan: Plan
) -> tuple[list[_Slot], bool]:
    """The groups; and whether a statement opened one though it might have stood in another.

    It did so because it touches no array of that one; `ahead` are the arrays that a group will have, by its
    first statement.
    """
    slots = [_Slot(None)]  # scalars that depend on nothing come before all loops
    by_extent: dict[Dim | None, list[int]] = {None: [0]}
    history = _History(depth)
    latest = forward = 0  # the last group so far, and the last one with a part of the forward pass
    barrier = 0  # the latest region: what stands after it, computed before it, would wait in an array
    passed_over = False
    for node in nodes:
        loops = node.statement.loops
        extent = loops[depth] if depth < len(loops) else None
        first = 0
        for touch in node.touches:
            first = history.earliest(touch, slots, extent is not None, first)
        if node.late and not depth:
            first = max(first, latest, forward + 1)
        shared = by_extent.setdefault(extent, [])
        alone = extent is not None and not is_on("fusion")
        if _makes_an_array(node.statement, plan):
            first = max(first, barrier)
        runs, calls = _runs(node.statement, depth), _calls(node.statement, depth)
        group = None if alone else _choose(node, first, shared, slots, runs, calls)
        if group is None:
            passed_over |= not alone and bool(shared) and shared[-1] >= first
            group = len(slots)
            slots.append(_Slot(extent, arrays=set(ahead.get(node, ()))))
            shared.append(group)
        latest = max(latest, group)
        forward = forward if node.statement.eqn.phase else latest
        if node.statement.form is Form.REGION:
            barrier = group
        slot = slots[group]
        slot.nodes.append(node)
        slot.arrays.update(t.owner for t in node.touches)
        slot.runs, slot.calls = slot.runs or runs, slot.calls or calls
        for touch in node.touches:
            history.add(touch, group)
    return slots, passed_over


def _makes_an_array(statement: Statement, plan: Plan) -> bool:
    out = statement.writes.value
    return statement.form is Form.MAP and bool(statement.loops) and plan.owner(out) is out


def _choose(
    node: _Node, first: int, candidates: list[int], slots: list[_Slot], runs: bool, calls: bool
) -> int | None:
    """The first group from `first` on that the statement can join with profit."""
    start = bisect_left(candidates, first)
    for group in candidates[start : start + _TRIES]:
        slot = slots[group]
        if (runs and slot.calls) or (calls and slot.runs):
            continue
        if slot.extent is None or any(t.owner in slot.arrays for t in node.touches):
            return group
    return None


def _runs(statement: Statement, depth: int) -> bool:
    """Whether each trip of this loop needs the one before: nothing in the loop is vectorised then."""
    return statement.form is Form.SCAN and statement.first == depth and is_on("scans")


def _calls(statement: Statement, depth: int) -> bool:
    """Whether it is a function, in its innermost loop, that gains by being vectorised."""
    eqn, innermost = statement.eqn, len(statement.loops) == depth + 1
    return innermost and eqn.op.kind is Kind.ELEMENTWISE and eqn.op.name not in WEIGHT


def _group(slot: _Slot, depth: int, plan: Plan) -> Group:
    nodes = sorted(slot.nodes, key=lambda node: node.number)
    if slot.extent is None:
        return Straight(tuple(node.statement for node in nodes))
    return Loop(depth, slot.extent, _arrange(nodes, depth + 1, plan))


class _Readers:
    """Who reads each array, and how many of its reads stand in each group."""

    def __init__(self, slots: Sequence[_Slot]) -> None:
        self.group = {node: group for group, slot in enumerate(slots) for node in slot.nodes}
        self.users: dict[Value, list[tuple[_Node, Touch]]] = {}
        self.count: Counter[tuple[Value, int]] = Counter()
        self.writers: dict[Value, list[_Node]] = {}
        self.known: dict[tuple[_Node, int], bool] = {}
        for node, group in self.group.items():
            for touch in node.touches:
                if touch.writes:
                    self.writers.setdefault(touch.owner, []).append(node)
                else:
                    self.users.setdefault(touch.owner, []).append((node, touch))
                    self.count[touch.owner, group] += 1

    def move(self, node: _Node, group: int) -> None:
        for touch in node.reads:
            self.count[touch.owner, self.group[node]] -= 1
            self.count[touch.owner, group] += 1
        self.group[node] = group

    def may_move(self, node: _Node, target: int, made_in: Mapping[Value, _Node], plan: Plan) -> bool:
        """Whether a later loop could compute the same, and no operand becomes an array in its place."""
        if (node, target) not in self.known:
            own = Counter(touch.owner for touch in node.reads)
            self.known[node, target] = all(
                self._may_follow(owner, count, node, target, made_in, plan) for owner, count in own.items()
            )
        return self.known[node, target]

    def _may_follow(
        self, owner: Value, count: int, node: _Node, target: int, made_in: Mapping[Value, _Node], plan: Plan
    ) -> bool:
        group, source = self.group[node], made_in.get(owner)
        if source is not None and self.group[source] == group and owner not in plan.buffers:
            mine = source.statement.form is Form.MAP
            alone = self.count[owner, group] == count == len(self.users[owner])
            return alone and (not mine or self.may_move(source, target, made_in, plan))
        return not any(
            group <= self.group[writer] <= target
            and (self.group[writer], writer.number) > (group, node.number)
            for writer in self.writers.get(owner, ())
        )


def _sink(slots: list[_Slot], depth: int, plan: Plan) -> None:
    """Move a statement whose result only a later loop reads into that loop: no array is needed between."""
    readers = _Readers(slots)
    made_in = {node.statement.writes.value: node for node in readers.group}
    for node in sorted(readers.group, key=lambda node: -node.number):
        group = readers.group[node]
        if slots[group].extent is not None:
            target = _target(node, depth, plan, readers, made_in)
            parted = target is not None and slots[target].runs and _calls(node.statement, depth)
            if target is not None and not parted and slots[target].extent == slots[group].extent:
                readers.move(node, target)
    for slot in slots:
        slot.nodes = []
    for node, group in readers.group.items():
        slots[group].nodes.append(node)


def _target(
    node: _Node, depth: int, plan: Plan, readers: _Readers, made_in: dict[Value, _Node]
) -> int | None:
    """The one later loop that could hold the statement, if moving it pays."""
    out = node.statement.writes
    if node.statement.form is not Form.MAP or out.value in plan.buffers:
        return None
    group = readers.group[node]
    users = readers.users.get(out.value, [])
    groups = {readers.group[user] for user, _ in users}
    mine = set(_signature(out.coords, depth))
    if len(groups) != 1 or group in groups:
        return None
    if any(mine.isdisjoint(_signature(touch.coords, depth)) for _, touch in users):
        return None
    target = groups.pop()
    return target if readers.may_move(node, target, made_in, plan) else None
