"""Whether a function reads as one of plain numbers, so that its source can be shown before any call.

In: a function. Out: how many numbers to call it with, or None: a parameter is indexed, iterated over, or
given to something that only makes sense for arrays.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

from symgrad.errors import SourceUnavailableError
from symgrad.frontend.parts import all_parts, parts
from symgrad.frontend.source import find

_FOR_ARRAYS = """
    sum mean std var max min prod dot matmul inner outer einsum tensordot norm cumsum concatenate stack vstack
    hstack reshape ravel transpose len softmax log_softmax logsumexp argmax argmin diag trace any all
    enumerate zip average diff sorted tile repeat solve det inv
"""
_NUMBERS = frozenset({"float", "int", "np.float64", "np.float32"})


def is_scalar_function(fun: Callable[..., Any]) -> int | None:
    """The number of arguments, if they can all be numbers."""
    fun = getattr(fun, "py_func", fun)
    fun = inspect.unwrap(fun)  # a derivative takes what its function takes
    plain = getattr(fun, "__func__", fun)
    if not isinstance(plain, FunctionType):
        return None
    try:
        node = find(plain).node
    except SourceUnavailableError:
        return None
    if node.args.vararg or node.args.kwarg:
        return None
    parameters = [*node.args.posonlyargs, *node.args.args]
    parameters = parameters[1:] if plain is not fun else parameters
    if any(p.annotation is not None and ast.unparse(p.annotation) not in _NUMBERS for p in parameters):
        return None
    names = {p.arg for p in parameters}
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    if any(_wants_array(n, names) for n in all_parts(body)):
        return None
    return len(parameters) - len(node.args.defaults) if parameters else None


def _wants_array(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Subscript | ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id in names
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return True
    if isinstance(node, ast.For | ast.comprehension):
        return isinstance(node.iter, ast.Name) and node.iter.id in names
    if isinstance(node, ast.Assign):  # unpacked
        target = node.targets[0]
        return isinstance(target, ast.Tuple) and isinstance(node.value, ast.Name) and node.value.id in names
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("max", "min") and len(node.args) > 1:
            return False
        return name in _FOR_ARRAYS.split() and any(
            isinstance(n, ast.Name) and n.id in names for a in node.args for n in parts(a)
        )
    return False
