"""What a condition tells about loop counters, on the side where it holds.

In: comparisons of extents that change from trip to trip. Out: narrower bounds inside of a branch, so that an
index that the condition guards is seen to be in range.

    if i > 0: y[i] = y[i - 1]        there i is at least 1, and i - 1 is a position of y
"""

from __future__ import annotations

import ast

from symgrad.frontend.context import Lowering
from symgrad.frontend.solver import Bounds
from symgrad.ir.core import Arg, Value
from symgrad.ir.dims import Dim, Extent, symbol, symbols
from symgrad.ir.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """Extents that are not negative where a bool is true, and where it is false."""

    true: tuple[Dim, ...] = ()
    false: tuple[Dim, ...] = ()


def of_comparison(op: type[ast.AST], left: Dim, right: Dim) -> Facts:
    """What a comparison of two extents tells."""
    less, least = right - left - 1, right - left
    more, most = left - right - 1, left - right
    table: dict[type[ast.AST], Facts] = {
        ast.Lt: Facts((less,), (most,)), ast.LtE: Facts((least,), (more,)),
        ast.Gt: Facts((more,), (least,)), ast.GtE: Facts((most,), (less,)),
        ast.Eq: Facts((least, most), ()), ast.NotEq: Facts((), (least, most)),
    }  # fmt: skip
    return table.get(op, Facts())


def note(low: Lowering, arg: Arg, facts: Facts) -> None:
    if isinstance(arg, Value) and (facts.true or facts.false):
        low.facts[arg] = facts


def known(low: Lowering, arg: Arg) -> Facts:
    return low.facts.get(arg, Facts()) if isinstance(arg, Value) else Facts()


def connected(low: Lowering, is_and: bool, arg: Arg, parts: list[Arg]) -> None:
    """`and` holds where all its parts hold; `or` fails where all fail."""
    all_facts = [known(low, p) for p in parts]
    if is_and:
        note(low, arg, Facts(true=tuple(d for f in all_facts for d in f.true)))
    else:
        note(low, arg, Facts(false=tuple(d for f in all_facts for d in f.false)))


def negated(low: Lowering, arg: Arg, of: Arg) -> None:
    facts = known(low, of)
    note(low, arg, Facts(facts.false, facts.true))


def assume(low: Lowering, nonnegative: tuple[Dim, ...]) -> None:
    """Narrow the bounds of the innermost counter of each extent that is known not to be negative."""
    solver = low.solver
    for dim in nonnegative:
        dim = solver.resolve(dim)
        inside = [name for name in solver.moving if name in set(symbols(dim))]
        if not inside or not isinstance(dim, Extent):
            continue
        name = inside[-1]
        coefficient = dict(dim.terms).get((name,), 0)
        rest = dim - coefficient * symbol(name)
        if abs(coefficient) != 1 or name in set(symbols(rest)):
            continue
        old = solver.moving[name]
        if coefficient == 1:
            solver.moving[name] = Bounds(_tighter(low, old.least, -rest, below=True), old.most)
        else:
            solver.moving[name] = Bounds(old.least, _tighter(low, old.most, rest, below=False))


def _tighter(low: Lowering, old: Dim | None, new: Dim, *, below: bool) -> Dim:
    """The bound that says more in the call at hand; either is true."""
    end = low.solver.least if below else low.solver.most
    first, second = (None if d is None else end(d) for d in (old, new))
    if second is None:
        return new if old is None else old
    if first is None or old is None:
        return new
    better = low.solver.value(second) - low.solver.value(first)
    return new if (better > 0 if below else better < 0) else old
