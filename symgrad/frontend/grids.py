"""Loops over all positions of several axes: np.ndindex, np.ndenumerate, itertools.product of long ranges.

In: a `for` over such positions. Out: loops in loops, one for each axis, with the user's names for the indices
where the target has them.

    for i, j in np.ndindex(n, m): s += a[i, j]    ->    for i in range(n): for j in range(m): s += a[i, j]
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.index import getitem
from symgrad.frontend.iterate import items_of, iterate
from symgrad.frontend.parts import children
from symgrad.frontend.promote import as_tensor
from symgrad.frontend.registry import handles
from symgrad.frontend.values import Items, SymRange, Val
from symgrad.ir.dims import Dim
from symgrad.ir.frozen import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """What a loop runs over: the items of several axes, the last moving fastest, and what a place gives."""

    __leaf__ = True
    axes: tuple[Items, ...]
    at: Callable[[tuple[Val, ...]], Val]


def _positions(shape: Iterable[Dim]) -> tuple[Items, ...]:
    return tuple(Items(SymRange(0, d, 1), lambda i: i, counts=True) for d in shape)


@handles(np.ndindex)
def ndindex(low: Lowering, *shape: Val) -> Val:
    sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
    return Grid(_positions(sizes), lambda index: index)


@handles(np.ndenumerate)
def ndenumerate(low: Lowering, arr: Val) -> Val:
    t = as_tensor(low, arr)
    return Grid(_positions(low.shape(t)), lambda index: (index, getitem(low, t, index)))


@handles(itertools.product)
def product(low: Lowering, *iterables: Val, repeat: Val = 1) -> Val:
    """Lists where the items are written out; positions where one of them has an extent of items."""
    axes = [items_of(low, v) for v in iterables] * repeat
    known = [a for a in axes if a is not None]
    if len(known) < len(axes) or all(_is_written_out(a) for a in known):
        return list(itertools.product(*(list(iterate(low, v)) for v in iterables), repeat=repeat))
    return Grid(tuple(known), lambda items: items)


def _is_written_out(items: Items) -> bool:
    r = items.positions
    return all(isinstance(b, int) for b in (r.start, r.stop, r.step))


def is_long(grid: Grid) -> bool:
    """Whether an axis has an extent of items."""
    return not all(map(_is_written_out, grid.axes))


def listed(low: Lowering, grid: Grid) -> list[Val]:
    """All items, one after the other."""
    return [grid.at(place) for place in itertools.product(*(list(iterate(low, a)) for a in grid.axes))]


def as_loops(frame: Frame, node: ast.For, grid: Grid) -> tuple[ast.For, Items]:
    """The loop statement as loops in loops, made once; what its outermost runs over.

    `break` leaves them all: where the body has one, each loop but the last says
    `for ...: <the next> else: continue; break`.
    """
    low = frame.low
    key = (id(node), len(grid.axes))
    if key not in low.nests:
        names = [_hidden(len(low.nests), k) for k in range(len(grid.axes))]
        low.nests[key] = (_nested(frame, node, names), tuple(names))
    nest, names_ = low.nests[key]
    form = _form(node.target, len(grid.axes))
    counters = form.names or _free(frame, len(grid.axes))
    last = grid.axes[-1]

    def at(item: Val) -> Val:
        place = grid.at((*(frame.env[c] for c in counters[:-1]), last.at(item)))
        return (place[0][-1], *place[1:]) if form.more else place

    plain = form.names and not form.more
    frame.env.update(
        zip(names_, [*grid.axes[:-1], last if plain else Items(last.positions, at)], strict=True)
    )
    return nest, frame.env[names_[0]]


def _hidden(number: int, axis: int) -> str:
    return f".grid{number}_{axis}"


@dataclass(frozen=True, slots=True)
class _Form:
    """The target: `i, j` has names, `(i, j), v` has more; another one has neither."""

    names: list[str]
    more: list[ast.expr]


def _form(target: ast.expr, rank: int) -> _Form:
    if isinstance(target, ast.Tuple) and target.elts:
        if names := _names(target, rank):
            return _Form(names, [])
        if names := _names(target.elts[0], rank):
            return _Form(names, target.elts[1:])
    return _Form([], [])


def _names(target: ast.expr, rank: int) -> list[str]:
    """As many plain names as there are axes."""
    parts = target.elts if isinstance(target, ast.Tuple) else []
    names = [t.id for t in parts if isinstance(t, ast.Name)]
    return names if len(names) == rank == len(parts) else []


def _free(frame: Frame, rank: int) -> list[str]:
    """Names that nothing else has."""
    names = (n for n in itertools.chain("ijklmn", (f"i{k}" for k in itertools.count())))
    return list(itertools.islice((n for n in names if n not in frame.local_names), rank))


def _nested(frame: Frame, node: ast.For, names: Sequence[str]) -> ast.For:
    form = _form(node.target, len(names))
    counters = form.names or _free(frame, len(names))
    innermost: ast.expr = ast.Name(counters[-1], ast.Store()) if form.names else node.target
    if form.more:
        innermost = ast.Tuple([innermost, *form.more], ast.Store())
    leaves = any(_breaks(s) for s in node.body)
    body: list[ast.stmt] = list(node.body)
    for k in reversed(range(len(names))):
        target = innermost if k == len(names) - 1 else ast.Name(counters[k], ast.Store())
        orelse: list[ast.stmt] = node.orelse if k == 0 else [ast.Continue()] if leaves else []
        loop = ast.For(target, ast.Name(names[k], ast.Load()), body, orelse)
        body = [loop, ast.Break()] if leaves else [loop]
    nest = body[0]
    assert isinstance(nest, ast.For)
    for part in ast.walk(nest):
        if not hasattr(part, "lineno"):
            ast.copy_location(part, node)
    return nest


def _breaks(node: ast.AST) -> bool:
    """Whether a statement has a `break` that leaves the loop around it."""
    if isinstance(node, ast.Break):
        return True
    if isinstance(node, ast.For | ast.While):
        return any(map(_breaks, node.orelse))
    if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
        return False
    return any(map(_breaks, children(node)))
