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

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from symgrad.errors import UnsupportedSyntaxError
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.index import getitem, setitem, write
from symgrad.frontend.iterate import items_of
from symgrad.frontend.joining import related, type_of
from symgrad.frontend.promote import as_tensor, cast, result_dtype
from symgrad.frontend.regions import Grown, attempt
from symgrad.frontend.solver import Bounds
from symgrad.frontend.structure import alike, is_frozen, is_instance, spread
from symgrad.frontend.values import Items, Missing, Rows, SymRange, Tensor, Val, is_number
from symgrad.ir.core import Symbol, Value
from symgrad.ir.dims import Dim, Extent, as_symbol, symbol, symbols
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
    """What a list becomes: the types of an item, lists in lists, exact or counted, how much room."""

    items: list[Val] | Rows
    name: str
    kinds: list[ArrayType]  # of an item, or of what is in it if it is a tuple
    depth: int
    form: Val
    exact: bool
    room: Dim | None = None
    grows: bool = False  # how much room is needed, the data decide


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
                _learn(low, mine[0], g)
    raise UnsupportedSyntaxError("the lists that this loop fills do not settle", low.builder.loc)


class OfObjects(UnsupportedSyntaxError):
    """A list of objects grows: the loop around is written out, if its trips are known for these sizes."""


class _Room(Exception):
    """How much room is needed is known now."""


def _is_outer(low: Lowering, items: list[Val] | Rows) -> bool:
    """Whether a region around this statement is younger than the list: what is around it decides."""
    return any(id(items) in outer for outer in low.outer_lists)


def _measure(low: Lowering, made: dict[Rows, tuple[Plan, Dim]]) -> None:
    for rows, (plan, first) in made.items():
        more = low.journals[-1].appended.get(rows, 0)
        if isinstance(rows.stop, Tensor) and more is None:
            if not plan.grows:
                plan.grows = True
                raise _Room
            for t in rows.columns:
                slots = as_symbol(low.shape(t)[0])
                filled = low.arg(t)
                assert slots is not None
                assert isinstance(filled, Value)
                low.axes[slots] = Symbol(slots, filled, 0)
            low.change_rows(rows)
            rows.open = rows.grows = False
            continue
        needed = low.solver.resolve(rows.stop if more is None or rows.exact else first + more)
        if plan.room != needed:
            plan.room = needed
            raise _Room
        low.change_rows(rows)
        rows.open = False


# -- plans -------------------------------------------------------------------------------------------------


def _planned(low: Lowering, frame: Frame, g: Grown, before: frozenset[str]) -> Plan:
    """The plan for a list that was found to grow; the refusal, if its items have no one type."""
    if isinstance(g.items, Rows):
        kinds = [t.type.with_shape(low.shape(t)[1:]) for t in g.items.columns]
        return Plan(g.items, g.items.name, kinds, g.items.depth, g.items.form, g.exact)
    items = [*g.items, *g.added]
    if any(is_instance(v) and not is_frozen(v) for v in items):
        raise OfObjects(
            g.message,
            g.loc,
            why="it holds objects, and which of them a name stands for must be known at compile time",
            instead="as many objects as there are items in a list or array, or tuples of numbers",
        )
    form = items[0] if isinstance(items[0], tuple) or is_instance(items[0]) else None
    if not all(alike(items[0], v) for v in items):
        raise _refusal(g, "its items are tuples of different kinds")
    columns = [_column(low, g, values, before) for values in zip(*map(spread, items), strict=True)]
    if form is not None and any(depth for _, depth in columns):
        raise _refusal(g, "its items are tuples with lists in them")
    name = _name(frame, g.items)
    return Plan(g.items, name, [kind for kind, _ in columns], columns[0][1], form, g.exact)


def _column(low: Lowering, g: Grown, values: Sequence[Val], before: frozenset[str]) -> tuple[ArrayType, int]:
    """The type of items, or of one place in tuples, and how many lists deep its numbers are."""
    kinds = [k for v in values if (k := _kind(low, v)) is not None]
    if len(kinds) < len(values):
        raise _refusal(g, "its items are not numbers, or arrays of numbers")
    first, depth = kinds[0]
    if any(low.solver.shape(k.shape) != low.solver.shape(first.shape) or d != depth for k, d in kinds):
        raise _refusal(g, "its items have different shapes")
    if any(s not in before for d in first.shape for s in symbols(low.solver.resolve(d))):
        raise _refusal(g, "the shape of its items changes from trip to trip")
    return first.with_dtype(_common(low, [k.dtype for k, _ in kinds])), depth


def _common(low: Lowering, dtypes: Sequence[str]) -> str:
    return result_dtype([Tensor(low.const(0, d)) for d in dtypes])


def _refusal(g: Grown, why: str) -> UnsupportedSyntaxError:
    return UnsupportedSyntaxError(
        g.message,
        g.loc,
        why=f"a list that a loop fills becomes an array, and {why}",
        instead="numbers or arrays of one shape, in as many lists as there are kinds",
    )


def _learn(low: Lowering, plan: Plan, g: Grown) -> None:
    """The statement asked for another kind of array."""
    if plan.exact and not g.exact:
        plan.exact, plan.room = False, None
        return
    wider = [plan.kinds]
    for item in g.added:
        found = [_kind(low, v) for v in spread(item)]
        pairs = zip(wider[-1], found, strict=True)
        wider.append(
            [k if f is None else k.with_dtype(_common(low, [k.dtype, f[0].dtype])) for k, f in pairs]
        )
    if wider[-1] == plan.kinds:
        raise g
    plan.kinds = wider[-1]


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
        t = as_tensor(low, v)
        return t.type.with_shape((v.stop - v.start, *low.shape(t)[1:])), v.depth + 1
    if isinstance(v, list) and v:
        kinds = [_kind(low, item) for item in v]
        if kinds[0] is None or any(k is None or k[0].shape != kinds[0][0].shape for k in kinds):
            return None
        dtype = _common(low, [k[0].dtype for k in kinds if k is not None])
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
    rooms = [_slots(low) if plan.grows else low.solver.resolve(room) for _ in plan.kinds]
    pairs = zip(plan.kinds, rooms, strict=True)
    buffers = [buffer_for(low, kind, room, plan.name, grows=plan.grows) for kind, room in pairs]
    if isinstance(plan.items, Rows):
        rows = plan.items
        first: Dim = (
            low.shape(rows.tensor)[0] if isinstance(rows.stop, Tensor) else low.solver.resolve(rows.stop)
        )
        moved(low, rows, buffers, first)
    else:
        first = len(plan.items)
        for k, item in enumerate(plan.items):
            for buffer, part in zip(buffers, spread(item), strict=True):
                write(low, buffer, k, as_tensor(low, part), "push" if plan.grows else "setitem")
                same_object(low, buffer, part)
        rows = Rows(tuple(buffers), 0, first, plan.depth, plan.form)
        low.change(plan.items)
        low.owned[id(rows)] = rows
        low.filled[id(plan.items)] = rows
        plan.items[:] = [_POISON]  # what finds the list by another way than its value is refused
    low.change_rows(rows)
    rows.open, rows.grows = True, plan.grows
    if not plan.exact and rows.exact:
        rows.start, rows.stop = (
            _cell(low, rows.start, f"first_{plan.name}"),
            _cell(low, rows.stop, f"n_{plan.name}"),
        )
    return rows, first


def _cell(low: Lowering, dim: Dim, name: str) -> Tensor:
    """A number that changes in place: names of the list share it, regions carry it."""
    cell = Tensor(low.arg(as_tensor(low, dim)), is_array=True)
    cell.name, cell.items = name, True
    return cell


def _slots(low: Lowering) -> Extent:
    """The length of an array that grows: a name that the array gives its number to once it is filled."""
    name = next(low.fresh)
    low.solver.moving[name] = Bounds(0, None)
    low.solver.sizes[name] = _ANY
    low.solver.order.setdefault(name, len(low.solver.order))
    return symbol(name)


def buffer_for(low: Lowering, kind: ArrayType, room: Dim, name: str, *, grows: bool = False) -> Tensor:
    """An array with room for items of this type; or without, which grows as they are pushed."""
    if grows:
        made = low.emit("tape", (), dtype=kind.dtype, slots=room, shape=kind.shape)
    else:
        made = low.emit("full", [low.const(0, kind.dtype)], shape=(room, *kind.shape))
    buffer = Tensor(made, is_array=True)
    buffer.name, buffer.contiguous, buffer.items = name, True, True
    return buffer


def moved(low: Lowering, rows: Rows, buffers: Sequence[Tensor], count: Dim) -> None:
    """From here on the list has its items in other arrays."""
    for t, buffer in zip(rows.columns, buffers, strict=True):
        old = getitem(low, t, slice(0, count))
        setitem(low, buffer, slice(0, count), Tensor(cast(low, old, buffer.dtype)))
        for other in t.kin:
            related(low, buffer, other)
    low.change_rows(rows)
    rows.columns = tuple(buffers)


def same_object(low: Lowering, buffer: Tensor, item: Val) -> None:
    """The list holds the array itself: when that is written, its row is no copy of it."""
    if isinstance(item, Tensor) and item.is_array and item.rank:
        related(low, buffer, item.root)
