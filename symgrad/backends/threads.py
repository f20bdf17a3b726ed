"""Loops whose trips are independent, as functions of a range of trips that `shared` runs on several threads.

In: an outermost loop nest of the function or of a loop in it. Out: the nest as a function of its own, and its
call in the place of the nest; or nothing where a trip needs another one's result: then the loop stays where
it is. Sums over the loop, numbers or arrays, are what the function returns: `shared` adds up what the parts
have, in order. An array of which each trip has a row to itself is made in the function.

    for i in range(n):                 def loss_part(start, stop, x, y):
        y[i] = exp(x[i])                   loss = 0.0
        loss = plus(loss, y[i])    ->      for i in range(start, stop):
                                               y[i] = exp(x[i])
                                               loss = plus(loss, y[i])
                                           return loss
                                       ...
                                       loss = shared(loss_part, n, 20 * n, (x, y))

Trips that add to rows of the next ones, as the transpose of a stencil does, are shared out so that no two
parts beside each other run at a time (`shared_with_neighbours`).
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence

from symgrad.backends import folds, scalar
from symgrad.backends.access import Along, Coords
from symgrad.backends.nest import Form, Loop, Shares, Statement, statements_in
from symgrad.backends.schedule import Touch, touches
from symgrad.backends.text import Body, dim_text
from symgrad.cache import PLACEHOLDER
from symgrad.ir.core import Const, Value
from symgrad.ir.dims import Dim

_CALL = 16  # additions that exp, log, ... take
_DEAR = scalar.VMATH | frozenset(scalar.GAMMAS) | frozenset(scalar.SPECIAL)


def shared_out(loop: Loop, body: Body) -> Shares | None:
    """How the loop is shared out among threads, if it is."""
    if not body.parallel or loop.depth or loop.extent in (0, 1):
        return None
    statements = list(statements_in(loop.body))
    sums = [s for s in statements if s.form in (Form.FOLD, Form.SCAN) and s.first == 0]
    others = [s for s in statements if s not in sums]
    if not all(_is_plain_sum(s, body) for s in sums):
        return None
    if any(s.form in (Form.CALL, Form.REGION) for s in others) or not any(map(_computes, statements)):
        return None
    own = frozenset(_rows(others, body))
    reach = _reach(others, sums, own, body)
    if reach is None:
        return None
    return Shares(body.fresh("start"), body.fresh("stop"), tuple(sums), own, reach)


def _computes(statement: Statement) -> bool:
    """Whether it does more than fill or copy, which takes one thread about as long as two."""
    if statement.form is not Form.MAP:
        return statement.form is not Form.STORE or not isinstance(statement.reads[0], Const)
    return bool(statement.eqn.reads) and statement.eqn.op.name not in ("own", "recall", "cast")


def _is_plain_sum(statement: Statement, body: Body) -> bool:
    """A sum of floats: one number, or a whole array."""
    if (
        statement.form is not Form.FOLD
        or statement.eqn.op.name != "sum"
        or not statement.eqn.out.type.is_float
    ):
        return False
    target = statement.writes
    if not folds.is_scalar(statement):
        return len(body.arrays.get(target.value, ())) == len(target.coords)
    return not target.coords


def _rows(statements: Sequence[Statement], body: Body) -> Iterator[Value]:
    """The arrays of which a trip has a row to itself: they do not have the axis of the loop."""
    for s in statements:
        value = body.plan.owner(s.writes.value)
        kept = body.arrays.get(value)
        if s.form not in (Form.MAP, Form.FOLD, Form.SCAN) or kept is None:
            continue
        if any(isinstance(c, Along) and c.loop == 0 and a not in kept for a, c in enumerate(s.writes.coords)):
            yield value


def _reach(
    others: Sequence[Statement], sums: Sequence[Statement], own: frozenset[Value], body: Body
) -> int | None:
    """How many trips further on others add to what a trip adds to; None where trips need each other."""
    found: dict[Value, list[Touch]] = {}
    for statement in (*others, *sums):
        for touch in touches(statement, body.plan):
            if not (touch.writes and statement in sums):
                found.setdefault(touch.owner, []).append(touch)
    reach = 0
    for owner, mine in found.items():
        if owner in own or owner not in body.arrays or not any(t.writes for t in mine):
            continue  # or a variable of the trip
        if _to_itself(mine):
            continue
        further = _further(mine) if all(t.adds for t in mine) else None
        if further is None:
            return None
        reach = max(reach, further)
    totals = {body.plan.owner(s.writes.value) for s in sums}
    return reach if len(totals) == len(sums) and totals.isdisjoint(found) else None


def _to_itself(mine: Sequence[Touch]) -> bool:
    """Whether every trip touches rows that no other trip does."""
    places = {
        frozenset((a, c) for a, c in enumerate(t.coords) if isinstance(c, Along) and c.loop == 0)
        for t in mine
    }
    return len(places) == 1 and frozenset() not in places


def _further(mine: Sequence[Touch]) -> int | None:
    """How many trips lie between additions to the same row, at most."""
    found = [_spread([t.coords for t in mine], axis) for axis in range(len(mine[0].coords))]
    return min((f for f in found if f is not None), default=None)


def _spread(coords: Sequence[Coords], axis: int) -> int | None:
    """The same on one axis."""
    if any(len(c) <= axis for c in coords):
        return None
    along = [c for c in (c[axis] for c in coords) if isinstance(c, Along) and c.loop == 0]
    if len(along) < len(coords) or len({a.step for a in along}) > 1:
        return None
    distances = [a.start - along[0].start for a in along]
    whole = [d for d in distances if isinstance(d, int)]
    step = abs(along[0].step)
    return -(-(max(whole) - min(whole)) // step) if len(whole) == len(distances) and step else None


def move_out(shares: Shares, mark: int, loop: Loop, extent: Dim, body: Body) -> None:
    """The lines from `mark` on as a function, and its call in their place."""
    lines = [*shares.made, *body.lines[mark:]]
    del body.lines[mark:]
    totals = {s: folds.accumulator(s, body) if folds.is_scalar(s) else _array(s, body) for s in shares.sums}
    lines += [f"{'    ' * body.indent}return {', '.join(totals.values())}"] if totals else []
    text = textwrap.dedent("\n".join(lines))
    own = {body.names[v] for v in shares.own}
    known = {shares.start, shares.stop, *own, "np", *_literals(body)}
    tree = ast.parse(f"def part():\n{textwrap.indent(text, '    ')}")
    args = [name for name in _read(tree) if name not in known]
    result = next(iter(totals.values()), "") or _written(loop, body)
    name = f"{body.fresh(f'{result}_part')}_{PLACEHOLDER}"
    head = f"def {name}({', '.join([shares.start, shares.stop, *args])}):"
    body.parts.append("\n".join(["@njit", head, textwrap.indent(text, "    ")]))
    body.taken -= {shares.start, shares.stop}
    function = "shared_with_neighbours" if shares.reach else "shared"
    body.used.add(function)
    reach = [str(shares.reach)] if shares.reach else []
    passed = f"({', '.join(args)}{',' if len(args) == 1 else ''})"
    call = f"{function}({', '.join([name, dim_text(extent), _work(loop, tree), *reach, passed])})"
    targets = {s: body.fresh(f"{t}_sum") if not folds.is_scalar(s) else t for s, t in totals.items()}
    body.line(f"{', '.join(targets.values())} = {call}" if targets else call)
    for statement, target in targets.items():
        if not folds.is_scalar(statement):
            _add(statement, target, body)


def _array(statement: Statement, body: Body) -> str:
    return body.names[statement.writes.value]


def _literals(body: Body) -> set[str]:
    """The names of constant arrays, which stand outside of all functions."""
    return {body.names[v] for v, e in body.plan.producers.items() if e.op.name == "literal"}


def _read(tree: ast.AST) -> list[str]:
    """The names of variables that a text reads and does not set, in the order of their appearance."""
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called]
    bound = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    names.sort(key=lambda n: (n.lineno, n.col_offset))
    return list(dict.fromkeys(n.id for n in names if n.id not in bound))


def _written(loop: Loop, body: Body) -> str:
    """The array that the nest is there for: the last one that it writes."""
    written = [body.names[s.writes.value] for s in statements_in(loop.body) if s.writes.value in body.arrays]
    return written[-1] if written else "loop"


def _work(loop: Loop, tree: ast.AST) -> str:
    """The number of additions that take as long as all trips: of the innermost loops with the most trips."""
    trips = (" * ".join(_atom(dim_text(d)) for d in s.loops) for s in statements_in(loop.body))
    longest = max(trips, key=lambda text: text.count("*"))
    return f"{_weight(tree, longest.count('*') + 1)} * {longest}"


def _weight(tree: ast.AST, depth: int) -> int:
    """The operations in loops of this depth."""
    if isinstance(tree, ast.For):
        return sum(_weight(line, depth - 1) for line in tree.body)
    if depth > 0 or any(isinstance(n, ast.For) for n in ast.walk(tree)):
        return sum(_weight(n, depth) for n in ast.iter_child_nodes(tree))
    return _operations(tree)


def _operations(tree: ast.AST) -> int:
    """Arithmetic, loads, stores and calls; not what positions take."""
    if isinstance(tree, ast.Subscript):
        return 1
    inner = sum(map(_operations, ast.iter_child_nodes(tree)))
    if isinstance(tree, ast.Call):
        return inner + (_CALL if isinstance(tree.func, ast.Name) and tree.func.id in _DEAR else 1)
    return inner + isinstance(tree, ast.operator)


def _atom(text: str) -> str:
    return text if text.replace("_", "").isalnum() else f"({text})"


def _add(statement: Statement, total: str, body: Body) -> None:
    """Add the sum of all parts to the array."""
    shape = statement.writes.value.type.shape
    indent = body.indent
    for letter, d in zip(body.letters, shape, strict=False):
        body.line(f"for {letter} in range({dim_text(d)}):")
        body.indent += 1
    body.line(
        f"{_array(statement, body)}[{', '.join(body.letters[: len(shape)])}] += "
        f"{total}[{', '.join(body.letters[: len(shape)])}]"
    )
    body.indent = indent
