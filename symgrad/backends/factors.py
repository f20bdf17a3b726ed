"""A matrix that no trip of a loop changes is factorised once, before the loop.

In: a function, before its composite ops are opened. Out: the same function; systems with such a matrix, and
inverses of one, read factors that are handed to the loop.

    for t in range(n):              ->    lu = lu_factor(a)
        u = solve(a, u)                   for t in range(n): u = lu_solve(lu, u)
    for t in reversed(range(n)):          for t in reversed(range(n)): du = lu_solve(lu, du, trans=True)
        du = solve(a.T, du)

Nothing can fail here that did not before: factors of a singular matrix are made, and refused where they are
used. A loop of no trips makes them too.
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.backends.library import LU_FACTOR, LU_INVERSE, LU_SOLVE
from symgrad.ir.core import Arg, Eqn, Function, Kind, Value
from symgrad.ir.frozen import replace
from symgrad.ir.invariant import before_loop, fixed_in, invariant_in, with_loops
from symgrad.ir.switch import is_on
from symgrad.ir.types import STRICT
from symgrad.ir.walk import live, producers

_SYSTEMS = ("solve", "inv")
# The ways from one matrix to another that cannot fail.
_MOVES = frozenset(
    {LU_FACTOR.name, "transpose", "reshape", "broadcast_to", "matmul", "sum", "eye", "full", "tril", "triu"}
)


def factors_first(function: Function) -> Function:
    """`function` with factors of unchanging matrices before its loops."""
    if not is_on("factors"):
        return function
    body = with_loops(function.body, _before)
    return function if body is function.body else replace(function, body=body)


def _before(loop: Eqn) -> list[Eqn] | None:
    return before_loop(_with_factors(loop), _moves, lambda e: e.op is LU_FACTOR)


def _with_factors(eqn: Eqn) -> Eqn:
    """The loop with its systems of an unchanging matrix in terms of factors."""
    body = eqn.regions[-1]
    if not any(e.op.name in _SYSTEMS for e in body.eqns):
        return eqn
    fixed: set[Arg] = {*invariant_in(eqn), *fixed_in(eqn, _moves)}
    made = producers(body)
    eqns: list[Eqn] = []
    factors: dict[Arg, Value] = {}
    for e in body.eqns:
        a, trans = _source(e.args[0], made) if e.op.name == "solve" else (next(iter(e.args), None), False)
        if e.op.name not in _SYSTEMS or a is None or a not in fixed:
            eqns.append(e)
            continue
        if a not in factors:
            (kind,) = LU_FACTOR.infer((a.type,), {}, STRICT)
            factors[a] = Value(kind)
            eqns.append(replace(e, op=LU_FACTOR, args=(a,), outs=(factors[a],), attrs={}))
        if e.op.name == "inv":
            eqns.append(replace(e, op=LU_INVERSE, args=(factors[a],)))
        else:
            eqns.append(replace(e, op=LU_SOLVE, args=(factors[a], e.args[1]), attrs={"trans": trans}))
    body = replace(body, eqns=live(eqns, body.results, body.symbols))
    return replace(eqn, regions=(*eqn.regions[:-1], body))


def _source(a: Arg, made: Mapping[Value, Eqn]) -> tuple[Arg, bool]:
    """The matrix, and whether it is the transpose of it that is meant."""
    eqn = made.get(a) if isinstance(a, Value) else None
    n = a.type.rank
    if eqn is None or eqn.op.name != "transpose" or eqn.attrs["perm"] != (*range(n - 2), n - 1, n - 2):
        return a, False
    return eqn.args[0], True


def _moves(eqn: Eqn) -> bool:
    """It cannot fail."""
    return eqn.op.kind is Kind.ELEMENTWISE or eqn.op.name in _MOVES
