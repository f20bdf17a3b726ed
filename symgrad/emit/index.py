"""Subscripts as a person writes them: `x[1:-1]`, `x[::2]`, `x[:, None]`, `p[np.arange(n), y]`.

In: an index of the graph, the shape that it is applied to, texts of its dynamic positions.
Out: the text between the brackets. Trailing full slices are left out.

    (Span(1, 1, n - 2), At(0)) on [n, m]  ->  1:-1, 0
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.emit.extents import Scope, extent
from symgrad.emit.syntax import Text
from symgrad.ir.core import At, Index, NewAxis, Span
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.types import Shape


def subscript(index: Index, shape: Shape, operands: Sequence[Text], scope: Scope) -> str:
    """What stands between the brackets."""
    return ", ".join(_items(index, shape, operands, scope))


def key(index: Index, shape: Shape, operands: Sequence[Text], scope: Scope) -> str:
    """The same as an argument of a function: `idx`, `(i, j)`, `np.s_[:, idx]`."""
    items = _items(index, shape, operands, scope)
    if any(":" in item or item == "..." for item in items):
        return f"np.s_[{', '.join(items)}]"
    return items[0] if len(items) == 1 else f"({', '.join(items)})"


def _items(index: Index, shape: Shape, operands: Sequence[Text], scope: Scope) -> list[str]:
    dynamic = iter(operands)
    axes = iter(shape)
    items: list[str] = []
    for item in index:
        if isinstance(item, NewAxis):
            items.append("None")
            continue
        size = next(axes)
        if isinstance(item, Span):
            items.append(_slice(item, size, scope))
        elif isinstance(item, At):
            items.append(_place(item.position, size, scope))
        else:
            items.append(next(dynamic).text)
    while items and items[-1] == ":":
        items.pop()
    return items or ["..."]


def _slice(span: Span, size: Dim, scope: Scope) -> str:
    step = span.step
    if step > 0:
        start = "" if span.start == 0 else _place(span.start, size, scope)
        to_end = span.extent == (size - span.start + (step - 1)) // step
        last = span.start + step * (span.extent - 1) + 1
        stop = "" if to_end else _place(last, size, scope)
    else:
        start = "" if span.start == size - 1 else _place(span.start, size, scope)
        to_end = span.extent == (span.start - step) // -step
        last = span.start + step * (span.extent - 1) - 1
        stop = "" if to_end or last == -1 else _place(last, size, scope)
    return f"{start}:{stop}" + ("" if step == 1 else f":{step}")


def counts_back(span: Span, size: Dim) -> bool:
    """A slice whose stop, as text, could come out as -1 and mean something else: write it in two steps."""
    if span.step > 0 or span.extent == (span.start - span.step) // -span.step:
        return False
    last = span.start + span.step * (span.extent - 1) - 1
    if isinstance(last, int):
        return False
    back = last - size
    return not (isinstance(back, int) and back < 0) and any(c < 0 for _, c in last.terms)


def _place(position: Dim, size: Dim, scope: Scope) -> str:
    """A position from the start, or from the end where that is the shorter way to say it."""
    back = position - size
    if isinstance(position, Extent) and isinstance(back, int) and back < 0:
        return repr(back)
    return extent(position, scope).text
