"""Attributes: of arrays, modules, and objects that the function was given or reads from outside.

In: a value and a name. Out: its attribute: a shape, a bound method, a captured array of an object.
"""

from __future__ import annotations

import ast
import difflib
import functools
import inspect
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from symgrad.frontend import instances
from symgrad.frontend.containers import LEFT
from symgrad.frontend.context import Closure, Frame, Lowering
from symgrad.frontend.registry import ARRAY_METHODS
from symgrad.frontend.resolve import Path, fixed_path, instance_class, is_library, is_library_module
from symgrad.frontend.shaping import elements, matrix_transpose, transpose
from symgrad.frontend.structure import is_instance
from symgrad.frontend.values import ListMethod, Rows, RowsMethod, SymRange, Tensor, TensorMethod, Val
from symgrad.ir.dims import Extent, product

_CONTAINERS = (list, tuple, dict, str, set, frozenset, bytes, range, slice, int, float, np.generic, np.dtype)


def get(frame: Frame, node: ast.Attribute, obj: Val, name: str) -> Val:
    """`obj.name`."""
    low = frame.low
    if isinstance(obj, Tensor):
        return _of_tensor(low, obj, name)
    if isinstance(obj, Rows):
        return RowsMethod(obj, name)
    if isinstance(obj, SymRange) and name in ("start", "stop", "step"):
        return getattr(obj, name)
    if isinstance(obj, Extent | Closure | TensorMethod):
        low.refuse(f"an attribute of {'an integer' if isinstance(obj, Extent) else 'a function'}: {name}")
    if isinstance(obj, ModuleType):
        return _of_module(low, obj, name)
    if is_instance(obj):
        return instances.attribute(low, obj, name)
    if isinstance(obj, list) and name in LEFT:
        return ListMethod(obj, name)
    if isinstance(obj, _CONTAINERS) and not hasattr(obj, "_fields"):
        return _plain(low, obj, name)
    library = type(obj).__module__.partition(".")[0] == "numpy"  # np.finfo(...).eps
    if isinstance(obj, FunctionType) or is_library(obj) or library:
        return _plain(low, obj, name)
    return _of_object(frame, obj, name)


def _plain(low: Lowering, obj: Any, name: str) -> Any:
    try:
        return getattr(obj, name)
    except AttributeError as e:
        low.refuse(str(e))


def _of_tensor(low: Lowering, t: Tensor, name: str) -> Val:
    if t.weak:
        if name == "real":
            return t
        low.refuse(
            f"a Python {t.python_class().__name__} has no attribute {name!r} for the compiler",
            instead="pass an array, or np.float64(x)",
        )
    shape = low.shape(t)
    if name == "shape":
        return shape
    if name == "ndim":
        return t.rank
    if name == "size":
        return product(shape)
    if name == "dtype":
        return np.dtype(t.dtype)
    if name == "itemsize":
        return np.dtype(t.dtype).itemsize
    if name == "nbytes":
        return product(shape) * np.dtype(t.dtype).itemsize
    if name == "flat":
        return elements(low, t)
    if name == "T":
        return transpose(low, t)
    if name == "mT":
        return matrix_transpose(low, t)
    if name == "real":
        return t
    if name in ARRAY_METHODS:
        return TensorMethod(t, name)
    near = difflib.get_close_matches(name, [*ARRAY_METHODS, "shape", "ndim", "size", "dtype", "T"], 1)
    low.refuse(
        f"the array attribute {name!r}" + (f" (did you mean {near[0]}?)" if near else ""),
        why="it is not among the attributes and methods that the compiler knows",
    )


def _of_module(low: Lowering, module: ModuleType, name: str) -> Val:
    value = _plain(low, module, name)
    if is_library_module(module):
        return value
    return low.outside(value, fixed_path(module, module.__name__).attribute(name))


def path_of(low: Lowering, obj: Any) -> Path:
    """The way to an object that the function reads attributes of."""
    known = low.objects.get(id(obj))
    if known is not None and known[0] is obj:
        return known[1]
    path = fixed_path(obj, type(obj).__name__.lower())
    low.objects[id(obj)] = (obj, path)
    return path


def _of_object(frame: Frame, obj: Any, name: str) -> Val:
    low = frame.low
    if id(obj) not in low.objects and name in getattr(obj, "__dict__", {}):
        value = obj.__dict__[name]  # a container that was built from the arguments' leaves
        if not isinstance(value, float | np.ndarray | np.generic):
            return value
    if hasattr(obj, "_fields") and name in obj._fields:
        return getattr(obj, name)
    path = path_of(low, obj)
    try:
        static = inspect.getattr_static(obj, name)
    except AttributeError:
        if not hasattr(obj, name):
            low.refuse(
                f"a {type(obj).__name__} has no attribute {name!r}", why="Python raises AttributeError here"
            )
        static = None
    if isinstance(static, property | functools.cached_property):
        low.watch(path, instance_class)
        body: Any = static.fget if isinstance(static, property) else static.func
        return low.calling(frame, MethodType(body, obj), [], {})
    value = getattr(obj, name)
    if isinstance(value, MethodType) and isinstance(value.__func__, FunctionType):
        low.watch(path.attribute(name))
        return value
    return low.outside(value, path.attribute(name))
