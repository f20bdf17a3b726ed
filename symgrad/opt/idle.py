"""Work that a cotangent of zero would do is done only in the branch where it is not zero.

In: a function. Out: the same function; loops and statements on arrays that follow a branch of the derivative,
and that change nothing where the branch gave 0, stand inside that branch, with what only they read.

    if m: ddist = dclosest                        if m:
    else: ddist = 0.0                                 ddist = dclosest
    for c in range(d): dx[c] += 2 * ddist * e[c]      for c in range(d): dx[c] += 2 * ddist * e[c]

A cotangent that is exactly 0 contributes exactly 0, whatever it is multiplied by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Kind, Symbol, Value
from symgrad.ir.frozen import replace
from symgrad.ir.regions import COND, FOR, close_all, cond_parts, for_parts
from symgrad.ir.settled import settling
from symgrad.ir.walk import again, map_regions, rewire, rewire_args, uses
from symgrad.opt.dce import live_block

_ANY = frozenset({"multiply", "matmul"})  # 0 if any operand is
_FIRST = frozenset(
    ("divide", "negative", "getitem", "reshape", "transpose", "broadcast_to", "sum", "cast", "copy", "full")
)
_QUIET = (Kind.ELEMENTWISE, Kind.SHAPE, Kind.CREATE)


def enter_branches(function: Function) -> Function:
    """`function` with idle work inside the branches that make it idle."""
    body = _block(function.body)
    return function if body is function.body else replace(function, body=body)


@settling
def _block(block: Block) -> Block:
    if not any(e.regions for e in block.eqns):
        return block
    eqns = [map_regions(eqn, _block) if eqn.regions else eqn for eqn in block.eqns]
    if any(a is not b for a, b in zip(eqns, block.eqns, strict=True)):
        block = replace(block, eqns=tuple(eqns))
    for place, eqn in enumerate(block.eqns):
        if eqn.op is COND and eqn.phase and (entered := _entered(block, place)) is not None:
            return _block(entered)
    return block


@dataclass(slots=True)
class Idle:
    """What is 0, and what is something else unchanged, if some values are 0."""

    zero: set[Value] = field(default_factory=set)
    same: dict[Value, Arg] = field(default_factory=dict)

    def is_zero(self, arg: Arg) -> bool:
        if isinstance(arg, Const):
            return not isinstance(arg.value, bool) and arg.value == 0
        return arg in self.zero

    def origin(self, arg: Arg) -> Arg:
        while isinstance(arg, Value) and arg in self.same:
            arg = self.same[arg]
        return arg

    def follow(self, eqn: Eqn) -> bool:
        """Note what the results are; False if they are neither 0 nor what was there before."""
        name, args = eqn.op.name, eqn.args
        if eqn.op is FOR:
            return self._for(eqn)
        if eqn.op is COND:
            return self._cond(eqn)
        if len(eqn.outs) != 1 or not eqn.out.type.is_float:
            return False
        zeros = [self.is_zero(a) for a in args]
        if (
            (name in _ANY and any(zeros))
            or (name in _FIRST and zeros[0])
            or (name in ("add", "subtract") and all(zeros))
            or (name == "where" and all(zeros[1:]))
        ):
            self.zero.add(eqn.out)
            return True
        if name == "copy" or (name in ("add", "subtract", "add_at") and zeros[1]):
            return self._unchanged(eqn, args[0])
        return name == "add" and zeros[0] and self._unchanged(eqn, args[1])

    def _unchanged(self, eqn: Eqn, arg: Arg) -> bool:
        if arg.type != eqn.out.type:
            return False
        self.same[eqn.out] = arg
        return True

    def _for(self, eqn: Eqn) -> bool:
        p = for_parts(eqn)
        if p.exits:
            return False
        held = list(zip(p.carried_params, p.carried, strict=True))
        inner = Idle({x for x, a in held if self.is_zero(a)})
        inner.zero |= {x for x, a in zip(p.invariant_params, p.invariant, strict=True) if self.is_zero(a)}
        inner.follow_all(p.body.eqns)
        return self._end(eqn, [(x, a, [y]) for (x, a), y in zip(held, p.yields, strict=True)], inner)

    def _cond(self, eqn: Eqn) -> bool:
        p = cond_parts(eqn)
        ends = []
        for side in (p.then, p.orelse):
            captured = list(zip(side.params, p.captured, strict=True))
            inner = Idle({x for x, a in captured if self.is_zero(a)})
            inner.follow_all(side.eqns)
            outer = dict(captured)
            ends.append(
                [
                    Const(0.0, r.type) if inner.is_zero(r) else outer.get(o) if isinstance(o, Value) else None
                    for r, o in ((r, inner.origin(r)) for r in side.results)
                ]
            )
        for out, left, right in zip(eqn.outs, *ends, strict=True):
            if left is None or right is None or left != right:
                return False
            if isinstance(left, Const):
                self.zero.add(out)
            else:
                self.same[out] = left
        return True

    def _end(self, eqn: Eqn, held: Iterable[tuple[Value, Arg, list[Arg]]], inner: Idle) -> bool:
        for out, (param, arg, ends) in zip(eqn.outs, held, strict=True):
            if param in inner.zero:
                if not all(inner.is_zero(e) for e in ends):
                    return False
                self.zero.add(out)
            elif all(inner.origin(e) is param for e in ends):
                self.same[out] = arg
            else:
                return False
        return True

    def follow_all(self, eqns: Iterable[Eqn]) -> None:
        for eqn in eqns:
            self.follow(eqn)


def _entered(block: Block, place: int) -> Block | None:
    """The block with what follows the branch at `place` inside it, where it is idle in one of its sides."""
    cond = block.eqns[place]
    for side in (0, 1):
        idle = Idle(
            {
                o
                for o, r in zip(cond.outs, cond.regions[side].results, strict=True)
                if _nothing(r, cond.regions[side])
            }
        )
        split = _split(block, place, idle) if idle.zero else None
        if split is not None and _one_meaning(block, (cond, *split.inside)):
            return _rebuilt(block, place, split, idle, side)
    return None


def _one_meaning(block: Block, eqns: Sequence[Eqn]) -> bool:
    """Each extent of the regions is told by one value: two may have one name, in regions apart."""
    told: dict[str, Arg] = {s.name: s.param for s in block.symbols if s.axis is None}
    for eqn in eqns:
        first = 3 if eqn.op is FOR else 1 if eqn.op is COND else 0
        for region in eqn.regions:
            params = region.params[1:] if eqn.op is FOR else region.params
            outer = dict(zip(params, eqn.args[first:], strict=True))
            for s in region.symbols:
                source = outer.get(s.param)
                if s.axis is None and source is not None and told.setdefault(s.name, source) != source:
                    return False
    return True


def _nothing(result: Arg, block: Block) -> bool:
    """Is the result of a branch 0, or an array of zeros?"""
    if isinstance(result, Const):
        return result.type.is_float and result.value == 0
    made = next((e for e in block.eqns if e.outs == (result,)), None)
    return made is not None and made.op.name == "full" and _nothing(made.args[0], block)


@dataclass(frozen=True, slots=True)
class _Split:
    """The equations around a branch: those before it, those that enter it, and the rest."""

    before: tuple[Eqn, ...]
    inside: tuple[Eqn, ...]
    rest: tuple[Eqn, ...]


def _split(block: Block, place: int, idle: Idle) -> _Split | None:
    """What of the program after `place` is idle; None if that is not worth a branch."""
    made, late = set(block.eqns[place].outs), set[Value]()
    first: list[Eqn] = []
    inside: list[Eqn] = []
    rest: list[Eqn] = []
    for number, eqn in enumerate(block.eqns[place + 1 :], place + 1):
        read = set(eqn.reads)
        if not read & (made | late):
            if eqn.op.kind not in _QUIET:
                rest += block.eqns[number:]  # what writes keeps its place
                break
            (rest if late & read else first).append(eqn)
        elif eqn.phase and not read & late and read & idle.zero and idle.follow(eqn):
            inside.append(eqn)
            made |= set(eqn.outs)
        else:
            late |= set(eqn.outs)
            rest.append(eqn)
    if not any(map(_is_work, inside)):
        return None
    private = _private(block, place, first, inside)
    before = (e for e in (*block.eqns[:place], *first) if private.keys().isdisjoint(e.outs))
    return _Split(tuple(before), (*private.values(), *inside), tuple(rest))


def _is_work(eqn: Eqn) -> bool:
    """A loop, or something done to every element of an array."""
    written = eqn.args[1] if eqn.op.kind is Kind.WRITE else eqn.out if len(eqn.outs) == 1 else None
    return eqn.op is FOR or (written is not None and written.type.rank > 0)


def _private(block: Block, place: int, first: Sequence[Eqn], inside: Sequence[Eqn]) -> dict[Value, Eqn]:
    """What nothing else reads, made before the branch from what nobody writes meanwhile; in order."""
    count = uses(block)
    told = {s.param for s in block.symbols}
    mine = Counter(v for e in inside for v in e.reads)
    held = {v for e in block.eqns[place + 1 :] if e.op.kind not in _QUIET for v in e.reads}
    found: list[Eqn] = []
    for eqn in reversed((*block.eqns[:place], *first)):
        if eqn.op.kind not in _QUIET:
            held |= set(eqn.reads)
        elif (
            (eqn.out.type.rank or (eqn.phase and not eqn.out.hint))
            and mine[eqn.out] == count[eqn.out]
            and eqn.out not in told
            and eqn.op.name not in ("empty", "tape")
            and not any(v.type.rank and v in held for v in eqn.reads)
        ):
            found.append(eqn)
            mine.update(eqn.reads)
    return {e.out: e for e in reversed(found)}


def _rebuilt(block: Block, place: int, split: _Split, idle: Idle, side: int) -> Block:
    cond = block.eqns[place]
    later = uses(replace(block, eqns=split.rest))
    outs = tuple(o for e in (cond, *split.inside) for o in e.outs if later[o])
    bodies: list[tuple[Sequence[Eqn], Sequence[Arg]]] = []
    known: list[Symbol] = list(block.symbols)
    for number, region in enumerate(cond.regions):
        env: dict[Value, Arg] = dict(zip(region.params, cond.args[1:], strict=True))
        eqns = [rewire(e, env) for e in region.eqns]
        known += _opened(region.symbols, env)
        env = dict(zip(cond.outs, rewire_args(region.results, env), strict=True))
        b = Builder()
        b.loc, b.phase = cond.loc, cond.phase
        if number == side:
            results: list[Arg] = [_left(o, idle, env, b) for o in outs]
            made_again, results = _made_again(split.inside, results)
            eqns += made_again
        else:
            eqns += [rewire(e, env) for e in split.inside]
            results = [env.get(o, o) for o in outs]
        bodies.append(([*eqns, *b.eqns], results))
    before = Builder()
    before.loc, before.phase = cond.loc, cond.phase
    regions, operands = close_all((), bodies, before, known)
    fresh = {o: Value(o.type, o.hint) for o in outs}
    new = replace(cond, args=(cond.args[0], *operands), outs=tuple(fresh.values()), regions=regions)
    env = dict(fresh)
    rest = tuple(rewire(e, env) for e in split.rest)
    every = (*split.before, *before.eqns, new, *rest)
    return replace(block, eqns=every, results=rewire_args(block.results, env))


def _left(out: Value, idle: Idle, env: Mapping[Value, Arg], b: Builder) -> Arg:
    """What `out` is in the idle branch."""
    if out in env:
        return env[out]
    if out in idle.zero:
        return b.full(0.0, out.type)
    origin = idle.origin(out)
    if not isinstance(origin, Value) or origin in env:
        return env[origin] if isinstance(origin, Value) else origin
    return b.full(0.0, out.type) if origin in idle.zero else origin


def _made_again(inside: Sequence[Eqn], results: Sequence[Arg]) -> tuple[list[Eqn], list[Arg]]:
    """What the idle branch leaves as it was, though it is made in the other one only."""
    env: dict[Value, Arg] = {}
    eqns: list[Eqn] = []
    for eqn in live_block(Block((), tuple(inside), tuple(results))).eqns:
        eqns.append(again(eqn, env))
        env.update(zip(eqn.outs, eqns[-1].outs, strict=True))
    return eqns, list(rewire_args(results, env))


def _opened(symbols: Iterable[Symbol], env: Mapping[Value, Arg]) -> Iterable[Symbol]:
    for s in symbols:
        param = env.get(s.param, s.param)
        if isinstance(param, Value):
            yield Symbol(s.name, param, s.axis)
