"""What a loop begins with and hands to every next trip as one and the same number is not carried.

In: a loop. Out: the loop without such values, which its body makes, and what its results are.

    g = zeros(n)                              g = zeros(n)
    for i in range(m):                        for i in range(m):
        x[i] = 2 * g + i          ->              x[i] = 2 * g + i
        g = zeros(n)
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Value
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import bind_symbols, for_parts, mentioned_symbols
from symgrad.ir.walk import producers, uses
from symgrad.opt.copies import remove_copies
from symgrad.opt.local import apply_identities


def without_steady(
    eqn: Eqn, made: Mapping[Value, Eqn], used: Mapping[Value, int]
) -> tuple[Eqn, tuple[Arg, ...]]:
    """A `for` that carries only what changes and is `used`, and what stands for each result of `eqn`."""
    body = remove_copies(Function("", eqn.regions[0]), keep_named=False).body
    eqn = eqn if body is eqn.regions[0] else replace(eqn, regions=(body,))
    parts = for_parts(eqn)
    inside, read = producers(body), uses(body)
    steady = [
        k
        for k, (first, result) in enumerate(zip(parts.carried, parts.yields, strict=True))
        if (number := _filled(first, made)) is not None
        and (number == _filled(result, inside) or not (used[eqn.outs[k]] or read[parts.carried_params[k]]))
    ]
    if not steady:
        return eqn, eqn.outs
    kept = [k for k in range(len(eqn.outs)) if k not in steady]
    order = [*kept, *range(len(eqn.outs), len(eqn.args) - 3)]
    params = (parts.index, *(parts.body.params[1 + k] for k in order))
    fresh = [_full(parts.carried_params[k], _filled(parts.carried[k], made)) for k in steady]
    eqns = (*fresh, *parts.body.eqns)
    needed = mentioned_symbols(params, eqns)
    bound = bind_symbols(params, eqns, needed, parts.body.symbols)
    if needed != {s.name for s in bound}:
        return eqn, eqn.outs  # such an array alone tells an extent
    flags = parts.body.results[: len(parts.body.results) - len(eqn.outs)]
    results = (*flags, *(parts.yields[k] for k in kept))
    function = apply_identities(Function("", Block(params, eqns, results, bound)), through_names=True)
    body = remove_copies(function, keep_named=False).body
    outs = tuple(eqn.outs[k] for k in kept)
    loop = replace(eqn, args=(*eqn.args[:3], *(eqn.args[3 + k] for k in order)), outs=outs, regions=(body,))
    return loop, tuple(parts.carried[k] if k in steady else o for k, o in enumerate(eqn.outs))


def _full(param: Value, number: Const | None) -> Eqn:
    """The equation that makes a steady value in each trip."""
    assert number is not None
    return Eqn(OPS["full"], (number,), (param,), {"shape": param.type.shape})


def _filled(arg: Arg, made: Mapping[Value, Eqn]) -> Const | None:
    """The number that a value is, or is filled with."""
    if isinstance(arg, Const):
        return arg
    eqn = made.get(arg)
    if eqn is None or eqn.op.name != "full" or not isinstance(eqn.args[0], Const):
        return None
    return eqn.args[0]
