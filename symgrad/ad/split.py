"""The lectures' form: a vjp program cut into a forward function and a backward one, with residuals between.

In: a function (params: primals, cotangents; results: the function's, gradients). Out: two functions,
`forward(*primals) -> (*results, *residuals)` and `backward(*residuals, *cotangents) -> gradients`.
A residual is a value of the forward part that the backward part reads, unless it is cheap to compute again
from the other residuals; or an extent that nothing else in the backward part has on an axis.

    f = num * invden      forward -> f, num, invden      backward(num, invden, df): dnum = df * invden; ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.ir.core import Arg, Block, Eqn, Function, Kind, Symbol, Value, values
from symgrad.ir.dims import as_symbol, symbol
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of, is_basic
from symgrad.ir.ops import op
from symgrad.ir.regions import mentioned_symbols
from symgrad.ir.types import INT

VIEWS = {"copy", "recall", "reshape", "transpose", "broadcast_to"}
ARITHMETIC = {"add", "subtract", "multiply", "negative", "cast"}


def split(function: Function, n_results: int, n_primals: int) -> tuple[Function, Function]:
    """The forward and the backward function of a vjp program."""
    primals, cotangents = function.params[:n_primals], function.params[n_primals:]
    outs, gradients = function.results[:n_results], function.results[n_results:]
    made = {s.name: s.param for s in function.body.symbols if s.param not in function.params}
    ahead = _live_beyond(function.eqns, outs, set(primals), made)
    known = {*primals, *(out for eqn in ahead for out in eqn.outs)}
    back = _live_beyond(function.eqns, gradients, known, made)
    read = {a for eqn in back for a in eqn.reads} | set(values(gradients))
    kept: list[Value] = [p for p in primals if p in read]
    again: list[Eqn] = []
    available = set(kept)
    for eqn in ahead:
        wanted = [out for out in eqn.outs if out in read]
        if wanted and is_cheap(eqn) and all(a in available for a in eqn.reads):
            again.append(eqn)
        else:
            kept += wanted
        available.update(wanted)
    sizes, table = _extents(function, (*kept, *cotangents), (*again, *back))
    residuals = (*kept, *(eqn.out for eqn in sizes))
    first = Block(primals, (*ahead, *sizes), (*outs, *residuals), _bound_by(known, function))
    second = Block((*residuals, *cotangents), (*again, *back), gradients, table)
    name = function.name.removeprefix("vjp_")
    return (
        replace(function, name=f"{name}_forward", body=first),
        replace(function, name=f"{name}_backward", body=second, guards=()),
    )


def is_cheap(eqn: Eqn) -> bool:
    """Is it as well computed again as kept: a view, an array of one number, arithmetic on a few scalars?"""
    if eqn.op.name == "getitem":
        return is_basic(index_of(eqn.attrs))
    scalar = not any(t.rank for t in (*(a.type for a in eqn.args), *(o.type for o in eqn.outs)))
    return eqn.op.kind is Kind.CREATE or eqn.op.name in VIEWS or (scalar and eqn.op.name in ARITHMETIC)


def _live_beyond(
    eqns: tuple[Eqn, ...], results: Sequence[Arg], known: set[Value], made: Mapping[str, Value]
) -> tuple[Eqn, ...]:
    """The equations that `results` need when the values in `known` are there already.

    `made` are the extents that equations tell: what has such an extent needs them too.
    """
    needed = set(values(tuple(results))) - known
    found = []
    for eqn in reversed(eqns):
        if any(out in needed for out in eqn.outs):
            found.append(eqn)
            needed.update(a for a in eqn.reads if a not in known)
            needed.update(made[name] for name in eqn.names if name in made and made[name] not in known)
    return tuple(reversed(found))


def _extents(
    function: Function, params: tuple[Value, ...], eqns: tuple[Eqn, ...]
) -> tuple[list[Eqn], tuple[Symbol, ...]]:
    """Where a block finds its extents, and equations for those that are on no axis of its params."""
    on_axis = {
        name: Symbol(name, p, axis)
        for p in reversed(params)
        for axis, dim in enumerate(p.type.shape)
        if (name := as_symbol(dim)) is not None
    }
    here = {*params, *(out for eqn in eqns for out in eqn.outs)}
    sizes, table = [], []
    for name in sorted(mentioned_symbols(params, eqns)):
        found = on_axis.get(name)
        given = next((s for s in function.body.symbols if s.name == name and s.param in here), None)
        if found is None and given is not None:
            found = given
        if found is None:
            size = Value(INT, name)
            sizes.append(Eqn(op.extent, (), (size,), {"dim": symbol(name)}))
            found = Symbol(name, size, None)
        table.append(found)
    return sizes, tuple(table)


def _bound_by(known: set[Value], function: Function) -> tuple[Symbol, ...]:
    """The extents that the forward part gives; those of the cotangents are the results'."""
    return tuple(s for s in function.body.symbols if s.param in known)
