"""The smallest program that still fails: statements and parts of expressions are taken out while it does.

In: the text, and whether a text fails in the same way. Out: a text.

    for i in range(n):                 s += x[0]
        if x[i] > 0.1:          ->
            s += x[i] * c
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

Fails = Callable[[str], bool]


def shrink(source: str, fails: Fails, budget: int = 600) -> str:
    """A smaller text that fails; tries at most `budget` texts."""
    best = ast.unparse(ast.parse(source)) + "\n"
    if not fails(best):
        return source
    tried: set[str] = {best}
    progress = True
    while progress:
        progress = False
        for candidate in _smaller(ast.parse(best)):
            text = ast.unparse(candidate) + "\n"
            if text in tried or len(text) >= len(best):
                continue
            tried.add(text)
            if len(tried) > budget:
                return best
            if _compiles(text) and fails(text):
                best, progress = text, True
                break
    return best


def _compiles(text: str) -> bool:
    try:
        compile(text, "<smaller>", "exec")
    except SyntaxError:
        return False
    return True


def _smaller(tree: ast.Module) -> Iterator[ast.Module]:
    """Programs with one thing less, the largest first."""
    places = [(p, f, i) for p in ast.walk(tree) for f, block in _blocks(p) for i in range(len(block))]
    sizes = {k: len(ast.unparse(getattr(p, f)[i])) for k, (p, f, i) in enumerate(places)}
    for k in sorted(sizes, key=lambda k: -sizes[k]):
        for number in range(4):
            candidate = copy.deepcopy(tree)
            parents = [(p, f, i) for p in ast.walk(candidate) for f, b in _blocks(p) for i in range(len(b))]
            parent, field, index = parents[k]
            if parent is candidate:
                continue
            if _cut(getattr(parent, field), index, number, field != "orelse"):
                yield ast.fix_missing_locations(candidate)
    count = sum(isinstance(node, ast.expr) for node in ast.walk(tree))
    for k in range(count):
        for number in range(4):
            candidate = copy.deepcopy(tree)
            if _simplify(candidate, k, number):
                yield ast.fix_missing_locations(candidate)


def _blocks(node: ast.AST) -> Iterator[tuple[str, list[ast.stmt]]]:
    for field in ("body", "orelse"):
        block = getattr(node, field, None)
        if isinstance(block, list):
            yield field, block


def _cut(block: list[ast.stmt], index: int, number: int, needed: bool) -> bool:
    """Take a statement out, or put its body, its other branch, or an assignment in its place."""
    statement = block[index]
    if number == 0:
        del block[index]
        if not block and needed:
            block.append(ast.Pass())
        return not isinstance(statement, ast.Pass)
    if number == 1 and isinstance(statement, ast.If | ast.For | ast.While):
        block[index : index + 1] = statement.body
        return True
    if number == 2 and isinstance(statement, ast.If | ast.For | ast.While) and statement.orelse:
        block[index : index + 1] = statement.orelse
        return True
    if number == 3 and isinstance(statement, ast.AugAssign):
        block[index] = ast.Assign([statement.target], statement.value)
        return True
    return False


def _simplify(tree: ast.Module, k: int, number: int) -> bool:
    """Replace expression number k by one of its parts."""
    seen = 0
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            items = value if isinstance(value, list) else [value]
            for at, item in enumerate(items):
                if not isinstance(item, ast.expr):
                    continue
                if seen == k:
                    children = ast.iter_child_nodes(item)
                    parts = [
                        c
                        for c in children
                        if isinstance(c, ast.expr) and c is not getattr(item, "func", None)
                    ]
                    if isinstance(getattr(item, "ctx", None), ast.Store) or number >= len(parts):
                        return False
                    if isinstance(value, list):
                        value[at] = parts[number]
                    else:
                        setattr(parent, field, parts[number])
                    return True
                seen += 1
    return False
