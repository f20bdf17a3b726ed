"""Versions of one name within one adjoint statement: a sum of contributions is written as one expression.

In: a function. Out: the same function where the earlier versions have lost their names, so that they are
printed inside the sum. At most a few terms are gathered; a version that another statement reads keeps its
name.

    dx = 1 / total; dx = dx - ratio * s    ->    dx = 1 / total - ratio * s
"""

from __future__ import annotations

from symgrad.errors import Loc
from symgrad.ir.core import Arg, Block, Eqn, Function, Kind, Value, values
from symgrad.ir.frozen import replace
from symgrad.ir.settled import settling
from symgrad.ir.walk import map_regions, rewire, with_eqns

_TERMS = 3


def join_versions(function: Function) -> Function:
    """`function` with the contributions of one statement to one cotangent in one expression."""
    body = _block(function.body)
    return function if body is function.body else replace(function, body=body)


@settling
def _block(block: Block) -> Block:
    joined = _joined(block)
    if not joined and not any(e.regions for e in block.eqns):
        return block
    env: dict[Value, Arg] = {}
    eqns: list[Eqn] = []
    changed = False
    for old in block.eqns:
        eqn = rewire(old, env)
        if eqn.regions:
            eqn = map_regions(eqn, _block)
        if len(eqn.outs) == 1 and eqn.out in joined:
            unnamed = Value(eqn.out.type)
            env[eqn.out] = unnamed
            eqn = eqn.with_outs((unnamed,))
        changed = changed or eqn is not old
        eqns.append(eqn)
    return with_eqns(block, eqns, env=env) if changed else block


def _joined(block: Block) -> set[Value]:
    """Values that are one term of the next version of their name, and are read in its statement only."""
    readers: dict[Value, set[Statement]] | None = None
    produced: dict[Value, Eqn] = {}
    terms: dict[Value, int] = {}
    found: set[Value] = set()
    for eqn in block.eqns:
        if len(eqn.outs) != 1:
            continue
        produced[eqn.out] = eqn
        first = eqn.args[0] if eqn.args else None
        if eqn.op.name not in ("add", "subtract") or not isinstance(first, Value) or not eqn.phase:
            continue
        before = produced.get(first)
        if before is None or not _is_term(before, eqn):
            continue
        readers = _readers(block) if readers is None else readers
        if readers[first] != {_statement(eqn)}:
            continue
        length = terms.get(first, 1) + 1
        if length <= _TERMS:
            terms[eqn.out] = length
            found.add(first)
    return found


def _is_term(before: Eqn, eqn: Eqn) -> bool:
    """Is `before` an elementwise expression for the same name in the same statement?"""
    if before.op.kind is not Kind.ELEMENTWISE or before.op.name == "copy" or not eqn.out.hint:
        return False
    same = before.out.hint == eqn.out.hint and before.out.type == eqn.out.type
    return same and _statement(before) == _statement(eqn)


Statement = tuple[Loc | None, str]
_RESULT: Statement = (None, "result")


def _statement(eqn: Eqn) -> Statement:
    return eqn.loc, eqn.phase


def _readers(block: Block) -> dict[Value, set[Statement]]:
    """The statements that read each value."""
    found: dict[Value, set[Statement]] = {}
    for eqn in block.eqns:
        for arg in eqn.reads:
            found.setdefault(arg, set()).add(_statement(eqn))
    for result in values(block.results):
        found.setdefault(result, set()).add(_RESULT)
    return found
