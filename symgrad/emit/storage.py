"""Which variable holds which value, and which writes may happen in place.

In: a function and its nested values. Out: for each statement how it stores its result, and the variables
(`Slot`s) with the spans of their lives. A write happens in place only if the array was allocated here and
nobody, under any name or through any view, reads the old contents afterwards; else it is copied first.
Time: statement number i reads at 2 i + 1; the array that it writes is read, and copied if need be, at 2 i.

    y = copy(x); y2 = setitem(y, v, 0)          ->  y = x.copy(); y[0] = v       (x is the caller's)
    dx = full(0.0); dx2 = add_at(dx, g, i)      ->  dx = np.zeros_like(x); dx[i] += g
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from symgrad.emit.names import FOREVER, Slot, word
from symgrad.emit.plan import is_view
from symgrad.ir.core import At, AtArg, Eqn, Function, Kind, Value, values
from symgrad.ir.indexing import index_of, is_basic


class Store(Enum):
    """How a statement stores its result."""

    ASSIGN = "name = expression"
    AUGMENT = "name += expression"
    WRITE = "name[index] = expression"
    COPY_AND_WRITE = "name = base.copy(); name[index] = expression"


@dataclass(frozen=True, slots=True)
class Layout:
    slots: list[Slot]
    slot_of: dict[Value, int]
    stores: dict[int, Store]


@dataclass(slots=True)
class _Buffer:
    """Memory: whether this function allocated it, whether it is a number, when its contents are last read."""

    fresh: bool
    number: bool
    last: float


_AUGMENTED = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}


def augmented(eqn: Eqn) -> str:
    """The operator of `name += ...`, or "" where there is none."""
    return _AUGMENTED.get(eqn.op.name, "")


def last_reads(function: Function, nested: frozenset[Value]) -> dict[Value, float]:
    """When each value is last read: by the statement that its readers are nested in."""
    last: dict[Value, float] = dict.fromkeys(values(function.results), FOREVER)
    for i in range(len(function.eqns) - 1, -1, -1):
        eqn = function.eqns[i]
        time = 2.0 * i + 1
        if eqn.outs[0] in nested:
            time = last.get(eqn.outs[0], time)
        for position, arg in enumerate(eqn.args):
            if isinstance(arg, Value):
                when = time - 1 if eqn.op.kind is Kind.WRITE and position == 0 else time
                last[arg] = max(last.get(arg, 0.0), when)
    return last


def layout(function: Function, nested: frozenset[Value]) -> Layout:
    """Variables and stores for the body of a function."""
    last = last_reads(function, nested)
    buffers: dict[Value, _Buffer] = {}
    slot_of: dict[Value, int] = {}
    stores: dict[int, Store] = {}
    spans: list[Slot] = []

    def open_slot(value: Value, start: float, stop: float, op: str) -> None:
        slot_of[value] = len(spans)
        spans.append(Slot(start, stop, value.hint, op))

    results = set(values(function.results))
    bound = {s.param for s in function.body.symbols}
    for p in function.params:
        buffers[p] = _Buffer(False, p.type.rank == 0, last.get(p, 0.0))
        keeps = p.type.rank > 0 or p in bound  # others borrow its shape
        open_slot(p, -1.0, FOREVER if keeps else last.get(p, 0.0), "arg")
    for i, eqn in enumerate(function.eqns):
        out = eqn.outs[0]
        time = 2.0 * i + 1
        dies = last.get(out, time)
        base = eqn.args[0] if eqn.args and isinstance(eqn.args[0], Value) else None
        named = out not in nested and base is not None and base not in nested
        if named and base is not None and _in_place(eqn, base, buffers[base], last[base], time):
            stores[i] = Store.WRITE if eqn.op.kind is Kind.WRITE else Store.AUGMENT
            slot = slot_of[out] = slot_of[base]
            old = spans[slot]
            spans[slot] = replace(old, stop=max(old.stop, dies), hint=old.hint or out.hint)
            buffers[out] = buffers[base]
            buffers[out].last = dies
            continue
        buffers[out] = _memory(eqn, base, buffers, dies)
        if out in nested:
            continue
        if named and base is not None and _next_total(eqn, base, spans[slot_of[base]], last[base] <= time):
            stores[i] = Store.ASSIGN
            slot_of[out] = slot_of[base]
            spans[slot_of[base]] = replace(spans[slot_of[base]], stop=dies)
            continue
        writes = eqn.op.kind is Kind.WRITE
        stores[i] = Store.COPY_AND_WRITE if writes else Store.ASSIGN
        role = word(eqn.op.name)
        if out in results:
            role = "out_dot" if eqn.phase == "fwd" else "out"
        open_slot(out, time - 1 if writes else time, dies, role)
    return Layout(spans, slot_of, stores)


def _next_total(eqn: Eqn, base: Value, slot: Slot, dead: bool) -> bool:
    """A chain of temporaries of one kind is one variable: total = a + b; total = total + c."""
    unnamed = not (eqn.out.hint or base.hint or slot.hint)
    return unnamed and dead and slot.word == word(eqn.op.name) and eqn.op.kind is Kind.ELEMENTWISE


def _memory(eqn: Eqn, base: Value | None, buffers: dict[Value, _Buffer], dies: float) -> _Buffer:
    """The memory of a result: its operand's for a view, else new."""
    if _is_number(eqn):
        return _Buffer(True, True, dies)
    repeats = eqn.op.name == "broadcast_to"  # read-only, and one element stands for many
    if is_view(eqn) and base is not None:
        shared = buffers[base]
        if shared.number and eqn.out.type.rank:  # an array made of a number is no number
            return _Buffer(not repeats, False, dies)
        shared.last = max(shared.last, dies)
        if repeats:
            shared.fresh = False
        return shared
    return _Buffer(not repeats, False, dies)


_NOT_NUMBERS = {
    "where",
    "copy",
    "stop_gradient",
    "logsumexp",
    "reshape",
    "broadcast_to",
    "transpose",
    "full",
    "literal",
}


def _is_number(eqn: Eqn) -> bool:
    """The result is a NumPy scalar, which nothing can change (`np.where` gives an array without axes)."""
    if eqn.out.type.rank:
        return False
    if eqn.op.name == "getitem":
        return all(isinstance(item, At | AtArg) for item in index_of(eqn.attrs))
    return eqn.op.name not in _NOT_NUMBERS


def _in_place(eqn: Eqn, base: Value, memory: _Buffer, dies: float, time: float) -> bool:
    if eqn.op.kind is Kind.WRITE:
        # NumPy orders overlapping reads and writes by itself, but in ufunc.at
        scattered = eqn.op.name == "add_at" and not is_basic(index_of(eqn.attrs))
        return memory.fresh and not memory.number and memory.last <= (time - 1 if scattered else time)
    if not augmented(eqn) or not eqn.out.hint or base.hint != eqn.out.hint or base.type != eqn.out.type:
        return False
    operator = augmented(eqn)
    wanted = eqn.phase != "" or (eqn.loc is not None and operator in eqn.loc.text)
    if memory.number:  # other names keep the number that they have
        return wanted and dies <= time
    return wanted and memory.fresh and memory.last <= time
