"""The program as its text sees it: open blocks, where the graph has closed regions.

In: a function. Out: the same equations in `Block`s that read the variables around them, as Python's do: a
captured operand is no longer a param. The operands that a region equation keeps are what its header says:
`for` start, stop, step and the carried values, `while` the carried values, `cond` the condition.

    s2 = for(0, n, 1, s, x) i, s1, x1: yield s1 * x1[i]    ->    s2 = for(0, n, 1, s) i, s1: yield s1 * x[i]
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.ir import core
from symgrad.ir.core import Arg, Eqn, Function, Value, values
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.regions import COND, FOR, cond_parts, for_parts, while_parts
from symgrad.ir.walk import rewire, rewire_args


@dataclass(frozen=True, slots=True)
class Size:
    """Where a block finds the number of a named extent: on an axis, or in an integer (axis None)."""

    name: str
    value: Arg
    axis: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An equation; a region equation has its blocks here (a `while` its test first), not in the equation."""

    eqn: Eqn
    blocks: tuple[Block, ...] = ()

    @property
    def body(self) -> Block:
        return self.blocks[-1]

    @property
    def key(self) -> Value:
        """What tables about equations are keyed by: the first result."""
        return self.eqn.outs[0]

    @property
    def is_loop(self) -> bool:
        return bool(self.blocks) and self.eqn.op is not COND

    @property
    def exits(self) -> bool:
        return bool(self.eqn.attrs.get("exits"))

    @property
    def carried(self) -> tuple[Arg, ...]:
        """What the carried values of a loop are before it."""
        return self.eqn.args[3:] if self.eqn.op is FOR else self.eqn.args

    @property
    def carried_params(self) -> tuple[Value, ...]:
        return self.body.params[1:] if self.eqn.op is FOR else self.body.params

    @property
    def yields(self) -> tuple[Arg, ...]:
        """What a trip of a loop hands to the next one."""
        return self.body.results[1:] if self.exits else self.body.results


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Steps in order. `params` are the loop index and the carried values; a branch has none."""

    params: tuple[Value, ...]
    steps: tuple[Step, ...]
    results: tuple[Arg, ...]
    sizes: tuple[Size, ...]


def opened(function: Function) -> Block:
    """The body of a function with its regions open, without extents that only regions took as operands."""
    env: dict[Value, Arg] = {}
    return _without_unread(_open(function.body, function.params, env))


def all_steps(block: Block) -> Iterator[Step]:
    """Every step, those of inner blocks after the one that holds them."""
    for step in block.steps:
        yield step
        for inner in step.blocks:
            yield from all_steps(inner)


def _open(block: core.Block, params: tuple[Value, ...], env: dict[Value, Arg]) -> Block:
    """`block` with captured params replaced by what `env` says they are outside."""
    steps = []
    for eqn in block.eqns:
        if eqn.outs:
            eqn = rewire(eqn, env)
            steps.append(_open_region(eqn, env) if eqn.regions else Step(eqn))
    sizes = tuple(Size(s.name, env.get(s.param, s.param), s.axis) for s in block.symbols)
    return Block(params, tuple(steps), rewire_args(block.results, env), sizes)


def _open_region(eqn: Eqn, env: dict[Value, Arg]) -> Step:
    if eqn.op is COND:
        parts = cond_parts(eqn)
        for block in eqn.regions:
            env.update(zip(block.params, parts.captured, strict=True))
        return Step(
            replace(eqn, args=eqn.args[:1], regions=()), tuple(_open(b, (), env) for b in eqn.regions)
        )
    if eqn.op is FOR:
        loop = for_parts(eqn)
        env.update(zip(loop.invariant_params, loop.invariant, strict=True))
        body = _open(loop.body, (loop.index, *loop.carried_params), env)
        return Step(replace(eqn, args=(*eqn.args[:3], *loop.carried), regions=()), (body,))
    again = while_parts(eqn)
    count = len(again.carried)
    carried = again.body.params[:count]
    env.update(zip(again.body.params[count:], again.invariant, strict=True))
    env.update(zip(again.test.params, (*carried, *again.invariant), strict=True))
    blocks = _open(again.test, (), env), _open(again.body, carried, env)
    return Step(replace(eqn, args=again.carried, regions=()), blocks)


def _without_unread(block: Block) -> Block:
    read = set(values(block.results))
    for step in all_steps(block):
        read.update(step.eqn.reads)
        for inner in step.blocks:
            read.update(values(inner.results))
    return _kept(block, read)


def _kept(block: Block, read: set[Value]) -> Block:
    steps = [
        replace(s, blocks=tuple(_kept(b, read) for b in s.blocks)) if s.blocks else s
        for s in block.steps
        if s.eqn.op.name != "extent" or s.key in read
    ]
    return replace(block, steps=tuple(steps))
