"""Loops and branches of the IR, written as Python functions over refs: what the region tests build with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symgrad.ir.build import Builder, Ref, call
from symgrad.ir.core import Arg, AtArg, Const, Eqn, Index, Value
from symgrad.ir.dims import Dim
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, WHILE, close, close_all
from symgrad.ir.types import ArrayType

INT = ArrayType("int64")


def integer(value: int) -> Const:
    return Const(value, INT)


def extent(b: Builder, dim: Dim, hint: str = "") -> Arg:
    return b.emit(OPS["extent"], (), {"dim": dim}, hint)


def _params(carried: dict[str, Ref | float]) -> tuple[list[Arg], list[Value]]:
    inits = [c.arg if isinstance(c, Ref) else Const(c, _plain(c)) for c in carried.values()]
    return inits, [Value(a.type, name) for name, a in zip(carried, inits, strict=True)]


def _plain(number: float) -> ArrayType:
    return ArrayType({bool: "bool", int: "int64", float: "float64"}[type(number)])


def _args(results: Any, like: Sequence[Value]) -> list[Arg]:
    results = _tuple(results)
    pairs = zip(results, [None] * (len(results) - len(like)) + list(like), strict=True)
    return [r.arg if isinstance(r, Ref) else Const(r, p.type if p else _plain(r)) for r, p in pairs]


def loop(
    b: Builder,
    trips: tuple[Any, ...],
    carried: dict[str, Ref | float],
    body: Callable[..., Any],
    exits: bool = False,
    index: str = "i",
) -> Any:
    """`for index in range(*trips)`: `body(i, *carried)` gives the carried values of the next trip."""
    start, stop, step = {1: (0, *trips, 1), 2: (*trips, 1), 3: trips}[len(trips)]
    inits, params = _params(carried)
    inner = Builder()
    i = Value(INT, index)
    results = _args(body(inner.ref(i), *map(inner.ref, params)), params)
    block, more = close([i, *params], inner.eqns, results, b)
    outs = tuple(Value(p.type, p.hint) for p in params)
    bounds = [
        integer(t) if isinstance(t, int) else t.arg if isinstance(t, Ref) else t for t in (start, stop, step)
    ]
    attrs = {"exits": True} if exits else {}
    b.eqns.append(Eqn(FOR, (*bounds, *inits, *more), outs, attrs, (block,)))
    refs = tuple(map(b.ref, outs))
    return refs if len(refs) > 1 else refs[0]


def repeat(
    b: Builder, carried: dict[str, Ref | float], test: Callable[..., Ref], body: Callable[..., Any]
) -> Any:
    """`while test(*carried)`: `body(*carried)`."""
    inits, params = _params(carried)
    first, second = Builder(), Builder()
    going = test(*map(first.ref, params)).arg
    results = _args(body(*map(second.ref, params)), params)
    blocks, more = close_all(params, [(first.eqns, [going]), (second.eqns, results)], b)
    outs = tuple(Value(p.type, p.hint) for p in params)
    b.eqns.append(Eqn(WHILE, (*inits, *more), outs, {}, blocks))
    refs = tuple(map(b.ref, outs))
    return refs if len(refs) > 1 else refs[0]


def branch(
    b: Builder, test: Ref, hints: str, then: Callable[[Builder], Any], other: Callable[[Builder], Any]
) -> Any:
    """`if test`: what `then` gives, and otherwise what `other` gives, under these names."""
    bodies = []
    for make in (then, other):
        inner = Builder()
        results = make(inner)
        bodies.append((inner.eqns, [_arg(r) for r in _tuple(results)]))
    blocks, captured = close_all([], bodies, b)
    outs = tuple(Value(r.type, h) for r, h in zip(blocks[0].results, hints.split(), strict=True))
    b.eqns.append(Eqn(COND, (test.arg, *captured), outs, {}, blocks))
    refs = tuple(map(b.ref, outs))
    return refs if len(refs) > 1 else refs[0]


def _arg_of(trip: Ref | Arg) -> Arg:
    return trip.arg if isinstance(trip, Ref) else trip


def _tuple(results: Any) -> tuple[Any, ...]:
    return results if isinstance(results, tuple) else (results,)


def _arg(result: Any) -> Arg:
    return result.arg if isinstance(result, Ref) else Const(result, _plain(result))


def inside(b: Builder, x: Ref) -> Ref:
    """A value of an enclosing block, read in this one."""
    return b.ref(x.arg)


def at(x: Ref, *positions: Ref | int) -> Ref:
    """`x[i, j]` at run-time positions."""
    return call("getitem", x, *(_position(x, p) for p in positions), index=_index(len(positions)))


def put(x: Ref, value: Ref | float, *positions: Ref | int, op: str = "setitem") -> Ref:
    """`x[i, j] = value` as a new version of x, called as x is."""
    v = value.arg if isinstance(value, Ref) else Const(value, ArrayType(x.type.dtype))
    operands = [_position(x, p).arg for p in positions]
    hint = x.arg.hint if isinstance(x.arg, Value) else ""
    return x.builder.ref(
        x.builder.emit(OPS[op], (x.arg, v, *operands), {"index": _index(len(positions))}, hint)
    )


def _position(x: Ref, p: Ref | int) -> Ref:
    return x.builder.ref(integer(p)) if isinstance(p, int) else x.builder.ref(p.arg)


def _index(count: int) -> Index:
    return (AtArg(),) * count
