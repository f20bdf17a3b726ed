"""Plain helpers over the data: uses, substitution, renaming of extents. Functions in, functions out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass

from symgrad.ir.core import PLAIN, Arg, Block, Eqn, Function, Guard, Symbol, Value
from symgrad.ir.dims import Dim, Extent, as_symbol, substitute, symbol
from symgrad.ir.frozen import replace
from symgrad.ir.types import ArrayType


def uses(block: Block) -> Mapping[Value, int]:
    """How often each value is read by the block's equations and results (regions read through args)."""
    return block.uses


def producers(block: Block) -> Mapping[Value, Eqn]:
    """The equation that defines each value of this block (not its params, not inside regions)."""
    return block.producers


def all_eqns(block: Block) -> list[Eqn]:
    """Every equation, those of regions after the one that holds them."""
    found: list[Eqn] = []
    for eqn in block.eqns:
        found.append(eqn)
        for region in eqn.regions:
            found += all_eqns(region)
    return found


def rewire(eqn: Eqn, env: Mapping[Value, Arg]) -> Eqn:
    """`eqn` reading what `env` says in place of its operands."""
    if not env or env.keys().isdisjoint(eqn.reads):  # so it is for most equations in a pass
        return eqn
    return eqn.with_args(rewire_args(eqn.args, env))


def rewire_args(args: Iterable[Arg], env: Mapping[Value, Arg]) -> tuple[Arg, ...]:
    return tuple([env.get(a, a) if isinstance(a, Value) else a for a in args])


def map_regions(eqn: Eqn, f: Callable[[Block], Block]) -> Eqn:
    """The equation with other regions: itself, if `f` leaves them all as they are."""
    if not eqn.regions:
        return eqn
    regions = tuple(map(f, eqn.regions))
    same = all(new is old for new, old in zip(regions, eqn.regions, strict=True))
    return eqn if same else eqn.with_regions(regions)


def with_eqns(
    block: Block,
    eqns: Iterable[Eqn],
    results: tuple[Arg, ...] | None = None,
    *,
    env: Mapping[Value, Arg] | None = None,
) -> Block:
    """The block with other equations. `env`: what stands for values that are gone, in results and symbols.

    An extent whose number nothing in the block gives any more is dropped.
    """
    eqns = tuple(eqns)
    env = env or {}
    results = rewire_args(block.results, env) if results is None else results
    symbols = []
    if block.symbols:
        defined = {*block.params, *[o for e in eqns for o in e.outs]}
        for s in block.symbols:
            param = env.get(s.param, s.param)
            if isinstance(param, Value) and param in defined:
                symbols.append(s if param is s.param else Symbol(s.name, param, s.axis))
    return Block(block.params, eqns, results, tuple(symbols))


def rename(function: Function, hints: Mapping[Value, str]) -> Function:
    """The function with other hints for some of its values."""
    return _rebuild(function, lambda v: Value(v.type, hints.get(v, v.hint)))


def substitute_extents(
    function: Function, env: Mapping[str, Dim], hints: Mapping[Value, str] | None = None
) -> Function:
    """The function with extent names replaced in every type, attribute, symbol and guard.

    `hints` are other hints for some of its values.
    """
    if not env:
        return rename(function, hints) if hints else function

    def dim(d: Dim) -> Dim:
        return substitute(d, env)

    def value(v: Value) -> Value:
        return Value(_with_dims(v.type, dim, env), hints.get(v, v.hint) if hints else v.hint)

    return _rebuild(function, value, dim)


def _with_dims(kind: ArrayType, dim: Callable[[Dim], Dim], env: Mapping[str, Dim]) -> ArrayType:
    return kind if kind.names.isdisjoint(env) else kind.with_shape(tuple(map(dim, kind.shape)))


def again(eqn: Eqn, env: Mapping[Value, Arg]) -> Eqn:
    """The equation a second time: other operands, results and regions of its own."""
    outs = tuple(Value(o.type, o.hint) for o in eqn.outs)
    regions = tuple(_rebuild_block(r, lambda v: Value(v.type, v.hint)) for r in eqn.regions)
    return rewire(eqn, env).with_outs(outs).with_regions(regions)


def _rebuild(
    function: Function, value: Callable[[Value], Value], dim: Callable[[Dim], Dim] | None = None
) -> Function:
    guards = function.guards
    if dim is not None:
        guards = tuple(Guard(dim(g.nonnegative), g.message, g.loc) for g in guards)
    return replace(function, body=_rebuild_block(function.body, value, dim), guards=guards)


def _rebuild_block(
    block: Block, value: Callable[[Value], Value], dim: Callable[[Dim], Dim] | None = None
) -> Block:
    """The block with values, and perhaps extents, of its own."""
    made = {p: value(p) for p in block.params}
    params = tuple(made.values())
    env: dict[Value, Arg] = dict(made)
    eqns = []
    for eqn in block.eqns:
        outs = tuple(value(o) for o in eqn.outs)
        attrs = {k: map_dims(v, dim) for k, v in eqn.attrs.items()} if dim and eqn.attrs else eqn.attrs
        regions = tuple(_rebuild_block(r, value, dim) for r in eqn.regions)
        args = tuple([env[a] if isinstance(a, Value) else a for a in eqn.args])
        eqns.append(Eqn(eqn.op, args, outs, attrs, regions, eqn.loc, eqn.phase, eqn.note))
        env.update(zip(eqn.outs, outs, strict=True))
    bound: dict[str, Symbol] = {}
    for s in block.symbols:
        param, name = env[s.param], as_symbol(dim(symbol(s.name))) if dim else s.name
        if isinstance(param, Value) and name is not None:
            bound.setdefault(name, Symbol(name, param, s.axis))
    return Block(params, tuple(eqns), rewire_args(block.results, env), tuple(bound.values()))


def map_dims(attr: object, dim: Callable[[Dim], Dim]) -> object:
    """An attribute with `dim` applied to every extent in it (tuples and index items are entered)."""
    if isinstance(attr, Extent):
        return dim(attr)
    if isinstance(attr, tuple):
        return tuple(map_dims(a, dim) for a in attr)
    if isinstance(attr, PLAIN) or not is_dataclass(attr) or isinstance(attr, type):
        return attr
    return replace(attr, **{f.name: map_dims(getattr(attr, f.name), dim) for f in fields(attr)})


def with_extents(block: Block, env: Mapping[str, Dim]) -> Block:
    """The block again with values of its own, and with other extents in place of some names."""
    if not env:
        return _rebuild_block(block, lambda v: Value(v.type, v.hint))

    def dim(d: Dim) -> Dim:
        return substitute(d, env)

    return _rebuild_block(block, lambda v: Value(_with_dims(v.type, dim, env), v.hint), dim)


def live(eqns: Sequence[Eqn], results: Iterable[Arg], told: Iterable[Symbol] = ()) -> tuple[Eqn, ...]:
    """The equations that `results` need, in order, with those that make the extents (`told`) in these."""
    needed = {r for r in results if isinstance(r, Value)}
    sizes = {s.name: s.param for s in told}
    kept = []
    for eqn in reversed(eqns):
        if not needed.isdisjoint(eqn.outs):
            kept.append(eqn)
            needed.update(eqn.reads)
            if sizes:
                needed.update([sizes[name] for name in eqn.names if name in sizes])
    return tuple(reversed(kept))
