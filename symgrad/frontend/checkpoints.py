"""`sg.checkpoint` in a differentiated function: a mark on a loop or on a call.

In: what stands in `checkpoint(...)`. Out: a value that only a `for` statement or a call takes.

    for t in checkpoint(range(n), slots=30)      the `for` equation has the attribute checkpoint=("slots", 30)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from symgrad.checkpointing import Recomputed, checkpoint, size_in_bytes
from symgrad.frontend.context import Closure, Lowering
from symgrad.frontend.iterate import items_of
from symgrad.frontend.registry import handles
from symgrad.frontend.values import Checkpointed, Schedule, Val, is_dim
from symgrad.ir.build import Builder
from symgrad.ir.core import Block, Eqn, Function, Kind, Op, Symbol, Value, values
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import replace
from symgrad.ir.regions import CALL, close
from symgrad.ir.walk import all_eqns, map_regions, rename


@handles(checkpoint)
def lower(low: Lowering, what: Val, *, slots: Val = None, memory: Val = None) -> Val:
    if isinstance(what, Closure) or callable(what):
        if slots is not None or memory is not None:
            low.refuse("slots and memory of a checkpointed call", why="they are for loops")
        function: Any = what
        return Recomputed(function)
    items = items_of(low, what)
    if items is None:
        low.refuse(
            f"checkpoint of a {type(what).__name__}",
            why="a checkpoint is around a function, or what a loop runs over: a range, an array, zip(...)",
        )
    return Checkpointed(items, _schedule(low, slots, memory))


def _schedule(low: Lowering, slots: Val, memory: Val) -> Schedule:
    if slots is not None and memory is not None:
        low.refuse("checkpoint with slots and memory", instead="one of them: the other follows")
    if memory is not None:
        if isinstance(memory, str):
            try:
                memory = size_in_bytes(memory)
            except ValueError as e:
                low.refuse(str(e))
        return "bytes", _whole(low, memory, "memory")
    if slots is not None:
        return "slots", _whole(low, slots, "slots")
    return "root", 0


def _whole(low: Lowering, v: Val, name: str) -> Dim:
    """A number that is known before the loop runs."""
    if not is_dim(v):
        low.refuse(
            f"checkpoint with {name} that the data decide",
            why="the snapshots get their memory before the loop",
            instead="an integer, an integer argument, or an extent of an array",
        )
    if isinstance(v, int) and v < 1 and name == "slots":
        low.refuse(f"checkpoint with slots={v}", why="a loop keeps at least one state")
    dim: Dim = v
    return dim


def refuse_unrolled(low: Lowering, node: ast.For) -> NoReturn:
    """A checkpointed loop that could only be written out, trip by trip."""
    low.refuse(
        "a checkpointed loop whose counter stands where only a constant can",
        why="such a loop is written out, trip by trip, and has no state that could be kept on some of them",
        instead="without checkpoint; or an array in place of the container that the counter picks from",
        node=node.iter,
    )


# -- calls -------------------------------------------------------------------------------------------------

# While a program is interpreted a checkpointed call is what stands between two marks; what it gives to the
# rest of the program shows when all of it is there.
_ENTER = Op("enter", Kind.REGION, CALL.infer)
_LEAVE = Op("leave", Kind.REGION, CALL.infer)
_Items = list["Eqn | _Items"]


@contextmanager
def recomputed(low: Lowering) -> Iterator[None]:
    """What is lowered inside is one call, which the backward pass computes again."""
    low.builder.eqns.append(Eqn(_ENTER, (), (), loc=low.builder.loc))
    yield
    low.builder.eqns.append(Eqn(_LEAVE, (), (), loc=low.builder.loc))


def gathered(function: Function) -> Function:
    """The function with a `call` equation in the place of what stands between two marks."""
    if not any(eqn.op is _ENTER for eqn in all_eqns(function.body)):
        return function
    return replace(function, body=_gathered(function.body))


def _gathered(block: Block) -> Block:
    stack: list[_Items] = [[]]
    for eqn in block.eqns:
        if eqn.op is _ENTER:
            stack.append([eqn])
        elif eqn.op is _LEAVE:
            call = stack.pop()
            stack[-1].append(call)
        else:
            stack[-1].append(map_regions(eqn, _gathered))
    wanted = {*values(block.results), *(s.param for s in block.symbols)}
    return replace(block, eqns=tuple(_calls(stack[0], wanted, block.symbols)))


def _calls(items: _Items, wanted: set[Value], symbols: Sequence[Symbol]) -> list[Eqn]:
    """The items as equations; `wanted` are the values that are read after them."""
    out: list[Eqn] = []  # last first
    for item in reversed(items):
        if isinstance(item, Eqn):
            out.append(item)
            wanted |= set(item.reads)
            continue
        mark, *rest = item
        assert isinstance(mark, Eqn)
        made = [o for e in _flat(rest) for o in e.outs if o in wanted]
        if not made:
            continue
        eqns = _calls(rest, set(made), symbols)
        around = Builder()
        around.loc = mark.loc
        block, operands = close((), eqns, made, around, symbols)
        inside = rename(Function("", block), {}).body  # the results are values of the block around
        out.append(Eqn(CALL, operands, tuple(made), {}, (inside,), mark.loc))
        out += reversed(around.eqns)
        wanted |= set(values(operands))
    return out[::-1]


def _flat(items: Sequence[Eqn | _Items]) -> Iterator[Eqn]:
    for item in items:
        if isinstance(item, Eqn):
            yield item
        else:
            yield from _flat(item[1:])
