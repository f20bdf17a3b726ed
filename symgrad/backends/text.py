"""The text of one element: a load, a named scalar, or an expression of other elements.

In: an element, and what already has a name around it. Out: its text, and lines for the names that it needs.
An element that is mentioned once stands where it is mentioned; one that is mentioned more often, or that the
user named, gets a variable called after its array: `h_ij`.

    h[i, j] with h = a - b inline, mentioned twice   ->   h_ij = a[i, j] - b[i, j]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.backends import scalar
from symgrad.backends.access import (
    Along,
    Coord,
    Fixed,
    Operand,
    Read,
    Turned,
    affine,
    looked_up,
    loops_in,
    operand,
    resolve,
)
from symgrad.backends.buffers import Buffers
from symgrad.backends.legal import WRAP
from symgrad.backends.nest import Plan, Shares, Statement, Window
from symgrad.backends.scalar import ADD, ATOM, MUL, NAME, Piece
from symgrad.backends.storage import Axes
from symgrad.errors import Loc
from symgrad.ir.core import Const, Eqn, Value
from symgrad.ir.dims import Dim
from symgrad.ir.ops import extent_of

# Longer expressions are split, so that a line can be read.
LONGEST = 60


@dataclass
class Body:
    """The lines so far, and what they know."""

    plan: Plan
    arrays: Mapping[Value, Axes]
    names: dict[Value, str]
    letters: Sequence[str]
    lines: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)  # functions that the text calls
    indent: int = 1
    locals: dict[Read, str] = field(default_factory=dict)
    temporaries: list[str] = field(default_factory=list)  # variables that stand for no element
    taken: set[str] = field(default_factory=set)
    once: frozenset[Value] = frozenset()  # mentioned once, in the body that computes them
    reused: frozenset[Value] = frozenset()  # arrays whose memory another array takes over
    params: tuple[Value, ...] = ()
    buffers: Buffers | None = None  # of the loop whose body this is, or in whose body it stands
    known: frozenset[str] = frozenset()  # extents that have their numbers here
    checked: frozenset[str] = frozenset()  # extents that the first lines of the kernel have compared with 0
    named: frozenset[Value] = frozenset()  # the numbers of extents
    scatters: bool = False  # a branch that writes to arrays, or something in it
    parallel: bool = False  # the outermost loops may be shared out among threads
    parts: list[str] = field(default_factory=list)  # loops that are functions of their own, for that
    shares: Shares | None = None  # the outermost loop that is being written, if it is shared out
    rolls: bool | None = None  # whether anything goes around an axis, once somebody has asked
    turns: dict[tuple[Coord, Dim], str] = field(
        default_factory=dict
    )  # variables for what goes around an axis
    within: dict[int, int] = field(default_factory=dict)  # loops in whose trips nothing does, and their first
    places: list[Loc | None] | None = None  # of the checks of indices, if the text is to tell them
    echo: Callable[[Eqn, int], None] | None = None  # comments what was added since line number ...
    control: Callable[[Statement, Body, Scope], None] | None = None  # writes loops and branches

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def forget(self) -> None:
        """Let go of the names of elements that follow a loop: the next loop nest may use them again."""
        for read in [r for r in self.locals if next(loops_in(r.coords), None) is not None]:
            self.taken.discard(self.locals.pop(read))
        self.taken.difference_update(self.temporaries)
        self.temporaries.clear()

    def local(self, read: Read) -> str:
        """The scalar variable for an element: `h_ij`."""
        if read not in self.locals:
            stem = f"{self.names[_named_after(read.value, self.plan)]}_{_suffix(read, self.letters)}"
            self.locals[read] = self.fresh(stem)
        return self.locals[read]

    def temporary(self, stem: str) -> str:
        """A variable for this loop nest."""
        self.temporaries.append(self.fresh(stem))
        return self.temporaries[-1]

    def fresh(self, stem: str) -> str:
        """A name that nothing here has."""
        name, number = stem, 1
        while name in self.taken:
            number += 1
            name = f"{stem}_{number}"
        self.taken.add(name)
        return name


def _suffix(read: Read, letters: Sequence[str]) -> str:
    """The loops that an element follows, or its position if there are none."""
    loops = "".join(letters[k] for k in dict.fromkeys(loops_in(read.coords)))
    return loops or "".join(
        str(c.at) if isinstance(c, Fixed) and isinstance(c.at, int) else "n" for c in read.coords
    )


def _named_after(value: Value, plan: Plan) -> Value:
    """A checked index is called after the index."""
    eqn = plan.producers.get(value)
    source = eqn.args[0] if eqn is not None and eqn.op is WRAP else value
    return source if isinstance(source, Value) else value


@dataclass
class Scope:
    """What has a name, or waits to be put in place, in one loop body."""

    depth: int
    outer: Scope | None = None
    pieces: dict[Read, Piece] = field(default_factory=dict)
    count: Counter[Read] = field(default_factory=Counter)
    windows: dict[Statement, Window] = field(default_factory=dict)  # of additions, by each of them
    before: dict[Operand, tuple[str, ...]] = field(default_factory=dict)  # what was added the trips before

    def find(self, read: Read) -> Piece | None:
        scope: Scope | None = self
        while scope is not None:
            found = scope.pieces.get(read)
            if found is not None:
                return found
            scope = scope.outer
        return None


def depth_of(read: Read) -> int:
    """The number of loops inside which an element stands still."""
    return max(loops_in(read.coords), default=-1) + 1


def parts(read: Read, plan: Plan) -> Iterator[Operand]:
    """What the text of an element reads in turn."""
    for c in read.coords:
        index = looked_up(c)
        if index is not None:
            yield index
    eqn = plan.inline.get(read.value)
    if eqn is not None:
        yield from (resolve(operand(a, read.coords), plan.producers) for a in eqn.args)


def give_name(read: Read, piece: Piece, body: Body, scope: Scope) -> Piece:
    """Give an element's text a variable, unless it is one or a constant."""
    if piece.level < NAME:
        variable = body.local(read)
        body.line(f"{variable} = {piece.text}")
        piece = Piece(variable, NAME)
    scope.pieces[read] = piece
    return piece


def piece_of(read: Operand, body: Body, scope: Scope) -> Piece:
    """The text of an element."""
    if isinstance(read, Const):
        return scalar.constant(read.value, read.type.dtype)
    found = scope.find(read)
    if found is not None:
        return found
    eqn = body.plan.inline.get(read.value)
    if eqn is not None:
        piece = inlined(eqn, read, body, scope)
    elif read.value in body.arrays or (is_given(read.value, body) and read.value.type.rank):
        piece = Piece(f"{body.names[read.value]}[{index_text(read, body, scope)}]", ATOM)
    else:
        return Piece(body.local(read) if read.coords else body.names[read.value], NAME)
    # A load from an array that is written in this body must happen here, not where the text ends up.
    again = scope.count[read] > 1 or read.value in body.reused
    named = eqn is not None and read.value.hint and eqn.op.name != "iota"
    if (again and piece.level < NAME) or named or (eqn is not None and len(piece.text) > LONGEST):
        return give_name(read, piece, body, scope)
    return piece


def inlined(eqn: Eqn, read: Read, body: Body, scope: Scope) -> Piece:
    if eqn.op.name == "extent":
        return dim_piece(extent_of(eqn.attrs))
    if eqn.op.name == "iota":
        return _coord(read.coords[0], body, scope)
    args = [resolve(operand(a, read.coords), body.plan.producers) for a in eqn.args]
    if eqn.op is WRAP:
        return _wrapped(eqn, read, args[0], body, scope)
    return applied(eqn, args, body, scope)


def applied(eqn: Eqn, args: Sequence[Operand], body: Body, scope: Scope) -> Piece:
    """The op on the texts of its operands; what it mentions twice, or must not delay, gets a name."""
    form = scalar.form_of(eqn)
    pieces = []
    for arg, need in zip(args, form.needs, strict=False):
        piece = piece_of(arg, body, scope)
        if need == NAME and piece.level < NAME and isinstance(arg, Read):
            piece = give_name(arg, piece, body, scope)
        pieces.append(piece)
    name = "pow" if eqn.op.name == "power" and eqn.out.type.is_float else eqn.op.name
    own = name in scalar.ROUNDING and eqn.out.type.is_float
    if own or name in scalar.CALLED or name == "revolve":
        body.used.add(name)
    return scalar.written(eqn, pieces)


def _wrapped(eqn: Eqn, read: Read, arg: Operand, body: Body, scope: Scope) -> Piece:
    """An index counted from the front, checked."""
    extent = dim_text(extent_of(eqn.attrs, "extent"))
    name = body.local(read)
    unsigned = isinstance(arg, Read) and arg.value.type.dtype == "uint64"  # numba adds it to int64 as a float
    body.line(f"{name} = {'np.int64' if unsigned else 'int'}({piece_of(arg, body, scope).text})")
    checked, front = eqn.attrs["checked"], eqn.attrs["front"]
    if not front:  # counted from the front first: then one comparison without a sign, and none in x[name]
        body.line(f"if {name} < 0:")
        body.line(f"    {name} += {extent}")
    if not checked:
        body.line(f"if {name} >= {extent}:" if front else f"if not 0 <= {name} < {extent}:")
        if body.places is None:
            body.line('    raise IndexError("index out of bounds")')
        else:  # what it tells costs code at every check: only a second run has it
            body.line(f"    raise IndexError({len(body.places)}, {name}, {extent})")
            body.places.append(eqn.loc)
    scope.pieces[read] = Piece(name, NAME)
    return Piece(name, NAME)


def dim_piece(dim: Dim) -> Piece:
    text = str(dim)
    return Piece(text, NAME if text.isidentifier() or text.isdigit() else ADD)


def dim_text(dim: Dim) -> str:
    return str(dim)


def index_text(read: Read, body: Body, scope: Scope) -> str:
    """The coordinates of an element in the array that keeps it."""
    kept = body.arrays.get(read.value, range(len(read.coords)))
    return ", ".join(coord_text(read.coords[a], body, scope) for a in kept)


def coord_text(coord: Coord, body: Body, scope: Scope) -> str:
    """One coordinate: `i`, `n - 1 - i`, `2 * k_i`."""
    return _coord(coord, body, scope).text


def _coord(coord: Coord, body: Body, scope: Scope) -> Piece:
    if isinstance(coord, Fixed):
        return dim_piece(coord.at)
    if isinstance(coord, Turned):
        inner, extent = coord.inner, coord.extent
        if isinstance(inner, Along) and inner.loop in body.within:
            return _coord(affine(inner, coord.start, coord.step), body, scope)
        around = scalar.enclosed(dim_piece(extent), MUL)
        base = Piece(f"{scalar.enclosed(_coord(inner, body, scope), MUL)} % {around}", MUL)
        if (inner, extent) in body.turns:
            base = Piece(body.turns[inner, extent], NAME)
        return _scaled(base, coord.start, coord.step)
    if isinstance(coord, Along):
        base = Piece(body.letters[coord.loop], NAME)
        first = body.within.get(coord.loop, 0)
        return _scaled(base, coord.start + coord.step * first, coord.step)
    else:
        base = piece_of(coord.index, body, scope)
    return _scaled(base, coord.start, coord.step)


def _scaled(base: Piece, start: Dim, step: int) -> Piece:
    """`start + step * base`, as one writes it."""
    size = abs(step)
    term = base.text if size == 1 and step > 0 else scalar.enclosed(base, MUL)
    term = term if size == 1 else f"{size} * {term}"
    if step < 0:
        return Piece(f"{start} - {term}", ADD)
    if start == 0:
        return base if size == 1 else Piece(term, MUL)
    text = str(start)
    if text.startswith("-"):
        return (
            Piece(f"{term} - {text[1:]}", ADD) if isinstance(start, int) else Piece(f"{term} + ({text})", ADD)
        )
    return Piece(f"{term} + {text}", ADD)


def stored(target: Read, body: Body, scope: Scope) -> str:
    """The place in an array: `h[i, j]`."""
    return f"{body.names[target.value]}[{index_text(target, body, scope)}]"


def is_given(value: Value, body: Body) -> bool:
    eqn = body.plan.producers.get(value)
    return eqn is None or eqn.op.name == "literal"
