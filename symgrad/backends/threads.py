"""Loops whose trips are independent, one share for each thread.

In: an outermost loop nest of a function. Out: the lines around it, or nothing where a trip needs another
one's result, or checks an index: then the loop stays serial. Sums over the loop, numbers or arrays, are one
partial sum for each thread, added in order: the same number of threads gives the same result to the last bit.

    for i in range(n):                 threads = max(1, min(get_num_threads(), n // 10000))
        y[i] = exp(x[i])               partial = np.zeros(threads)
        s = plus(s, y[i])       ->     for t in prange(threads):
                                           s = 0.0
                                           for i in range(t * n // threads, (t + 1) * n // threads):
                                               ...
                                           partial[t] = s
                                       s = 0.0
                                       for t in range(threads): s = plus(s, partial[t])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from symgrad.backends import folds
from symgrad.backends.access import Along, Read
from symgrad.backends.legal import WRAP
from symgrad.backends.nest import Form, Loop, Plan, Statement, statements_in
from symgrad.backends.scalar import NAME, Piece
from symgrad.backends.schedule import touches
from symgrad.backends.text import Body, Scope, dim_text, parts
from symgrad.ir.core import Value
from symgrad.ir.frozen import dataclass

_ENOUGH = 10000  # elements for each thread


@dataclass(frozen=True, slots=True)
class Shares:
    """The variables of a loop that is shared out, and the sums over it."""

    threads: str
    thread: str
    sums: tuple[Statement, ...]
    partial: tuple[str, ...]
    whole: dict[int, str] = field(default_factory=dict)  # the names of arrays that are summed, by number


def shared_out(loop: Loop, body: Body) -> Shares | None:
    """Whether the loop is to be shared out among threads; the names for it."""
    if not body.parallel or body.indent != 1 or loop.depth:
        return None
    statements = list(statements_in(loop.body))
    sums = [s for s in statements if s.form in (Form.FOLD, Form.SCAN) and s.first == 0]
    if not all(_is_plain_sum(s, body) for s in sums):
        return None
    if not _independent([s for s in statements if s not in sums], sums, body) or _may_raise(
        statements, body.plan
    ):
        return None
    names = [body.fresh(name) for name in ("threads", "thread")]
    return Shares(names[0], names[1], tuple(sums), tuple(body.fresh("partial") for _ in sums))


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


def _independent(others: Sequence[Statement], sums: Sequence[Statement], body: Body) -> bool:
    """Whether each trip has the places that it writes to itself."""
    written: dict[Value, set[object]] = {}
    read: dict[Value, set[object]] = {}
    if any(s.form in (Form.CALL, Form.REGION, Form.SCAN) for s in others):
        return False
    for statement in (*others, *sums):
        for touch in touches(statement, body.plan):
            along = frozenset(
                (a, c) for a, c in enumerate(touch.coords) if isinstance(c, Along) and c.loop == 0
            )
            if touch.writes and statement in sums:
                continue
            (written if touch.writes else read).setdefault(touch.owner, set()).add(along)
    for owner, places in written.items():
        if owner not in body.arrays:
            continue  # a variable of the trip
        if frozenset() in places or len(places | read.get(owner, set())) != 1:
            return False
    totals = {body.plan.owner(s.writes.value) for s in sums}
    return len(totals) == len(sums) and totals.isdisjoint(read) and totals.isdisjoint(written)


def _may_raise(statements: Sequence[Statement], plan: Plan) -> bool:
    """Whether an index is checked: an error inside a thread is lost."""
    seen: set[Read] = set()
    stack = [r for s in statements for r in (*s.reads, s.writes) if isinstance(r, Read)]
    while stack:
        read = stack.pop()
        if read in seen:
            continue
        seen.add(read)
        eqn = plan.producers.get(read.value)
        if eqn is not None and eqn.op is WRAP and not eqn.attrs["checked"]:
            return True
        stack += [p for p in parts(read, plan) if isinstance(p, Read)]
    return False


def begin(shares: Shares, loop: Loop, body: Body, scope: Scope) -> str:
    """The lines before the loop; the text of its range."""
    body.used |= {"get_num_threads", "prange"}
    size = max((dim_text_of(s) for s in statements_in(loop.body)), key=len)
    body.line(f"{shares.threads} = max(1, min(get_num_threads(), {size} // {_ENOUGH}))")
    for statement, name in zip(shares.sums, shares.partial, strict=True):
        extents = [dim_text(d) for d in statement.writes.value.type.shape]
        if folds.is_scalar(statement):
            body.line(f"{name} = np.empty({shares.threads})")
        else:
            dtype = _dtype(statement)
            body.line(f"{name} = np.zeros(({', '.join([shares.threads, *extents])}){dtype})")
    body.line(f"for {shares.thread} in prange({shares.threads}):")
    body.indent += 1
    for k, (statement, name) in enumerate(zip(shares.sums, shares.partial, strict=True)):
        if folds.is_scalar(statement):
            folds.start(statement, body, scope)
        else:
            value = body.plan.owner(statement.writes.value)
            shares.whole[k] = body.names[value]
            mine = body.fresh(f"{body.names[value]}_part")
            body.line(f"{mine} = {name}[{shares.thread}]")
            _rename(statement, mine, body)
    n, t = _atom(dim_text(loop.extent)), shares.thread
    return f"{t} * {n} // {shares.threads}, ({t} + 1) * {n} // {shares.threads}"


def dim_text_of(statement: Statement) -> str:
    """The number of elements that a statement runs over."""
    return " * ".join(_atom(dim_text(d)) for d in statement.loops)


def _atom(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def end(shares: Shares, body: Body, scope: Scope) -> None:
    """The partial sums, after the loop, and their sum."""
    numbers = [(s, n) for s, n in zip(shares.sums, shares.partial, strict=True) if folds.is_scalar(s)]
    for statement, name in numbers:
        body.line(f"{name}[{shares.thread}] = {folds.accumulator(statement, body)}")
    body.indent -= 1
    for statement, _ in numbers:
        folds.start(statement, body, scope)
    for k, whole in shares.whole.items():
        _rename(shares.sums[k], whole, body)
    if shares.sums:
        body.line(f"for {shares.thread} in range({shares.threads}):")
    for statement, name in numbers:
        total, part = folds.accumulator(statement, body), Piece(f"{name}[{shares.thread}]", NAME)
        body.line(f"    {total} = {folds.plus(body, Piece(total, NAME), part).text}")
    for k, whole in shares.whole.items():
        rank = shares.sums[k].writes.value.type.rank
        letters = ", ".join(body.letters[:rank])
        indent = "    "
        for letter, d in zip(body.letters, shares.sums[k].writes.value.type.shape, strict=False):
            body.line(f"{indent}for {letter} in range({dim_text(d)}):")
            indent += "    "
        body.line(f"{indent}{whole}[{letters}] += {shares.partial[k]}[{shares.thread}, {letters}]")


def _rename(statement: Statement, name: str, body: Body) -> None:
    value = statement.writes.value
    body.names[value] = body.names[body.plan.owner(value)] = name


def _dtype(statement: Statement) -> str:
    dtype = statement.eqn.out.type.dtype
    return "" if dtype == "float64" else f", np.{dtype}"
