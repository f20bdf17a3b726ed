"""Programs built by hand, and the derivative of one at a point: what the tests of `ad` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.ir.build import Builder, Ref
from symgrad.ir.core import Arg, Block, Function, Symbol, Value
from symgrad.ir.dims import symbol
from symgrad.ir.evaluate import run
from symgrad.ir.types import ArrayType
from symgrad.ir.verify import verify

SCALAR = ArrayType("float64")


def vector(*names: str | int, dtype: str = "float64") -> ArrayType:
    """An array type with named or known extents."""
    return ArrayType(dtype, tuple(symbol(n) if isinstance(n, str) else n for n in names))


def program(body: Callable[..., Any], *types: ArrayType, hints: str = "x y z w v u") -> Function:
    """`body` over refs, as a function; each result may be a ref or a tuple of them."""
    params = tuple(Value(t, h) for t, h in zip(types, hints.split(), strict=False))
    builder = Builder()
    out = body(*map(builder.ref, params))
    results: tuple[Arg, ...] = tuple(r.arg for r in (out if isinstance(out, tuple) else (out,)))
    bound: dict[str, Symbol] = {}
    for p in params:
        for axis, dim in enumerate(p.type.shape):
            if not isinstance(dim, int):
                bound.setdefault(str(dim), Symbol(str(dim), p, axis))
    return verify(Function("f", Block(params, tuple(builder.eqns), results, tuple(bound.values()))))


def named(x: Ref, hint: str) -> Ref:
    """The last equation's result under a user's name."""
    eqn = x.builder.eqns.pop()
    assert eqn.out is x.arg
    value = x.builder.emit(eqn.op, eqn.args, dict(eqn.attrs), hint)
    return x.builder.ref(value)


def gradient(f: Function, *args: Any) -> tuple[Any, ...]:
    """The gradients by all float params."""
    wrt = tuple(i for i, p in enumerate(f.params) if p.type.is_float)
    return run(verify(reverse(f, wrt, "grad")), *args)


def tangent(f: Function, args: Sequence[Any], along: Sequence[Any]) -> tuple[Any, ...]:
    wrt = tuple(i for i, p in enumerate(f.params) if p.type.is_float)
    return run(verify(forward(f, wrt)), *args, *along)[len(f.results) :]


def nth(f: Function, order: int) -> Function:
    """The derivative of that order of a function of one number."""
    for _ in range(order):
        f = verify(reverse(f, (0,), "grad"))
    return f


def array(*numbers: float) -> np.ndarray:
    return np.array(numbers)
