"""Loop nests into lines of Python: loops, named scalars, loads and stores.

In: a plan, its groups, the axes that arrays keep, names. Out: lines. An element that is read once is loaded
where it is read; one that is read more often gets a name; what an inner loop reads and does not change is
loaded before it.

    for i in range(n):
        b_i = b[i]
        for j in range(m):
            h[i, j] = tanh(x[i, j] + b_i)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from symgrad.backends import calls, folds, threads, turns, windows
from symgrad.backends.access import Lookup, Read, Turned
from symgrad.backends.legal import WRAP
from symgrad.backends.nest import Form, Group, Loop, Plan, Shares, Statement, Straight, Window, statements_in
from symgrad.backends.scalar import NAME, Piece, added
from symgrad.backends.text import (
    LONGEST,
    Body,
    Scope,
    applied,
    depth_of,
    dim_text,
    give_name,
    inlined,
    is_given,
    parts,
    piece_of,
    stored,
)
from symgrad.ir.core import Value
from symgrad.ir.dims import of_range
from symgrad.ir.switch import is_on


def read_by(statement: Statement) -> Iterator[Read]:
    """The elements that a statement's text mentions."""
    for read in statement.reads:
        if isinstance(read, Read) and (statement.form is not Form.REGION or not read.coords):
            yield read
    for c in statement.writes.coords:
        if isinstance(c, Lookup):
            yield c.index


def demands(statements: Iterable[Statement], plan: Plan, depth: int) -> Counter[Read]:
    """How often each element that changes with loop `depth - 1` is mentioned, through inline equations."""
    count: Counter[Read] = Counter()
    stack = [read for s in statements if s.form is not Form.CALL for read in read_by(s)]
    while stack:
        read = stack.pop()
        times = count[read] = count[read] + 1
        if times == 1 and depth_of(read) >= depth:
            stack += [part for part in parts(read, plan) if isinstance(part, Read)]
    return count


def once(groups: Sequence[Group], plan: Plan) -> frozenset[Value]:
    """The values whose one mention stands in the body that computes them: they need no name."""
    found: dict[Value, int] = {}
    for number, straight in enumerate(_straights(groups), 1):
        own = {s.writes.value for s in straight.statements if s.form is Form.MAP}
        for read, count in demands(straight.statements, plan, 0).items():
            single = count == 1 and read.value in own and read.value not in found
            found[read.value] = number if single else 0
    named = {s.param for s in plan.made_here.values()}
    return frozenset(value for value, where in found.items() if where) - plan.results - named


def _straights(groups: Sequence[Group]) -> Iterator[Straight]:
    for group in groups:
        if isinstance(group, Straight):
            yield group
        else:
            yield from _straights(group.body)


def write(groups: Sequence[Group], body: Body, scope: Scope, loop: Loop | None = None) -> None:
    """The lines of groups that follow each other; `loop` has nothing but these statements in it."""
    for group in groups:
        if isinstance(group, Straight):
            scope.count = demands(group.statements, body.plan, scope.depth)
            if loop is None and is_on("windows"):
                scope.windows = _windows(windows.find(group.statements, body.plan, scope.depth, None))
            for statement in group.statements:
                start = len(body.lines)
                _statement(statement, body, scope)
                if body.echo is not None:
                    body.echo(statement.eqn, start)
        else:
            _loop(group, body, scope)


def _loop(loop: Loop, body: Body, scope: Scope) -> None:
    accumulated = [
        s for s in statements_in(loop.body) if s.form in (Form.FOLD, Form.SCAN) and s.first == loop.depth
    ]
    _hoist(loop, body, scope)
    shares = body.shares if loop.depth == 0 else None
    mark = len(body.lines)
    for fold in accumulated:
        _start(fold, shares, body, scope)
    inner = Scope(loop.depth + 1, scope)
    alone = len(loop.body) == 1 and isinstance(loop.body[0], Straight) and loop.extent != 0
    found = []
    if alone and is_on("windows"):
        found = list(windows.find(list(statements_in(loop.body)), body.plan, loop.depth, loop))
        inner.windows = _windows(found)
        inner.before = windows.start(found, body)
    turned = turns.found(loop, body)
    ends = turns.ends(loop, turned) if alone and not found else None
    if ends is not None:
        _middle_first(loop, turned, *ends, mark, body, scope)
    else:
        trips = dim_text(of_range(loop.extent)) if shares is None else shares.trips
        body.line(f"for {body.letters[loop.depth]} in range({trips}):")
        body.indent += 1
        turns.name(turned, loop, body, inner)
        write(loop.body, body, inner, loop if alone else None)
        turns.forget(turned, body)
        windows.move_on(inner.before, body, inner)
        body.indent -= 1
    for window in found:
        windows.finish(window, inner.before, body, scope, None if shares is None else shares.end)
    if shares is not None and ends is None:
        threads.move_out(shares, mark, loop, of_range(loop.extent), body)
    for fold in accumulated:
        if fold.form is Form.FOLD:
            folds.finish(fold, body, scope)


def _start(fold: Statement, shares: Shares | None, body: Body, scope: Scope) -> None:
    """What accumulates, before the loop; of a part, if it is shared out."""
    if shares is not None and not folds.is_scalar(fold):
        kind = fold.writes.value.type
        body.line(f"{body.names[fold.writes.value]} = {calls.filled(fold.writes.value, '0.0', kind.shape)}")
    else:
        folds.start(fold, body, scope)


def _middle_first(
    loop: Loop, turned: Sequence[Turned], lead: int, trail: int, mark: int, body: Body, scope: Scope
) -> None:
    """An innermost loop that reads around the ends of an axis."""
    shares = body.shares if loop.depth == 0 else None
    middle = of_range(loop.extent - lead - trail)
    body.within[loop.depth] = lead
    body.line(
        f"for {body.letters[loop.depth]} in range({dim_text(middle) if shares is None else shares.trips}):"
    )
    body.indent += 1
    write(loop.body, body, Scope(loop.depth + 1, scope), loop)
    body.indent -= 1
    if shares is not None:
        threads.move_out(shares, mark, loop, middle, body)
    del body.within[loop.depth]
    if lead + trail:
        echo, body.echo = body.echo, None
        turns.begin_ends(loop, lead, trail, body)
        body.indent += 1
        inner = Scope(loop.depth + 1, scope)
        turns.name(turned, loop, body, inner)
        write(loop.body, body, inner, loop)
        turns.forget(turned, body)
        body.indent -= 1
        body.echo = echo


def _windows(found: Iterable[Window]) -> dict[Statement, Window]:
    """The window of each addition that has one."""
    return {s: window for window in found for s in window.adds}


def _hoist(loop: Loop, body: Body, scope: Scope) -> None:
    """Name what stands still in the loop before it starts."""
    seen: dict[Read, None] = {}
    stack = [r for s in statements_in(loop.body) if s.form is not Form.CALL for r in read_by(s)][::-1]
    visited: set[Read] = set()
    while stack:
        read = stack.pop()
        if read in visited:
            continue
        visited.add(read)
        if depth_of(read) <= loop.depth:
            seen[read] = None
        else:
            stack += [p for p in parts(read, body.plan) if isinstance(p, Read)][::-1]
    for read in seen:
        piece = scope.find(read)
        scalar_here = read.value not in body.arrays and read.value not in body.plan.inline and not read.coords
        if piece is None and not scalar_here and _isstored(read, body):
            give_name(read, piece_of(read, body, scope), body, scope)


def _isstored(read: Read, body: Body) -> bool:
    """Whether the element can be loaded or computed before the loop: it is not a scalar made inside."""
    return read.value in body.plan.inline or read.value in body.arrays or is_given(read.value, body)


def _statement(statement: Statement, body: Body, scope: Scope) -> None:
    if statement.form is Form.CALL:
        calls.call(statement, body, scope)
        return
    if statement.form is Form.REGION:
        assert body.control is not None
        body.control(statement, body, scope)
        return
    target = statement.writes
    if statement.form is Form.MAP and _accumulates(statement, body):
        piece = folds.plus(body, *(piece_of(read, body, scope) for read in statement.reads))
        _define(target, piece, body, scope)
        return
    if statement.form is Form.MAP and _augments(statement, body, scope):
        operator = _AUGMENTED[statement.eqn.op.name]
        piece = piece_of(statement.reads[1], body, scope)
        body.line(f"{stored(target, body, scope)} {operator} {piece.text}")
        return
    if statement.form is Form.MAP:
        piece = (
            inlined(statement.eqn, target, body, scope)
            if statement.eqn.op is WRAP
            else applied(statement.eqn, statement.reads, body, scope)
        )
        _define(target, piece, body, scope)
        return
    if statement in scope.windows:
        windows.add(statement, scope.windows[statement], body, scope)
        return
    value = piece_of(statement.reads[0], body, scope)
    if statement.form is Form.STORE:
        if scope.count[target]:  # what has just been put there is read here again
            value = give_name(target, value, body, scope)
        body.line(f"{stored(target, body, scope)} = {value.text}")
    elif statement.form is Form.ADD:
        body.line(added(stored(target, body, scope), value))
    elif statement.form is Form.SCAN:
        running = body.local(target)
        body.line(f"{running} {'+' if statement.eqn.op.name == 'cumsum' else '*'}= {value.text}")
        scope.pieces[target] = Piece(running, NAME)
        if target.value in body.arrays:
            body.line(f"{stored(target, body, scope)} = {running}")
    else:
        folds.step(statement, value, body, scope)


_AUGMENTED = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}


def _augments(statement: Statement, body: Body, scope: Scope) -> bool:
    """Whether an element is changed where it is, and nobody else reads the old one or the new one here."""
    if statement.eqn.op.name not in _AUGMENTED:
        return False
    old, target = statement.reads[0], statement.writes
    return (
        isinstance(old, Read)
        and old.value in body.reused
        and body.names[old.value] == body.names[target.value]
        and old.coords == target.coords
        and scope.count[old] == 1
        and not scope.count[target]
        and scope.find(old) is None
    )


def _accumulates(statement: Statement, body: Body) -> bool:
    """Whether a loop adds to a number that it carries: `s = s + x[i]`, in any order.

    Not beside writes of a branch: a loop that is vectorised takes the branch in every trip, and writes to
    scattered places by masks (pairs within a cutoff: 2.4 times the time).
    """
    eqn = statement.eqn
    if body.scatters:
        return False
    if eqn.op.name != "add" or not eqn.out.type.is_float or eqn.out.type.rank:
        return False
    total, _ = eqn.args
    name = body.names[eqn.out]
    return isinstance(total, Value) and total in body.params and body.names[total] == name


def _define(target: Read, piece: Piece, body: Body, scope: Scope) -> None:
    """Keep what an elementwise statement computed: as a variable, in an array, or for its one reader."""
    if target.value in body.arrays:
        if scope.count[target]:
            piece = give_name(target, piece, body, scope)
        hint = target.value.hint
        remark = f"  # {hint}" if hint and hint != body.names[target.value] else ""
        body.line(f"{stored(target, body, scope)} = {piece.text}{remark}")
        return
    if target.value in body.once and not target.value.hint and len(piece.text) <= LONGEST:
        scope.pieces[target] = piece
        return
    needless = piece.level == NAME and not target.value.hint
    if needless and target.value not in body.plan.results and target.value not in body.named:
        scope.pieces[target] = piece
        return
    variable = body.local(target) if target.coords else body.names[target.value]
    if variable != piece.text:  # an extent may be called as the user called it
        body.line(f"{variable} = {piece.text}")
    scope.pieces[target] = Piece(variable, NAME)
