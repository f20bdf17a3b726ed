"""Carried arrays that every trip makes shorter, or longer, by as much: the beginning of a buffer.

In: a `for` whose trips leave a name with another length than they found. Out: a carried buffer of the
greatest length, and how much of it the array is: as much as the number of the trip says.

    for t in range(n): v = v[1:] + v[:-1]
    ->  trip t: v = buffer[:m - t];  buffer[:m - t - 1] = v[1:] + v[:-1]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from symgrad.errors import ShapeError, SymgradError
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.regions import attempt
from symgrad.frontend.structure import spread
from symgrad.frontend.values import Tensor
from symgrad.ir.core import Arg, Span
from symgrad.ir.dims import Dim
from symgrad.ir.types import Shape

_TOO_FEW = "an array is made shorter in a loop, and has too few elements"

Steps = tuple[int, ...]  # by axis: how much longer each trip leaves the array
Learned = dict[tuple[str, int], Steps]  # by name, and number among the arrays that it holds


def steps_between(low: Lowering, old: Shape, new: Shape) -> Steps | None:
    """How much longer each axis is; None where that is nothing, or not a number."""
    found = [low.solver.resolve(b - a) for a, b in zip(old, new, strict=True)]
    steps = tuple(d for d in found if isinstance(d, int))
    return steps if len(steps) == len(found) and any(steps) else None


def after(shape: Shape, steps: Steps, trips: Dim) -> Shape:
    """What a shape is after so many trips."""
    return tuple(d + step * trips for d, step in zip(shape, steps, strict=True))


def room(low: Lowering, shape: Shape, steps: Steps, trips: Dim) -> Shape:
    """The shape of the buffer: the first one, or the last one where that is greater."""
    for d, step in zip(shape, steps, strict=True):
        left = d + step * trips
        if step < 0 and not low.solver.is_moving(left) and low.solver.value(left) < 0:
            low.refuse(
                _TOO_FEW,
                why=f"each of {low.solver.value(trips)} trips leaves it {-step} shorter",
                instead="fewer trips",
                error=ShapeError,
            )
        if step < 0:
            low.solver.require(left, _TOO_FEW)
    return tuple(d if step <= 0 else d + step * trips for d, step in zip(shape, steps, strict=True))


def _part(shape: Shape) -> tuple[Span, ...]:
    return tuple(Span(0, 1, d) for d in shape)


def beginning(low: Lowering, base: Tensor, shape: Shape) -> Tensor:
    """The array that lies in a buffer. Nothing writes into it: in the first trip it is another array."""
    return low.view(base, lambda arg: low.emit("getitem", [arg], index=_part(shape)), None)


def kept(low: Lowering, buffer: Arg, new: Arg) -> Arg:
    """The buffer with another array at its beginning."""
    return low.emit("setitem", [buffer, new], index=_part(new.type.shape))


class _Seen(Exception):
    """A trip has been looked at."""


def of_first_trip(
    frame: Frame, enter: Callable[[], None], trip: Callable[[], object], names: Iterable[str]
) -> Learned:
    """How the first trip changes lengths, found by interpreting it; nothing of it stays."""
    low, before = frame.low, dict(frame.env)
    found: Learned = {}
    try:
        with attempt(low, frame):
            enter()
            trip()
            for name in names:
                pairs = zip(spread(before.get(name)), spread(frame.env.get(name)), strict=False)
                for k, (old, new) in enumerate(pairs):
                    if isinstance(old, Tensor) and isinstance(new, Tensor) and old.rank == new.rank:
                        steps = steps_between(low, low.shape(old), low.shape(new))
                        if steps is not None:
                            found[name, k] = steps
            raise _Seen
    except (_Seen, SymgradError):
        return found
