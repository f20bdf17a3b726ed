"""Lists that a loop appends to once in each trip: arrays with a row for each item.

In: a `for` whose number of trips is an extent, and a list that it appends to. Out: `Rows`, an array that the
trips fill, of which the first `count` rows are the list. What kind of items it gets, a first look at a trip
tells. Elsewhere a list must have a length that is known when the program is compiled.

    out = []                               out: zeros((n, m))
    for row in a: out.append(f(row))       out[i] = f(row)            np.array(out) is that array
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.flow import may_leave
from symgrad.frontend.index import getitem, setitem
from symgrad.frontend.iterate import items_of
from symgrad.frontend.joining import related, type_of
from symgrad.frontend.names import stored_names
from symgrad.frontend.promote import as_tensor, result_dtype
from symgrad.frontend.regions import Scope, attempt
from symgrad.frontend.values import Items, Rows, SymRange, Tensor, Val, is_dim, is_number
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.types import ArrayType

RESULT = ".items"  # the list that a comprehension makes


def is_long(low: Lowering, v: Val) -> bool:
    """Whether `v` has an extent of items, which are not written out one by one."""
    items = items_of(low, v) if isinstance(v, Tensor | SymRange | Items | Rows) else None
    if items is None:
        return False
    r = items.positions
    return is_dim(r.stop) and is_dim(r.start) and not (isinstance(r.stop, int) and isinstance(r.start, int))


class _Looked(Exception):
    """The first look is over."""


class Wider(Exception):
    """An item has another type than the first look said."""

    def __init__(self, name: str, kind: ArrayType) -> None:
        super().__init__(name)
        self.name, self.kind = name, kind


def grown_names(frame: Frame, node: ast.For) -> list[str]:
    """The lists that grow by one item in every trip of the loop."""
    if may_leave(node.body):
        return []
    appended = [name for statement in node.body if (name := appended_to(statement)) is not None]
    stored = set(stored_names(node.body))
    return [
        name
        for name in dict.fromkeys(appended)
        if appended.count(name) == 1
        and name not in stored
        and (isinstance(v := frame.env.get(name), list) and id(v) in frame.low.owned)
        and not any(id(v) in outer for outer in frame.low.outer_lists)
        and _mentions(node.body, name) == 1
    ]


def appended_to(statement: ast.stmt) -> str | None:
    """The name in `name.append(item)`."""
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [_], [])):
            return name
    return None


def _mentions(body: Sequence[ast.stmt], name: str) -> int:
    """How often a method of `name` is called, or it is handed to something that may change it."""
    count = 0
    for node in body:
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == name:
                count += 1
            elif isinstance(part, ast.Call):
                arguments = [*part.args, *(k.value for k in part.keywords)]
                length = isinstance(part.func, ast.Name) and part.func.id == "len"
                count += 0 if length else sum(isinstance(a, ast.Name) and a.id == name for a in arguments)
    return count


def look(frame: Frame, names: list[str], trip: Callable[[], None]) -> dict[str, ArrayType] | None:
    """The types of the items that a trip appends; None where they are not numbers or arrays of one shape."""
    low, kinds = frame.low, dict[str, ArrayType]()
    try:
        with attempt(low, frame):
            scope = Scope(low, frame, certain=False)
            with scope.inside():
                trip()
                for name in names:
                    items = [as_tensor(low, v) if isinstance(v, Rows) else v for v in frame.env[name]]
                    types = [type_of(low, v)[0] for v in items if is_number(v)]
                    inner = any(scope.is_inner(t.shape) for t in types)
                    if inner or not types or len(types) != len(frame.env[name]):
                        continue
                    if len({t.shape for t in types}) == 1:
                        dtype = result_dtype([Tensor(low.const(0, t.dtype)) for t in types])
                        kinds[name] = types[0].with_dtype(dtype)
            raise _Looked
    except _Looked:
        return kinds if len(kinds) == len(names) else None


def begin(low: Lowering, name: str, items: list[Val], kind: ArrayType, trips: Dim) -> Rows:
    """The array for a list that gets `trips` more items of this type."""
    count = len(items)
    shape = (low.solver.resolve(trips + count), *kind.shape)
    buffer = Tensor(low.emit("full", [low.const(0, kind.dtype)], shape=shape), is_array=True)
    buffer.name, buffer.contiguous = name, True
    for k, item in enumerate(items):
        setitem(low, buffer, k, item)
    return Rows(buffer, count, name)


def append(frame: Frame, name: str, rows: Rows, item: Val) -> None:
    """`name.append(item)`."""
    low = frame.low
    if rows.name != name or not rows.open or rows.region is not low.builder:
        low.refuse(
            "a list that a loop has filled is appended to",
            why="its length must follow from the number of trips",
            instead="append once in each trip of one loop",
        )
    item = as_tensor(low, item) if isinstance(item, Rows) else item
    if not is_number(item):
        low.refuse(f"a {type(item).__name__} is appended", why="the items are numbers or arrays of one shape")
    t = as_tensor(low, item)
    kind = ArrayType(rows.tensor.dtype, low.shape(rows.tensor)[1:])
    if t.rank != len(kind.shape):
        low.refuse(f"an item of {t.rank} axes is appended to items of {len(kind.shape)}")
    dtype = result_dtype([Tensor(low.const(0, d)) for d in (kind.dtype, t.dtype)])
    if dtype != kind.dtype:
        raise Wider(name, kind.with_dtype(dtype))
    setitem(low, rows.tensor, rows.count, t)
    if (
        t.is_array and t.rank
    ):  # the list holds the array itself: when that is written, the row is no copy of it
        related(low, rows.tensor, t.root)
    frame.env[name] = replace(rows, count=rows.count + 1)


def item_of(low: Lowering, rows: Rows, key: Val) -> Val:
    """`rows[key]`: an item, counted from either end."""
    if isinstance(key, slice):
        return getitem(low, as_tensor(low, rows), key)
    if isinstance(key, int | Extent) and not isinstance(key, bool) and low.solver.decide(-key - 1):
        key = rows.count + key
    return getitem(low, rows.tensor, key)
