"""The two ops of this backend's own, and where a value that is a view lies.

    wrap(k, extent)   an index counted from the front, or IndexError
    own(x)            a copy in C order: for BLAS and reshape, and for results that would share memory

In: a value and the equations before it. Out: the array that it is, axis for axis, if it is one.
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.backends.access import Along, is_view, peel, whole
from symgrad.ir.core import Arg, Attrs, Const, Eqn, Kind, Op, Value
from symgrad.ir.types import ArrayType, Unifier


def _same(types: tuple[ArrayType, ...], attrs: Attrs, unify: Unifier) -> tuple[ArrayType, ...]:
    return (types[0],)


def _position(types: tuple[ArrayType, ...], attrs: Attrs, unify: Unifier) -> tuple[ArrayType, ...]:
    return (types[0].with_dtype("int64"),)


WRAP = Op("wrap", Kind.ELEMENTWISE, _position)
OWN = Op("own", Kind.ELEMENTWISE, _same)

# Made by an allocation, and then an array like any other.
ALLOCATED = ("empty", "tape")


def layout(arg: Arg, defined: Mapping[Value, Eqn]) -> tuple[Value, tuple[int, ...]] | None:
    """The array behind a value, and which axis of the value each of its axes is, if that is all."""
    made = defined.get(arg) if isinstance(arg, Value) else None
    if isinstance(arg, Value) and (made is None or not is_view(made)):  # itself: so it is with most
        return None if made is not None and _is_no_array(made) else (arg, tuple(range(arg.type.rank)))
    source = peel(whole(arg), defined)
    if isinstance(source, Const) or not all(isinstance(c, Along) for c in source.coords):
        return None
    loops = tuple(c.loop for c in source.coords if isinstance(c, Along) and c == Along(c.loop))
    made = defined.get(source.value)
    if sorted(loops) != list(range(arg.type.rank)):
        return None
    if source.value.type.shape != tuple(arg.type.shape[loop] for loop in loops):
        return None  # the first elements of an axis have the coordinates of all
    if made is not None and _is_no_array(made):
        return None
    return source.value, loops


def _is_no_array(made: Eqn) -> bool:
    return made.op.kind is Kind.CREATE and made.op.name not in ALLOCATED
