"""Passes by name, so that a test can leave one out and see the same values.

In: the names of passes. Out: within the `with` block they do nothing.

    with without("windows"):  text = kernel(f)    ->    one loop for each shifted addition
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_OFF: ContextVar[frozenset[str]] = ContextVar("_OFF", default=frozenset())


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Build kernels without these passes."""
    token = _OFF.set(_OFF.get() | frozenset(names))
    try:
        yield
    finally:
        _OFF.reset(token)


def is_on(name: str) -> bool:
    """Whether the pass of this name is to run."""
    return name not in _OFF.get()
