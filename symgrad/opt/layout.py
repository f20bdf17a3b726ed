"""Where the axes of a value come from: through transposes, added axes of extent 1, and spreading.

In: an operand. Out: its `Layout`: the value that it shows (`root`), the root's axis that each of its axes is
(None for an axis of extent 1, or spread from one), and the equations between.

    s = sum(e, axis=1)[:, None]    ->    root sum(e, axis=1), axes (0, None)
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, At, Eqn, NewAxis, Span, full_span
from symgrad.ir.frozen import dataclass
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import axes as reduced_axes
from symgrad.ir.ops import dims
from symgrad.ir.types import Shape
from symgrad.opt.rewrite import Site

Axes = tuple[int | None, ...]
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Layout:
    root: Arg
    axes: Axes
    moves: tuple[Eqn, ...]  # from the root outwards

    @property
    def is_permutation(self) -> bool:
        """Every element of the root once, if axes of extent 1 do not count."""
        real = [i for i, d in enumerate(self.root.type.shape) if d != 1]
        return sorted(a for a in self.axes if a is not None) == real and not self.spreads

    @property
    def spreads(self) -> bool:
        return any(move.op.name == "broadcast_to" for move in self.moves)


def layout(site: Site, arg: Arg) -> Layout:
    """The layout of `arg`; its root is `arg` itself if nothing moves its axes."""
    moves: list[Eqn] = []
    maps: list[Axes] = []
    while len(moves) < _DEPTH:
        move = site.see(arg, "transpose", "reshape", "broadcast_to", "getitem")
        step = _step(move) if move else None
        if move is None or step is None:
            break
        moves.append(move)
        maps.append(step)
        arg = move.args[0]
    root = site.origin(arg)
    found: Axes = tuple(None if d == 1 else i for i, d in enumerate(root.type.shape))
    for step in reversed(maps):
        found = tuple(None if i is None else found[i] for i in step)
    return Layout(root, found, tuple(reversed(moves)))


def _step(move: Eqn) -> Axes | None:
    """Which axis of its operand each axis of a move's result is."""
    before, after = move.args[0].type.shape, move.out.type.shape
    if move.op.name == "transpose":
        return tuple(int(str(p)) for p in dims(move.attrs, "perm"))
    if move.op.name == "broadcast_to":
        extra = len(after) - len(before)
        return tuple(
            None if i < extra or before[i - extra] == 1 != after[i] else i - extra for i in range(len(after))
        )
    if move.op.name == "reshape":
        return _step_of_reshape(before, after)
    return _step_of_index(move, before)


def _step_of_reshape(before: Shape, after: Shape) -> Axes | None:
    real = [i for i, d in enumerate(before) if d != 1]
    if [before[i] for i in real] != [d for d in after if d != 1]:
        return None
    rest = iter(real)
    return tuple(None if d == 1 else next(rest) for d in after)


def _step_of_index(move: Eqn, before: Shape) -> Axes | None:
    """Whole axes, new axes, and the only element of an axis of extent 1."""
    out: list[int | None] = []
    axis = 0
    for item in index_of(move.attrs):
        if isinstance(item, NewAxis):
            out.append(None)
            continue
        if isinstance(item, Span) and item == full_span(before[axis]):
            out.append(axis)
        elif not (isinstance(item, At) and before[axis] == 1):
            return None
        axis += 1
    return tuple(out)


def moved(site: Site, value: Ref, moves: Sequence[Eqn]) -> Ref:
    """`value` with the same moves made of it."""
    for move in moves:
        value = site.call(move.op.name, value, *move.args[1:], **move.attrs)
    return value


def kept_axes(reduction: Eqn) -> Axes:
    """Which axis of its operand each axis of a reduction's result is."""
    over = reduced_axes(reduction.attrs)
    rank = reduction.args[0].type.rank
    if reduction.attrs["keepdims"]:
        return tuple(None if i in over else i for i in range(rank))
    return tuple(i for i in range(rank) if i not in over)


def through(inner: Axes, outer: Axes) -> Axes:
    """The axes of a value whose axes are `outer` ones of a value whose axes are `inner` ones."""
    return tuple(None if i is None else inner[i] for i in outer)


def from_right(axes: Axes, rank: int) -> Axes:
    """The axes as they broadcast against a value of this rank."""
    return (None,) * (rank - len(axes)) + axes
