"""A loop that keeps what one of its trips found: its adjoint is that of the one trip.

In: a `for` each of whose wanted results is what the last trip left in which a condition held. Out: the same
loop, which also says which trip that was, and in the backward part its adjoint, where there was such a trip.

    for j in range(k):                            for j in range(k):
        d = f(x[j])                                   d = f(x[j])
        if d < best: best = d         ->              if d < best: best = d; best_j = j
                                                  ...
                                                  if best_j >= 0: dx[best_j] += f'(x[best_j]) * dbest
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.branch import pull_cond
from symgrad.ad.control import Backpropagate, carrying, pull_loop
from symgrad.ad.loops import Loop, taken_apart
from symgrad.ad.primal import Forward
from symgrad.ad.tape import facts
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Symbol, Value, values
from symgrad.ir.frozen import dataclass
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, For, close_all, for_parts, told_by
from symgrad.ir.switch import is_on
from symgrad.ir.types import INT
from symgrad.ir.walk import again, live, producers, rewire_args


@dataclass(frozen=True, slots=True)
class _Selection:
    """What decides, on which side it finds something, and the carried values that keep that."""

    choice: Eqn  # a branch, or `where`
    side: int
    kept: tuple[int, ...]
    needed: tuple[Eqn, ...]  # the equations of a trip that make what is found, opened
    found: tuple[Arg, ...]


def pull_any_loop(
    eqn: Eqn, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate
) -> None:
    """Carry the cotangents of a loop's results to its operands."""
    found = None if f.plain or not is_on("selected") else _selection(eqn, d, active)
    if found is None:
        pull_loop(eqn, d, active, f, backpropagate)
    else:
        _pull(eqn, found, d, active, f, backpropagate)


def _selection(eqn: Eqn, d: Derivatives, active: set[Value]) -> _Selection | None:
    if eqn.op is not FOR or not isinstance(eqn.args[2], Const):
        return None
    loop = taken_apart(eqn)
    kept, _ = carrying(loop, [d.get(o) is not None for o in eqn.outs], active)
    made = producers(loop.body)
    choices = [made.get(y) for k in kept if isinstance(y := loop.yields[k], Value)]
    first = next(iter(choices), None)
    if first is None or len(choices) < len(kept) or not _is_one_choice(choices):
        return None
    for side in (0, 1):
        if all(_choice(loop, k, made, 1 - side) is loop.carried_params[k] for k in kept):
            return _of_one_trip(first, side, tuple(kept), loop, made)
    return None


def _is_one_choice(eqns: Sequence[Eqn | None]) -> bool:
    """One branch, or selections (`a if c else b`) on one condition."""
    first = eqns[0]
    if first is None or first.op is COND:
        return first is not None and all(e is first for e in eqns)
    same = all(e is not None and e.op is first.op and e.args[0] is first.args[0] for e in eqns)
    return same and first.op.name == "where" and not first.args[0].type.rank


def _choice(loop: Loop, k: int, made: Mapping[Value, Eqn], side: int) -> Arg:
    """What one side of a choice hands on as the carried value `k`: an operand, or what the side makes."""
    out = loop.yields[k]
    assert isinstance(out, Value)
    eqn = made[out]
    if eqn.op is not COND:
        return eqn.args[1 + side]
    block = eqn.regions[side]
    result = block.results[eqn.outs.index(out)]
    return eqn.args[1 + block.params.index(result)] if result in block.params else result


def _of_one_trip(
    choice: Eqn, side: int, kept: tuple[int, ...], loop: Loop, made: Mapping[Value, Eqn]
) -> _Selection | None:
    """What a trip finds, if it is the same whatever the trips before it did."""
    env: dict[Value, Arg] = {}
    inside: list[Eqn] = []
    told = [*loop.body.symbols]
    if choice.op is COND:
        block = choice.regions[side]
        env.update(zip(block.params, choice.args[1:], strict=True))
        for e in block.eqns:
            inside.append(again(e, env))
            env.update(zip(e.outs, inside[-1].outs, strict=True))
        told += facts(block.symbols, env, inside)
    found = rewire_args([_choice(loop, k, made, side) for k in kept], env)
    needed = live((*loop.body.eqns, *inside), found, told)
    own = {o for e in needed for o in e.outs}
    read = {*(v for e in needed for v in e.reads), *values(found)} - own
    sizes = {s.param for s in told if s.axis is not None} & set(loop.carried_params)
    if read & set(loop.carried_params) or sizes:
        return None
    return _Selection(choice, side, kept, needed, found)


def _pull(
    eqn: Eqn, s: _Selection, d: Derivatives, active: set[Value], f: Forward, backpropagate: Backpropagate
) -> None:
    """The loop that says which trip it was, and the adjoint of that trip as that of a branch."""
    loop, p = taken_apart(eqn), for_parts(eqn)
    b = d.builder
    which = _telling(eqn, loop, s, f)
    assert isinstance(p.step, Const)
    there = b.emit(OPS["greater_equal" if p.step.value > 0 else "less_equal"], (which, p.start))
    env: dict[Value, Arg] = {p.index: which, **dict(zip(loop.invariant_params, loop.invariant, strict=True))}
    eqns: list[Eqn] = []
    for e in s.needed:
        eqns.append(again(e, env))
        env.update(zip(e.outs, eqns[-1].outs, strict=True))
    told = [Symbol(n, p.index, None) for n in told_by(p.index, loop.body)]
    known = facts([*told, *loop.body.symbols], env, eqns)
    starts = [loop.carried[k] for k in s.kept]
    bodies: Sequence[tuple[Sequence[Eqn], Sequence[Arg]]] = [(eqns, rewire_args(s.found, env)), ((), starts)]
    blocks, operands = close_all((), bodies, b, known)
    outs = tuple(Value(eqn.outs[k].type, eqn.outs[k].hint) for k in s.kept)
    for k, out in zip(s.kept, outs, strict=True):
        if eqn.outs[k] in d.held:
            d.bind(out, d.held[eqn.outs[k]])
    one = Eqn(COND, (there, *operands), outs, {}, blocks, eqn.loc, eqn.phase)
    pull_cond(one, d, active | set(outs), f, backpropagate, repeats=True)


def _telling(eqn: Eqn, loop: Loop, s: _Selection, f: Forward) -> Value:
    """Put in the place of the loop one that also carries the index of the trip that found something."""
    p = for_parts(eqn)
    b = Builder()
    b.loc, b.phase = eqn.loc, eqn.phase
    none = _before_first(p, f, b)
    hint = f.fresh(f"{eqn.outs[s.kept[0]].hint or 'found'}_{p.index.hint or 'trip'}")
    before, now, after = (Value(INT, hint) for _ in range(3))
    choice = (_branch if s.choice.op is COND else _where)(s, p.index, before, now)
    count = len(loop.carried)
    params = (*loop.body.params[: 1 + count], before, *loop.invariant_params)
    eqns = tuple(new for e in loop.body.eqns for new in (choice if e is s.choice else (e,)))
    body: Block = replace(loop.body, params=params, eqns=eqns, results=(*loop.body.results, now))
    args = (*eqn.args[:3], *loop.carried, none, *loop.invariant)
    telling = replace(eqn, args=args, outs=(*eqn.outs, after), regions=(body,))
    f.replaced[eqn.outs[0]] = (*b.eqns, telling)
    return after


def _before_first(p: For, f: Forward, b: Builder) -> Arg:
    """The index that a trip before the first would have."""
    assert isinstance(p.step, Const)
    known = f.dim(p.start)
    if known is None:
        return (b.ref(p.start) - int(p.step.value)).arg
    before = known - int(p.step.value)
    return Const(before, INT) if isinstance(before, int) else b.emit(OPS["extent"], (), {"dim": before})


def _branch(s: _Selection, index: Value, before: Value, now: Value) -> tuple[Eqn, ...]:
    """The branch that also hands on the index, or the one it was."""
    regions = []
    for number, block in enumerate(s.choice.regions):
        mine, kept = Value(INT, index.hint), Value(INT, before.hint)
        results = (*block.results, mine if number == s.side else kept)
        regions.append(replace(block, params=(*block.params, mine, kept), results=results))
    args, outs = (*s.choice.args, index, before), (*s.choice.outs, now)
    return (replace(s.choice, args=args, outs=outs, regions=tuple(regions)),)


def _where(s: _Selection, index: Value, before: Value, now: Value) -> tuple[Eqn, ...]:
    """The selection of a value, and that of its index."""
    sides = (index, before) if s.side == 0 else (before, index)
    return s.choice, replace(s.choice, args=(s.choice.args[0], *sides), outs=(now,))
