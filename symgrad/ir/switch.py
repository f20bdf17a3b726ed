"""Optimisations by name, so that a test can leave one out and see the same values.

In: names from the tables. Out: within the `with` block these passes do nothing. A name that is not there is
an error, where it is asked for and where it is left out; the tests go through the tables.

    with without("windows"):  text = kernel(f)    ->    one loop for each shifted addition
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# fmt: off
AD = {  # which way a derivative takes
    "branch_writes": "elements that a branch in a loop writes are written after it",
    "parts":         "rows and columns that an adjoint reads are saved, not the arrays that they are of",
    "selected":      "a loop that keeps what one trip found is differentiated at that trip",
}
OPT = {  # what a kernel has beyond a study text, and what both have
    "contractions":  "parts of an array that trips contract are copied side by side for one product",
    "cse":           "what was computed before is read",
    "few":           "axes of two to four elements have that number in the kernel",
    "hoist":         "what is dear and the same in every trip is computed before the loop",
    "idle":          "work for a cotangent of zero is done in the branch alone where it is not zero",
    "join":          "loops over the same trips are one, where a trip needs only itself",
    "overwritten":   "what is overwritten before it is read is neither filled nor cleared",
    "products":      "products of matrices in place of a vector in each trip",
    "reached":       "of a maximum over an axis only what a cotangent has reached is looked at again",
    "reads":         "what was just written is read without the array",
    "same_loops":    "a loop that runs again what another one has run is that one",
    "selections":    "what is zero outside a condition is selected once, at the end",
    "sparse":        "cells of a table that no cotangent has reached are passed over",
    "tiny":          "arrays of a few elements live in scalars",
    "turned":        "what is done to a transposed matrix is done to the matrix",
    "unroll":        "short loops over tiny arrays are written out",
    "upward":        "backward loops whose trips may come in any order count up",
    "write_through": "what an inner loop fills is written where the outer one keeps it",
    "writes":        "zeros with something added at some positions are written there",
}
BACKENDS = {  # how a kernel's text says what the graph says
    "borders":       "additions to neighbouring rows are one pass, from arrays with a border of zeros",
    "buffers":       "arrays that each trip makes anew are made before the loop",
    "carry":         "additions to the element that the next trip reads are carried in a variable",
    "checks":        "positions that are certainly inside an axis are not checked",
    "clears":        "additions to elements that were cleared are writes",
    "cuts":          "statements over arrays written in parts are cut where the parts meet",
    "factors":       "a matrix that no trip of a loop changes is factorised before it",
    "fills":         "what is written part by part is not filled first",
    "fusion":        "statements share loops",
    "kept":          "sums that every trip of a loop adds to one element are in a variable",
    "recompute":     "what is cheap is computed where it is read, not stored",
    "scans":         "functions stand in loops of their own, apart from running sums",
    "share":         "arrays take over the memory of those that are read for the last time",
    "sink":          "views are taken inside the loops that read them",
    "spread":        "loops over elements become statements over slices",
    "tables":        "positions in arrays of the caller are checked once, before the loops",
    "totals":        "sums over outer loops are added to an array element by element",
    "turns":         "loops that read around the ends of an axis run over its middle first",
    "vmath":         "exp, log, ... may be vectorised",
    "windows":       "additions to neighbouring elements are one pass",
}
# fmt: on
PASSES = AD | OPT | BACKENDS

_OFF: ContextVar[frozenset[str]] = ContextVar("_OFF", default=frozenset())


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Build kernels without these passes."""
    token = _OFF.set(_OFF.get().union(map(_known, names)))
    try:
        yield
    finally:
        _OFF.reset(token)


def is_on(name: str) -> bool:
    """Whether the pass of this name is to run."""
    return _known(name) not in _OFF.get()


def switched_off() -> frozenset[str]:
    """The passes that are not to run."""
    return _OFF.get()


def _known(name: str) -> str:
    if name not in PASSES:
        close = difflib.get_close_matches(name, PASSES, 1)
        raise ValueError(f"no pass is called {name!r}" + (f" (did you mean {close[0]!r}?)" if close else ""))
    return name
