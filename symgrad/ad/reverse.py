"""Reverse mode: a function becomes the same function followed by its adjoint, statement under statement.

In: a function, the params to differentiate by, what is wanted. Out: one function: the primal equations as
they were, then for each of them, last first, the equations that carry its cotangent to its operands.

    f = num * invden      ->      f = num * invden; dnum = invden; dinvden = num
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from symgrad.ad.accumulate import Derivatives
from symgrad.ad.activity import varied
from symgrad.ad.branch import pull_cond
from symgrad.ad.branch_writes import writes_after_branches
from symgrad.ad.calls import pull_call, without_checkpoints
from symgrad.ad.checkpoint import pull_checkpointed
from symgrad.ad.lengths import spelled_out
from symgrad.ad.local import pull
from symgrad.ad.numbers import Scope
from symgrad.ad.primal import Forward
from symgrad.ad.proofs import constant_of
from symgrad.ad.ranges import Ranges, extend
from symgrad.ad.selected import pull_any_loop
from symgrad.ad.zeros import Zeros
from symgrad.errors import NotDifferentiableError
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Eqn, Function, Guard, Value
from symgrad.ir.dims import as_symbol
from symgrad.ir.frozen import replace
from symgrad.ir.regions import CALL, COND, extent_names
from symgrad.ir.walk import all_eqns, live
from symgrad.rules.declare import Partials, Products, lookup

Mode = Literal["grad", "value_and_grad", "vjp"]


def reverse(function: Function, wrt: tuple[int, ...], mode: Mode, *, plain: bool = False) -> Function:
    """Differentiate `function` by its params `wrt`.

    grad: the gradients of result 0, a float of one element. value_and_grad: all results, then these.
    vjp: further params, the cotangents of the float results; all results, then the gradients.
    `plain`: loops save what is not cheap to compute again, and no array is its own tape (for tests).
    """
    derived = _reverse(function, wrt, mode, plain)
    tapes = [] if plain else _tapes(derived)
    moved = writes_after_branches(function) if tapes else function
    if moved is function:
        return derived
    other = _reverse(moved, wrt, mode, plain)
    return other if _tapes(other) < tapes else derived


def _tapes(function: Function) -> list[int]:
    """How much is saved: the number of axes of each tape, the greatest first."""
    tapes = [e.out.type.rank for e in all_eqns(function.body) if e.op.name == "empty"]
    return sorted(tapes, reverse=True)


def _reverse(function: Function, wrt: tuple[int, ...], mode: Mode, plain: bool) -> Function:
    inputs = differentiated_params(function, wrt)
    builder = Builder()
    builder.phase = "bwd"
    scope = Scope.of(function.body)
    for guard in function.guards:
        scope.assume(guard.nonnegative)
    f = Forward.of(function.body, extent_names(function.body), scope, plain)
    d = Derivatives(builder, "d{}", Zeros(scope))
    active = varied(function.eqns, inputs)
    if mode == "vjp":
        seeds = _cotangent_params(function, d, active)
    else:
        seeds = ()
        _seed_one(function, d, active)
    f.signed -= set(_not_negative(function.guards))
    backpropagate(function.eqns, d, active, extend({}, function.eqns), f)
    builder.loc = None
    gradients = tuple(_gradient(p, d) for p in inputs)
    eqns, gradients = d.finish(live(builder.eqns, gradients, f.symbols), gradients)
    results = gradients if mode == "grad" else (*function.results, *gradients)
    primal = f.apply(function.eqns)
    there = {*function.params, *(o for e in (*primal, *eqns) for o in e.outs)}
    told = [*function.body.symbols, *(s for s in f.symbols if s.param in there)]
    symbols = {s.name: s for s in reversed(told)}  # the first of each name
    body = Block((*function.params, *seeds), (*primal, *eqns), results, tuple(reversed(symbols.values())))
    derived = replace(function, name=f"{mode}_{function.name}", body=body)
    return without_checkpoints(spelled_out(derived, f.lengths))


def _not_negative(guards: Iterable[Guard]) -> Iterator[str]:
    """The extents that a function is only right for where they are not negative."""
    for guard in guards:
        constant = constant_of(guard.nonnegative)
        name = as_symbol(guard.nonnegative - constant)
        if name is not None and constant <= 0:
            yield name


def backpropagate(
    eqns: Iterable[Eqn], d: Derivatives, active: set[Value], ranges: Ranges, f: Forward
) -> None:
    """Carry the cotangents that `d` holds from results to operands, through `eqns` from last to first."""
    for eqn in reversed(tuple(eqns)):
        if not eqn.regions:
            _pull_one(eqn, d, active, ranges)
        elif any(o in d.held for o in eqn.outs):
            d.builder.loc = eqn.loc
            _pull_of(eqn)(eqn, d, active, f, backpropagate)
        f.marks.append(len(d.builder.eqns))


def _pull_one(eqn: Eqn, d: Derivatives, active: set[Value], ranges: Ranges) -> None:
    g = d.get(eqn.outs[0])
    wanted = [i for i, a in enumerate(eqn.args) if isinstance(a, Value) and a in active]
    if g is None or not wanted:
        return
    d.builder.loc = eqn.loc
    rule = lookup(eqn.op, eqn.loc)
    note = rule.note if isinstance(rule, Partials | Products) else ""
    for position, contribution in pull(eqn, g, wanted, d.zeros, ranges):
        operand = eqn.args[position]
        assert isinstance(operand, Value)
        d.add(operand, contribution, note)


def _pull_of(eqn: Eqn) -> Callable[..., None]:
    """How the adjoint of a region is made."""
    if eqn.op in (COND, CALL):
        return pull_cond if eqn.op is COND else pull_call
    return pull_checkpointed if "checkpoint" in eqn.attrs else pull_any_loop


def differentiated_params(function: Function, wrt: tuple[int, ...]) -> tuple[Value, ...]:
    """The params at these positions, which must be floats."""
    inputs = tuple(function.params[i] for i in wrt)
    for p in inputs:
        if not p.type.is_float:
            raise NotDifferentiableError(
                f"{p.hint or 'an argument'} of {function.name} is {p.type.dtype}: it has no derivative",
                function.loc,
                instead="pass a float, or leave this argument out of argnums",
            )
    return inputs


def _seed_one(function: Function, d: Derivatives, active: set[Value]) -> None:
    result = function.results[0]
    if not result.type.is_float or any(n != 1 for n in result.type.shape):
        raise NotDifferentiableError(
            f"{function.name} returns {result.type}; a gradient is of one float", function.loc
        )
    if result in active and isinstance(result, Value):
        d.bind(result, d.builder.full(1.0, result.type))


def _cotangent_params(function: Function, d: Derivatives, active: set[Value]) -> tuple[Value, ...]:
    """A param for the cotangent of each float result, bound to the result's value where it is active."""
    seeds = []
    for result in function.results:
        if result.type.is_float:
            hint = result.hint if isinstance(result, Value) else ""
            seed = Value(result.type, f"d{hint or 'out'}")
            seeds.append(seed)
            if isinstance(result, Value) and result in active:
                if result in d.held:
                    d.add(result, d.builder.ref(seed))
                else:
                    d.bind(result, seed)
    return tuple(seeds)


def _gradient(param: Value, d: Derivatives) -> Arg:
    if param not in d.held:
        d.hold(param, d.builder.full(0.0, param.type))
    return d.held[param]
