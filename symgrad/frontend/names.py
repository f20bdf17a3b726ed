"""Names: what they are bound to, and the names that values get from them.

In: a frame and an identifier. Out: a value, by Python's scoping (locals, enclosing functions, globals,
builtins); or a binding, which also names the value: `h = f(x)` hints "h".
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence

from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.iterate import iterate
from symgrad.frontend.parts import children, parts
from symgrad.frontend.resolve import cell_path, global_path
from symgrad.frontend.source import FunctionNode, parameter_names
from symgrad.frontend.values import Carry, Missing, Pending, Tensor, Val
from symgrad.ir.core import Value
from symgrad.ir.dims import Extent

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def stored_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Every name that these nodes bind, not counting nested functions and comprehensions' own names."""
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store | ast.Del):
                yield node.id
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.NamedExpr):
            yield node.target.id
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        if isinstance(node, _SCOPES):
            continue
        if isinstance(node, _COMPREHENSIONS):  # only what `:=` binds
            stack += [n for n in parts(node) if isinstance(n, ast.NamedExpr)]
            continue
        stack += children(node)


_locals: dict[int, tuple[FunctionNode, frozenset[str], frozenset[str]]] = {}


def local_names(node: FunctionNode) -> tuple[frozenset[str], frozenset[str]]:
    """The names local to a function, and those it declares global or nonlocal."""
    known = _locals.get(id(node))
    if known is not None and known[0] is node:
        return known[1:]
    body: Sequence[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else node.body
    declared = frozenset(_declared(body))
    names = (frozenset(stored_names(body)) | frozenset(parameter_names(node.args))) - declared
    if len(_locals) > 1000:
        _locals.clear()
    _locals[id(node)] = (node, names, declared)
    return names, declared


def _declared(nodes: Iterable[ast.AST]) -> Iterator[str]:
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names
        elif not isinstance(node, _SCOPES):
            stack += children(node)


def lookup(frame: Frame, name: str) -> Val:
    """The value of a name."""
    low = frame.low
    scope: Frame | None = frame
    while scope is not None:
        if name in scope.env:
            return known(low, name, scope.env[name])
        if name in scope.local_names:
            low.refuse(
                f"{name!r} is read before it is assigned",
                why="Python raises UnboundLocalError here"
                if scope is frame
                else "Python raises NameError here",
            )
        if scope.outer is None:
            break
        scope = scope.outer
    around = scope.around if scope is not None else None
    if around is None:
        low.refuse(f"the name {name!r} is not defined")
    if name in around.cells:
        cell = around.cells[name]
        try:
            return low.outside(cell.cell_contents, cell_path(cell, name))
        except ValueError:
            low.refuse(f"{name!r} is read before it is assigned in the enclosing function")
    if name in around.space:
        return low.outside(around.space[name], global_path(around.space, name))
    if hasattr(builtins, name):
        return getattr(builtins, name)
    low.refuse(f"the name {name!r} is not defined", why="Python raises NameError here")


def known(low: Lowering, name: str, value: Val) -> Val:
    """The value, unless branches or loops have left none that can be read."""
    if isinstance(value, Missing):
        low.refuse(f"the value of {name!r} is not known here", why=value.why, instead=value.instead)
    if isinstance(value, Pending):
        raise Carry(value)
    return low.filled.get(id(value), value) if type(value) is list else value


def bind_name(frame: Frame, name: str, value: Val, *, named: bool = True) -> Val:
    """Bind `name`; a value without a name of its own takes it, one that has a name is copied to it."""
    if name in frame.globals_here:
        frame.low.refuse(
            f"{name!r} is assigned, but belongs to an enclosing scope",
            why="a differentiated function must not have side effects",
            instead="return the new value",
        )
    if frame.low.quiet:
        pass
    elif isinstance(value, Tensor):
        value = _with_name(frame, name, value, named)
    elif isinstance(value, Extent):
        frame.low.spoken.append((name, value))
    frame.env[name] = value
    return value


def _with_name(frame: Frame, name: str, t: Tensor, named: bool) -> Tensor:
    low = frame.low
    arg = low.arg(t)
    if not isinstance(arg, Value):
        t.name = t.name or name
        return t
    if arg in low.leaf_names:  # a leaf of a container: the first name it gets is the parameter's
        names = low.leaf_names[arg]
        if not names:
            names.append(name)
            t.name = name
        if names[0] == name:
            return t
    hint = low.hints.get(arg)
    if hint is None:
        low.hints[arg] = name
        t.name = t.name or name
        return t
    return low.alias(t, name) if named and hint != name else t


Other = Callable[[Frame, ast.expr, Val], None]


def unpack(frame: Frame, target: ast.expr, value: Val, other: Other, *, named: bool = True) -> None:
    """Assign to a name or a (nested) tuple of targets; `other` assigns to what is neither."""
    low = frame.low
    low.at(frame, target)
    if isinstance(target, ast.Name):
        bind_name(frame, target.id, value, named=named)
        return
    if not isinstance(target, ast.Tuple | ast.List):
        other(frame, target, value)
        return
    items = list(iterate(low, value))
    stars = [i for i, t in enumerate(target.elts) if isinstance(t, ast.Starred)]
    count = len(target.elts)
    if not stars:
        if len(items) != count:
            low.refuse(
                f"{len(items)} values are unpacked to {count} names", why="Python raises ValueError here"
            )
        pairs = list(zip(target.elts, items, strict=True))
    else:
        if len(items) < count - 1:
            low.refuse(
                f"{len(items)} values for {count - 1} names and a star", why="Python raises ValueError here"
            )
        at, after = stars[0], count - stars[0] - 1
        starred = target.elts[at]
        assert isinstance(starred, ast.Starred)
        middle = items[at : len(items) - after]
        low.owned[id(middle)] = middle
        tail = zip(target.elts[at + 1 :], items[len(items) - after :], strict=True)
        pairs = [*zip(target.elts[:at], items[:at], strict=True), (starred.value, middle), *tail]
    for part, item in pairs:
        unpack(frame, part, item, other, named=named)
