"""When values are read: the one question that in-place writes and shared variables depend on.

In: an open program and what is nested in the text. Out: `Liveness`, which tells whether anything may still
read a value after a point of the program: later, or on the next trip of a loop, but not in the branch not
taken. Time counts statements; a statement at time t reads at t, and the array that it writes at t - 1. What
ufunc.at adds is read at t - 1 too if it is an array of its own: NumPy makes that before the first addition.

    while k < n: s = s + x; k = k + 1      x is live everywhere in the loop, s and k as the loop carries them
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Set
from dataclasses import dataclass, field

from symgrad.emit.blocks import Block, Size, Step
from symgrad.ir.core import Eqn, Kind, Value, dims_in, values
from symgrad.ir.indexing import index_of, is_basic
from symgrad.ir.regions import COND, FOR, WHILE

Span = tuple[int, int]
_SAME = frozenset({"cast", "copy", "recall", "stop_gradient"})


@dataclass(slots=True, eq=False)
class Frame:
    """Where a block stands: its span of time, whether it is repeated, and the branch that excludes it."""

    parent: Frame | None
    repeats: bool
    start: int
    end: int = 0
    skips: Span | None = None


@dataclass(slots=True)
class Liveness:
    """Times of steps and blocks, and every time that a value is read at."""

    time: dict[Step, int] = field(default_factory=dict)
    done: dict[Step, int] = field(default_factory=dict)  # when a region equation is over
    frame: dict[Block, Frame] = field(default_factory=dict)
    born: dict[Value, int] = field(default_factory=dict)
    reads: dict[Value, list[int]] = field(default_factory=dict)
    stops: dict[Value, int] = field(
        default_factory=dict
    )  # the last read, or the end of the loop that repeats it

    def live_after(self, value: Value, time: int, frame: Frame) -> bool:
        """May something read `value` after `time`, which is in the block of `frame`?"""
        reads = self.reads.get(value)
        if not reads:
            return False
        born, skipped = self.born.get(value, 0), []
        at: Frame | None = frame
        while at is not None:
            if at.repeats and born < at.start and bisect_right(reads, at.end) > bisect_right(reads, at.start):
                return True
            if at.skips is not None:
                skipped.append(at.skips)
            at = at.parent
        place = bisect_right(reads, time)
        for start, end in skipped:  # from the inside out, so in order of time
            if place < len(reads) and reads[place] < start:
                return True
            place = max(place, bisect_right(reads, end))
        return place < len(reads)


Event = tuple[Step | None, Block, Frame]  # a step in its block, or (None) the results of a block


def liveness(
    program: Block, nested: Set[Value], expressions: Set[Value], function_sizes: Set[str]
) -> Liveness:
    """Times and reads; `expressions` are branches that print as one, `function_sizes` what params tell."""
    live = Liveness()
    events: list[Event] = []
    owner: dict[Block, tuple[Step, Frame]] = {}
    _place(program, None, False, 0, live, events, owner, expressions)
    found: dict[Value, list[tuple[int, Frame]]] = {}
    told = _told(program, function_sizes)
    steps = [step for step, _, _ in events if step is not None]
    fresh = {step.key for step in steps if step.key in nested and _is_new(step.eqn)}
    for step, block, frame in reversed(events):
        if step is None:
            when = [(frame.end, frame)]
            if block in owner:
                place, around = owner[block]
                when = found.get(place.key, []) if place.key in nested else [(live.time[place], around)]
            for result in values(block.results):
                found.setdefault(result, []).extend(when)
            continue
        eqn, time = step.eqn, live.time[step]
        when = found.get(step.key, []) if step.key in nested else [(time, frame)]
        for position, arg in enumerate(eqn.args):
            if isinstance(arg, Value):
                first = eqn.op.kind is Kind.WRITE and position == 0
                if first or (arg in fresh and _is_ufunc_at(eqn)):
                    found.setdefault(arg, []).append((time - 1, frame))
                elif eqn.op is FOR and position < 3:  # the header stands after the first assignments
                    found.setdefault(arg, []).append((time + 1, frame))
                else:
                    found.setdefault(arg, []).extend(when)
        if told:
            for name in _mentioned(eqn) & told.keys():
                for size, where in told[name]:
                    if isinstance(size.value, Value) and size.value is not step.key:
                        here = live.frame[where]
                        inside = [(t, at) for t, at in when if here.start < t <= here.end]
                        found.setdefault(size.value, []).extend(inside)
    for value, places in found.items():
        if not places:
            continue
        live.reads[value] = sorted(time for time, _ in places)
        born = live.born.get(value, 0)
        live.stops[value] = max(max(t, _repeated_until(born, at)) for t, at in places)
    return live


def _is_new(eqn: Eqn) -> bool:
    """The expression gives an array of its own (a cast may be left to NumPy, and is then its operand)."""
    if eqn.op.name == "getitem":
        return not is_basic(index_of(eqn.attrs))
    return eqn.op.kind in (Kind.ELEMENTWISE, Kind.REDUCTION) and eqn.op.name not in _SAME


def _is_ufunc_at(eqn: Eqn) -> bool:
    return eqn.op.name == "add_at" and not is_basic(index_of(eqn.attrs))


def _mentioned(eqn: Eqn) -> frozenset[str]:
    """The extents that a statement may name: a write names those of its index, a header none."""
    if eqn.op.kind not in (Kind.WRITE, Kind.REGION):
        return eqn.names
    return frozenset([s for attr in eqn.attrs.values() for d in dims_in(attr) for s in d.names])


def _place(
    block: Block,
    parent: Frame | None,
    repeats: bool,
    clock: int,
    live: Liveness,
    events: list[Event],
    owner: dict[Block, tuple[Step, Frame]],
    expressions: Set[Value],
) -> int:
    """Give times to a block that starts after `clock`; the time at its end."""
    frame = live.frame[block] = Frame(parent, repeats, clock)
    clock += 1
    live.born.update(dict.fromkeys(block.params, clock))
    for step in block.steps:
        clock += 2
        live.time[step] = clock
        live.born.update(dict.fromkeys(step.eqn.outs, clock))
        events.append((step, block, frame))
        if not step.blocks:
            continue
        around = frame
        if step.eqn.op is WHILE:  # the test is repeated with the body
            around = Frame(frame, True, clock)
            live.born.update(dict.fromkeys(step.body.params, clock + 1))
        for inner in step.blocks:
            if step.key in expressions:
                owner[inner] = step, frame
            again = step.is_loop and step.eqn.op is not WHILE
            clock = _place(inner, around, again, clock + 1, live, events, owner, expressions)
        if step.eqn.op is COND:
            then, orelse = (live.frame[b] for b in step.blocks)
            then.skips = (orelse.start, orelse.end)
        around.end = max(around.end, clock)
        clock += 2
        live.done[step] = clock
        if step.key not in expressions:
            live.born.update(dict.fromkeys(step.eqn.outs, clock))
    frame.end = clock + 2
    events.append((None, block, frame))
    return frame.end


def _repeated_until(born: int, frame: Frame) -> int:
    """The end of the outermost loop around a read that repeats it for a value born before that loop."""
    end, at = 0, frame if frame.parent is not None else None
    while at is not None:
        if at.repeats and born < at.start:
            end = at.end
        at = at.parent
    return end


def _told(program: Block, function_sizes: Set[str]) -> dict[str, list[tuple[Size, Block]]]:
    """The extents that values inside the program tell: to mention one in that block is to read its value."""
    told: dict[str, list[tuple[Size, Block]]] = {}
    stack = [program]
    while stack:
        block = stack.pop()
        own = {*block.params, *(o for s in block.steps for o in s.eqn.outs)}
        for size in block.sizes:
            inside = size.name not in function_sizes or (size.axis is None and size.value in own)
            if inside and isinstance(size.value, Value):
                told.setdefault(size.name, []).append((size, block))
        stack += [b for s in block.steps for b in s.blocks]
    return told
