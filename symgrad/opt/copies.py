"""Copies: equations that give one value a second name.

In: a function. Out: one in which readers of a copy read what it copies. With `keep_named`, a copy between two
values that the user can name stays, because it is a statement of the study text; an unnamed source takes the
name of its copy instead.

    t = x * y; q = copy(t)     ->    q = x * y
    dsigx = copy(dden)         ->    dsigx = copy(dden) in the study text, nothing in a kernel

Before differentiation, second names of arrays go from regions (`one_name_inside`): each would have a
cotangent of its own, cleared and added in every trip.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Value
from symgrad.ir.frozen import replace
from symgrad.ir.regions import operands_of, params_of
from symgrad.ir.settled import settling
from symgrad.ir.walk import map_regions, rename, rewire, with_eqns


def remove_copies(function: Function, *, keep_named: bool) -> Function:
    """`function` without copies that say nothing."""
    body = _block(function.body, keep_named)
    return function if body is function.body else replace(function, body=body)


@settling
def _block(block: Block, keep_named: bool) -> Block:
    named = _adopted(block)
    told = {s.param for s in block.symbols}
    env: dict[Value, Arg] = {}
    eqns: list[Eqn] = []
    changed = False
    for old in block.eqns:
        eqn = rewire(old, env)
        if eqn.regions:
            eqn = map_regions(eqn, lambda region: _block(region, keep_named))
        if named and any(out in named for out in eqn.outs):
            outs = tuple(Value(out.type, named[out]) if out in named else out for out in eqn.outs)
            env.update(zip(eqn.outs, outs, strict=True))
            eqn = eqn.with_outs(outs)
        if eqn.op.name == "copy" and not _stays(eqn, told) and not (keep_named and _says_something(eqn)):
            env[old.out] = eqn.args[0]
            changed = True
            continue
        changed = changed or eqn is not old
        eqns.append(eqn)
    return with_eqns(block, eqns, env=env) if changed else block


def one_name_inside(function: Function) -> Function:
    """`function` whose loops and branches read the arrays that were copied, in place of their copies."""
    eqns = [replace(e, regions=tuple(map(_one_name, e.regions))) if e.regions else e for e in function.eqns]
    return replace(function, body=with_eqns(function.body, eqns))


def _one_name(block: Block) -> Block:
    env: dict[Value, Arg] = {}
    eqns: list[Eqn] = []
    for old in block.eqns:
        eqn = rewire(old, env)
        if eqn.op.name == "copy" and eqn.out.type.rank:
            env[old.out] = eqn.args[0]
            continue
        if eqn.regions:
            named = _as_outside(eqn, old.args)
            eqn = replace(eqn, regions=tuple(_one_name(_renamed(r, named)) for r in eqn.regions))
        eqns.append(eqn)
    return with_eqns(block, eqns, env=env)


def _as_outside(eqn: Eqn, before: Sequence[Arg]) -> dict[Value, str]:
    """The params of blocks that were given a copy: they are called as the array that was copied."""
    first, carried = operands_of(eqn)
    first += carried
    named: dict[Value, str] = {}
    for block in eqn.regions:
        triples = zip(params_of(eqn, block)[carried:], before[first:], eqn.args[first:], strict=True)
        named |= {p: now.hint for p, old, now in triples if now is not old and isinstance(now, Value)}
    return named


def _renamed(block: Block, named: Mapping[Value, str]) -> Block:
    return rename(Function("", block), named).body if any(p in named for p in block.params) else block


def _stays(copy: Eqn, told: Collection[Value]) -> bool:
    """The number of an extent has a value of its own, also where it is a constant."""
    return isinstance(copy.args[0], Const) and copy.out in told


def _says_something(copy: Eqn) -> bool:
    """A statement `b = a` between two different names."""
    (source,) = copy.args
    return isinstance(source, Value) and bool(copy.out.hint) and source.hint != copy.out.hint


def _adopted(block: Block) -> dict[Value, str]:
    """Names that unnamed values take over from their copies: the first copy's, and of the same phase.

    A primal value does not take an adjoint's name: `dnum = t` is still said where `t = 1 / den` is primal.
    """
    phase = {out: eqn.phase for eqn in block.eqns for out in eqn.outs if not out.hint}
    named: dict[Value, str] = {}
    for eqn in block.eqns:
        if eqn.op.name != "copy" or not eqn.out.hint:
            continue
        for source in eqn.reads:
            if phase.get(source) == eqn.phase and source not in named:
                named[source] = eqn.out.hint
    return named
