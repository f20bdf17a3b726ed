"""What the text of a function says about its names: where they are read again, what is read first.

In: statements. Out: names. These are guesses to begin with, or bounds on what is read later; what a region
really reads and writes is seen when it is interpreted.

    read_first(<for: t = x[i]; s = s + t>) == {"s", "x", "i"}
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from symgrad.frontend.parts import all_parts, children, parts
from symgrad.frontend.source import FunctionNode
from symgrad.ir.frozen import dataclass

Position = tuple[int, int]
_NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Flow:
    """Of one function: the places where each name is read, names that nested functions read, its loops."""

    node: FunctionNode
    loads: dict[str, list[Position]]
    late: frozenset[str]
    loops: tuple[tuple[Position, Position], ...]

    def live(self, statements: Sequence[ast.stmt], name: str) -> bool:
        """Whether `name` may be read once these statements, one after the other, are done."""
        if name in self.late:
            return True
        places = self.loads.get(name)
        if not places:
            return False
        first, last = start(statements[0]), end(statements[-1])
        if places[-1] >= last:
            return True
        around = [(a, b) for a, b in self.loops if a <= first and last <= b and (a, b) != (first, last)]
        if not around:
            return False
        a, b = around[0]  # the outermost: it holds the others
        if any(a <= p < first or last <= p <= b for p in places):
            return True
        return name in read_first(statements)


_flows: dict[int, Flow] = {}


def flow_of(node: FunctionNode) -> Flow:
    """The facts about a function, found once."""
    known = _flows.get(id(node))
    if known is not None and known.node is node:
        return known
    loads: dict[str, list[Position]] = {}
    late: set[str] = set()
    loops: list[tuple[Position, Position]] = []
    body: Sequence[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else node.body
    stack: list[tuple[ast.AST, bool]] = [(part, False) for part in body]
    while stack:
        part, nested = stack.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            loads.setdefault(part.id, []).append(start(part))
            if nested:
                late.add(part.id)
        if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            loads.setdefault(part.target.id, []).append(start(part))
        if isinstance(part, ast.For | ast.While):
            loops.append((start(part), end(part)))
        inside = nested or isinstance(part, _NESTED)
        stack += [(child, inside) for child in children(part)]
    for places in loads.values():
        places.sort()
    flow = Flow(node, loads, frozenset(late), tuple(sorted(loops)))
    if len(_flows) > 1000:
        _flows.clear()
    _flows[id(node)] = flow
    return flow


def start(node: ast.AST) -> Position:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def end(node: ast.AST) -> Position:
    return getattr(node, "end_lineno", 0) or 0, getattr(node, "end_col_offset", 0) or 0


def names_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Every name that is read in expressions."""
    for part in all_parts(nodes):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            yield part.id


def read_first(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that may be read before the statements have assigned them."""
    found: set[str] = set()
    _reads(statements, set(), found)
    return found


def _reads(statements: Sequence[ast.stmt], assigned: set[str], found: set[str]) -> None:
    for node in statements:
        if isinstance(node, ast.If):
            _read([node.test], assigned, found)
            sides = []
            for block in (node.body, node.orelse):
                mine = set(assigned)
                _reads(block, mine, found)
                if not always_leaves(block):
                    sides.append(mine)
            if sides:
                assigned |= set.intersection(*sides)
        elif isinstance(node, ast.For | ast.While):
            _read([node.iter if isinstance(node, ast.For) else node.test], assigned, found)
            mine = set(assigned)
            if isinstance(node, ast.For):
                _assign(node.target, mine, found)
            _reads(node.body, mine, found)
            _reads(node.orelse, set(assigned), found)
        elif isinstance(node, ast.With):
            _reads(node.body, assigned, found)
        elif isinstance(node, ast.FunctionDef):
            found |= set(names_in(node.body)) - assigned
            assigned.add(node.name)
        elif isinstance(node, ast.Assign):
            _read([node.value], assigned, found)
            for target in node.targets:
                _assign(target, assigned, found)
        elif isinstance(node, ast.AugAssign):
            _read([node.value, node.target], assigned, found)
            if isinstance(node.target, ast.Name) and node.target.id not in assigned:
                found.add(node.target.id)
            _assign(node.target, assigned, found)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                _read([node.value], assigned, found)
                _assign(node.target, assigned, found)
        else:
            _read([node], assigned, found)


def _read(nodes: Sequence[ast.AST], assigned: set[str], found: set[str]) -> None:
    inside = all_parts(nodes)
    read = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    found |= read - assigned
    assigned.update([n.target.id for n in inside if isinstance(n, ast.NamedExpr)])


def _assign(target: ast.expr, assigned: set[str], found: set[str]) -> None:
    for part in parts(target):
        if isinstance(part, ast.Name):
            if isinstance(part.ctx, ast.Load) and part.id not in assigned:
                found.add(part.id)
            elif isinstance(part.ctx, ast.Store):
                assigned.add(part.id)


def written(statements: Sequence[ast.stmt]) -> set[str]:
    """The names whose arrays the text writes into: `a[i] = v`, `a += b`, `out=a`."""
    found: set[str] = set()
    for part in all_parts(statements):
        if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store):
            found |= _base(part)
        elif isinstance(part, ast.AugAssign):
            found |= _base(part.target)
        elif isinstance(part, ast.keyword) and part.arg == "out":
            found |= _base(part.value)
    return found


def _base(node: ast.expr) -> set[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def rebound(statements: Sequence[ast.stmt], name: str) -> bool:
    """Whether the text binds `name` other than by `name op= value`."""
    inside = all_parts(statements)
    augmented = {part.target for part in inside if isinstance(part, ast.AugAssign)}
    binds = (
        p for p in inside if isinstance(p, ast.Name) and p.id == name and not isinstance(p.ctx, ast.Load)
    )
    return any(p not in augmented for p in binds)


def only_added_to(statements: Sequence[ast.stmt], name: str) -> bool:
    """Whether the text reads `name` only in `name += e`, `name -= e`, `name = name + e`."""
    loads = 0
    for part in all_parts(statements):
        if isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Load):
            loads += 1
        if (
            isinstance(part, ast.Assign)
            and len(part.targets) == 1
            and isinstance(part.targets[0], ast.Name)
            and part.targets[0].id == name
        ):
            loads -= _leading(part.value, name)
    return loads == 0


def _leading(value: ast.expr, name: str) -> int:
    """1 where `value` is `name + e + ...` or `name - e ...`."""
    while isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
        if isinstance(value.left, ast.Name) and value.left.id == name:
            return 1
        value = value.left
    return 0


def always_leaves(block: Sequence[ast.stmt]) -> bool:
    """Whether the block certainly ends in `break`, `continue` or `return`."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, ast.If):
        return always_leaves(last.body) and always_leaves(last.orelse)
    if isinstance(last, ast.With):
        return always_leaves(last.body)
    return isinstance(last, ast.Break | ast.Continue | ast.Return | ast.Raise)


def may_leave(block: Sequence[ast.stmt]) -> bool:
    """Whether the block may end early: `return`, or `break`, `continue` of a loop around it."""
    stack: list[tuple[ast.AST, bool]] = [(node, False) for node in block]
    while stack:
        node, looped = stack.pop()
        if isinstance(node, ast.Return) or (isinstance(node, ast.Break | ast.Continue) and not looped):
            return True
        if isinstance(node, ast.For | ast.While):
            stack += [(n, True) for n in node.body]
            stack += [(n, looped) for n in node.orelse]
        elif isinstance(node, ast.If | ast.With):
            stack += [(n, looped) for n in children(node) if isinstance(n, ast.stmt)]
    return False
