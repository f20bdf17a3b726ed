"""The reference: what each op means, in NumPy, and an interpreter for whole functions.

In: a function and arrays. Out: its results. Slow and plain on purpose: every backend and every
pass is tested against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symgrad import runtime
from symgrad.errors import OutOfBoundsError
from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Symbol, Value
from symgrad.ir.dims import Dim, evaluate
from symgrad.ir.indexing import numpy_key
from symgrad.ir.types import FLOATS

Numeric = Callable[..., Any]


def _plain(dim: Dim) -> int:
    assert isinstance(dim, int), f"{dim} needs the extents of a whole function"
    return dim


def _read(x: Any, key: Any) -> Any:
    return np.asarray(x)[key]


def _write(x: Any, key: Any, v: Any, *, accumulate: bool) -> Any:
    out = np.array(x)
    if accumulate:
        np.add.at(out, key, v)
    else:
        out[key] = v
    return out


def _arg_reduce(f: Numeric) -> Numeric:
    def run(x: Any, *, axis: tuple[int, ...], keepdims: bool) -> Any:
        x = np.asarray(x)
        if len(axis) == x.ndim:
            out = f(x)
            return np.reshape(out, (1,) * x.ndim) if keepdims else out
        return f(x, axis=axis[0], keepdims=keepdims)

    return run


# fmt: off
_SAME_NAME = """
    negative absolute sign exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal sin cos tan
    arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh floor ceil trunc rint sinc add subtract
    multiply divide power maximum minimum floor_divide remainder fmod arctan2 hypot logaddexp copysign
    less less_equal greater greater_equal equal not_equal isnan isinf isfinite logical_and logical_or
    logical_xor logical_not bitwise_and bitwise_or bitwise_xor left_shift right_shift invert
    where clip sum prod max min any all matmul
"""
NUMPY: dict[str, Numeric] = {
    name: getattr(np, name) for name in _SAME_NAME.split()
}
NUMPY |= {name: getattr(runtime, name) for name in runtime.__all__}
NUMPY |= {
    "copy": lambda x: x, "recall": lambda x: x,
    "slice_start": lambda a, n, *, step: range(n)[a::step].start,
    "slice_count": lambda a, b, n, *, step: len(range(n)[a:b:step]),
    "cast": lambda x, *, dtype: np.asarray(x).astype(dtype)[()],
    "argmax": _arg_reduce(np.argmax), "argmin": _arg_reduce(np.argmin),
    "solve": np.linalg.solve, "inv": np.linalg.inv, "det": np.linalg.det, "cholesky": np.linalg.cholesky,
    "detsign": lambda a: np.linalg.slogdet(a)[0], "logabsdet": lambda a: np.linalg.slogdet(a)[1],
    "eigh": lambda a: np.linalg.eigh(a)[1], "eigvalsh": np.linalg.eigvalsh,
    "polygamma": lambda x, *, n: runtime.polygamma(n, x), "tril": np.tril, "triu": np.triu, "sort": np.sort,
    "searchsorted": lambda a, v, *, side: np.searchsorted(a, v, side=side),
    "argsort": lambda x, *, axis: np.argsort(x, axis=axis, kind="stable"),
    "cumsum": lambda x, *, axis: np.cumsum(x, axis=axis),
    "cumprod": lambda x, *, axis: np.cumprod(x, axis=axis),
    "broadcast_to": lambda x, *, shape: np.broadcast_to(x, shape),
    "reshape": lambda x, *, shape: np.reshape(x, shape),
    "transpose": lambda x, *, perm: np.transpose(x, perm),
    "roll": lambda x, *, axis, by: np.roll(x, by, axis),
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis=axis),
    "getitem": lambda x, *ops, index: _read(x, numpy_key(index, ops, _plain)),
    "setitem": lambda x, v, *ops, index: _write(x, numpy_key(index, ops, _plain), v, accumulate=False),
    "add_at": lambda x, v, *ops, index: _write(x, numpy_key(index, ops, _plain), v, accumulate=True),
}
# fmt: on


def symbol_values(block: Block, args: Sequence[Any]) -> dict[str, int]:
    """The numbers of the named extents, read off the arguments."""
    by_param = dict(zip(block.params, args, strict=True))
    return {s.name: _size(s, by_param[s.param]) for s in block.symbols if s.param in by_param}


def _size(symbol: Symbol, value: Any) -> int:
    return int(value) if symbol.axis is None else int(np.shape(value)[symbol.axis])


def run(function: Function, *args: Any) -> tuple[Any, ...]:
    """Interpret `function` on arrays and numbers; results in order, each of its declared dtype."""
    return run_block(function.body, args)


def run_block(block: Block, args: Sequence[Any]) -> tuple[Any, ...]:
    symbols = symbol_values(block, args)
    later: dict[Value, list[Symbol]] = {}
    for symbol in block.symbols:
        later.setdefault(symbol.param, []).append(symbol)
    env: dict[Value, Any] = {
        p: np.asarray(a, dtype=p.type.dtype)[()] for p, a in zip(block.params, args, strict=True)
    }

    def read(arg: Arg) -> Any:
        return np.dtype(arg.type.dtype).type(arg.value) if isinstance(arg, Const) else env[arg]

    with np.errstate(all="ignore"):
        for eqn in block.eqns:
            args = [read(a) for a in eqn.args]
            try:
                outs = _control(eqn, args) if eqn.regions else (_evaluate(eqn, args, symbols),)
            except OutOfBoundsError:
                raise
            except IndexError as e:
                raise OutOfBoundsError(str(e), eqn.loc) from None
            for out, number in zip(eqn.outs, outs, strict=True):
                env[out] = np.asarray(number, dtype=out.type.dtype)[()]
                symbols.update((s.name, _size(s, env[out])) for s in later.get(out, ()))
    return tuple(read(r) for r in block.results)


def _control(eqn: Eqn, args: list[Any]) -> Sequence[Any]:
    """The results of a loop or a branch."""
    count = len(eqn.outs)
    if eqn.op.name == "call":
        return run_block(eqn.regions[0], args)
    if eqn.op.name == "cond":
        return run_block(eqn.regions[0 if args[0] else 1], args[1:])
    if eqn.op.name == "while":
        carried, invariant = args[:count], args[count:]
        while run_block(eqn.regions[0], [*carried, *invariant])[0]:
            carried = list(run_block(eqn.regions[1], [*carried, *invariant]))
        return carried
    start, stop, step, *rest = args
    carried, invariant = rest[:count], rest[count:]
    for i in range(int(start), int(stop), int(step)):
        out = run_block(eqn.regions[0], [np.int64(i), *carried, *invariant])
        carried = list(out[1:] if eqn.attrs.get("exits") else out)
        if eqn.attrs.get("exits") and not out[0]:
            break
    return carried


def _evaluate(eqn: Eqn, args: list[Any], symbols: Mapping[str, int]) -> Any:
    name: str = eqn.op.name
    attrs: Mapping[str, Any] = eqn.attrs

    def value_of(dim: Dim) -> int:
        return evaluate(dim, symbols)

    if name == "extent":
        return value_of(attrs["dim"])
    if name == "literal":
        return np.array(attrs["data"], dtype=attrs["dtype"])
    if name == "full":
        return np.full(tuple(map(value_of, attrs["shape"])), args[0])
    if name == "eye":
        rows, columns = map(value_of, attrs["shape"])
        return np.eye(rows, columns, attrs["k"])
    if name == "empty":
        return np.full(tuple(map(value_of, attrs["shape"])), np.nan if attrs["dtype"] in FLOATS else 0)
    if name == "tape":
        return np.zeros((0, *map(value_of, attrs["shape"])), attrs["dtype"])
    if name == "push":
        key = numpy_key(attrs["index"], args[2:], value_of)
        tape = (
            np.concatenate([args[0], np.zeros((1, *args[0].shape[1:]), args[0].dtype)])
            if key[0] == len(args[0])
            else args[0]
        )
        return _write(tape, key, args[1], accumulate=False)
    if name == "iota":
        return np.arange(value_of(attrs["shape"][0]))
    if name in ("getitem", "setitem", "add_at"):
        count = 1 if name == "getitem" else 2
        key = numpy_key(attrs["index"], args[count:], value_of)
        return (
            args[0][key] if name == "getitem" else _write(args[0], key, args[1], accumulate=name == "add_at")
        )
    if "shape" in attrs:
        attrs = {**attrs, "shape": tuple(map(value_of, attrs["shape"]))}
    return NUMPY[name](*args, **attrs)
