"""Which variable holds which value.

In: an open program, what is nested, what is written in place. Out: the variables (`Slot`s) with the spans of
their lives, how each statement stores its result, and the assignments at the seams of regions: before a
loop, at the end of a trip, at the end of a branch. A carried value is one variable from before the loop to
after it; what a trip yields is stored there at once if nobody reads the old value any more. A branch stores
into the variable that both branches give. Time: see `liveness`; a copy to be written is stored at t - 1.

    s2 = for(0, n, 1, s) i, s1: t = s1 * x[i]; yield t        s, s1, t, s2 are one variable
    u, v: yield v, u + v                                      u, v = v, u + v
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from enum import Enum

from symgrad.emit.blocks import Block, Step
from symgrad.emit.liveness import Frame, Liveness
from symgrad.emit.memory import Memory
from symgrad.emit.names import FOREVER, Slot, word
from symgrad.emit.plan import Plan
from symgrad.ir.core import Arg, Eqn, Kind, Value, values
from symgrad.ir.frozen import replace
from symgrad.ir.regions import FOR
from symgrad.ir.types import ArrayType

BOOL = ArrayType("bool")


class Store(Enum):
    """How a statement stores its result."""

    ASSIGN = "name = expression"
    AUGMENT = "name += expression"
    WRITE = "name[index] = expression"
    COPY_AND_WRITE = "name = base.copy(); name[index] = expression"


@dataclass(frozen=True, slots=True)
class Move:
    """An assignment at a seam: of an array's copy, if what it is shared with must not see the writes."""

    slot: int
    source: Arg
    copies: bool = False


@dataclass(slots=True)
class Layout:
    slots: list[Slot] = field(default_factory=list)
    slot_of: dict[Value, int] = field(default_factory=dict)
    stores: dict[Value, Store] = field(default_factory=dict)
    entry: dict[Step, list[Move]] = field(default_factory=dict)
    seams: dict[Block, list[Move]] = field(default_factory=dict)
    apart: set[Value] = field(default_factory=set)  # slices that are copied
    flags: dict[Step, int] = field(
        default_factory=dict
    )  # for a loop's last word before the seam overwrites it


@dataclass(slots=True)
class _Making:
    """The layout so far, and which value each variable holds at the point reached."""

    out: Layout
    live: Liveness
    nested: Set[Value]
    expressions: Set[Value]
    memory: Memory
    lasting: Set[Value]  # params that tell an extent: their variables are theirs for good
    results: Set[Value]
    held: dict[int, Value | None] = field(default_factory=dict)
    journal: list[tuple[int, Value | None]] = field(default_factory=list)
    around: dict[str, list[int]] = field(default_factory=dict)  # variables of the regions around, by hint
    latest: dict[str, int] = field(default_factory=dict)  # the last variable of each hint
    types: list[ArrayType] = field(default_factory=list)

    def open(self, type: ArrayType, start: float, stop: float, hint: str, role: str) -> int:
        self.out.slots.append(Slot(start, stop, hint, role))
        self.types.append(type)
        if hint:
            self.latest[hint] = len(self.types) - 1
        return len(self.types) - 1

    def hold(self, slot: int, value: Value | None) -> None:
        """From here on the variable holds `value`, or (None) nothing that is read again."""
        self.journal.append((slot, self.held.get(slot)))
        self.held[slot] = value
        if value is not None:
            self.out.slot_of[value] = slot

    def extend(self, slot: int, stop: float, hint: str = "") -> None:
        old = self.out.slots[slot]
        self.out.slots[slot] = replace(old, stop=max(old.stop, stop), hint=old.hint or hint)

    def free(self, slot: int, value: Value, time: int, frame: Frame) -> bool:
        """The variable may take this value, of its name and type, after `time`."""
        held, mine = self.held.get(slot), self.out.slots[slot].hint
        if (value.hint and mine and value.hint != mine) or value.type != self.types[slot]:
            return False
        if held in self.lasting:
            return False
        return held is None or not self.live.live_after(held, time, frame)


def layout(program: Block, live: Liveness, chosen: Plan, memory: Memory, bound: Set[Value]) -> Layout:
    """Variables for the whole program. `bound` are the params that tell an extent: their names last."""
    results = set(values(program.results))
    m = _Making(Layout(apart=memory.apart), live, chosen.nested, chosen.expressions, memory, bound, results)
    for p in program.params:
        keeps = p.type.rank > 0 or p in bound  # others borrow its shape
        m.hold(m.open(p.type, -1.0, FOREVER if keeps else live.stops.get(p, 0), p.hint, "arg"), p)
    _block(program, {}, m)
    return m.out


def _block(block: Block, targets: dict[Value, int], m: _Making) -> None:
    """Give variables to the results of a block's steps; `targets` are where some of them should go."""
    frame = m.live.frame[block]
    for step in block.steps:
        if step.key in m.nested:
            continue
        if step.is_loop:
            _loop(step, frame, targets, m)
        elif step.blocks and step.key not in m.expressions:
            _branch(step, frame, targets, m)
        else:
            _assign(step, frame, targets, m)


def _assign(step: Step, frame: Frame, targets: dict[Value, int], m: _Making) -> None:
    eqn, out = step.eqn, step.key
    time, writes = m.live.time[step], step.eqn.op.kind is Kind.WRITE
    dies = m.live.stops.get(out, time)
    base = eqn.args[0] if eqn.args and isinstance(eqn.args[0], Value) else None
    own = base is not None and base not in m.nested
    if own and base is not None and out in m.memory.in_place:
        m.out.stores[out] = Store.WRITE if writes else Store.AUGMENT
        slot = m.out.slot_of[base]
        m.extend(slot, dies, out.hint)
        m.hold(slot, out)
        return
    m.out.stores[out] = Store.COPY_AND_WRITE if writes else Store.ASSIGN
    found = _reusable(out, targets.get(out), time - 1 if writes else time, frame, m)
    if found is None and own and base is not None and _next_total(eqn, base, time, frame, m):
        found = m.out.slot_of[base]
    if found is not None:
        m.extend(found, dies, out.hint)
        m.hold(found, out)
        return
    role = word(eqn.op.name)
    if out in m.results:
        role = "out_dot" if eqn.phase == "fwd" else "out"
    m.hold(m.open(out.type, time - 1 if writes else time, dies, out.hint, role), out)


def _reusable(out: Value, target: int | None, time: int, frame: Frame, m: _Making) -> int | None:
    """A free variable for the value: where it is wanted, or one of the regions around that has its name."""
    if target is not None and m.free(target, out, time, frame):
        return target
    for slot in reversed(m.around.get(out.hint, ()) if out.hint else ()):
        if m.free(slot, out, time, frame):
            return slot
    return None


def _next_total(eqn: Eqn, base: Value, time: int, frame: Frame, m: _Making) -> bool:
    """A chain of temporaries of one kind is one variable: total = a + b; total = total + c."""
    slot = m.out.slots[m.out.slot_of[base]]
    unnamed = not (eqn.out.hint or base.hint or slot.hint)
    alike = slot.word == word(eqn.op.name) and eqn.op.kind is Kind.ELEMENTWISE
    return unnamed and alike and not m.live.live_after(base, time, frame)


def _loop(step: Step, frame: Frame, targets: dict[Value, int], m: _Making) -> None:
    live, time, end = m.live, m.live.time[step], m.live.done[step]
    mark = len(m.journal)
    mine: list[int] = []
    entry: list[Move] = []
    copies = m.memory.copies.get(step, frozenset())
    for k, (init, p, out) in enumerate(zip(step.carried, step.carried_params, step.eqn.outs, strict=True)):
        dies = max(end, live.stops.get(out, 0))
        slot = _taken_over(init, p, time, frame, mine, m)
        if slot is None:
            slot = _reusable(p, targets.get(out), time, frame, m)
            slot = None if slot in mine else slot
        if slot is None:
            y = step.yields[k]
            hint = (
                p.hint or out.hint or next((v.hint for v in (y, init) if isinstance(v, Value) and v.hint), "")
            )
            slot = m.open(p.type, time, dies, hint, "out" if out in m.results else "state")
        holds = isinstance(init, Value) and m.held.get(slot) is init
        if k in copies or not holds:
            entry.append(Move(slot, init, k in copies))
        m.extend(slot, dies, p.hint)
        mine.append(slot)
    for slot, p in zip(mine, step.carried_params, strict=True):
        m.hold(slot, p)
    m.out.entry[step] = entry
    if step.eqn.op is FOR:
        index = step.body.params[0]
        kept = _last_index(step, index, mine, m)
        # after the header is read
        m.hold(m.open(index.type, time + 1, end, index.hint, "i") if kept is None else kept, index)
    for block in step.blocks:
        body = block is step.body
        wanted = _targets(step.yields, mine, block) if body else {}
        with_names = _enter(mine, m)
        _block(block, wanted, m)
        m.out.seams[block] = _seam(step.yields, mine, m) if body else []
        _leave(with_names, m)
    if step.exits:
        m.out.flags[step] = m.open(BOOL, live.frame[step.body].end, end, "", "more")
    _forget(mark, m)
    for slot, out in zip(mine, step.eqn.outs, strict=True):
        m.hold(slot, out)


def _last_index(step: Step, index: Value, mine: Sequence[int], m: _Making) -> int | None:
    """The carried variable that is the loop's index, read after the loop: `for i in ...: ...; y[i]`."""
    for slot, p, y in zip(mine, step.carried_params, step.yields, strict=True):
        if y is index and p.hint == index.hint and p not in m.live.reads and p.type == index.type:
            return slot
    return None


def _taken_over(init: Arg, p: Value, time: int, frame: Frame, mine: Sequence[int], m: _Making) -> int | None:
    """The variable of the initial value, if it is not read from here on and has the same name."""
    if not isinstance(init, Value) or init in m.nested:
        return None
    slot = m.out.slot_of[init]
    fits = slot not in mine and m.held.get(slot) is init
    return slot if fits and m.free(slot, p, time, frame) else None


def _branch(step: Step, frame: Frame, targets: dict[Value, int], m: _Making) -> None:
    live, time, end = m.live, m.live.time[step], m.live.done[step]
    read = [k for k, out in enumerate(step.eqn.outs) if out in live.stops]
    mine: list[int] = []
    for k in read:
        out = step.eqn.outs[k]
        slot = _reusable(out, targets.get(out), end, frame, m)
        if slot is None or slot in mine:
            slot = _kept(step, k, end, frame, mine, m)
        if slot is None:
            role = "out" if out in m.results else word("cond")
            slot = m.open(out.type, time, live.stops[out], _hint_of(step, k), role)
        m.extend(slot, live.stops[out], out.hint)
        mine.append(slot)
    mark = len(m.journal)
    touched: set[int] = set()
    for block in step.blocks:
        results = [block.results[k] for k in read]
        with_names = _enter(mine, m)
        start = len(m.journal)
        _block(block, _targets(results, mine, block), m)
        m.out.seams[block] = _seam(results, mine, m)
        touched |= {slot for slot, _ in m.journal[start:]}
        _undo(start, m)
        _leave(with_names, m)
    assert len(m.journal) == mark
    for slot in sorted(touched):
        m.hold(slot, None)
    for slot, k in zip(mine, read, strict=True):
        m.hold(slot, step.eqn.outs[k])


def _kept(step: Step, k: int, end: int, frame: Frame, mine: Sequence[int], m: _Making) -> int | None:
    """The variable of an outer value that a branch gives as it is, or changes under its name."""
    out = step.eqn.outs[k]
    given = [m.out.slot_of.get(r) for b in step.blocks if isinstance(r := b.results[k], Value)]
    for slot in (*given, m.latest.get(_hint_of(step, k))):
        if slot is not None and slot not in mine and m.free(slot, out, end, frame):
            return slot
    return None


def _hint_of(step: Step, k: int) -> str:
    """The name for a result of two branches: its own, or that of a branch's result."""
    results = [b.results[k] for b in step.blocks]
    return step.eqn.outs[k].hint or next((r.hint for r in results if isinstance(r, Value) and r.hint), "")


def _targets(results: Sequence[Arg], slots: Sequence[int], block: Block) -> dict[Value, int]:
    """Where the results of a block should be stored; of one that is given twice, the first place."""
    own = {o for s in block.steps for o in s.eqn.outs}
    targets: dict[Value, int] = {}
    for r, slot in zip(results, slots, strict=True):
        if isinstance(r, Value) and r in own:
            targets.setdefault(r, slot)
    return targets


def _seam(results: Sequence[Arg], slots: Sequence[int], m: _Making) -> list[Move]:
    """The assignments that are left at the end of a block."""
    return [
        Move(slot, r)
        for r, slot in zip(results, slots, strict=True)
        if not (isinstance(r, Value) and m.held.get(slot) is r)
    ]


def _enter(slots: Sequence[int], m: _Making) -> list[str]:
    hints = [m.out.slots[s].hint for s in slots]
    for slot, hint in zip(slots, hints, strict=True):
        m.around.setdefault(hint, []).append(slot)
    return hints


def _leave(hints: Sequence[str], m: _Making) -> None:
    for hint in hints:
        m.around[hint].pop()


def _undo(mark: int, m: _Making) -> None:
    """Variables hold again what they held at the mark."""
    while len(m.journal) > mark:
        slot, old = m.journal.pop()
        m.held[slot] = old


def _forget(mark: int, m: _Making) -> None:
    """After a loop, variables that it assigned hold nothing that is read again."""
    for slot in sorted({slot for slot, _ in m.journal[mark:]}):
        m.hold(slot, None)
