"""A derivative called inside a differentiated function: its program is spliced in.

In: an object with `__symgrad_ir__(signature)`, argument values. Out: the value of the call. The object is
asked for its IR with stand-ins of the arguments' types; its extents are unified with ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.promote import as_tensor, cast
from symgrad.frontend.resolve import Path
from symgrad.frontend.signature import NeedConstant, bind
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.core import Arg, Value
from symgrad.ir.dims import Dim, Extent, as_symbol, substitute, symbols
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import map_dims, rewire_args
from symgrad.tree import flatten


def call(frame: Frame, fn: Any, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """`fn(*args, **kwargs)` for an object that brings its own IR."""
    low = frame.low
    leaves, tree = flatten((list(args), dict(kwargs)))
    examples, tensors = [], []
    for leaf in leaves:
        if isinstance(leaf, Tensor | Extent | float):
            t = as_tensor(low, leaf)
            tensors.append(t)
            examples.append(_example(low, t))
        else:
            examples.append(leaf)
    given_args, given_kwargs = tree.build(examples)
    exact: frozenset[str] = frozenset()
    while True:
        signature = bind(fn, tuple(given_args), given_kwargs, exact=exact)
        try:
            lowered = fn.__symgrad_ir__(signature)
            break
        except NeedConstant as need:
            exact |= {need.path}
    by_id = {id(e): t for e, t in zip([e for e in examples if _is_run_time(e)], tensors, strict=True)}
    operands = [
        low.arg(by_id[id(leaf)]) if id(leaf) in by_id else _number(low, leaf) for leaf in signature.leaves
    ]
    for capture in lowered.captures:
        path = Path(capture.path, ("nested", id(fn), capture.path), capture.get)
        operands.append(low.arg(low.capture(capture.get(), path)))
    for watch in lowered.watches:
        low.watches.setdefault(("nested", id(fn), watch.path), watch)
    results = splice(low, lowered.function, operands)
    return lowered.out_tree.build([Tensor(r) for r in results])


def _is_run_time(e: Any) -> bool:
    return isinstance(e, float | np.ndarray | np.generic | _Int)


class _Int(int):
    """An int of its own identity."""


def _number(low: Lowering, leaf: Any) -> Arg:
    return low.arg(as_tensor(low, leaf))


def _example(low: Lowering, t: Tensor) -> Any:
    """Something of the tensor's type and size, that takes no memory."""
    sizes = low.solver.values(low.shape(t))
    if t.is_array:
        return np.broadcast_to(np.zeros((), t.dtype), sizes)
    if t.weak and t.dtype == "float64":
        return float("1.5")
    if t.weak and t.dtype == "int64":
        return _Int(2)
    return np.dtype(t.dtype).type(1)


def splice(low: Lowering, function: Any, operands: list[Arg]) -> list[Arg]:
    """The equations of `function` with its params replaced; returns its results."""
    extents: dict[str, Dim] = {}
    env: dict[Value, Arg] = {}
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
    for eqn in function.eqns:
        outs = []
        for out in eqn.outs:
            new = Value(ArrayType(out.type.dtype, tuple(map(renamed, out.type.shape))))
            if out.hint:
                low.hints[new] = out.hint
            outs.append(new)
        attrs = {k: map_dims(v, renamed) for k, v in eqn.attrs.items()}
        low.builder.eqns.append(replace(eqn, args=rewire_args(eqn.args, env), outs=tuple(outs), attrs=attrs))
        env.update(zip(eqn.outs, outs, strict=True))
    return list(rewire_args(function.results, env))
