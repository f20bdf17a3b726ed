"""What a program does with a list that loops fill: read items, append, take some off.

In: `Rows` and a method or an index. Out: what Python gives for the list, from the array that holds the items.
Only in a statement that `growing` has prepared is there room for more; elsewhere the array is made anew.

    out.append(v)       ->  out[n_out] = v; n_out += 1            out[-1]  ->  out[n_out - 1]
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symgrad.frontend import operators
from symgrad.frontend.context import Lowering
from symgrad.frontend.growing import buffer_for, moved, same_object
from symgrad.frontend.index import getitem, setitem, write
from symgrad.frontend.iterate import item_at, iterate
from symgrad.frontend.promote import array_of, as_tensor, cast, columns_of, result_dtype
from symgrad.frontend.regions import Grown
from symgrad.frontend.structure import alike, spread
from symgrad.frontend.values import Rows, Tensor, Val, is_number
from symgrad.ir.core import Const
from symgrad.ir.dims import Extent
from symgrad.ir.types import ArrayType

_OTHER = "append, extend, pop, copy and reading items are compiled"


def method(low: Lowering, rows: Rows, name: str, args: list[Val]) -> Val:
    """`rows.name(*args)`."""
    if name == "append" and len(args) == 1:
        return append(low, rows, args[0])
    if name == "extend" and len(args) == 1:
        return extend(low, rows, args[0])
    if name == "popleft":
        name, args = "pop", [0]
    if name == "pop" and len(args) < 2:
        return pop(low, rows, args[0] if args else -1)
    if name == "copy" and not args:
        return copied(low, rows)
    low.refuse(f"the list method {name!r} on a list that a loop fills", why=f"of its methods {_OTHER}")


def extend(low: Lowering, rows: Rows, items: Val) -> None:
    """`rows += items`, `rows.extend(items)`: items of a known number."""
    for item in list(iterate(low, items)):
        append(low, rows, item)


def append(low: Lowering, rows: Rows, item: Val) -> None:
    """One item more."""
    if (rows.form is None and len(spread(item)) != 1) or not alike(rows.form, item):
        low.refuse("items of different kinds in one list", why="it becomes an array for each of their parts")
    parts = spread(item)
    given = [_item(low, rows, part, t) for part, t in zip(parts, rows.columns, strict=True)]
    if not rows.open:
        _make_room(low, rows)
    for t, new in zip(rows.columns, given, strict=True):
        if result_dtype([Tensor(low.const(0, d)) for d in (t.dtype, new.dtype)]) != t.dtype:
            raise Grown(rows, [item], low.loc(), "that holds integers so far")
    low.change_rows(rows)
    for t, new, part in zip(rows.columns, given, parts, strict=True):
        low.touch(t)
        held, t.kin = t.kin, ()  # none of the arrays in the list is written
        write(low, t, _number(low, rows.stop), new, "push" if rows.grows else "setitem")
        t.kin = held
        same_object(low, t, part)
    if isinstance(rows.stop, Tensor):
        low.write(rows.stop, low.emit("add", [low.arg(rows.stop), low.const(1, "int64")]))
        for journal in low.journals[-1:]:
            journal.count(rows, 1)
    else:
        rows.stop = rows.stop + 1


def _item(low: Lowering, rows: Rows, item: Val, others: Tensor) -> Tensor:
    """An item, or what is in it, in the type of the others."""
    shape = low.shape(others)[1:]
    if isinstance(item, list | Rows) and not rows.depth:
        low.refuse("a list is appended to a list of numbers or arrays")
    if isinstance(item, list | Rows):
        if low.outer_lists and id(item) in low.outer_lists[-1]:
            low.refuse("one list is appended in every trip", instead="a new list in every trip")
        low.frozen[id(item)] = item
        if isinstance(item, Rows) and not item.exact:
            low.refuse("lists whose lengths the data decide are items of a list", instead="a list of numbers")
    elif not is_number(item):
        low.refuse(f"a {type(item).__name__} is appended", why="the items are numbers or arrays of one shape")
    elif rows.depth:
        low.refuse("a number or an array is appended to a list of lists")
    t = as_tensor(low, item)
    if t.rank != len(shape):
        low.refuse(f"an item of {t.rank} axes is appended to items of {len(shape)}")
    for a, b in zip(low.shape(t), shape, strict=True):
        low.solver.equal(a, b)
    return t


def _make_room(low: Lowering, rows: Rows) -> None:
    """Room for one item, where no loop or branch decides how often; else the statement around provides it."""
    if low.outer_lists and id(rows) in low.outer_lists[-1]:
        raise Grown(rows, [], low.loc(), "in a loop or a branch", exact=rows.exact)
    room = low.shape(rows.tensor)[0]
    first = room if isinstance(rows.stop, Tensor) else low.solver.resolve(rows.stop)
    kinds = [ArrayType(t.dtype, low.shape(t)[1:]) for t in rows.columns]
    moved(low, rows, [buffer_for(low, kind, first + 1, rows.name) for kind in kinds], first)


def pop(low: Lowering, rows: Rows, key: Val) -> Val:
    """`rows.pop()`, `rows.pop(0)`."""
    if any(t.rank > 1 for t in rows.columns):
        low.refuse("pop() from a list of arrays that a loop fills", instead="an index that moves on")
    if not isinstance(key, int) or key not in (0, -1):
        low.refuse("pop() of an item inside of a list that a loop fills", instead="pop() or pop(0)")
    if rows.exact and rows.open:  # the array must hold all that was ever in it
        raise Grown(rows, [], low.loc(), "in a loop or a branch", exact=False)
    low.change_rows(rows)
    item = item_of(low, rows, key)
    step = low.const(1, "int64")
    if isinstance(rows.stop, Tensor):
        if key == 0:
            low.write(rows.start, low.emit("add", [low.arg(rows.start), step]))
        else:
            low.write(rows.stop, low.emit("subtract", [low.arg(rows.stop), step]))
    else:
        low.solver.require(rows.stop - rows.start - 1, "pop from an empty list")
        rows.start, rows.stop = (rows.start + 1, rows.stop) if key == 0 else (rows.start, rows.stop - 1)
    return item


def copied(low: Lowering, rows: Rows) -> Rows:
    """A list of the same items."""
    columns = columns_of(low, rows)
    own = all(t.rank == 1 for t in columns)
    if own:
        columns = [Tensor(low.arg(t)) for t in columns]
    return _list_over(low, columns, rows.depth, rows.form, own)


def _list_over(low: Lowering, columns: Sequence[Tensor], depth: int, form: Val, own: bool) -> Rows:
    out = Rows(tuple(columns), 0, low.shape(columns[0])[0], depth, form)
    out.fixed = "" if own else "it is a part of another list, or shares its items"
    low.owned[id(out)] = out
    return out


def item_of(low: Lowering, rows: Rows, key: Val) -> Val:
    """`rows[key]`: an item, counted from either end; or the items of a slice."""
    if isinstance(key, slice):
        parts = [getitem(low, t, key) for t in columns_of(low, rows)]
        return _list_over(low, parts, rows.depth, rows.form, False)
    if not (operators.is_integer(key)):
        low.refuse(f"a list is indexed with a {type(key).__name__}", why="Python raises TypeError here")
    out = item_at(low, rows, rows.columns, position(low, rows, key))
    return _list_over(low, [out], rows.depth - 1, None, False) if rows.depth else out


def position(low: Lowering, rows: Rows, key: Val) -> Val:
    """Where in the array the item of this index is."""
    if isinstance(key, int | Extent) and low.solver.decide(-key - 1):
        return operators.binary(low, ast.Add, _number(low, rows.stop), key)
    start = _number(low, rows.start)
    return key if isinstance(start, int) and start == 0 else operators.binary(low, ast.Add, start, key)


def put(low: Lowering, rows: Rows, key: Val, value: Val) -> None:
    """`rows[key] = value`."""
    if (
        isinstance(key, slice)
        or not operators.is_integer(key)
        or rows.fixed
        or any(t.rank > 1 for t in rows.columns)
        or not alike(rows.form, value)
    ):
        low.refuse(
            "items of a list that a loop fills are replaced", instead="np.array(...) of it, and its rows"
        )
    at = position(low, rows, key)
    for t, part in zip(rows.columns, spread(value), strict=True):
        new = as_tensor(low, part)
        if new.rank or result_dtype([t, new]) != t.dtype:
            low.refuse(f"{new.type} is put in a list of {t.dtype}")
        setitem(low, t, at, new)


def unzipped(low: Lowering, rows: Rows) -> tuple[Val, ...]:
    """`zip(*rows)` of tuples: what stands at each of their places, as tuples that nothing changes."""
    columns = iter(columns_of(low, rows))

    def sequence(v: Val) -> Rows:
        count = len(spread(v))
        form = v if isinstance(v, tuple) else None
        return _list_over(low, [next(columns) for _ in range(count)], 0, form, False)

    return tuple(sequence(v) for v in rows.form)


def length(low: Lowering, rows: Rows) -> Val:
    """len(rows)."""
    return operators.binary(low, ast.Sub, _number(low, rows.stop), _number(low, rows.start))


def by_data(low: Lowering, items: Val, key: Val) -> None:
    """`items[key]` at a place that the data decide: the loop around makes an array of the numbers."""
    if not (isinstance(items, list) and isinstance(key, Tensor) and operators.is_integer(key) and low.loops):
        return
    numbers = id(items) in low.owned and items and all(is_number(v) for item in items for v in spread(item))
    if numbers and not isinstance(low.arg(key), Const):
        raise Grown(items, [], low.loc(), "", message="the index of a list depends on the data")


def truth(low: Lowering, rows: Rows) -> Val:
    """bool(rows): whether it has items."""
    count = length(low, rows)
    return operators.compare(low, ast.NotEq, count, 0) if isinstance(count, Tensor) else count


def _number(low: Lowering, end: Val) -> Val:
    """One of the two ends, as the number that it is now."""
    if not isinstance(end, Tensor):
        return low.solver.resolve(end)
    arg = low.arg(end)
    return int(arg.value) if isinstance(arg, Const) else Tensor(arg, weak=True, is_array=False)


def joined(low: Lowering, left: Val, right: Val) -> Rows:
    """`left + right` of lists, one of which a loop has filled."""
    parts = [
        as_tensor(low, v) if isinstance(v, Rows) else array_of(low, v) for v in (left, right) if _some(v)
    ]
    depths = {v.depth for v in (left, right) if isinstance(v, Rows)}
    plain = all(v.form is None for v in (left, right) if isinstance(v, Rows)) and depths == {0}
    if not plain or any(p.rank > 1 for p in parts):
        low.refuse("lists of arrays, tuples or lists are joined", instead="one list, appended to")
    dtype = result_dtype(parts)
    args = [cast(low, p, dtype) for p in parts]
    out = Tensor(low.emit("concatenate", args, axis=0) if len(args) > 1 else args[0])
    return _list_over(low, [out], 0, None, True)


def _some(v: Val) -> bool:
    return isinstance(v, Rows) or bool(v)
