"""Lists that loops fill become arrays: the plan for each, and the statement interpreted again with it.

In: a statement in whose regions a list grows. Out: `Rows` in the place of the list, with room for all that
the statement appends. Where every trip appends the same number of items, the length is an extent; else it is
counted beside the array. How much room is needed, an attempt with room for anything finds out.

    out = []                                out = zeros(n)
    for v in x: out.append(v * v)           out[i] = v * v                    the list is out
    for v in x:                             n_out = 0
        if v > 0: out.append(v)             out[n_out] = v; n_out += 1        the list is out[:n_out]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from symgrad.errors import UnsupportedSyntaxError
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.index import getitem, setitem
from symgrad.frontend.iterate import items_of
from symgrad.frontend.joining import related, type_of
from symgrad.frontend.promote import as_tensor, cast, result_dtype
from symgrad.frontend.regions import Grown, attempt
from symgrad.frontend.values import Items, Missing, Rows, SymRange, Tensor, Val, is_number
from symgrad.ir.dims import Dim, symbols
from symgrad.ir.types import ArrayType

T = TypeVar("T")
ATTEMPTS = 16  # each learns one thing: a list, a type, how many items
RESULT = ".items"  # the list that a comprehension makes
_ANY = 1 << 40  # room for anything, while it is not known how much is needed
_POISON = Missing(
    "the list became an array that a loop fills", "work on the list itself, not on what holds it"
)


@dataclass(slots=True, eq=False)
class Plan:
    """What a list becomes: the type of an item, lists in lists, exact or counted, how much room."""

    items: list[Val] | Rows
    name: str
    kind: ArrayType
    depth: int
    exact: bool
    room: Dim | None = None


def grown(low: Lowering, frame: Frame, go: Callable[[], T]) -> T:
    """`go()`, with arrays for the lists that it turns out to fill."""
    plans: dict[int, Plan] = {}
    before = frozenset(low.solver.order) - (low.counters - set(low.solver.moving))
    for _ in range(ATTEMPTS):
        made: dict[Rows, tuple[Plan, Dim]] = {}  # and the room that what it holds before needs
        try:
            with attempt(low, frame):
                for plan in plans.values():
                    rows, first = begin(low, plan)
                    made[rows] = plan, first
                out = go()
                _measure(low, made)
                return out
        except _Room:
            continue
        except Grown as g:
            mine = [plan for rows, (plan, _) in made.items() if rows is g.items]
            if not mine:
                if _is_outer(low, g.items):
                    raise
                plans[id(g.items)] = _planned(low, frame, g, before)
            else:
                _learn(low, mine[0], g, before)
    raise UnsupportedSyntaxError("the lists that this loop fills do not settle", low.builder.loc)


class _Room(Exception):
    """How much room is needed is known now."""


def _is_outer(low: Lowering, items: list[Val] | Rows) -> bool:
    """Whether a region around this statement is younger than the list: what is around it decides."""
    return any(id(items) in outer for outer in low.outer_lists)


def _measure(low: Lowering, made: dict[Rows, tuple[Plan, Dim]]) -> None:
    for rows, (plan, first) in made.items():
        if isinstance(rows.stop, Tensor):
            needed = first + low.journals[-1].appended.get(rows, 0)
        else:
            needed = rows.stop
        needed = low.solver.resolve(needed)
        if plan.room != needed:
            plan.room = needed
            raise _Room
        low.change_rows(rows)
        rows.open = False


# -- plans -------------------------------------------------------------------------------------------------


def _planned(low: Lowering, frame: Frame, g: Grown, before: frozenset[str]) -> Plan:
    """The plan for a list that was found to grow; the refusal, if its items have no one type."""
    if isinstance(g.items, Rows):
        t = g.items.tensor
        return Plan(g.items, t.name, t.type.with_shape(low.shape(t)[1:]), g.items.depth, g.exact)
    kinds = [_kind(low, v) for v in (*g.items, *g.added)]
    first = kinds[0]
    if first is None or any(k is None for k in kinds):
        raise _refusal(g, "its items are not numbers, or arrays of numbers")
    shapes = {low.solver.shape(k[0].shape) for k in kinds if k is not None}
    if len(shapes) > 1 or len({k[1] for k in kinds if k is not None}) > 1:
        raise _refusal(g, "its items have different shapes")
    if any(s not in before for d in first[0].shape for s in symbols(low.solver.resolve(d))):
        raise _refusal(g, "the shape of its items changes from trip to trip")
    dtype = result_dtype([Tensor(low.const(0, k[0].dtype)) for k in kinds if k is not None])
    return Plan(g.items, _name(frame, g.items), first[0].with_dtype(dtype), first[1], g.exact)


def _refusal(g: Grown, why: str) -> UnsupportedSyntaxError:
    return UnsupportedSyntaxError(
        g.message,
        g.loc,
        why=f"a list that a loop fills becomes an array, and {why}",
        instead="numbers or arrays of one shape, in as many lists as there are kinds",
    )


def _learn(low: Lowering, plan: Plan, g: Grown, before: frozenset[str]) -> None:
    """The statement asked for another kind of array."""
    if plan.exact and not g.exact:
        plan.exact, plan.room = False, None
        return
    kinds = [_kind(low, v) for v in g.added]
    if not kinds or kinds[0] is None or not isinstance(plan.items, list | Rows):
        raise g
    dtype = result_dtype([Tensor(low.const(0, d)) for d in (plan.kind.dtype, kinds[0][0].dtype)])
    if dtype == plan.kind.dtype:
        raise g
    plan.kind = plan.kind.with_dtype(dtype)


def _name(frame: Frame, items: list[Val]) -> str:
    scope: Frame | None = frame
    while scope is not None:
        for name, v in scope.env.items():
            if v is items and name.isidentifier():
                return name
        scope = scope.outer
    return "items"


def _kind(low: Lowering, v: Val) -> tuple[ArrayType, int] | None:
    """The type of an item, and how many lists deep its numbers are."""
    if is_number(v):
        return type_of(low, v)[0], 0
    if isinstance(v, Rows) and v.exact:
        return v.tensor.type.with_shape((v.stop - v.start, *low.shape(v.tensor)[1:])), v.depth + 1
    if isinstance(v, list) and v:
        kinds = [_kind(low, item) for item in v]
        if kinds[0] is None or any(k is None or k[0].shape != kinds[0][0].shape for k in kinds):
            return None
        dtype = result_dtype([Tensor(low.const(0, k[0].dtype)) for k in kinds if k is not None])
        return ArrayType(dtype, (len(v), *kinds[0][0].shape)), kinds[0][1] + 1
    return None


def is_long(low: Lowering, v: Val) -> bool:
    """Whether `v` has an extent of items, which are not written out one by one."""
    items = items_of(low, v) if isinstance(v, Tensor | SymRange | Items | Rows) else None
    if items is None:
        return False
    r = items.positions
    return not (isinstance(r.stop, int) and isinstance(r.start, int) and isinstance(r.step, int))


# -- the array ---------------------------------------------------------------------------------------------


def begin(low: Lowering, plan: Plan) -> tuple[Rows, Dim]:
    """The array that the statement fills, with what the list holds before, and how much room that takes."""
    room = plan.room
    if room is None:
        room = low.solver.introduce(f".room{len(low.solver.order)}", _ANY)
    shape = (low.solver.resolve(room), *plan.kind.shape)
    buffer = Tensor(low.emit("full", [low.const(0, plan.kind.dtype)], shape=shape), is_array=True)
    buffer.name, buffer.contiguous, buffer.items = plan.name, True, True
    if isinstance(plan.items, Rows):
        rows = plan.items
        first: Dim = (
            low.shape(rows.tensor)[0] if isinstance(rows.stop, Tensor) else low.solver.resolve(rows.stop)
        )
        moved(low, rows, buffer, first)
    else:
        first = len(plan.items)
        for k, item in enumerate(plan.items):
            setitem(low, buffer, k, as_tensor(low, item))
            same_object(low, buffer, item)
        rows = Rows(buffer, 0, first, plan.depth)
        low.change(plan.items)
        low.owned[id(rows)] = rows
        low.filled[id(plan.items)] = rows
        plan.items[:] = [_POISON]  # what finds the list by another way than its value is refused
    low.change_rows(rows)
    rows.open = True
    if not plan.exact and rows.exact:
        rows.start, rows.stop = (
            _cell(low, rows.start, f"first_{plan.name}"),
            _cell(low, rows.stop, f"n_{plan.name}"),
        )
    return rows, first


def _cell(low: Lowering, dim: Dim, name: str) -> Tensor:
    """A number that changes in place: names of the list share it, regions carry it."""
    cell = Tensor(low.arg(as_tensor(low, dim)), is_array=True)
    cell.name = name
    return cell


def moved(low: Lowering, rows: Rows, buffer: Tensor, count: Dim) -> None:
    """From here on the list has its items in another array."""
    old = getitem(low, rows.tensor, slice(0, count))
    setitem(low, buffer, slice(0, count), Tensor(cast(low, old, buffer.dtype)))
    for other in rows.tensor.kin:
        related(low, buffer, other)
    low.change_rows(rows)
    rows.tensor = buffer


def same_object(low: Lowering, buffer: Tensor, item: Val) -> None:
    """The list holds the array itself: when that is written, its row is no copy of it."""
    if isinstance(item, Tensor) and item.is_array and item.rank:
        related(low, buffer, item.root)
