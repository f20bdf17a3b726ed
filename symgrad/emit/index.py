"""Subscripts as a person writes them: `x[1:-1]`, `x[::2]`, `x[:, None]`, `p[np.arange(n), y]`.

In: an index of the graph, the shape that it is applied to, texts of its dynamic positions.
Out: the text between the brackets. Trailing full slices are left out.

    (Span(1, 1, n - 2), At(0)) on [n, m]  ->  1:-1, 0
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symgrad.emit.cuts import Cut
from symgrad.emit.extents import Scope, extent
from symgrad.emit.syntax import Text
from symgrad.ir.core import At, Index, IndexItem, NewAxis, Span, full_span
from symgrad.ir.dims import Dim, Extent
from symgrad.ir.frozen import replace
from symgrad.ir.types import Shape

Slice = tuple[str, str, int]  # start, stop, step
FULL: Slice = ("", "", 1)


def subscript(index: Index, shape: Shape, operands: Sequence[Text], scope: Scope) -> str:
    """The brackets after an array: `[1:-1]`; two pairs of them where one would not be safe."""
    if not _may_wrap(index, shape):
        return f"[{', '.join(_items(index, shape, operands, scope))}]"
    first, middle, second = _two_steps(index, shape)
    one = _items(first, shape, (), scope)
    return f"[{', '.join(one)}][{', '.join(_items(second, middle, operands, scope))}]"


def key(index: Index, shape: Shape, operands: Sequence[Text], scope: Scope) -> tuple[str, str]:
    """The same for `np.add.at`: brackets after the array (mostly none), and the key as an argument."""
    view = ""
    if _may_wrap(index, shape):
        first, middle, index = _two_steps(index, shape)
        view = f"[{', '.join(_items(first, shape, (), scope))}]"
        shape = middle
    parts = [_as_object(p) for p in _parts(index, shape, operands, scope)]
    return view, parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _as_object(part: str | Slice) -> str:
    """A slice outside brackets: `slice(1, -1)` for `1:-1`."""
    if isinstance(part, str):
        return part
    start, stop, step = part
    given = [start or "None", stop or "None", *([str(step)] if step != 1 else [])]
    return f"slice({', '.join(given)})" if part != FULL else "slice(None)"


def sized(index: Index, shape: Shape) -> Iterator[tuple[IndexItem, Dim]]:
    """Each item with the extent of its axis (1 for a new axis)."""
    sizes = iter(shape)
    return ((item, 1 if isinstance(item, NewAxis) else next(sizes)) for item in index)


def cut_text(start: str, stop: str, step: object) -> str:
    return f"{start}:{stop}" + ("" if step == 1 else f":{step}")


def _items(index: Index, shape: Shape, operands: Sequence[Text], scope: Scope) -> list[str]:
    parts = _parts(index, shape, operands, scope)
    return [p if isinstance(p, str) else cut_text(*p) for p in parts] or ["..."]


def _parts(index: Index, shape: Shape, operands: Sequence[Text], scope: Scope) -> list[str | Slice]:
    """What stands between the commas, without full slices at the end."""
    dynamic = iter(operands)
    parts: list[str | Slice] = []
    for item, size in sized(index, shape):
        if isinstance(item, NewAxis):
            parts.append("None")
        elif isinstance(item, Span):
            parts.append(_slice(item, size, scope))
        elif isinstance(item, At):
            parts.append(_place(item.position, size, scope))
        elif isinstance(item, Cut):
            start, stop = (next(dynamic).text if given else "" for given in (item.first, item.last))
            parts.append((start, stop, item.step))
        else:
            parts.append(next(dynamic).text)
    while parts and parts[-1] == FULL:
        parts.pop()
    return parts


def _slice(span: Span, size: Dim, scope: Scope) -> Slice:
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
    return start, stop, step


def _may_wrap(index: Index, shape: Shape) -> bool:
    """A downward slice has a stop that could come out as -1, which Python counts from the end."""
    return any(isinstance(item, Span) and _stop_may_wrap(item, size) for item, size in sized(index, shape))


def _stop_may_wrap(span: Span, size: Dim) -> bool:
    if span.step > 0 or span.extent == (span.start - span.step) // -span.step:
        return False
    last = span.start + span.step * (span.extent - 1) - 1
    if isinstance(last, int):
        return False
    back = last - size
    return not (isinstance(back, int) and back < 0) and any(c < 0 for _, c in last.terms)


def _two_steps(index: Index, shape: Shape) -> tuple[Index, Shape, Index]:
    """Downward slices to the very start, the shape that they give, and the index that cuts them to length."""
    first: list[IndexItem] = []
    second: list[IndexItem] = []
    for item, size in sized(index, shape):
        if isinstance(item, Span) and item.step < 0:
            first.append(replace(item, extent=(item.start - item.step) // -item.step))
            second.append(full_span(item.extent))
        elif isinstance(item, NewAxis):
            second.append(item)
        else:
            first.append(full_span(size))
            second.append(item)
    return tuple(first), tuple(i.extent for i in first if isinstance(i, Span)), tuple(second)


def _place(position: Dim, size: Dim, scope: Scope) -> str:
    """A position from the start, or from the end where that is the shorter way to say it."""
    back = position - size
    if isinstance(position, Extent) and isinstance(back, int) and back < 0:
        return repr(back)
    return extent(position, scope).text
