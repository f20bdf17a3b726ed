"""The mathematics: one derivative rule for each op, said with four words (`declare`)."""

from symgrad.rules import (
    elementwise,
    grouped,
    indexing,
    linalg,
    reductions,
    shaping,
    sorting,
    special,
    systems,
)
from symgrad.rules.declare import AddAt, Cases, cases, jvp, lookup, nondiff, partials, transpose, vjp

__all__ = [
    "AddAt",
    "Cases",
    "cases",
    "elementwise",
    "grouped",
    "indexing",
    "jvp",
    "linalg",
    "lookup",
    "nondiff",
    "partials",
    "reductions",
    "shaping",
    "sorting",
    "special",
    "systems",
    "transpose",
    "vjp",
]
