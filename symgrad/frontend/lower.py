"""From a Python function to IR: statements, and the function as a whole.

In: a function and the `Signature` of one call. Out: `Lowered`: the IR, the structure of the result, what
the function captures, and what would make the program out of date.

    lower(f, bind(f, (x, w), {})).function        # f(x: float64[n], w: float64[n]) ...
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from symgrad.errors import Loc, SymgradError, UnsupportedSyntaxError
from symgrad.frontend.calls import call_value
from symgrad.frontend.checkpoints import gathered
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import as_tensor
from symgrad.frontend.regions import reclosed
from symgrad.frontend.resolve import Capture, Path, Watch, fixed_path
from symgrad.frontend.signature import Signature, Static, names_used
from symgrad.frontend.solver import Solver
from symgrad.frontend.source import Unit, find
from symgrad.frontend.spoken import as_called
from symgrad.frontend.statements import run_body, run_loop
from symgrad.frontend.values import Rows, Tensor, Val, is_number
from symgrad.ir.core import Arg, Block, Function, Symbol, Value
from symgrad.ir.dims import as_symbol, symbols
from symgrad.ir.frozen import dataclass
from symgrad.ir.types import INT, ArrayType
from symgrad.ir.walk import rename, substitute_extents
from symgrad.tree import Tree, flatten


@dataclass(frozen=True, slots=True)
class Lowered:
    """A lowered function.

    Attributes
    ----------
    function : its params are the leaves of the signature, then the captured values
    out_tree : the structure over the results
    captures : how to read the captured values at each call
    watches : compile-time facts from outside; when one changes, lower again
    types : the params' types before extents were unified: names as `bind(exact=...)` knows them
    written : the leaves that the function writes into (copies of: no call changes its arguments)
    """

    function: Function
    out_tree: Tree
    captures: tuple[Capture, ...]
    watches: tuple[Watch, ...]
    types: tuple[ArrayType, ...] = ()
    written: tuple[int, ...] = ()


def lower(fun: Callable[..., Any], signature: Signature, *, name: str | None = None) -> Lowered:
    """Interpret `fun` on values of the types of `signature`."""
    integers = frozenset(
        n for n, t, w in zip(signature.names, signature.types, signature.weak, strict=True) if t == INT and w
    )
    named = dict(zip(signature.names, signature.leaves, strict=True))
    solver = Solver({**signature.sizes, **{n: int(named[n]) for n in sorted(integers)}}, integers)
    avoid = names_used(fun) | set(signature.names) | set(signature.parameters) | signature.extents
    low = Lowering(solver, signature.exact, avoid, run_body, call_value)
    low.looping = run_loop
    params, args, tensors = _arguments(low, signature)
    frame = Frame(low, _NOWHERE, {}, frozenset())
    positional = [a for a, k in zip(args, signature.keywords, strict=True) if k is None]
    keywords = {k: a for a, k in zip(args, signature.keywords, strict=True) if k is not None}
    with _deep_recursion():
        try:
            value = call_value(frame, _rooted(low, fun), positional, keywords)
        except RecursionError:
            raise UnsupportedSyntaxError(
                "an expression or a call is nested too deeply", low.builder.loc
            ) from None
        except SymgradError as e:
            kind = _public(e)
            if kind is type(e) and (e.loc is not None or low.builder.loc is None):
                raise
            raise kind(e.message, e.loc or low.builder.loc, why=e.why, instead=e.instead) from None
        results, out_tree = _results(low, value, signature.function_name)
    captured = _used_captures(low, results)
    types = (*(p.type for p in params), *(v.type for _, v in captured))
    params += [v for _, v in captured]
    body = Block(tuple(params), tuple(low.builder.eqns), tuple(results), tuple(_symbols(low, params)))
    loc, doc = _head(fun)
    function = Function(name or _identifier(signature.function_name), body, tuple(solver.guards), loc, doc)
    function = rename(function, {**low.hints, **_leaf_hints(low)})
    solution = {n: solver.resolve(d) for n, d in solver.solution.items()}
    resolved = substitute_extents(function, solution)
    if solution and any(eqn.regions for eqn in resolved.eqns):
        resolved = reclosed(resolved)
    called = [(called, solver.resolve(dim)) for called, dim in low.spoken]
    resolved = as_called(resolved, called, {*signature.parameters, *low.integers})
    resolved = gathered(resolved)
    captures = tuple(Capture(path.text, path.get) for path, _ in captured)
    written = tuple(i for i, t in enumerate(tensors) if t.version)
    return Lowered(resolved, out_tree, captures, tuple(low.watches.values()), types, written)


def _public(e: SymgradError) -> type[SymgradError]:
    """The class that users know: those of regions tell the interpreter more."""
    return next(
        c for c in type(e).__mro__ if issubclass(c, SymgradError) and c.__module__ == "symgrad.errors"
    )


_NOWHERE = Unit("", ())


def _arguments(low: Lowering, signature: Signature) -> tuple[list[Value], list[Val], list[Tensor]]:
    """The parameters, the arguments as the interpreter sees them, and a tensor for each leaf."""
    tensors: list[Tensor] = []
    params: list[Value] = []
    leaves: list[Val] = []
    direct = {s[0] for t, s in zip(signature.trees, signature.slots, strict=True) if t.kind is None}
    for number, leaf in enumerate(signature.leaves):
        name = signature.names[number]
        value = Value(signature.types[number], name)
        params.append(value)
        t = Tensor(value, weak=signature.weak[number], is_array=isinstance(leaf, np.ndarray))
        low.hints[value] = t.name = name
        tensors.append(t)
        if number not in direct:
            low.leaf_names[value] = []
        if value.type.rank == 0 and np.dtype(value.type.dtype).kind in "iu":
            low.integers[name] = value
        leaves.append(low.solver_symbol(name) if name in low.solver.fixed else t)
    args = []
    for tree, slots in zip(signature.trees, signature.slots, strict=True):
        args.append(tree.build([_static(low, s) if isinstance(s, Static) else leaves[s] for s in slots]))
    for arg in args:
        low.own(arg)
    return params, args, tensors


def _static(low: Lowering, slot: Static) -> Val:
    return slot.value


def _rooted(low: Lowering, fun: Any) -> Any:
    """The receiver of a method is an object that attributes are read from."""
    receiver = fun.__self__ if isinstance(fun, MethodType) else None
    if receiver is None and not isinstance(fun, FunctionType | type) and callable(fun):
        receiver = fun
    if receiver is not None:
        low.objects[id(receiver)] = (receiver, fixed_path(receiver, "self"))
    return fun


def _measure(low: Lowering, value: Val) -> None:
    """A list among the results must have a length that is known."""
    if isinstance(value, Rows) and not value.exact:
        low.refuse(
            "a list is returned whose length the data decide",
            why="the number of results must be known",
            instead="np.array(...) of it",
        )
    if isinstance(value, Rows):
        constant(low, value.stop - value.start)
    for item in value if isinstance(value, tuple | list) else ():
        _measure(low, item)


def _results(low: Lowering, value: Val, name: str) -> tuple[list[Arg], Tree]:
    _measure(low, value)
    leaves, tree = flatten(value)
    results = []
    for leaf in leaves:
        if not is_number(leaf):
            low.refuse(
                f"{name} returns a {type(leaf).__name__}" if leaf is not None else f"{name} returns None",
                why="the result of a differentiated function is a number, an array, or a container of them",
                instead="return numbers and arrays only",
            )
        results.append(low.arg(as_tensor(low, leaf)))
    return results, tree


def _used_captures(low: Lowering, results: list[Arg]) -> list[tuple[Path, Value]]:
    """The captured values that the program reads, or whose extents it needs."""
    read = {a for eqn in low.builder.eqns for a in eqn.args} | set(results)
    needed = {s for eqn in low.builder.eqns for s in eqn.names}
    needed |= {s for d in low.solver.solution.values() for s in symbols(d)} | set(low.solver.solution)
    needed |= {s for g in low.solver.guards for s in symbols(g.nonnegative)}
    return [
        (path, v)
        for path, v in low.captures
        if v in read or needed & {s for d in v.type.shape for s in symbols(d)}
    ]


def _symbols(low: Lowering, params: list[Value]) -> Iterator[Symbol]:
    """Where each name of an extent gets its number."""
    for param in params:
        for axis, dim in enumerate(param.type.shape):
            if (symbol := as_symbol(dim)) is not None:
                yield Symbol(symbol, param, axis)
    used = low.used_integers()
    for name, value in low.integers.items():
        if name in used:
            yield Symbol(name, value, None)
    for name, value in low.numbers.items():
        yield Symbol(name, value, None)
    yield from low.axes.values()


def _leaf_hints(low: Lowering) -> dict[Value, str]:
    """The names of container leaves: the user's where one leaf has it, else the way to it."""
    wanted = [names[0] for names in low.leaf_names.values() if names]
    taken = {h for v, h in low.hints.items() if v not in low.leaf_names}
    return {
        v: names[0]
        for v, names in low.leaf_names.items()
        if names and wanted.count(names[0]) == 1 and names[0] not in taken
    }


def _head(fun: Any) -> tuple[Loc | None, str]:
    """Where a function is defined, and its docstring."""
    fun = getattr(fun, "py_func", fun)
    fun = getattr(fun, "__func__", fun)
    if not isinstance(fun, FunctionType):
        return None, ""
    source = find(fun)
    return source.unit.loc(source.node), (fun.__doc__ or "") if isinstance(fun.__doc__, str) else ""


def _identifier(name: str) -> str:
    return name if name.isidentifier() else "f"


_recursion = threading.Lock()
_DEEP = 12_000  # frames: 200 nested calls of deep expressions


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Room for calls nested 200 deep; the interpreter of expressions is recursive."""
    with _recursion:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, _DEEP))
    try:
        yield
    finally:
        with _recursion, suppress(RecursionError):  # another thread may be deeper than the old limit
            sys.setrecursionlimit(before)


__all__ = ["Capture", "Lowered", "Watch", "lower"]
