"""The passes in their order, repeated until none of them changes anything.

In: a function, a level. Out: the same meaning, less work. "study" keeps the user's names and statements,
"kernel" keeps neither, "off" returns the function as it is.

    dnum = 1.0 * invden; t = sin(x)    ->    dnum = invden
"""

from __future__ import annotations

from typing import Literal

from symgrad.ir.core import Function
from symgrad.ir.switch import is_on
from symgrad.opt.control import shrink_regions
from symgrad.opt.copies import remove_copies
from symgrad.opt.cse import share
from symgrad.opt.dce import remove_dead
from symgrad.opt.idle import enter_branches
from symgrad.opt.joined import join_loops
from symgrad.opt.local import apply_identities, as_spoken
from symgrad.opt.loop_products import loop_products
from symgrad.opt.overwritten import drop_overwritten
from symgrad.opt.reached import look_only_where_reached
from symgrad.opt.same_loops import share_loops
from symgrad.opt.sparse import pass_over
from symgrad.opt.symbolic import AUTO, FULL, Memo, shorten
from symgrad.opt.tiny import scalarise
from symgrad.opt.upward import count_up
from symgrad.opt.versions import join_versions
from symgrad.opt.window_products import window_products
from symgrad.opt.write_through import write_through

Level = Literal["off", "study", "kernel"]
Effort = Literal["auto", "off", "full"]

# What is done to the loops of a kernel, by name.
_LOOPS = (
    ("products", loop_products),
    ("overwritten", drop_overwritten),
    ("contractions", window_products),
    ("join", join_loops),
    ("same_loops", share_loops),
    ("write_through", write_through),
    ("upward", count_up),
    ("sparse", pass_over),
    ("reached", look_only_where_reached),
)

# Two rounds settle nearly every program, the third finds nothing to do.
_ROUNDS = 8


def simplify(
    function: Function, level: Level, *, sympy: Effort = "auto", memo: Memo | None = None
) -> Function:
    """`function` with less work in it. `memo` keeps what sympy found, from one process to the next."""
    if level == "off":
        return function
    function = settle(function, through_names=level == "kernel")
    if level == "kernel":
        for name, apply in _LOOPS:
            if is_on(name):
                before, function = function, apply(function)
                function = function if function is before else settle(function, through_names=True)
        return _with_tiny_arrays_apart(function) if is_on("tiny") else function
    if sympy != "off":
        shorter = shorten(function, FULL if sympy == "full" else AUTO, memo)
        function = function if shorter is function else settle(shorter, through_names=False)
    return remove_dead(as_spoken(function))


def _with_tiny_arrays_apart(function: Function) -> Function:
    """Twice, for a position that was kept in a tiny array is known when the array is in scalars."""
    for _ in range(2):
        apart = scalarise(function)
        if apart is function:
            break
        function = settle(apart, through_names=True)
        if function is apart:  # nothing became known
            break
    return function


def settle(function: Function, *, through_names: bool) -> Function:
    """Everything but sympy, until nothing changes."""
    for _ in range(_ROUNDS):
        before = function
        function = join_versions(function)
        # Dead code goes last: a value that the user named may be found again by what follows.
        function = apply_identities(function, through_names=through_names)
        if is_on("cse"):
            function = share(function, everything=through_names)
        function = remove_copies(function, keep_named=not through_names)
        function = shrink_regions(function)
        if is_on("idle"):
            function = enter_branches(function)
        function = remove_dead(function)
        if function is before:
            break
    return function
