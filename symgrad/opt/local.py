"""All local identities in one table, and the pass that applies them.

In: a function. Out: the same meaning with less work; run again, it changes nothing more.

    dq = 1.0 * z; dx = dq + 0.0    ->    dq = z; dx = dq
"""

from __future__ import annotations

from functools import cache

from symgrad.ir.core import Function
from symgrad.ir.switch import is_on
from symgrad.opt.arithmetic import ARITHMETIC
from symgrad.opt.products import PRODUCTS, SPOKEN
from symgrad.opt.reads import READS
from symgrad.opt.rewrite import Rules, Table, rewrite
from symgrad.opt.rows import ROW_IDENTITIES
from symgrad.opt.selections import SELECTIONS
from symgrad.opt.shapes import SHAPES
from symgrad.opt.turned import TURNED
from symgrad.opt.writes import WRITES

# In the order in which their rules are tried; those with a name can be left out.
_TABLES: tuple[tuple[str, Rules], ...] = (
    ("", SHAPES), ("", ARITHMETIC), ("writes", WRITES), ("reads", READS), ("", ROW_IDENTITIES),
    ("selections", SELECTIONS), ("", PRODUCTS), ("turned", TURNED),
)  # fmt: skip
_SPEECH = Table(SPOKEN)


@cache
def _joined(chosen: tuple[bool, ...]) -> Table:
    return Table(*[table for (_, table), there in zip(_TABLES, chosen, strict=True) if there])


def apply_identities(function: Function, *, through_names: bool) -> Function:
    """`function` with every identity applied where it holds."""
    rules = _joined(tuple(not name or is_on(name) for name, _ in _TABLES))
    return rewrite(function, rules, through_names=through_names)


def as_spoken(function: Function) -> Function:
    """`function` as one would say it: the last touch on a study text."""
    return rewrite(function, _SPEECH, through_names=False)
