"""Study text run by CPython and NumPy: slow, plain, and open to a debugger.

In: a text and the name of a function in it. Out: that function. Its source is known to `linecache`, so
that tracebacks show its lines, pdb steps through them and `inspect.getsource` finds them.

    f = compile(study(function), "loss_grad");  f(x, w)
"""

from __future__ import annotations

import ast
import builtins
import functools
import hashlib
import linecache
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

from symgrad.backends.base import Compiled


def compile(text: str, entry: str) -> Compiled:
    """The function `entry` of `text`.

    Python numbers among the arguments become NumPy's, so that arithmetic is IEEE (1.0 / 0.0 is inf), and
    NumPy's warnings are off. Numbers are returned as NumPy scalars (an array without axes where the
    text's last operation makes one): the caller turns them into what the user passed. Arrays are returned
    as fresh memory: one that is an argument, a view or another result is copied.

    Attributes of the result: ``__wrapped__`` is the function of the text, ``__source__`` the text.
    """
    filename = f"<symgrad {entry} {hashlib.sha256(text.encode()).hexdigest()[:16]}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    function = _load(builtins.compile(text, filename, "exec"), entry)

    @functools.cache
    def in_ieee() -> Callable[..., Any]:
        return _load(builtins.compile(_with_numpy_constants(text), filename, "exec"), entry)

    @functools.wraps(function)
    def run(*args: Any) -> Any:
        values = [_number(a) for a in args]
        with np.errstate(all="ignore"):
            try:
                results = function(*values)
            except ZeroDivisionError:  # 2.0 / n with plain Python numbers, n = 0
                results = in_ieee()(*values)
        return _owned(results, [v for v in values if isinstance(v, np.ndarray)])

    run.__source__ = text  # type: ignore[attr-defined]  # functions take any attribute
    return run


def _load(code: CodeType, entry: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {"__name__": "symgrad.generated"}
    exec(code, namespace)
    function: Callable[..., Any] = namespace[entry]
    return function


def _number(arg: Any) -> Any:
    """An argument as NumPy has it; containers of residuals are entered."""
    if isinstance(arg, bool):
        return np.bool_(arg)
    if isinstance(arg, int):
        return np.int64(arg)
    if isinstance(arg, float) and not isinstance(arg, np.floating):
        return np.float64(arg)
    return tuple(map(_number, arg)) if isinstance(arg, tuple) else arg


def _owned(result: Any, held: list[Any]) -> Any:
    """The result with every array in memory of its own; `held` are the arrays that belong to others."""
    if isinstance(result, tuple):
        return tuple([_owned(r, held) for r in result])
    if not isinstance(result, np.ndarray) or result.ndim == 0:
        return result
    if result.base is not None or any(result is h for h in held):
        result = result.copy()
    held.append(result)
    return result


class _NumPyConstants(ast.NodeTransformer):
    """Every float constant as a NumPy number: the text where Python would raise ZeroDivisionError."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, float):
            return node
        wrapped = ast.Call(ast.Attribute(ast.Name("np", ast.Load()), "float64", ast.Load()), [node], [])
        return ast.copy_location(wrapped, node)


def _with_numpy_constants(text: str) -> ast.Module:
    tree: ast.Module = _NumPyConstants().visit(ast.parse(text))
    return ast.fix_missing_locations(tree)
