"""Passes over blocks that remember which blocks they leave as they are.

In: a pass that depends on the block and on its further arguments only. Out: the same pass, which gives back
at once what it has given back unchanged before. Blocks are frozen, so the memory is the block's own
(`Block.settled`) and goes with it.

    share(b) is b    ->    the next share(b) is a look-up
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from symgrad.ir.core import Block
from symgrad.ir.switch import switched_off

P = ParamSpec("P")
Pass = Callable[Concatenate[Block, P], Block]


def settling(apply: Pass[P]) -> Pass[P]:
    """The pass with its memory. With further arguments that cannot be hashed nothing is remembered."""

    @wraps(apply)
    def run(block: Block, /, *args: P.args, **named: P.kwargs) -> Block:
        key = (apply, switched_off(), args)
        try:
            if key in block.settled:
                return block
        except TypeError:
            return apply(block, *args, **named)
        new = apply(block, *args, **named)
        if new is block and not named:
            block.settled.add(key)
        return new

    return run
