"""A derivative called inside a differentiated function: its program is spliced in.

In: an object with `__symgrad_ir__(signature)`, argument values. Out: the value of the call. The object is
asked for its IR with stand-ins of the arguments' types; its extents are unified with ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import as_tensor, cast
from symgrad.frontend.regions import reclosed
from symgrad.frontend.resolve import Path
from symgrad.frontend.signature import NeedConstant, Signature, bind
from symgrad.frontend.solver import Bounds
from symgrad.frontend.values import Tensor, Val, is_dim
from symgrad.ir.core import Arg, Function, Value
from symgrad.ir.dims import Dim, Extent, as_symbol, substitute, symbol, symbols
from symgrad.ir.regions import extent_names
from symgrad.ir.walk import rename, rewire, rewire_args, substitute_extents
from symgrad.tree import flatten


def call(frame: Frame, fn: Any, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """`fn(*args, **kwargs)` for an object that brings its own IR."""
    low = frame.low
    leaves, tree = flatten((list(args), dict(kwargs)))
    examples = [_example(low, leaf) for leaf in leaves]
    by_id = {id(e): leaf for e, leaf in zip(examples, leaves, strict=True)}
    given_args, given_kwargs = tree.build(examples)
    exact: frozenset[str] = frozenset()
    while True:
        signature = bind(fn, tuple(given_args), given_kwargs, exact=exact)
        try:
            lowered = fn.__symgrad_ir__(signature)
            break
        except NeedConstant as need:
            exact |= {need.path}
            _agree(low, signature, need.path, by_id)
    given = [by_id.get(id(leaf), leaf) for leaf in signature.leaves]  # a default is there only as itself
    operands = [low.arg(as_tensor(low, v)) for v in given]
    for capture in lowered.captures:
        path = Path(capture.path, ("nested", id(fn), capture.path), capture.get)
        operands.append(low.arg(low.capture(capture.get(), path)))
    for watch in lowered.watches:
        low.watches.setdefault(("nested", id(fn), watch.path), watch)
    integers = {p: v for p, v in zip(lowered.function.params, given, strict=False) if is_dim(v)}
    results = splice(low, lowered.function, operands, integers)
    return lowered.out_tree.build([Tensor(r) for r in results])


def _agree(low: Lowering, signature: Signature, name: str, by_id: dict[int, Val]) -> None:
    """An extent that the callee must know as a number is that number for us too."""
    for leaf, type_, leaf_name in zip(signature.leaves, signature.types, signature.names, strict=True):
        ours = by_id.get(id(leaf), leaf)
        if leaf_name == name:
            constant(low, ours, f"the argument {name}")
        for axis, dim in enumerate(type_.shape):
            if as_symbol(dim) == name and isinstance(ours, Tensor):
                low.solver.equal(low.shape(ours)[axis], int(np.shape(leaf)[axis]))


class _Int(int):
    """An int of its own identity."""


def _example(low: Lowering, v: Val) -> Any:
    """Something of the value's type and size, with an identity of its own, that takes no memory."""
    if isinstance(v, Extent) or (isinstance(v, int) and not isinstance(v, bool)):
        return _Int(low.solver.value(v))
    if isinstance(v, float) and not isinstance(v, np.generic):
        return float(repr(v))
    if not isinstance(v, Tensor):
        return v
    sizes = low.solver.values(low.shape(v))
    if v.is_array:
        return np.broadcast_to(np.zeros((), v.dtype), sizes)
    if v.weak:
        return {"float64": float("1.5"), "int64": _Int(2), "bool": True}[v.dtype]
    return np.dtype(v.dtype).type(1)


def splice(low: Lowering, function: Function, operands: list[Arg], integers: dict[Value, Dim]) -> list[Arg]:
    """The equations of `function` with its params replaced; returns its results.

    `integers` are the params that are given an integer of the shapes: they may name extents.
    """
    extents: dict[str, Dim] = {}
    env: dict[Value, Arg] = {}
    for s in function.body.symbols:
        if s.axis is None and s.param in integers:
            extents[s.name] = low.solver.resolve(integers[s.param])
    for param, operand in zip(function.params, operands, strict=True):
        if operand.type.dtype != param.type.dtype:
            operand = cast(low, Tensor(operand), param.type.dtype)
        env[param] = operand
        for dim, ours in zip(param.type.shape, operand.type.shape, strict=True):
            name = as_symbol(dim)
            if name is not None and name not in extents:
                extents[name] = low.solver.resolve(ours)
    for param in function.params:
        for dim, ours in zip(param.type.shape, env[param].type.shape, strict=True):
            unbound = [s for s in symbols(dim) if s not in extents]
            if unbound:
                low.refuse("a derivative of integer sizes inside a differentiated function")
            low.solver.equal(substitute(dim, extents), ours)

    def renamed(dim: Dim) -> Dim:
        return low.solver.resolve(substitute(dim, extents))

    for guard in function.guards:
        low.solver.require(renamed(guard.nonnegative), guard.message)
    for name in sorted(extent_names(function.body) - set(extents)):  # made on the way: names of this program
        extents[name] = symbol(next(low.fresh))
    own = rename(substitute_extents(function, {n: low.solver.resolve(d) for n, d in extents.items()}), {})
    own = reclosed(own)
    env = dict(zip(own.params, (env[p] for p in function.params), strict=True))
    for eqn in own.eqns:
        low.hints.update((out, out.hint) for out in eqn.outs if out.hint)
        low.builder.eqns.append(rewire(eqn, env))
    for s in own.body.symbols:
        if s.param not in env:
            low.solver.moving[s.name] = Bounds(None, None)
            low.solver.sizes[s.name] = 2  # any number but 1, which would broadcast
            low.solver.order.setdefault(s.name, len(low.solver.order))
            if s.axis is None:
                low.numbers[s.name] = s.param
            else:
                low.axes[s.name] = s
    return list(rewire_args(own.results, env))
