"""The derivative of one equation, in both directions, from its rule.

In: an equation, the cotangent of its result (pull) or the tangents of its operands (push).
Out: the contributions to the operands' cotangents, or the tangent of the result.

    z = x * y      pull: dz -> (dz * y, dz * x)      push: (x_dot, y_dot) -> x_dot * y + y_dot * x
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from symgrad.ad.ranges import Ranges
from symgrad.ad.strict import slope_operands
from symgrad.ad.zeros import Zeros
from symgrad.errors import Loc, NoRule
from symgrad.ir.build import Builder, Ref, broadcast_to, cast, where
from symgrad.ir.core import Arg, Const, Eqn, Kind, Op, Value
from symgrad.ir.types import BOOL
from symgrad.rules.declare import ALL, AddAt, Cases, Linear, Partials, Products, lookup

Contribution = Ref | AddAt
Slope = Ref | Cases | float


def pull(
    eqn: Eqn, g: Ref, wanted: Collection[int], zeros: Zeros, ranges: Ranges
) -> Iterator[tuple[int, Contribution]]:
    """For each wanted operand that the result depends on: its position, and what `g` contributes to it.

    A generator: what the caller emits for one contribution stands before the next one's equations.
    """
    b = g.builder
    match lookup(eqn.op, eqn.loc):
        case Partials(fn):
            slopes = _merged(eqn, _tuple(fn(*slope_operands(eqn, g, zeros, ranges, wanted))))
            for position in wanted:
                product = scaled(g, slopes[position])
                if product is not None:
                    yield position, product
        case Linear(transposes):
            for t in transposes:
                group = range(len(eqn.args)) if t.args == (ALL,) else t.args
                if any(position in wanted for position in group):
                    parts = _tuple(t.fn(g, *map(b.ref, eqn.args), **eqn.attrs))
                    for position, part in zip(group, parts, strict=True):
                        if position in wanted:
                            yield position, part
        case Products(vjp):
            fn = _given(vjp, "reverse", eqn.op, eqn.loc)
            parts = _tuple(fn(g, b.ref(eqn.out), *map(b.ref, eqn.args), **eqn.attrs))
            for position in wanted:
                yield position, parts[position]


def push(eqn: Eqn, tangents: Mapping[int, Ref], zeros: Zeros, ranges: Ranges) -> Ref | None:
    """The tangent of the result, from the tangents of the operands that move; None if it does not."""
    b = next(iter(tangents.values())).builder
    terms: list[Ref] = []
    match lookup(eqn.op, eqn.loc):
        case Partials(fn):
            for position, t in tangents.items():
                at = slope_operands(eqn, t, zeros, ranges, (position,))
                slopes = _merged(eqn, _tuple(fn(*at)))
                product = scaled(t, slopes[position])
                if product is not None:
                    terms.append(product)
        case Linear(transposes):
            for transposed in transposes:
                group = range(len(eqn.args)) if transposed.args == (ALL,) else transposed.args
                if any(position in tangents for position in group):
                    moved = [
                        arg if i not in group else tangents[i].arg if i in tangents else _still(eqn, i, b)
                        for i, arg in enumerate(eqn.args)
                    ]
                    terms.append(b.ref(b.emit(eqn.op, moved, dict(eqn.attrs))))
        case Products(_, jvp):
            fn = _given(jvp, "forward", eqn.op, eqn.loc)
            along = tuple(tangents.get(i, 0.0) for i in range(len(eqn.args)))
            moves: Any = along[0] if len(along) == 1 else along
            terms.append(fn(moves, b.ref(eqn.out), *map(b.ref, eqn.args), **eqn.attrs))
    if not terms:
        return None
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    out: Ref = broadcast_to(cast(total, eqn.out.type.dtype), eqn.out.type.shape)
    return out


def _merged(eqn: Eqn, slopes: tuple[Slope, ...]) -> tuple[Slope, ...]:
    """The slopes of a repeated operand as one, at its first position: x * x has the slope 2 * x, once."""
    out = list(slopes)
    for later, operand in enumerate(eqn.args):
        first = eqn.args.index(operand)
        if first < later and isinstance(operand, Value):
            a, b = out[first], out[later]
            if not any(isinstance(s, Cases) or (isinstance(s, Ref) and s.dtype == BOOL) for s in (a, b)):
                same = isinstance(a, Ref) and isinstance(b, Ref) and a.arg is b.arg
                out[first], out[later] = (2.0 * a if same else a + b), 0.0  # type: ignore[operator]
    return tuple(out)


def scaled(g: Ref, slope: Slope) -> Ref | None:
    """`g * slope`, by selection where the slope is a condition; None where it is the constant 0."""
    if isinstance(slope, Cases):
        value: Ref | float = 0.0
        for condition, factor in reversed(slope.branches):
            part = scaled(g, factor)
            value = where(condition, 0.0 if part is None else part, value)
        return value if isinstance(value, Ref) else None
    if isinstance(slope, Ref) and slope.dtype == BOOL:
        selected: Ref = where(slope, g, 0.0)
        return None if _number(selected) == 0.0 else selected
    number = _number(slope)
    if number == 0.0:
        return None
    if number == 1.0:
        return g
    if number == -1.0:
        return -g
    if _number(g) == 1.0 and isinstance(slope, Ref):
        return slope
    return g * slope


def _number(x: Ref | float) -> float | None:
    """The value of a constant."""
    if isinstance(x, Ref):
        return float(x.arg.value) if isinstance(x.arg, Const) else None
    return float(x)


def _still(eqn: Eqn, position: int, builder: Builder) -> Arg:
    """The tangent of an operand that does not move, for an op that is linear in several together."""
    like = eqn.args[position].type
    broadcasts = eqn.op.kind is Kind.ELEMENTWISE or (eqn.op.kind is Kind.WRITE and position == 1)
    return builder.full(0.0, like.with_shape(()) if broadcasts else like)


def _given(fn: Callable[..., Any] | None, mode: str, op: Op, loc: Loc | None) -> Callable[..., Any]:
    if fn is None:
        raise NoRule(f"no {mode}-mode derivative rule for {op.name}", loc)
    return fn


def _tuple(x: Any) -> tuple[Any, ...]:
    return x if isinstance(x, tuple) else (x,)
