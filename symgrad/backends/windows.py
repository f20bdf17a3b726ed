"""Additions to neighbouring elements of one array in one loop: each element is loaded and stored once.

In: the innermost statements of a loop. Out: lines in which the addition to the first element takes along what
the trips before it add to the same one. The transpose of a stencil, which scatters, becomes a stencil:

    for i in range(n - 2):                    g_before = g_before2 = 0.0
        da[i] += g[i]                         for i in range(n - 2):
        da[i + 1] += g[i]             ->          g_i = g[i]
        da[i + 2] += g[i]                         da[i] += g_i + g_before + g_before2
                                                  g_before2 = g_before
                                                  g_before = g_i
                                              da[n - 2] += g_before + g_before2
                                              da[n - 1] += g_before

It is right for every length and needs no edges of its own; LLVM vectorises values of the trips before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from symgrad.backends import scalar
from symgrad.backends.access import (
    REACH,
    Along,
    Coord,
    Fixed,
    Lookup,
    Operand,
    Read,
    apart,
    delay,
    whole,
)
from symgrad.backends.nest import Form, Loop, Plan, Statement, Window
from symgrad.backends.scalar import NAME, Piece
from symgrad.backends.schedule import reads_of
from symgrad.backends.text import LONGEST, Body, Scope, dim_text, give_name, piece_of, stored
from symgrad.ir.core import Const, Value
from symgrad.ir.dims import Dim, of_range


def find(statements: Sequence[Statement], plan: Plan, depth: int, loop: Loop | None) -> Iterator[Window]:
    """The windows of a loop without inner loops; without a `loop`, only additions to the same element."""
    groups: dict[Value, list[Window]] = {}
    for s in statements:
        if s.form is Form.ADD and not any(isinstance(c, Lookup) for c in s.writes.coords):
            _join(s, groups.setdefault(plan.owner(s.writes.value), []), depth, loop)
    for windows in groups.values():
        for w in windows:
            if len(w.adds) > 1 and _alone(w, statements, plan) and (loop or not w.written_between):
                yield w


def _join(s: Statement, windows: list[Window], depth: int, loop: Loop | None) -> None:
    """Put an addition into the window that it belongs to."""
    for w in windows:
        ahead = delay(w.target.coords, s.writes.coords, depth)
        if ahead is None or (ahead and loop is None):
            continue
        if ahead < 0:  # the others wait for it
            if max(w.adds.values()) - ahead > REACH:
                continue
            w.adds = {t: trips - ahead for t, trips in w.adds.items()}
            w.target, ahead = s.writes, 0
        if ahead <= REACH:
            w.adds[s], w.last = ahead, s
            return
    windows.append(Window({s: 0}, s.writes, loop, s))


def _alone(window: Window, statements: Sequence[Statement], plan: Plan) -> bool:
    """Whether nothing else between or around the additions touches what they add to."""
    owner = plan.owner(window.target.value)
    mine = [s.writes.coords for s in window.adds]
    places = [k for k, s in enumerate(statements) if s in window.adds]
    between = range(len(statements)) if window.loop is not None else range(places[0], places[-1])
    for k in between:
        s = statements[k]
        touched = [*([] if s in window.adds else [s.writes]), *reads_of(s, plan)]
        if s.form is Form.REGION:
            touched += [whole(out) for out in s.eqn.outs]
        for e in touched:
            if plan.owner(e.value) is owner and not all(apart(e.coords, c) for c in mine):
                return False
        inside = places[0] < k < places[-1] and s not in window.adds
        # Outside a fused loop a number may take over the variable of one that is dead after it.
        window.written_between |= inside and (window.loop is None or s.form is not Form.MAP)
        window.written_between |= inside and bool(s.writes.coords)
    return True


def start(found: Sequence[Window], body: Body) -> dict[Operand, tuple[str, ...]]:
    """Variables for the values of the trips before, set before the loop: by value, the last trip's first."""
    reach: dict[Operand, int] = {}
    for window in found:
        for s, trips in window.adds.items():
            reach[s.reads[0]] = max(trips, reach.get(s.reads[0], 0))
    before: dict[Operand, tuple[str, ...]] = {}
    for read, trips in reach.items():
        if trips:
            stem = f"{_stem(read, body)}_before"
            names = tuple(body.temporary(stem if k == 0 else f"{stem}{k + 1}") for k in range(trips))
            zero = scalar.constant(0.0, read.type.dtype if isinstance(read, Const) else read.value.type.dtype)
            body.line(f"{' = '.join(names)} = {zero.text}")
            before[read] = names
    return before


def _stem(read: Operand, body: Body) -> str:
    return "part" if isinstance(read, Const) else body.names[read.value]


def add(statement: Statement, window: Window, body: Body, scope: Scope) -> None:
    """One addition: its value is remembered, and with the last one of the trip they are written as one."""
    read = statement.reads[0]
    piece = piece_of(read, body, scope)
    later = window.written_between and statement is not window.last
    if (later or read in scope.before) and isinstance(read, Read):
        piece = give_name(read, piece, body, scope)
    window.waiting.append((window.adds[statement], read, piece))
    if statement is not window.last:
        return
    pieces = [
        Piece(scope.before[read][trips - 1], NAME) if trips else piece
        for trips, read, piece in sorted(window.waiting, key=lambda w: w[0])
    ]
    window.waiting.clear()
    if sum(len(p.text) for p in pieces) <= 2 * LONGEST:
        body.line(f"{stored(window.target, body, scope)} += {_total(pieces, window.target.value.type.dtype)}")
    else:
        for p in pieces:
            body.line(f"{stored(window.target, body, scope)} += {p.text}")


def move_on(before: Mapping[Operand, tuple[str, ...]], body: Body, scope: Scope) -> None:
    """The end of a trip: its values are those of the trip before."""
    for read, names in before.items():
        for new, old in zip(names[::-1], names[-2::-1], strict=False):
            body.line(f"{new} = {old}")
        body.line(f"{names[0]} = {piece_of(read, body, scope).text}")


def _total(pieces: Sequence[Piece], dtype: str) -> str:
    """The sum of the pieces; the same one twice is one, doubled."""
    count = Counter(pieces)
    terms = []
    for p, times in count.items():
        factor = scalar.constant(float(times), dtype).text
        terms.append(p if times == 1 else Piece(f"{factor} * {scalar.enclosed(p, scalar.UNARY)}", scalar.MUL))
    text = scalar.enclosed(terms[0], scalar.ADD) if len(terms) > 1 else terms[0].text
    for p in terms[1:]:
        minus = p.level == scalar.UNARY and p.text.startswith("-")
        text += f" - {p.text[1:]}" if minus else f" + {scalar.enclosed(p, scalar.MUL, True)}"
    return text


def finish(
    window: Window,
    before: Mapping[Operand, tuple[str, ...]],
    body: Body,
    scope: Scope,
    stop: Dim | None = None,
) -> None:
    """What the last trips add to the elements after those of the loop, or after its trip `stop`."""
    assert window.loop is not None
    reach = max(window.adds.values())
    trips = of_range(window.loop.extent)
    unsure = reach > 0 and trips != window.loop.extent
    if unsure:  # a range that may end before it starts: then the places after it need not be there
        body.line(f"if {dim_text(trips)} > 0:")
        body.indent += 1
    for k in range(reach):
        pieces = [
            Piece(before[s.reads[0]][trips - k - 1], NAME) for s, trips in _by_trips(window) if trips > k
        ]
        place = Read(
            window.target.value,
            tuple(
                _after(c, window.loop, (trips if stop is None else stop) + k) for c in window.target.coords
            ),
        )
        body.line(f"{stored(place, body, scope)} += {_total(pieces, place.value.type.dtype)}")
    if unsure:
        body.indent -= 1


def _by_trips(window: Window) -> list[tuple[Statement, int]]:
    return sorted(window.adds.items(), key=lambda item: item[1])


def _after(coord: Coord, loop: Loop, trip: Dim) -> Coord:
    """The coordinate at the trip of this number."""
    if isinstance(coord, Along) and coord.loop == loop.depth:
        return Fixed(coord.start + trip)
    return coord
