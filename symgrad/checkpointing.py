"""`sg.checkpoint`: less memory for the backward pass, for some of the forward work done again.

In: a function, or what a loop runs over. Out: the same; at run time it changes nothing. The compiler reads
it: inside a checkpointed call nothing is saved, a checkpointed loop saves its state on a few trips only.

    for t in checkpoint(range(n), slots=30): u = step(u)        h = checkpoint(layer)(x, w)
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from types import MethodType
from typing import Any

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmg]i?)?b?\s*", re.IGNORECASE)


class Recomputed:
    """A function whose calls are computed again in the backward pass. Called, it is that function."""

    def __init__(self, fun: Callable[..., Any]) -> None:
        self.__wrapped__ = fun
        functools.update_wrapper(self, fun)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__wrapped__(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<checkpoint of {getattr(self.__wrapped__, '__qualname__', self.__wrapped__)!s}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        return checkpoint, (self.__wrapped__,)


def checkpoint(what: Any, /, *, slots: int | None = None, memory: int | str | None = None) -> Any:
    """Let the backward pass compute again what it would otherwise keep.

    Parameters
    ----------
    what : a function, or what a `for` loop runs over
        Around a function (also as a decorator): of each call only the operands are kept, and the call is
        computed once more in the backward pass. Around a range, an array, `enumerate(...)` or `zip(...)` in a
        `for` statement: the loop keeps what it carries from trip to trip, its state, on a few trips, and runs
        from the nearest of them to every trip whose adjoint is due.
    slots : the number of states that a loop may keep at a time
    memory : instead of `slots`, the bytes that they may take: an int, or text such as ``"200 MB"``
        (k, M, G are powers of 1000; Ki, Mi, Gi of 1024). At least one state is kept.
        With neither, a loop of n trips keeps ceil(sqrt(n)) states: no trip is run more than three times more.

    Returns
    -------
    what : unchanged as a value; a function as one that does the same

    Notes
    -----
    The states are kept on the trips of the binomial schedule, which computes as few trips again as their
    number allows: with s states, no trip of C(s + r, s) is run more than r times more. A. Griewank and
    A. Walther, Algorithm 799: revolve, ACM TOMS 26 (2000). Forward mode has no use for a checkpoint.

    Examples
    --------
    >>> def decay(x, n):
    ...     for t in checkpoint(range(n), slots=3):
    ...         x = x - 0.1 * x * x
    ...     return x
    >>> round(decay(1.0, 10), 6)
    0.481713
    """
    if slots is not None and memory is not None:
        raise TypeError("give slots or memory, not both")
    if callable(what):
        if slots is not None or memory is not None:
            raise TypeError("slots and memory are for loops: for t in checkpoint(range(n), slots=30)")
        return Recomputed(what)
    if isinstance(slots, int) and slots < 1:
        raise ValueError(f"slots={slots}: a loop keeps at least one state")
    if memory is not None:
        size_in_bytes(memory)
    return what


def size_in_bytes(memory: int | str) -> int:
    """``"200 MB"`` as a number."""
    if isinstance(memory, str):
        found = _SIZE.fullmatch(memory)
        if found is None:
            raise ValueError(f'memory={memory!r}: write a number of bytes, or text such as "200 MB"')
        return int(float(found[1]) * _UNITS[(found[2] or "").lower()])
    if memory < 0:
        raise ValueError(f"memory={memory}: a number of bytes is not negative")
    return int(memory)
