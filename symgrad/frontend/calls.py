"""Calls: known functions by the table, everything else through its own source.

In: a callable and argument values. Out: the value of the call. The user's functions, lambdas, closures,
methods, callable objects, partials and numba dispatchers are interpreted in a frame of their own.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from symgrad.checkpointing import Recomputed
from symgrad.frontend import checkpoints, containers, instances, listed, nested, tables
from symgrad.frontend.context import Closure, Frame, Lowering, surroundings
from symgrad.frontend.index import setitem
from symgrad.frontend.names import local_names
from symgrad.frontend.promote import as_tensor, literal, unknown
from symgrad.frontend.registry import ARRAY_METHODS, HANDLERS, Handler, name_of
from symgrad.frontend.resolve import fixed_path
from symgrad.frontend.source import FunctionNode, Unit, find
from symgrad.frontend.values import ListMethod, Rows, RowsMethod, Tensor, TensorMethod, Val
from symgrad.ir.dims import Extent

DEEPEST = 200  # calls within calls


def call(frame: Frame, node: ast.AST, fn: Val, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """`fn(*args, **kwargs)`, at the expression `node` of `frame`."""
    low = frame.low
    out = call_value(frame, fn, args, kwargs)
    low.at(frame, node)
    return out


def call_value(frame: Frame, fn: Val, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """Find out what kind of callable it is, and call it."""
    low = frame.low
    if fn is super:
        return super(*args) if len(args) == 2 else _super(frame)
    if isinstance(fn, TensorMethod):
        return apply(low, ARRAY_METHODS[fn.name], None, [fn.tensor, *args], kwargs)
    if isinstance(fn, ListMethod):
        return containers.method(low, fn.items, fn.name, list(args), dict(kwargs))
    if isinstance(fn, RowsMethod):
        return listed.method(low, fn.rows, fn.name, list(args))
    if isinstance(fn, Closure):
        return _inline(frame, fn.node, fn.frame.unit, fn, None, args, kwargs)
    if isinstance(fn, Recomputed):
        with checkpoints.recomputed(low):
            return call_value(frame, fn.__wrapped__, args, kwargs)
    if (handler := tables.handler_of(fn)) is not None:
        return apply(low, handler, fn, args, kwargs)
    if (
        isinstance(fn, MethodType)
        and isinstance(fn.__self__, tuple)
        and fn.__name__ in ("_replace", "_asdict")
    ):
        made: Any = fn(*args, **kwargs)  # collections.namedtuple wrote it
        low.owned[id(made)] = made
        return made
    if isinstance(fn, MethodType):
        return call_value(frame, fn.__func__, [fn.__self__, *args], kwargs)
    if isinstance(fn, functools.partial):
        bound, options = (fn.args, fn.keywords) if id(fn) in low.owned else _bound_outside(low, fn)
        return call_value(frame, fn.func, [*bound, *args], {**options, **kwargs})
    if hasattr(fn, "__symgrad_ir__") and not isinstance(fn, type):
        return nested.call(frame, fn, args, kwargs)
    if isinstance(inner := getattr(fn, "py_func", None), FunctionType):
        return call_value(frame, inner, args, kwargs)
    if isinstance(fn, FunctionType) and tables.is_runtime(fn):
        return apply(low, tables.runtime_handler(fn), fn, args, kwargs)
    if isinstance(fn, type):
        return _construct(low, fn, args, kwargs)
    owner = getattr(fn, "__self__", None)
    if owner is not None and isinstance(owner, containers.CONTAINERS):
        return containers.method(low, owner, fn.__name__, list(args), dict(kwargs))
    if tables.is_numeric_library(fn):
        return unknown(low, name_of(fn), sorted({h.name for h in HANDLERS.values()}))
    if tables.is_transform(fn) or tables.is_computed_at_once(fn):
        name = fn.__name__ if tables.is_transform(fn) else type(fn).__name__.lower()
        if name in tables.AT_ONCE:
            low.refuse(
                f"symgrad.{name} in a differentiated function",
                why="it computes with arrays at once, and the arrays here exist at run time only",
                instead=tables.AT_ONCE[name],
            )
        if any(isinstance(v, Closure | Tensor) for v in args):
            low.refuse(
                f"symgrad.{fn.__name__} of a function that is defined inside",
                why="it may read values that exist only at run time",
                instead="define the inner function at module level, and pass it what it reads",
            )
        return fn(*args, **kwargs)
    if isinstance(fn, FunctionType):
        source = find(fn)
        return _inline(frame, source.node, source.unit, None, fn, args, kwargs)
    if isinstance(inner := getattr(fn, "__wrapped__", None), FunctionType):
        return call_value(frame, inner, args, kwargs)
    method = vars(type(fn)).get("__call__") or getattr(type(fn), "__call__", None)  # noqa: B004
    if isinstance(method, FunctionType):
        return call_value(frame, method, [fn, *args], kwargs)
    if not callable(fn):
        low.refuse(f"a {type(fn).__name__} is called", why="it is not a function")
    return unknown(low, name_of(fn), sorted({h.name for h in HANDLERS.values()}))


def _super(frame: Frame) -> Any:
    """`super()`: the class that the method was defined in, and its first argument."""
    scope = frame
    while scope.outer is not None:
        scope = scope.outer
    cell = scope.around.cells.get("__class__") if scope.around is not None else None
    if cell is None or not scope.env:
        frame.low.refuse("super() outside of a method")
    return super(cell.cell_contents, next(iter(scope.env.values())))


def _bound_outside(low: Lowering, fn: functools.partial[Any]) -> tuple[Any, Any]:
    """The arguments that a partial from outside holds."""
    path = fixed_path(fn, "partial")
    args = [low.outside(v, path.attribute("args").item(i)) for i, v in enumerate(fn.args)]
    return args, {k: low.outside(v, path.attribute("keywords").item(k)) for k, v in fn.keywords.items()}


def apply(low: Lowering, handler: Handler, fn: Any, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """Call a handler; a function of compile-time values only is computed now."""
    if isinstance(fn, np.ufunc) and len(args) == fn.nin + 1:
        args, kwargs = args[:-1], {**kwargs, "out": args[-1]}
    if isinstance(fn, np.ufunc) and "where" in kwargs:
        return _where(low, handler, fn, args, kwargs)
    if "out" in kwargs and "out" not in handler.signature.parameters and "." in handler.name:
        others = {k: v for k, v in kwargs.items() if k != "out"}
        return _into(low, kwargs["out"], apply(low, handler, fn, args, others))
    if handler.pure and fn is not None and not any(map(_runtime, [*args, *kwargs.values()])):
        return _folded(low, fn, args, kwargs)
    try:
        handler.signature.bind(low, *args, **kwargs)
    except TypeError as e:
        unknown_keywords = [k for k in kwargs if k not in handler.signature.parameters]
        if unknown_keywords:
            low.refuse(
                f"`{unknown_keywords[0]}=` of {handler.name}", why="the compiler does not know this option"
            )
        low.refuse(f"{handler.name}: {e}", why="the arguments do not fit the compiler's form of the function")
    return handler.lower(low, *args, **kwargs)


def _where(low: Lowering, handler: Handler, fn: Any, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """`where=` of a ufunc: elsewhere `out=` keeps what it holds."""
    others = {k: v for k, v in kwargs.items() if k not in ("where", "out")}
    mask, out = kwargs["where"], kwargs.get("out")
    if mask is True:
        return apply(low, handler, fn, args, {**others, **({"out": out} if out is not None else {})})
    if isinstance(out, tuple) and len(out) == 1:
        (out,) = out
    if not isinstance(out, Tensor):
        low.refuse(
            f"`where=` of {handler.name} without `out=`",
            why="NumPy leaves the elements that are not selected uninitialised",
            instead="out=np.zeros_like(x), or np.where(c, a, b)",
        )
    result = apply(low, handler, fn, args, others)
    return _into(low, out, low.calling(low.frame, np.where, [mask, result, out], {}))


def _into(low: Lowering, out: Val, result: Val) -> Val:
    """`out=`: the result is written into an array, which is what the call gives."""
    if isinstance(out, tuple) and len(out) == 1:
        (out,) = out
    if out is None:
        return result
    if not isinstance(out, Tensor) or not out.is_array:
        low.refuse(f"`out=` of a {type(out).__name__}", why="only an array can be written into")
    t = as_tensor(low, result)
    if not np.can_cast(t.dtype, out.dtype, "same_kind"):
        low.refuse(f"{t.dtype} is written into an array of {out.dtype}", why="NumPy refuses it too")
    setitem(low, out, Ellipsis, t)
    return out


def _runtime(v: Val) -> bool:
    if isinstance(v, list | tuple):
        return any(map(_runtime, v))
    return isinstance(v, Tensor | Extent | Rows | Closure | TensorMethod)


def _folded(low: Lowering, fn: Any, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    try:
        with np.errstate(all="ignore"):
            out = fn(*args, **kwargs)
    except (ArithmeticError, ValueError, TypeError) as e:
        low.refuse(f"{name_of(fn)}: {e}", why="the arguments are known at compile time, and the call fails")
    if isinstance(out, np.ndarray):
        return literal(low, out)
    if type(out) is tuple:
        return tuple(literal(low, v) if isinstance(v, np.ndarray) else v for v in out)
    if isinstance(out, list | dict | set):
        low.owned[id(out)] = out
    return out


def _construct(low: Lowering, cls: type, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Val:
    """Containers of run-time values: namedtuples and objects."""
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return cls(*args, **kwargs)
    if tables.is_numeric_library(cls):
        return unknown(low, name_of(cls), sorted({h.name for h in HANDLERS.values()}))
    return instances.construct(low, cls, args, kwargs)


def _inline(
    frame: Frame,
    node: FunctionNode,
    unit: Unit,
    closure: Closure | None,
    function: FunctionType | None,
    args: Sequence[Val],
    kwargs: Mapping[str, Val],
) -> Val:
    """Interpret the function's own source with these arguments."""
    low = frame.low
    if frame.depth >= DEEPEST:
        low.refuse(
            f"calls are nested {DEEPEST} deep",
            why="recursion is followed while the program is compiled: what ends it must be known then",
            instead="a loop, or a condition on compile-time values",
        )
    names, declared = local_names(node)
    env = _bound(low, node, closure, function, args, kwargs)
    inner = Frame(low, unit, env, names, depth=frame.depth + 1, globals_here=declared)
    if closure is not None:
        inner.outer, inner.around = closure.frame, closure.frame.around
    elif function is not None:
        inner.around = surroundings(function)
    return low.run_body(inner, node)


def _bound(
    low: Lowering,
    node: FunctionNode,
    closure: Closure | None,
    function: FunctionType | None,
    args: Sequence[Val],
    kwargs: Mapping[str, Val],
) -> dict[str, Val]:
    """Parameters and their values, defaults filled in."""
    a = node.args
    positional = [p.arg for p in [*a.posonlyargs, *a.args]]
    if closure is not None:
        defaults, keyword_defaults = closure.defaults, dict(closure.keyword_defaults)
        name = closure.name
    else:
        assert function is not None
        name = function.__name__
        defaults = tuple(_default(low, d, name) for d in function.__defaults__ or ())
        keyword_defaults = {k: _default(low, d, name) for k, d in (function.__kwdefaults__ or {}).items()}
    env: dict[str, Val] = dict(zip(positional, args, strict=False))
    rest = dict(kwargs)
    if len(args) > len(positional) and a.vararg is None:
        low.refuse(f"{name}() takes {len(positional)} positional arguments but {len(args)} were given")
    if a.vararg is not None:
        env[a.vararg.arg] = tuple(args[len(positional) :])
    for p in [*a.args, *a.kwonlyargs]:
        if p.arg in rest:
            if p.arg in env:
                low.refuse(f"{name}() got multiple values for argument {p.arg!r}")
            env[p.arg] = rest.pop(p.arg)
    if a.kwarg is not None:
        env[a.kwarg.arg] = rest
    elif rest:
        low.refuse(f"{name}() got an unexpected keyword argument {next(iter(rest))!r}")
    for p_name, default in zip(positional[len(positional) - len(defaults) :], defaults, strict=True):
        env.setdefault(p_name, default)
    for p in a.kwonlyargs:
        if p.arg not in env and p.arg in keyword_defaults:
            env[p.arg] = keyword_defaults[p.arg]
    missing = [p for p in [*positional, *(p.arg for p in a.kwonlyargs)] if p not in env]
    if missing:
        low.refuse(f"{name}() is missing the argument {missing[0]!r}")
    return env


def _default(low: Lowering, value: Any, name: str) -> Val:
    """A default of an inlined function: numbers are constants, arrays are captured."""
    if isinstance(value, float | np.floating):
        return value
    return low.outside(value, fixed_path(value, f"default of {name}"))
