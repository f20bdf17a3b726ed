"""All local identities in one table, and the pass that applies them.

In: a function. Out: the same meaning with less work; run again, it changes nothing more.

    dq = 1.0 * z; dx = dq + 0.0    ->    dq = z; dx = dq
"""

from __future__ import annotations

from symgrad.ir.core import Function
from symgrad.opt.arithmetic import ARITHMETIC
from symgrad.opt.products import PRODUCTS, SPOKEN
from symgrad.opt.reads import READS
from symgrad.opt.rewrite import Rules, rewrite
from symgrad.opt.rows import ROW_IDENTITIES
from symgrad.opt.selections import SELECTIONS
from symgrad.opt.shapes import SHAPES
from symgrad.opt.writes import WRITES

_TABLES = (SHAPES, ARITHMETIC, WRITES, READS, ROW_IDENTITIES, SELECTIONS, PRODUCTS)
LOCAL: Rules = {
    name: tuple(rule for table in _TABLES for rule in table.get(name, ()))
    for name in dict.fromkeys(name for table in _TABLES for name in table)
}


def apply_identities(function: Function, *, through_names: bool) -> Function:
    """`function` with every identity applied where it holds."""
    return rewrite(function, LOCAL, through_names=through_names)


def as_spoken(function: Function) -> Function:
    """`function` as one would say it: the last touch on a study text."""
    return rewrite(function, SPOKEN, through_names=False)
