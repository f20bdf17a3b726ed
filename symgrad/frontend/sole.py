"""Lists that only one name ever stands for: `s = s + [v]` then says the same as `s += [v]`.

In: a function. Out: the names of lists that its text begins anew, and never hands to another name, container
or function that might keep them. Elsewhere `s + [v]` is another list than the one that other names may have.

    s = [x[0]];  s = s + [a * s[-1]];  np.array(s)         s is sole           t = s         it is not
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from symgrad.frontend.parts import children, parts
from symgrad.frontend.source import FunctionNode, parameter_names

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
# fmt: off
_READERS = frozenset((
    "len", "sum", "max", "min", "sorted", "list", "tuple", "zip", "enumerate", "reversed", "any", "all",
    "print", "range",
))
# fmt: on
_MODULES = frozenset(("np", "numpy", "math"))
_COPYING = (
    ast.Starred, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Return, ast.FormattedValue,
)  # fmt: skip
_known: dict[int, tuple[FunctionNode, frozenset[str]]] = {}


def sole_lists(node: FunctionNode) -> frozenset[str]:
    """The names of such lists, found once."""
    known = _known.get(id(node))
    if known is None or known[0] is not node:
        if len(_known) > 1000:
            _known.clear()
        known = _known[id(node)] = (node, _found(node))
    return known[1]


def _found(node: FunctionNode) -> frozenset[str]:
    if isinstance(node, ast.Lambda):
        return frozenset()
    begun: set[str] = set()
    other: set[str] = set(parameter_names(node.args))
    stack: list[tuple[ast.AST, ast.AST]] = [(part, node) for part in node.body]
    while stack:
        part, parent = stack.pop()
        if isinstance(part, _SCOPES):
            other |= {n.id for n in parts(part) if isinstance(n, ast.Name)}
            continue
        if isinstance(part, ast.Assign):
            for name, fresh in _assigned(part):
                (begun if fresh else other).add(name)
            stack.append((part.value, part))
            stack += [(t, part) for t in part.targets if not _is_plain(t)]
            continue
        if isinstance(part, ast.Global | ast.Nonlocal):
            other |= set(part.names)
        if isinstance(part, ast.Name) and not _harmless(part, parent):
            other.add(part.id)
        stack += [(child, part) for child in children(part)]
    return frozenset(begun - other)


def _is_plain(target: ast.expr) -> bool:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return all(isinstance(t, ast.Name) for t in names)


def _assigned(node: ast.Assign) -> Iterator[tuple[str, bool]]:
    """The names that a statement binds, each with whether to a list that nothing else has."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, len(node.targets) == 1 and _is_fresh(node.value)
        elif isinstance(target, ast.Tuple) and _is_plain(target):
            values = node.value.elts if isinstance(node.value, ast.Tuple) else []
            paired = len(values) == len(target.elts) and len(node.targets) == 1
            for k, t in enumerate(target.elts):
                assert isinstance(t, ast.Name)
                yield t.id, paired and _is_fresh(values[k])


def _is_fresh(value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Mult):
        return _is_fresh(value.left) or _is_fresh(value.right)
    return isinstance(value, ast.List | ast.ListComp)


def _harmless(name: ast.Name, parent: ast.AST) -> bool:
    """Whether the list stays with its name where it is read here."""
    if isinstance(name.ctx, ast.Store | ast.Del):
        return isinstance(parent, ast.AugAssign)
    if isinstance(parent, ast.Call):
        f = parent.func
        if isinstance(f, ast.Attribute):
            return isinstance(f.value, ast.Name) and f.value.id in _MODULES
        return isinstance(f, ast.Name) and (f is name or f.id in _READERS)
    if isinstance(parent, ast.Subscript):
        return parent.value is name or isinstance(parent.ctx, ast.Load)
    if isinstance(parent, ast.For | ast.comprehension):
        return parent.iter is name
    if isinstance(parent, ast.If | ast.While | ast.IfExp):
        return parent.test is name
    return isinstance(parent, _COPYING)
