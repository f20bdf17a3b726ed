"""The source of a function: its text, and exactly its node in the syntax tree.

In: a function object, or program text (`from_source`). Out: a `Source`: file, lines, node.
Of several lambdas on one line the one is found by the columns that its code object records.

    find(lambda x: x * x).node          # <ast.Lambda>
"""

from __future__ import annotations
import __future__

import ast
import hashlib
import linecache
import os
from collections.abc import Callable, Iterator
from dataclasses import field
from types import CodeType, FunctionType
from typing import Any

from symgrad.errors import Loc, SourceUnavailableError, SymgradError
from symgrad.frontend.parts import parts
from symgrad.ir.frozen import dataclass

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)


@dataclass(frozen=True, slots=True)
class Unit:
    """A parsed file, notebook cell or text."""

    file: str
    lines: tuple[str, ...]
    functions: dict[tuple[str, int], list[FunctionNode]] = field(repr=False, default_factory=dict)
    instructions: dict[tuple[str, int], set[bytes]] = field(
        repr=False, default_factory=dict
    )  # of each code object

    def loc(self, node: ast.AST, statement: ast.AST | None = None) -> Loc:
        """The place of `node`, with the text of the statement that it stands in."""
        line, end_line = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        source = self.line(line)
        start = _column(source, getattr(node, "col_offset", 0))
        stop = (
            _column(source, getattr(node, "end_col_offset", 0)) if end_line == line else len(source.rstrip())
        )
        return Loc(self.file, line, start + 1, stop + 1, self.text(statement or node), source)

    def line(self, number: int) -> str:
        return self.lines[number - 1].rstrip("\n") if 0 < number <= len(self.lines) else ""

    def text(self, node: ast.AST) -> str:
        """A statement on one line; of a compound statement its header."""
        first, last = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
        start, stop = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
        body = getattr(node, "body", None)
        if isinstance(body, list) and body:
            return self._header(node, body[0])
        lines = [self.line(i).encode() for i in range(first, last + 1)]
        lines[-1] = lines[-1][:stop]
        lines[0] = lines[0][start:]
        parts = [part.decode(errors="replace").strip() for part in lines]
        if len(parts) > 1 and any("#" in p or '"""' in p or "'''" in p or p.endswith("\\") for p in parts):
            return ast.unparse(node)
        text = " ".join(p for p in parts if p)
        return (
            text.replace("( ", "(").replace("[ ", "[").replace(" )", ")").replace(" ]", "]")
            if len(parts) > 1
            else text
        )

    def _header(self, node: ast.AST, first: ast.AST) -> str:
        number = getattr(node, "lineno", 1)
        if getattr(first, "lineno", 1) > number:
            return self.line(number).strip()
        text = self.line(number).encode()[getattr(node, "col_offset", 0) : getattr(first, "col_offset", 0)]
        return text.decode(errors="replace").strip()


def _column(line: str, offset: int) -> int:
    """The syntax tree counts bytes, people count characters."""
    return len(line.encode()[:offset].decode(errors="replace"))


@dataclass(frozen=True, slots=True)
class Source:
    """One function: where it stands and its node."""

    unit: Unit
    node: FunctionNode


_units: dict[str, Unit] = {}


def find(function: FunctionType) -> Source:
    """The source of a plain Python function."""
    code = function.__code__
    unit = _unit(code.co_filename, function)
    name = "" if code.co_name == "<lambda>" else code.co_name
    candidates = [n for n in unit.functions.get((name, code.co_firstlineno), []) if _names_fit(n, code)]
    spans = [p for p in code.co_positions() if None not in p and p[2:] != (0, 0)]
    fitting = [n for n in candidates if _contains(n, spans)]
    if not fitting:
        raise _unavailable(function, "the file has changed since the function was loaded, or lacks it")
    node = min(fitting, key=_size)
    known = unit.instructions.get((code.co_name, code.co_firstlineno), set())
    if code.co_code not in known and not any(isinstance(n, ast.Assert) for n in parts(node)):
        # An `assert` may have been rewritten by a test runner.
        raise _unavailable(function, "the file has changed since the function was loaded")
    return Source(unit, node)


def _unit(file: str, function: FunctionType) -> Unit:
    linecache.checkcache(file)
    lines = tuple(linecache.getlines(file, function.__globals__))
    known = _units.get(file)
    if known is not None and known.lines == lines:
        return known
    if not lines:
        timed = (
            " (IPython keeps none of %%time and %timeit cells)"
            if file.startswith(("<timed", "<magic"))
            else ""
        )
        raise _unavailable(function, f"there is no text for {file}{timed}")
    flags = function.__code__.co_flags & _FUTURE
    try:
        tree = ast.parse("".join(lines))
        compiled = compile(tree, file, "exec", flags=flags, dont_inherit=True)
    except SyntaxError:
        raise _unavailable(function, f"{file} does not parse") from None
    instructions = _instructions(compiled)
    if not os.path.exists(file):  # notebooks compile a cell statement by statement, which can give other code
        for statement in tree.body:
            alone = ast.Module([statement], [])
            for key, made in _instructions(compile(alone, file, "exec", flags, dont_inherit=True)).items():
                instructions.setdefault(key, set()).update(made)
    unit = Unit(file, lines, _functions(tree), instructions)
    if len(_units) > 64:
        _units.clear()
    _units[file] = unit
    return unit


def _functions(tree: ast.Module) -> dict[tuple[str, int], list[FunctionNode]]:
    """Every function of a file by name ("" for a lambda) and first line, decorators included."""
    found: dict[tuple[str, int], list[FunctionNode]] = {}
    for node in ast.walk(tree):
        if isinstance(node, FunctionNode):
            name = "" if isinstance(node, ast.Lambda) else node.name
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            first = min([node.lineno, *(d.lineno for d in decorators)])
            found.setdefault((name, first), []).append(node)
    return found


def _unavailable(function: FunctionType, why: str) -> SourceUnavailableError:
    return SourceUnavailableError(
        f"the source of {function.__qualname__} is not available",
        why=why,
        instead="symgrad.from_source(text) makes a function of program text; reload a module that was edited",
    )


def parameter_names(arguments: ast.arguments) -> list[str]:
    """In the order of a code object's co_varnames."""
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    stars = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return [a.arg for a in [*plain, *stars]]


def _names_fit(node: FunctionNode, code: CodeType) -> bool:
    names = parameter_names(node.args)
    found = code.co_varnames[: len(names)]
    return (
        all(f == n or f.endswith(n) for f, n in zip(found, names, strict=True))
        if len(found) == len(names)
        else False
    )


def _size(node: FunctionNode) -> tuple[int, int]:
    lines = (node.end_lineno or 0) - node.lineno
    return lines, (node.end_col_offset or 0) - (node.col_offset if lines == 0 else 0)


def _contains(node: FunctionNode, spans: list[Any]) -> bool:
    """Whether all instructions stand in the body of the function."""
    if not isinstance(node, ast.Lambda):
        return all(node.lineno <= a and b <= (node.end_lineno or a) for a, b, _, _ in spans)
    body = node.body
    start, stop = (body.lineno, body.col_offset), (body.end_lineno or 0, body.end_col_offset or 0)
    first = (node.lineno, node.col_offset)
    inside = [s for s in spans if (s[0], s[2]) != first]  # RESUME stands at the head
    return all(start <= (a, c) and (b, d) <= stop for a, b, c, d in inside)


def _instructions(module: CodeType) -> dict[tuple[str, int], set[bytes]]:
    """What the text compiles to now, by name and first line: an edited file is not what was loaded."""
    found: dict[tuple[str, int], set[bytes]] = {}
    for code in _codes(module):
        found.setdefault((code.co_name, code.co_firstlineno), set()).add(code.co_code)
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _codes(const)


def from_source(text: str, name: str | None = None) -> Callable[..., Any]:
    """The function that a program text defines.

    Parameters
    ----------
    text : Python source with at least one function; `np` and `math` are there if it does not import them
    name : the function to return; by default the last one that the text defines

    Examples
    --------
    >>> f = from_source("def f(x):\\n    return x * x")
    >>> f(3.0)
    9.0
    """
    import math  # the module's names are the frontend's; these are for the text

    import numpy as np

    file = f"<symgrad {hashlib.sha256(text.encode()).hexdigest()[:16]}>"
    lines = text.splitlines(keepends=True)
    linecache.cache[file] = (len(text), None, lines, file)
    space: dict[str, Any] = {"__name__": file, "np": np, "math": math}
    exec(compile(text, file, "exec", dont_inherit=True), space)
    made = {k: v for k, v in space.items() if isinstance(v, FunctionType) and v.__code__.co_filename == file}
    if name is None and made:
        name = list(made)[-1]
    if name is None or name not in made:
        raise SymgradError(f"the text defines no function {name or ''}".rstrip(), instead="def f(x): ...")
    return made[name]


def place_of(function: object) -> Loc | None:
    """Where a function is defined, if its source can be found."""
    function = getattr(function, "py_func", function)
    function = getattr(function, "__func__", function)
    function = getattr(function, "__wrapped__", function)
    if not isinstance(function, FunctionType):
        return None
    try:
        source = find(function)
    except SourceUnavailableError:
        return None
    return source.unit.loc(source.node)
