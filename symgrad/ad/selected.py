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

from collections.abc import Sequence

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.branch import pull_cond
from symgrad.ad.control import Backpropagate, carrying, pull_loop
from symgrad.ad.loops import Loop, taken_apart
from symgrad.ad.primal import Forward
from symgrad.ad.tape import facts
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Symbol, Value, values
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, For, close_all, for_parts, told_by
from symgrad.ir.switch import is_on
from symgrad.ir.types import INT
from symgrad.ir.walk import again, live, producers, rewire_args

# A branch, or `where`, and the side of it that finds; in that side of a branch the next one, and so on.
Path = tuple[tuple[Eqn, int], ...]


@dataclass(frozen=True, slots=True)
class _Selection:
    """What decides, on which sides it finds something, and the carried values that keep that."""

    path: Path
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
    if not kept:
        return None
    path, inside, told, found = _opened(loop, kept)
    return _of_one_trip(path, tuple(kept), inside, told, found, loop) if path else None


def _opened(loop: Loop, kept: Sequence[int]) -> tuple[Path, list[Eqn], list[Symbol], list[Arg]]:
    """The way to what a trip finds, the equations on it, where these find extents, and what is found."""
    env: dict[Value, Arg] = {}
    inside: list[Eqn] = []
    told = [*loop.body.symbols]
    path: list[tuple[Eqn, int]] = []
    block, ends = loop.body, [loop.yields[k] for k in kept]
    untouched: tuple[Arg, ...] = tuple(loop.carried_params[k] for k in kept)
    while True:
        made = producers(block)
        choices = [made.get(e) if isinstance(e, Value) else None for e in ends]
        choice = choices[0]
        if choice is None or not _is_one_choice(choices):
            break
        sides = [[_handed_on(choice, e, side) for e in ends] for side in (0, 1)]
        other = [rewire_args(_through(choice, side), env) for side in reversed(sides)]
        if untouched not in other:
            break
        side = other.index(untouched)
        path.append((choice, side))
        ends = sides[side]
        if choice.op is not COND:
            break
        block = choice.regions[side]
        env.update(zip(block.params, rewire_args(choice.args[1:], env), strict=True))
        for e in block.eqns:
            inside.append(again(e, env))
            env.update(zip(e.outs, inside[-1].outs, strict=True))
        told += facts(block.symbols, env, inside)
    return tuple(path), inside, told, [*rewire_args(ends, env)]


def _is_one_choice(eqns: Sequence[Eqn | None]) -> bool:
    """One branch, or selections (`a if c else b`) on one condition."""
    first = eqns[0]
    if first is None or first.op is COND:
        return first is not None and all(e is first for e in eqns)
    same = all(e is not None and e.op is first.op and e.args[0] is first.args[0] for e in eqns)
    return same and first.op.name == "where" and not first.args[0].type.rank


def _handed_on(choice: Eqn, out: Arg, side: int) -> Arg:
    """What one side of a choice makes of a result: an operand of `where`, or a result of the side's block."""
    assert isinstance(out, Value)
    return (
        choice.regions[side].results[choice.outs.index(out)] if choice.op is COND else choice.args[1 + side]
    )


def _through(choice: Eqn, args: Sequence[Arg]) -> list[Arg]:
    """Results of a side that are its params, as the operands that these stand for."""
    params = {p: a for block in choice.regions for p, a in zip(block.params, choice.args[1:], strict=True)}
    return [*rewire_args(args, params)]


def _of_one_trip(
    path: Path,
    kept: tuple[int, ...],
    inside: Sequence[Eqn],
    told: Sequence[Symbol],
    found: Sequence[Arg],
    loop: Loop,
) -> _Selection | None:
    """What a trip finds, if it is the same whatever the trips before it did."""
    needed = live((*loop.body.eqns, *inside), found, told)
    own = {o for e in needed for o in e.outs}
    read = {*(v for e in needed for v in e.reads), *values(tuple(found))} - own
    sizes = {s.param for s in told if s.axis is not None} & set(loop.carried_params)
    if read & set(loop.carried_params) or sizes:
        return None
    return _Selection(path, kept, needed, tuple(found))


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
    count = len(loop.carried)
    params = (*loop.body.params[: 1 + count], before, *loop.invariant_params)
    body = _marked(loop.body, s.path, p.index, before, now)
    body = replace(body, params=params, results=(*body.results, now))
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


def _marked(block: Block, path: Path, index: Value, before: Value, now: Value) -> Block:
    """The block with `now` beside what the choice makes: the index if it finds something, else `before`."""
    choice, side = path[0]
    if choice.op is COND:
        made: tuple[Eqn, ...] = (_branch(path, index, before, now),)
    else:
        sides = (index, before) if side == 0 else (before, index)
        made = (choice, replace(choice, args=(choice.args[0], *sides), outs=(now,)))
    return replace(block, eqns=tuple(new for e in block.eqns for new in (made if e is choice else (e,))))


def _branch(path: Path, index: Value, before: Value, now: Value) -> Eqn:
    """The branch that also hands on the index, or the one it was."""
    choice, side = path[0]
    regions = []
    for number, block in enumerate(choice.regions):
        mine, kept = Value(INT, index.hint), Value(INT, before.hint)
        handed = mine if number == side else kept
        if number == side and path[1:]:
            handed = Value(INT, before.hint)
            block = _marked(block, path[1:], mine, kept, handed)
        regions.append(replace(block, params=(*block.params, mine, kept), results=(*block.results, handed)))
    args, outs = (*choice.args, index, before), (*choice.outs, now)
    return replace(choice, args=args, outs=outs, regions=tuple(regions))
