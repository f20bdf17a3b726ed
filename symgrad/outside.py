"""Indices out of bounds: where in the user's program, which index, how many elements there are.

In: a program, what it was called with, the IndexError that came of it. Out: an OutOfBoundsError with the
place. A kernel says no more than that an index was wrong: telling more would cost code at every check. So the
program itself, without its derivative, runs once more on the same arguments in a form that tells.

    IndexError: index out of bounds    ->    model.py:4:8: index 7 is out of bounds for an axis of 5 elements
                                                   4 |     s += x[k[i]]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from symgrad.errors import OutOfBoundsError
from symgrad.ir.evaluate import run
from symgrad.opt import simplify
from symgrad.pipeline import Program


@contextmanager
def told(program: Program, values: Sequence[Any]) -> Iterator[None]:
    """Turn an IndexError of a call of `program` with `values` into one that says where."""
    try:
        yield
    except OutOfBoundsError:
        raise
    except IndexError as error:
        raise _found(program, values[: len(program.primal.params)]) or error from None


def _found(program: Program, values: Sequence[Any]) -> OutOfBoundsError | None:
    """The error with its place; None where the second run does not fail, or not in this way."""
    if len(values) < len(program.primal.params):
        return None
    try:
        if program.options.jit:
            return _of_kernel(program, values)
        run(program.primal, *values)
    except OutOfBoundsError as error:
        return error
    return None


def _of_kernel(program: Program, values: Sequence[Any]) -> OutOfBoundsError | None:
    from symgrad.backends import numba_cpu  # start-up: only a program that failed comes here
    from symgrad.backends.loops import telling

    text, places = telling(simplify(program.primal, "kernel"))
    kernel = numba_cpu.compile(text, program.primal.name, program.options)
    try:
        kernel(*values)
    except IndexError as error:
        if len(error.args) == 3:
            place, index, extent = error.args
            if index < 0:  # it has been counted from the front
                index -= extent
            message = f"index {index} is out of bounds for an axis of {extent} elements"
            return OutOfBoundsError(message, places[place])
    return None
