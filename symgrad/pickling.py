"""A derivative in another process: its function by name where it can be imported, else as program text.

In: a function. Out: what pickle can carry, and back. Functions of notebooks, lambdas and nested functions
travel as text, with the values of the global and closure names that they read.

    pickle.loads(pickle.dumps(sg.grad(lambda x: a * x**2)))(3.0)
"""

from __future__ import annotations

import ast
import copy
import hashlib
import importlib
import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from symgrad.frontend.source import find


@dataclass(frozen=True, slots=True)
class ByName:
    """Something that `import` finds."""

    module: str
    qualname: str = ""

    def load(self) -> Any:
        found: Any = importlib.import_module(self.module)
        for part in self.qualname.split(".") if self.qualname else ():
            found = getattr(found, part)
        return found


@dataclass(frozen=True, slots=True)
class ByText:
    """A function as text, the names that it reads, and its defaults."""

    name: str
    text: str
    names: dict[str, Any]
    defaults: tuple[Any, ...] | None
    keyword_defaults: dict[str, Any] | None

    def load(self) -> Callable[..., Any]:
        file = f"<symgrad {hashlib.sha256(self.text.encode()).hexdigest()[:16]}>"
        linecache.cache[file] = (len(self.text), None, self.text.splitlines(keepends=True), file)
        space: dict[str, Any] = {
            k: v.load() if isinstance(v, ByName | ByText) else v for k, v in self.names.items()
        }
        space["__name__"] = file
        exec(compile(self.text, file, "exec", dont_inherit=True), space)
        function: FunctionType = space[self.name]
        function.__defaults__ = self.defaults
        function.__kwdefaults__ = self.keyword_defaults
        return function


def recipe(obj: Any, fun: Any, *rest: Any) -> tuple[Any, ...]:
    """How pickle makes a transform of `fun` again: by its own name, or by calling its class."""
    where = getattr(fun, "__module__", "") or "", getattr(fun, "__qualname__", "")
    if importable(obj, *where):  # decorated: the name in its module is this object
        return (ByName.load, (ByName(*where),))
    return (_made_again, (type(obj), portable(fun), *rest))


def _made_again(cls: type, fun: Any, *rest: Any) -> Any:
    return cls(fun.load() if isinstance(fun, ByName | ByText) else fun, *rest)


def importable(obj: Any, module: str, qualname: str) -> bool:
    """Whether `import` in another process finds this very object (`__main__` is another module there)."""
    found: Any = sys.modules.get(module)
    if found is None or module == "__main__":
        return False
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found is obj


def portable(obj: Any) -> Any:
    """`obj`, or what stands for it in a pickle."""
    if isinstance(obj, ModuleType):
        return ByName(obj.__name__)
    if not isinstance(obj, FunctionType):
        return obj
    if importable(obj, obj.__module__ or "", obj.__qualname__):
        return ByName(obj.__module__, obj.__qualname__)
    node = copy.deepcopy(find(obj).node)
    name = obj.__name__ if obj.__name__.isidentifier() else "function"
    if isinstance(node, ast.Lambda):
        text = f"{name} = {ast.unparse(node)}\n"
    else:
        node.decorator_list = []
        text = ast.unparse(node) + "\n"
    return ByText(name, text, _names(obj), obj.__defaults__, obj.__kwdefaults__)


def _names(function: FunctionType) -> dict[str, Any]:
    """The global and closure names that a function reads, with their values; itself excepted."""
    found = {k: v for k, v in function.__globals__.items() if k in _mentioned(function.__code__)}
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found |= {name: cell.cell_contents for name, cell in cells}
    return {k: portable(v) for k, v in sorted(found.items()) if v is not function}


def _mentioned(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for const in code.co_consts:
        if isinstance(const, CodeType):
            names |= _mentioned(const)
    return names
