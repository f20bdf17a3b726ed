"""Snapshots of a loop's state: a stack of a fixed number of slots, and the trip that the next one is due on.

In: the state as values, the loop's number of trips. Out: equations that make the stack, push, read and pop.
How far it is from one snapshot to the next, `symgrad.runtime.revolve` says.

    if t == due:                                              # take
        u_saved[top] = u; trip[top] = t
        due = t + revolve(n - t + 1, slots - top); top = top + 1
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symgrad.ad.primal import Forward
from symgrad.ad.tape import bytes_of, name_of
from symgrad.ir.build import Builder, Ref, cast, equal
from symgrad.ir.core import Arg, AtArg, Const, Eqn, Index, Span, Symbol, Value
from symgrad.ir.dims import Dim, product, symbol
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, close_all
from symgrad.ir.types import INT, ArrayType, Shape


@dataclass(frozen=True, slots=True)
class Stack:
    """A buffer for each value of the state, the trips that the snapshots are of, how many there are.

    `due` is the trip of the next one. All are operands: of a loop, its params, or what it left.
    """

    buffers: tuple[Arg, ...]
    trip: Arg
    top: Arg
    due: Arg
    slots: Value

    @property
    def kept(self) -> tuple[Arg, ...]:
        """What the backward loop carries from trip to trip."""
        return (*self.buffers, self.trip, self.top)

    @property
    def carried(self) -> tuple[Arg, ...]:
        """What a loop that takes snapshots carries."""
        return (*self.kept, self.due)

    def renewed(self, hints: Sequence[str]) -> Stack:
        """The same as new values: params, or results."""
        *buffers, trip, top, due = (Value(a.type, h) for a, h in zip(self.carried, hints, strict=True))
        return replace(self, buffers=tuple(buffers), trip=trip, top=top, due=due)


def empty_stack(eqn: Eqn, state: Sequence[Value], trips: Ref, f: Forward) -> tuple[Stack, list[str]]:
    """Room for as many snapshots as the loop's attribute allows, and what its values are called."""
    b = trips.builder
    slots = _slots(eqn.attrs["checkpoint"], state, trips, f)
    name = slots.hint
    f.symbols.append(Symbol(name, slots, None))
    f.bound.add(name)
    buffers: list[Arg] = []
    for v in state:
        called = name_of(v, {})
        b.note = f"snapshots: {called or 'state'}, {bytes_of(v, symbol(name))}"
        hint = f.fresh(f"{called}_saved" if called else "saved")
        buffers.append(_empty(b, v.type.dtype, (symbol(name), *v.type.shape), hint))
    b.note = f"snapshots: their trips, 8 B x {name}"
    trip = _empty(b, "int64", (symbol(name),), f.fresh("taken"))
    b.note = ""
    top, due = f.fresh("top"), f.fresh("due")
    zero = Const(0, INT)
    hints = [*(v.hint for v in buffers if isinstance(v, Value)), trip.hint, top, due]
    return Stack(tuple(buffers), trip, zero, zero, slots), hints


def _empty(b: Builder, dtype: str, shape: Shape, hint: str) -> Value:
    return b.emit(OPS["empty"], (), {"dtype": dtype, "shape": shape}, hint)


def _slots(asked: object, state: Sequence[Value], trips: Ref, f: Forward) -> Value:
    """The number of slots: as asked, as many as the bytes hold, or the root of the number of trips."""
    assert isinstance(asked, tuple)
    b, (kind, given) = trips.builder, asked
    if kind == "root":
        root = b.ref(b.emit(OPS["sqrt"], (cast(trips, "float64").arg,)))
        wanted: Ref = cast(b.ref(b.emit(OPS["ceil"], (root.arg,))), "int64")
    else:
        wanted = b.ref(_number(given, b))
        if kind == "bytes":
            size: Dim = sum(np.dtype(v.type.dtype).itemsize * product(v.type.shape) for v in state)
            per_slot = b.ref(b.emit(OPS["maximum"], (_number(size, b), Const(1, INT))))
            wanted = b.ref(b.emit(OPS["floor_divide"], (wanted.arg, per_slot.arg)))
        wanted = b.ref(b.emit(OPS["minimum"], (wanted.arg, trips.arg)))
    return b.emit(OPS["maximum"], (wanted.arg, Const(1, INT)), hint=f.fresh("slots"))


def _number(dim: Dim, b: Builder) -> Arg:
    return Const(dim, INT) if isinstance(dim, int) else b.emit(OPS["extent"], (), {"dim": dim})


def push(stack: Stack, number: Ref, state: Sequence[Arg], hints: Sequence[str]) -> Stack:
    """A snapshot of trip `number`; when the next one is due is left open."""
    b = number.builder
    buffers = tuple(
        b.emit(OPS["setitem"], (buffer, v, stack.top), {"index": _row(v.type)}, hint)
        for buffer, v, hint in zip(stack.buffers, state, hints, strict=False)
    )
    at: Index = (AtArg(),)
    trip = b.emit(OPS["setitem"], (stack.trip, number.arg, stack.top), {"index": at}, hints[-3])
    return replace(stack, buffers=buffers, trip=trip, top=(b.ref(stack.top) + 1).arg)


def take(
    stack: Stack, number: Ref, end: Ref, state: Sequence[Arg], hints: Sequence[str], known: Sequence[Symbol]
) -> Stack:
    """If trip `number` is due, a snapshot of it, and the next one due on the way to trip `end`.

    The adjoint that is due first reads the state of trip `end`: the trips up to it and itself are reversed.
    """
    b, then = number.builder, Builder()
    then.loc, then.phase = b.loc, b.phase
    here = then.ref(number.arg)
    left = (then.ref(stack.slots) - then.ref(stack.top)).arg
    due = here + _revolve(then.ref(end.arg) - here + 1, left)
    then.eqns[-1] = replace(then.eqns[-1], note="the next snapshot")
    pushed = replace(push(stack, here, state, hints), due=due.arg)
    bodies = [(then.eqns, pushed.carried), ((), stack.carried)]
    regions, operands = close_all([], bodies, b, known)
    out = stack.renewed(hints)
    condition = equal(number, b.ref(stack.due)).arg
    outs = tuple(v for v in out.carried if isinstance(v, Value))
    b.eqns.append(Eqn(COND, (condition, *operands), outs, {}, regions, b.loc, b.phase))
    return out


def last(stack: Stack, number: Ref, name: str, hints: Sequence[str]) -> tuple[Ref, list[Value], Stack]:
    """The trip and the state of the last snapshot, and when the next one is due on the way to `number`."""
    b = number.builder
    at = b.ref(b.emit(OPS["subtract"], (stack.top, Const(1, INT)), hint="last"))
    row: Index = (AtArg(),)
    b.note = "the last snapshot"
    start = b.ref(b.emit(OPS["getitem"], (stack.trip, at.arg), {"index": row}, name))
    b.note = ""
    state = []
    for buffer, hint in zip(stack.buffers, hints, strict=True):
        kind = ArrayType(buffer.type.dtype, buffer.type.shape[1:])
        state.append(b.emit(OPS["getitem"], (buffer, at.arg), {"index": _row(kind)}, hint))
    due = start + _revolve(number - start + 1, (b.ref(stack.slots) - at).arg)
    return start, state, replace(stack, due=due.arg)


def pop(stack: Stack, number: Ref) -> Stack:
    """The stack without a snapshot of trip `number`."""
    b, top = number.builder, number.builder.ref(stack.top)
    row: Index = (AtArg(),)
    taken = b.ref(b.emit(OPS["getitem"], (stack.trip, (top - 1).arg), {"index": row}))
    return replace(stack, top=(top - cast(equal(taken, number), "int64")).arg)


def _revolve(trips: Ref, slots: Arg) -> Ref:
    b = trips.builder
    return b.ref(b.emit(OPS["revolve"], (trips.arg, slots)))


def _row(kind: ArrayType) -> Index:
    """One slot of a buffer."""
    return (AtArg(), *(Span(0, 1, n) for n in kind.shape))
