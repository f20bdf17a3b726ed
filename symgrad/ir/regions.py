"""Control flow as data: `for`, `while`, `cond` and `call` equations, whose closed blocks are their regions.

    outs = for(start, stop, step, *carried, *invariant)     body(i, *carried, *invariant) -> [more,] *carried
    outs = while(*carried, *invariant)                      test(*carried, *invariant) -> bool
                                                            body(*carried, *invariant) -> *carried
    outs = cond(c, *captured)                               then(*captured), else(*captured) -> outs
    outs = call(*captured)                                  body(*captured) -> outs

Named extents inside a region mean the same numbers as outside; a region binds them again by its own params.
A `for` whose attribute `exits` is True yields first a bool, `more`: False ends the loop after this trip.
A `for` with the attribute `checkpoint`, and a `call`, say what the adjoint may save (`ad.checkpoint`,
`ad.calls`); only a function that has yet to be differentiated has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Eqn, Kind, Op, Symbol, Value
from symgrad.ir.dims import as_symbol, symbol
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.ops import OPS, Types, define
from symgrad.ir.types import INT, ArrayType, Unifier
from symgrad.ir.walk import rewire, rewire_args


def _by_regions(types: Types, attrs: object, unify: Unifier) -> Types:
    raise TypeError("the results of a region equation follow from its blocks: build it with region_eqn")


FOR = define("for", Kind.REGION, _by_regions)
WHILE = define("while", Kind.REGION, _by_regions)
COND = define("cond", Kind.REGION, _by_regions)
CALL = define("call", Kind.REGION, _by_regions)


@dataclass(frozen=True, slots=True)
class For:
    """A `for` equation taken apart."""

    start: Arg
    stop: Arg
    step: Arg
    carried: tuple[Arg, ...]
    invariant: tuple[Arg, ...]
    body: Block
    exits: bool

    @property
    def index(self) -> Value:
        return self.body.params[0]

    @property
    def carried_params(self) -> tuple[Value, ...]:
        return self.body.params[1 : 1 + len(self.carried)]

    @property
    def invariant_params(self) -> tuple[Value, ...]:
        return self.body.params[1 + len(self.carried) :]

    @property
    def yields(self) -> tuple[Arg, ...]:
        """What the body hands to the next trip, without the flag of an exiting loop."""
        return self.body.results[1:] if self.exits else self.body.results


@dataclass(frozen=True, slots=True)
class While:
    """A `while` equation taken apart."""

    carried: tuple[Arg, ...]
    invariant: tuple[Arg, ...]
    test: Block
    body: Block


@dataclass(frozen=True, slots=True)
class Cond:
    """A `cond` equation taken apart."""

    condition: Arg
    captured: tuple[Arg, ...]
    then: Block
    orelse: Block


def for_parts(eqn: Eqn) -> For:
    count = len(eqn.outs)
    rest = eqn.args[3:]
    (body,) = eqn.regions
    start, stop, step = eqn.args[:3]
    return For(start, stop, step, rest[:count], rest[count:], body, bool(eqn.attrs.get("exits")))


def while_parts(eqn: Eqn) -> While:
    count = len(eqn.outs)
    test, body = eqn.regions
    return While(eqn.args[:count], eqn.args[count:], test, body)


def cond_parts(eqn: Eqn) -> Cond:
    then, orelse = eqn.regions
    return Cond(eqn.args[0], eqn.args[1:], then, orelse)


def operands_of(eqn: Eqn) -> tuple[int, int]:
    """Where the operands of the blocks begin among the equation's, and how many of these are carried."""
    carries = eqn.op.name in ("for", "while")
    return {"for": 3, "while": 0, "cond": 1, "call": 0}[eqn.op.name], len(eqn.outs) if carries else 0


def params_of(eqn: Eqn, block: Block) -> tuple[Value, ...]:
    """The params of a block that stand for operands: all but the index of a `for`."""
    return block.params[1:] if eqn.op.name == "for" else block.params


def told_by(number: Value, block: Block) -> list[str]:
    """The names of the extents that an integer of the block is, there or in the regions that are given it."""
    names = {s.name for s in block.symbols if s.param is number and s.axis is None}
    for eqn in block.eqns:
        for region in eqn.regions:
            operands = zip(params_of(eqn, region), eqn.args[operands_of(eqn)[0] :], strict=True)
            names.update(n for p, a in operands if a is number for n in told_by(p, region))
    return sorted(names)


def result_types(op: Op, regions: Sequence[Block], exits: bool = False) -> tuple[ArrayType, ...]:
    """The types of a region equation's results."""
    results = regions[-1].results
    return tuple(r.type for r in (results[1:] if exits else results))


def index_symbol(eqn: Eqn) -> tuple[Symbol, ...]:
    """The extents that the index of a `for` is; perhaps only regions in its body need them."""
    if eqn.op is not FOR:
        return ()
    body = eqn.regions[0]
    return tuple(Symbol(name, body.params[0], None) for name in told_by(body.params[0], body))


def bind_symbols(
    params: Sequence[Value], eqns: Sequence[Eqn], needed: set[str], known: Sequence[Symbol] = ()
) -> tuple[Symbol, ...]:
    """Where a block finds each extent: on a param, as `known` says or on an axis; else where `known` says.

    What an equation makes tells no extent by itself: it may have needed the number to be made.
    """
    if not needed:
        return ()
    found = {s.name: s for s in reversed(known) if s.name in needed and s.param in params}
    for value in params:
        if not needed.isdisjoint(value.type.names):
            for axis, dim in enumerate(value.type.shape):
                name = as_symbol(dim)
                if name in needed:
                    found.setdefault(name, Symbol(name, value, axis))
    late = [s for s in known if s.name in needed and s.name not in found]
    if late:
        made = {
            o for e in eqns for o in e.outs
        }  # later than any param: `s` may be needed to make its own value
        for s in late:
            if s.param in made:
                found.setdefault(s.name, s)
    return tuple(found[name] for name in sorted(found))


def mentioned_symbols(params: Sequence[Value], eqns: Sequence[Eqn]) -> set[str]:
    """Every extent name that a block mentions: in the types of its values and in its equations."""
    return set[str]().union(*[v.type.names for v in params], *[eqn.names for eqn in eqns])


Body = tuple[Sequence[Eqn], Sequence[Arg]]  # equations and results that may read the enclosing block


def close(
    params: Sequence[Value],
    eqns: Sequence[Eqn],
    results: Sequence[Arg],
    outer: Builder,
    known: Sequence[Symbol] = (),
    told: Mapping[str, Value] | None = None,
) -> tuple[Block, tuple[Arg, ...]]:
    """A closed block of equations that read values of the enclosing block, and the operands that it takes.

    Each outer value that they read becomes a further param, after `params`; so does the number of each extent
    that nothing in the block tells: what is `told` outside (by default the value that `known` says it is), or
    an `extent` equation in `outer`.
    """
    (block,), operands = close_all(params, [(eqns, results)], outer, known, told)
    return block, operands


def close_all(
    params: Sequence[Value],
    bodies: Sequence[Body],
    outer: Builder,
    known: Sequence[Symbol] = (),
    told: Mapping[str, Value] | None = None,
) -> tuple[tuple[Block, ...], tuple[Arg, ...]]:
    """`close` for regions that share their operands; each gets its own params (the first keeps `params`)."""
    foreign: dict[Value, None] = {}
    unbound: set[str] = set()
    for eqns, results in bodies:
        own = {*params, *(o for e in eqns for o in e.outs)}
        read = [a for e in eqns for a in e.reads] + [r for r in results if isinstance(r, Value)]
        foreign |= dict.fromkeys(v for v in read if v not in own)
    for eqns, _ in bodies:
        held = [*params, *foreign]
        needed = mentioned_symbols(held, eqns)
        unbound |= needed - {s.name for s in bind_symbols(held, eqns, needed, known)}
    extents = sorted(unbound)
    inside = {o for eqns, _ in bodies for e in eqns for o in e.outs}
    told = {s.name: s.param for s in known if s.axis is None} if told is None else told
    operands: list[Arg] = [*foreign]
    for n in extents:
        value = told.get(n)
        if value is None or value in inside:
            value = outer.emit(OPS["extent"], (), {"dim": symbol(n)}, hint=n)
        operands.append(value)
    blocks = []
    for number, (eqns, results) in enumerate(bodies):
        mine = list(params) if number == 0 else [Value(p.type, p.hint) for p in params]
        inner: dict[Value, Value] = dict(zip(params, mine, strict=True))
        inner.update((v, Value(v.type, v.hint)) for v in foreign)
        numbers = [Value(INT, n) for n in extents]
        body = tuple(rewire(e, inner) for e in eqns)
        all_params = (*mine, *(inner[v] for v in foreign), *numbers)
        facts = [Symbol(s.name, inner.get(s.param, s.param), s.axis) for s in known]
        facts += [Symbol(v.hint, v, None) for v in numbers]
        bound = bind_symbols(all_params, body, mentioned_symbols(all_params, body), facts)
        blocks.append(Block(all_params, body, rewire_args(results, inner), bound))
    return tuple(blocks), tuple(operands)


def closed_again(eqn: Eqn, change: Callable[[Sequence[Eqn], Builder], None], outer: Builder) -> Eqn:
    """A region equation whose blocks are opened, changed, and closed with the operands that they read then.

    `change` puts the equations of a block, which read the enclosing one freely, into a builder.
    """
    first, carried = operands_of(eqn)
    invariant = eqn.args[first + carried :]
    fixed = [carried + k for k, a in enumerate(invariant) if not isinstance(a, Value)]
    own = len(eqn.regions[0].params) - len(invariant)
    bodies: list[Body] = []
    known: list[Symbol] = []
    head: list[Value] = []
    for block in eqn.regions:
        params = params_of(eqn, block)
        mine = [*block.params[:own], *(params[k] for k in fixed)]
        head = head or mine
        env: dict[Value, Arg] = dict(zip(mine, head, strict=True))
        for p, a in zip(params[carried:], invariant, strict=True):
            env.setdefault(p, a)
        inner = Builder()
        change([rewire(e, env) for e in block.eqns], inner)
        told = ((s, env.get(s.param, s.param)) for s in block.symbols)
        known += [Symbol(s.name, param, s.axis) for s, param in told if isinstance(param, Value)]
        bodies.append((inner.eqns, rewire_args(block.results, env)))
    blocks, further = close_all(head, bodies, outer, known)
    args = (*eqn.args[: first + carried], *(eqn.args[first + k] for k in fixed), *further)
    return replace(eqn, args=args, regions=blocks)


def extent_names(block: Block) -> set[str]:
    """Every extent name in a block and its regions."""
    names = {s.name for s in block.symbols}
    for eqn in block.eqns:
        names |= eqn.names
        for region in eqn.regions:
            names |= extent_names(region)
    return names
