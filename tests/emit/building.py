"""Short programs for the tests of the texts: operands by name, results by hint."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from symgrad.errors import Loc
from symgrad.ir.build import Builder, Ref
from symgrad.ir.core import Block, Function, Symbol, Value
from symgrad.ir.dims import as_symbol, symbol
from symgrad.ir.types import ArrayType
from symgrad.ir.verify import verify


def shape_of(text: str) -> tuple[Any, ...]:
    return tuple(int(d) if d.isdigit() else symbol(d) for d in text.split(",") if d)


def function(body: Callable[..., Any], **params: str) -> Function:
    """`function(lambda x, w: x @ w, x="n,k", w="k,m")`; another dtype is written `int64:n`."""
    builder = Builder()
    values = []
    for hint, text in params.items():
        dtype, _, shape = text.rpartition(":")
        values.append(Value(ArrayType(dtype or "float64", shape_of(shape)), hint))
    results = body(*map(builder.ref, values))
    results = results if isinstance(results, tuple) else (results,)
    symbols: dict[str, Symbol] = {}
    for v in values:
        for axis, dim in enumerate(v.type.shape):
            if (name := as_symbol(dim)) is not None:
                symbols.setdefault(name, Symbol(name, v, axis))
    block = Block(tuple(values), tuple(builder.eqns), tuple(r.arg for r in results), tuple(symbols.values()))
    return verify(Function("f", block))


def named(hint: str, ref: Ref, *, note: str = "") -> Ref:
    """The last equation's result, under a name."""
    eqns = ref.builder.eqns
    assert eqns[-1].out is ref.arg
    value = Value(ref.type, hint)
    eqns[-1] = replace(eqns[-1], outs=(value,), note=note)
    return ref.builder.ref(value)


def at(ref: Ref, line: int, text: str, phase: str = "") -> None:
    """What follows belongs to this statement."""
    ref.builder.loc = Loc("model.py", line, 1, 1 + len(text), text)
    ref.builder.phase = phase


def body_of(text: str) -> list[str]:
    """The lines of the function without its head."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("def "))
    return [line.removeprefix("    ") for line in lines[start + 1 :]]
