"""Loops over a few trips that LLVM is not to write out, because they have longer loops in them.

In: a kernel's text. Out: the same text, where the number of such trips is one that LLVM cannot see.

    for i in range(5):              ->    for i in range(rolled(5)):
        for s in range(channels):             for s in range(channels):

Written out, the five copies of the inner loop are vectorised and unrolled one by one: a window of 5 x 5 is 25
of them. They are not faster, and took half of the time to compile the kernel of a convolutional network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba.core import types as numba_types
from numba.extending import lower_builtin, type_callable

types: Any = numba_types  # untyped, most of it

_LOOP = re.compile(r"^( *)for \w+ in range\((.*)\):$")
_FEW = 8  # trips of an innermost loop that may disappear


def rolled(n: int) -> int:
    """`n` itself; in compiled code through an instruction that does nothing."""
    return n


@type_callable(rolled)
def _type_rolled(context: object) -> Callable[..., object]:
    return lambda n: types.intp if isinstance(n, types.Integer) else None


@lower_builtin(rolled, types.Integer)
def _lower_rolled(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    number = context.cast(builder, args[0], sig.args[0], types.intp)
    nothing = ir.InlineAsm(ir.FunctionType(number.type, [number.type]), "", "=r,0", side_effect=False)
    return builder.call(nothing, [number])


def rolled_up(text: str) -> str:
    """The text with its loops over numbers that are known, around loops that stay loops, rolled."""
    lines = text.split("\n")
    around: list[tuple[int, int]] = []  # the loops around a line: its number, its indent
    chosen: set[int] = set()
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        while around and line and indent <= around[-1][1]:
            around.pop()
        found = _LOOP.match(line)
        if found is None:
            continue
        trips = found[2]
        if not trips.isdigit() or int(trips) > _FEW:
            chosen.update(n for n, _ in around)
        around.append((number, indent))
    changed = False
    for number in chosen:
        found = _LOOP.match(lines[number])
        assert found is not None
        if found[2].isdigit():
            lines[number] = lines[number].replace(f"range({found[2]})", f"range(rolled({found[2]}))")
            changed = True
    if not changed:
        return text
    at = next(n for n, line in enumerate(lines) if line.startswith("from numba import"))
    lines.insert(at + 1, "\nfrom symgrad.backends.rolled import rolled")
    return "\n".join(lines)
