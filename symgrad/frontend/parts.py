"""The nodes under a node of a syntax tree.

In: a node. Out: its children, or it and everything under it, level by level, as `ast.walk` has them but for
the marks of load and store. A lowering asks this for the same few statements many times.

    x[i] = y    ->    Assign, Subscript, y, x, i
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

_CHILDREN = "symgrad_children"


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly under `node`, in the order of the text; found once, for the text does not change."""
    known: list[ast.AST] | None = node.__dict__.get(_CHILDREN)
    if known is not None:
        return known
    found: list[ast.AST] = []
    for name in node._fields:
        part = getattr(node, name, None)
        if isinstance(part, list):
            found += [p for p in part if isinstance(p, ast.AST)]
        elif isinstance(part, ast.AST) and not isinstance(part, ast.expr_context):
            found.append(part)
    setattr(node, _CHILDREN, found)
    return found


def parts(*nodes: ast.AST) -> list[ast.AST]:
    """The nodes and all that is under them."""
    found = list(nodes)
    for node in found:  # which grows meanwhile
        found += children(node)
    return found


def all_parts(nodes: Iterable[ast.AST]) -> list[ast.AST]:
    """`parts` of each node, one node after the other."""
    return [part for node in nodes for part in parts(node)]
