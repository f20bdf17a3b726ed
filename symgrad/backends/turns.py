"""Loops that read around the ends of an axis (`np.roll`): first the middle, where nothing goes around.

In: a loop and the coordinates in it that are taken modulo an extent. Out: for an innermost loop, how many
trips at each end go around, and the head of a short loop over these; for others, a variable for each.

    for i in range(n):                                  for i in range(n):
        for j in range(m):                                  i_before = (i - 1) % n
            y[i, j] = x[i - 1, j] + x[i, j + 1]      ->     for j in range(m - 1):
                                                                y[i, j] = x[i_before, j] + x[i, j + 1]
                                                            for end in range(max(-1, -m), 0):
                                                                j = end % m
                                                                j_after = (j + 1) % m
                                                                y[i, j] = x[i_before, j] + x[i, j_after]
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.backends.access import Along, Coord, Read, Turned, loops_in
from symgrad.backends.nest import Form, Loop, statements_in
from symgrad.backends.text import Body, Scope, coord_text, dim_text, parts
from symgrad.ir.switch import is_on

_MOST = 16  # trips at the ends
_IN_ANY_ORDER = ("sum", "prod", "max", "min", "any", "all")


def found(loop: Loop, body: Body) -> list[Turned]:
    """What goes around within this loop, and stands still in those inside it."""
    if body.rolls is None:
        body.rolls = any(e.op.name == "roll" for e in body.plan.producers.values())
    if not body.rolls:
        return []
    out: dict[tuple[Coord, object], Turned] = {}
    seen: set[Read] = set()
    reads = (r for s in statements_in(loop.body) if s.form is not Form.CALL for r in (*s.reads, s.writes))
    stack = [r for r in reads if isinstance(r, Read)][::-1]
    while stack:
        read = stack.pop()
        if read in seen:
            continue
        seen.add(read)
        for c in read.coords:
            while isinstance(c, Turned):
                if max(loops_in((c,)), default=-1) == loop.depth:
                    out.setdefault((c.inner, c.extent), c)
                c = c.inner
        stack += [p for p in parts(read, body.plan) if isinstance(p, Read)][::-1]
    return list(out.values())[::-1]  # one inside another comes before it


def ends(loop: Loop, turned: Sequence[Turned]) -> tuple[int, int] | None:
    """How many trips at the beginning and at the end go around; None where nobody knows, or order matters."""
    if not turned or not is_on("turns"):
        return None
    for s in statements_in(loop.body):
        if s.form not in (Form.MAP, Form.STORE, Form.FOLD, Form.ADD):
            return None
        if s.form is Form.FOLD and s.eqn.op.name not in _IN_ANY_ORDER:
            return None
    lead = trail = 0
    for c in turned:
        inner = c.inner
        if not isinstance(inner, Along) or inner.step != 1 or not isinstance(inner.start, int):
            return None
        after = inner.start + loop.extent - c.extent
        if not isinstance(after, int):
            return None
        lead, trail = max(lead, -inner.start), max(trail, after)
    return (lead, trail) if lead + trail <= _MOST else None


def name(turned: Sequence[Turned], loop: Loop, body: Body, scope: Scope) -> None:
    """A variable for each, in the loop that it follows."""
    for c in turned:
        inner = c.inner
        letter = body.letters[max(loops_in((inner,)))]
        ahead = inner.start if isinstance(inner, Along) and inner.step == 1 else 0
        side = ("before" if ahead < 0 else "after") if isinstance(ahead, int) and ahead else "turned"
        variable = body.temporary(f"{letter}_{side}")
        body.line(f"{variable} = {_around(c, letter, loop, body, scope)}")
        body.turns[inner, c.extent] = variable


def _around(c: Turned, letter: str, loop: Loop, body: Body, scope: Scope) -> str:
    """The coordinate where it may be beyond an end. A division takes longer than all else in a short loop."""
    if c.extent == loop.extent and c.inner == Along(loop.depth, 1, -1):
        return f"{letter} - 1 if {letter} > 0 else {dim_text(c.extent - 1)}"
    if c.extent == loop.extent and c.inner == Along(loop.depth, 1, 1):
        return f"{letter} + 1 if {letter} < {dim_text(c.extent - 1)} else 0"
    return f"{_atom(coord_text(c.inner, body, scope))} % {_atom(dim_text(c.extent))}"


def forget(turned: Sequence[Turned], body: Body) -> None:
    """The end of the loop."""
    for c in turned:
        del body.turns[c.inner, c.extent]


def begin_ends(loop: Loop, lead: int, trail: int, body: Body) -> None:
    """The head of the loop over the trips at both ends: all trips, of a short axis.

    LLVM does not vectorise the middle if this loop chooses between two ends: it counts through zero.
    """
    letter, extent = body.letters[loop.depth], dim_text(loop.extent)
    body.line(f"# at {'its ends' if lead and trail else 'its end'} the neighbours are at the other one")
    if not trail:
        body.line(f"for {letter} in range(min({lead}, {extent})):")
        return
    end = body.temporary("end")
    n = _atom(extent)
    first = f"{lead} - {n}" if lead == 1 else f"min({lead}, {n}) - {n}" if lead else f"-{n}"
    stop = f"min({lead}, {n})" if lead > 1 else f"{lead}"
    body.line(f"for {end} in range(max(-{trail}, {first}), {stop}):")
    body.line(f"    {letter} = {end} if {end} >= 0 else {end} + {n}")


def _atom(text: str) -> str:
    return text if text.replace("_", "").isalnum() else f"({text})"
