"""What a name means: values that a function reads without being passed them.

In: globals, closures and attributes, each with the way to it (a `Path`). Out: captured run-time
values (arrays and floats become parameters, read anew at each call), compile-time values, and
`Watch`es, which tell when a compile-time value is no longer what the program was built for.

    W (an array) -> Capture("W");  use_bias (a bool) -> True and Watch("use_bias")
"""

from __future__ import annotations

import builtins
import math
import sys
from collections.abc import Callable, Hashable
from dataclasses import field
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from symgrad.ir.frozen import dataclass

_LIBRARIES = frozenset(sys.stdlib_module_names) | {"numpy", "scipy", "numba", "symgrad"}
_MATHEMATICAL = {id(v) for m in (math, np) for v in vars(m).values() if isinstance(v, float)}


@dataclass(frozen=True, slots=True)
class Path:
    """The way to a value from outside the function. Equal keys, same place."""

    text: str
    key: Hashable = field(repr=False)
    get: Callable[[], Any] = field(repr=False, compare=False)

    def attribute(self, name: str) -> Path:
        return Path(f"{self.text}.{name}", (self.key, "attribute", name), lambda: getattr(self.get(), name))

    def item(self, key: Any) -> Path:
        return Path(f"{self.text}[{key!r}]", (self.key, "item", key), lambda: self.get()[key])

    @property
    def hint(self) -> str:
        """A name for a parameter: the last name of the path."""
        words = "".join(c if c.isalnum() or c == "_" else " " for c in self.text.replace(".", "  ")).split(
            "  "
        )
        name = "_".join(words[-1].split()) or "value"
        return name if not name[0].isdigit() else f"value_{name}"


def global_path(space: dict[str, Any], name: str) -> Path:
    def get() -> Any:
        return space[name] if name in space else getattr(builtins, name)

    return Path(name, ("global", id(space), name), get)


def cell_path(cell: Any, name: str) -> Path:
    return Path(name, ("cell", id(cell)), lambda: cell.cell_contents)


def fixed_path(obj: Any, name: str) -> Path:
    """A value that has no name to read it from again."""
    return Path(name, ("object", id(obj)), lambda: obj)


@dataclass(frozen=True, slots=True)
class Capture:
    """A run-time value from outside: one more parameter, `get()` at each call."""

    path: str
    get: Callable[[], Any] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Helper:
    """A function as it was when it was lowered. Every call asks for each, so this is quick."""

    function: FunctionType
    code: Any
    defaults: Any
    kwdefaults: Any

    def is_still(self, now: Any) -> bool:
        f = self.function
        return (
            now is f
            and f.__code__ is self.code
            and f.__defaults__ is self.defaults
            and f.__kwdefaults__ is self.kwdefaults
        )


@dataclass(frozen=True, slots=True)
class Watch:
    """A compile-time fact from outside. `changed()` says that the program must be built anew."""

    path: str
    get: Callable[[], Any] = field(repr=False)
    seen: Any = field(repr=False)
    look: Callable[[Any], Any] = field(repr=False)
    helper: Helper | None = field(repr=False, default=None)

    def changed(self) -> bool:
        try:
            now = self.get()
            if self.helper is not None and self.helper.is_still(now):
                return False
            return not _same(self.look(now), self.seen)
        except (LookupError, AttributeError, ValueError, TypeError):
            return True


def watch(path: Path, look: Callable[[Any], Any] | None = None) -> Watch:
    look = look or fingerprint
    now = path.get()
    helper = None
    if look is fingerprint and isinstance(now, FunctionType):
        helper = Helper(now, now.__code__, now.__defaults__, now.__kwdefaults__)
    return Watch(path.text, path.get, look(now), look, helper)


def fingerprint(obj: Any) -> tuple[Any, ...]:
    """What the program depends on, in an object: values of plain things, structure of containers."""
    if isinstance(obj, FunctionType):
        return (FunctionType, Same(obj.__code__), Same(obj.__defaults__), Same(obj.__kwdefaults__))
    if isinstance(obj, MethodType):
        return (MethodType, *fingerprint(obj.__func__))
    if isinstance(obj, bool | int | str | bytes | np.integer | np.bool_ | np.dtype):
        return (type(obj), obj)
    if isinstance(obj, dict):
        return (type(obj), tuple(obj))
    if isinstance(obj, tuple | list):
        return (type(obj), len(obj))
    if isinstance(obj, np.ndarray):
        return (np.ndarray, obj.dtype, tuple(s == 1 for s in obj.shape))
    if isinstance(obj, float | np.floating):
        return (type(obj),)
    return (type(obj), Same(obj))


def instance_class(obj: Any) -> tuple[Any, ...]:
    """Of an object whose attributes are read one by one: its class."""
    return (type(obj),)


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """Compares by identity, and keeps what it compares alive."""

    obj: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.obj is other.obj

    __hash__ = None  # type: ignore[assignment]


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)


def is_library(obj: Any) -> bool:
    """Modules, builtins, and what Python, NumPy, SciPy and numba define: nobody redefines them."""
    if isinstance(obj, ModuleType | BuiltinFunctionType | np.ufunc):
        return True
    module = obj.__name__ if isinstance(obj, ModuleType) else getattr(obj, "__module__", None)
    named = isinstance(obj, type | FunctionType) or callable(obj)
    return named and isinstance(module, str) and module.partition(".")[0] in _LIBRARIES


def is_plain_import(obj: Any, path: Path) -> bool:
    """`np`, or `exp` of `from math import exp`: a global that nobody means to rebind."""
    is_global = isinstance(path.key, tuple) and path.key[0] == "global"
    return is_global and (isinstance(obj, ModuleType) or getattr(obj, "__name__", None) == path.text)


def is_library_module(module: ModuleType) -> bool:
    return module.__name__.partition(".")[0] in _LIBRARIES


def is_constant_of_mathematics(obj: Any) -> bool:
    """pi, e, inf, nan of `math` or NumPy, however imported."""
    return isinstance(obj, float) and id(obj) in _MATHEMATICAL
