"""Rows and columns in place of an array: what the adjoint of a trip reads of it is saved, not all of it.

In: the adjoint of a trip, an array that would be saved in each. Out: the adjoint reading parts of the array,
each at positions that are the same throughout the trip, with loads of these parts in the primal equations.

    for k: ... for i: for j: A[i, j] -= A[i, k] * A[k, j]
    A_col_saved[k] = A[:, k]; A_row_saved[k] = A[k]                 in place of A_saved[k] = A

Where a position may be none (an inner loop that makes no trip reads nothing), the load asks first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from symgrad.ad.dependence import WRITES, Elements, held, selected
from symgrad.ad.lengths import told_names
from symgrad.ad.loops import Adjoint, Loop, index_of, with_loads
from symgrad.ad.numbers import Scope
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, At, AtArg, Const, Eqn, Gather, Index, IndexItem, NewAxis, Span, Symbol, Value
from symgrad.ir.dims import Dim, substitute, symbols
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.indexing import index_of as index_in
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, close_all, closed_again, told_by
from symgrad.ir.types import INT, ArrayType

Key = tuple[Dim | None, ...]  # for each axis the position that is read throughout a trip, over atoms
_MOST = 4  # parts of one array


@dataclass(frozen=True, slots=True)
class Parted:
    """The adjoint that reads parts, the parts, and the primal reads that are made again from them."""

    adjoint: Adjoint
    parts: tuple[Value, ...]
    end: Value | None  # the array as the loop left it, where that is read
    instead: Mapping[Value, Eqn]


def in_parts(
    array: Value,
    eqn: Eqn,
    loop: Loop,
    adjoint: Adjoint,
    again: Sequence[Eqn],
    bound: set[str],
    stays: Callable[[Elements], bool],
) -> Parted | None:
    """The adjoint without an array that it and the equations that it runs `again` read; None if all is read.

    `bound`: the extents whose numbers are known before the loop. What nothing overwrites (`stays`) is read
    from the array as the loop left it.
    """
    whole = (e for e in again if array in e.args and e.op.name != "getitem")
    if any(r is array for r in adjoint.results) or any(whole):
        return None
    here = _Here.of(eqn, loop, adjoint, bound)
    keys: dict[Value, Key] = {}
    end = Value(array.type, array.hint)
    serving: dict[Value, tuple[Value, Key]] = {}
    for read in _reads([*again, *adjoint.eqns], array, adjoint.scope, here):
        if read is None:
            return None
        if stays(read.elements):
            serving[read.out] = end, (None,) * array.type.rank
        elif read.key is None or not any(p is not None for p in read.key):
            return None
        else:
            keys[read.out] = read.key
    wanted = _fewest(keys.values())
    place = next((k for k, e in enumerate(adjoint.primal) if _replaces(e, array)), len(adjoint.primal))
    if not keys or len(wanted) > _MOST:
        return None
    source = next((e for e in adjoint.primal if array in e.outs), eqn)
    made: dict[Key, Value] = {}
    loads: list[tuple[int, Eqn]] = []
    for key in wanted:
        load = here.load(array, key, place)
        if load is None:
            return None
        made[key] = load[-1].out
        loads += [(place, replace(e, loc=source.loc)) for e in load]
    serving |= {out: next((made[k], k) for k in wanted if _covers(k, key)) for out, key in keys.items()}
    builder = Builder()
    groups: list[int] = []
    for e, group in zip(adjoint.eqns, adjoint.groups, strict=True):
        _rewrite([e], array, serving, builder)
        groups += [group] * (len(builder.eqns) - len(groups))
    own = {o for e in adjoint.eqns for o in e.outs}
    adjoint.scope.extend((e for e in builder.eqns if own.isdisjoint(e.outs)), ())
    called = dict(adjoint.called) | {part: _name(array, key) for key, part in made.items()}
    other = replace(adjoint, eqns=tuple(builder.eqns), groups=tuple(groups), called=called)
    other = with_loads(other, loads)
    primal = {e.outs[0]: e for e in again if array in e.args}
    instead = {out: _read(e, *serving[out]) for out, e in primal.items()}
    used = end if any(part is end for part, _ in serving.values()) else None
    return Parted(other, tuple(made.values()), used, instead)


def _replaces(eqn: Eqn, array: Value) -> bool:
    """May the equation write into the array's memory?"""
    if eqn.op.name in (*WRITES, "copy"):
        return eqn.args[0] is array
    return bool(eqn.regions) and any(a is array for a in eqn.args)


def _covers(part: Key, key: Key) -> bool:
    return all(p is None or p == q for p, q in zip(part, key, strict=True))


def _fewest(keys: Iterable[Key]) -> list[Key]:
    """Those that no other one covers, in order of first use."""
    found = list(dict.fromkeys(keys))
    return [k for k in found if not any(_covers(other, k) for other in found if other != k)]


# -- which elements are read -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Read:
    """What reads elements of an array, which these are, and at which fixed positions."""

    out: Value
    elements: Elements
    key: Key | None


def _reads(eqns: Iterable[Eqn], array: Value, scope: Scope, here: _Here) -> Iterator[_Read | None]:
    """The reads of an array, in regions too; None if all of it is read."""
    for eqn in eqns:
        for number, arg in enumerate(eqn.args):
            if arg is not array:
                continue
            if eqn.op.name == "getitem" and number == 0:
                elements = selected(index_in(eqn.attrs), eqn.args[1:], array, scope)
                yield _Read(eqn.out, elements, _key(eqn, scope, here))
                continue
            blocks = held(eqn, number)
            if blocks is None:
                yield None
                continue
            for block, param in blocks:
                if param in block.results:
                    yield None
                yield from _reads(block.eqns, param, scope.inside(eqn, block), here)


def _key(eqn: Eqn, scope: Scope, here: _Here) -> Key | None:
    index, operands = index_in(eqn.attrs), iter(eqn.args[1:])
    shape = iter(eqn.args[0].type.shape)
    if any(isinstance(item, Gather) for item in index):
        return None
    key: list[Dim | None] = []
    for item in index:
        if isinstance(item, NewAxis):
            continue
        extent = next(shape)
        position: Dim | None = None
        if isinstance(item, At):
            position = scope.facts.original(scope.dim(item.position))
        elif isinstance(item, AtArg):
            number = scope.number(next(operands))
            position = scope.facts.original(number) if scope.facts.nonnegative(number) else None
        told = position is not None and not isinstance(extent, int) and here.item(position) is not None
        key.append(position if told else None)
    return tuple(key)


@dataclass(frozen=True, slots=True)
class _Here:
    """The integers of a trip: those that have a name as an extent, and the others."""

    adjoint: Adjoint
    names: Mapping[str, Dim]  # by atom
    numbers: Mapping[Dim, tuple[Value, int]]  # and the place where it is there
    elements: set[tuple[Dim, Dim]]  # positions that every trip reads or writes, with the extent of the axis

    @staticmethod
    def of(eqn: Eqn, loop: Loop, adjoint: Adjoint, bound: set[str]) -> _Here:
        scope = adjoint.scope
        there = {v: 0 for v in (*index_of(eqn), *loop.invariant_params)}
        fixed = bound | {s.name for s in adjoint.symbols if s.param in there}
        fixed |= {name for v in index_of(eqn) for name in told_by(v, loop.body)}
        there |= {o: k + 1 for k, e in enumerate(adjoint.primal) for o in e.outs}
        names = told_names(scope, fixed)
        numbers: dict[Dim, tuple[Value, int]] = {}
        for v, place in there.items():
            if v.type == INT and v in scope.numbers:
                numbers.setdefault(scope.numbers[v], (v, place))
        return _Here(adjoint, names, numbers, set(_elements(adjoint.primal, scope)))

    def item(self, position: Dim) -> tuple[IndexItem, tuple[Value, ...], int] | None:
        """The position in an index, what operand it takes, and from where on that is there."""
        if isinstance(position, int):
            return At(position), (), 0
        if set(symbols(position)) <= set(self.names):
            return At(substitute(position, self.names)), (), 0
        if position in self.numbers:
            value, place = self.numbers[position]
            return AtArg(), (value,), place
        return None

    def load(self, array: Value, key: Key, place: int) -> list[Eqn] | None:
        """Equations that load a part; None if its positions may be negative, or are not known yet."""
        b = Builder()
        items: list[IndexItem] = []
        operands: list[Value] = []
        checks: list[tuple[Arg, Dim]] = []
        facts = self.adjoint.scope.facts
        for position, extent in zip(key, array.type.shape, strict=True):
            if position is None:
                items.append(Span(0, 1, extent))
                continue
            found = self.item(position)
            assert found is not None, "the key has only positions that are told"
            item, further, since = found
            if since > place:
                return None
            items.append(item)
            operands += further
            size = self.adjoint.scope.dim(extent)
            if (position, size) in self.elements:
                continue
            if not facts.nonnegative(position):
                return None
            if not facts.nonnegative(size - position - 1):
                number = further[0] if further else _number(item, b)
                checks.append((number, extent))
        load: dict[str, object] = {"index": tuple(items)}
        if not checks:
            b.emit(OPS["getitem"], (array, *operands), load)
            return b.eqns
        return _checked(array, operands, load, checks, b, self.adjoint.symbols)


def _number(item: IndexItem, b: Builder) -> Arg:
    assert isinstance(item, At)
    return Const(item.position, INT) if isinstance(item.position, int) else _extent(item.position, b)


def _extent(dim: Dim, b: Builder) -> Arg:
    return Const(dim, INT) if isinstance(dim, int) else b.emit(OPS["extent"], (), {"dim": dim})


def _checked(
    array: Value,
    operands: Sequence[Value],
    load: dict[str, object],
    checks: Sequence[tuple[Arg, Dim]],
    b: Builder,
    known: Sequence[Symbol],
) -> list[Eqn]:
    """The load, where all of these positions are elements; else nobody reads what is there."""
    inside = [b.emit(OPS["less"], (number, _extent(extent, b))) for number, extent in checks]
    condition = inside[0]
    for further in inside[1:]:
        condition = b.emit(OPS["logical_and"], (condition, further))
    then, other = Builder(), Builder()
    part = then.emit(OPS["getitem"], (array, *operands), load)
    nothing: Arg = Const(0.0, ArrayType(part.type.dtype))
    if part.type.rank:
        nothing = other.emit(OPS["empty"], (), {"dtype": part.type.dtype, "shape": part.type.shape})
    blocks, args = close_all((), [(then.eqns, (part,)), (other.eqns, (nothing,))], b, known)
    b.eqns.append(Eqn(COND, (condition, *args), (Value(part.type),), {}, blocks))
    return b.eqns


def _elements(primal: Sequence[Eqn], scope: Scope) -> Iterator[tuple[Dim, Dim]]:
    for e in primal:
        if e.op.name not in ("getitem", *WRITES):
            continue
        operands = iter(e.args[1 if e.op.name == "getitem" else 2 :])
        shape = iter(e.args[0].type.shape)
        for item in index_in(e.attrs):
            if isinstance(item, NewAxis):
                continue
            extent, number = next(shape), next(operands) if isinstance(item, AtArg | Gather) else None
            if isinstance(item, At):
                yield scope.dim(item.position), scope.dim(extent)
            elif (
                isinstance(item, AtArg)
                and number is not None
                and scope.facts.nonnegative(position := scope.number(number))
            ):
                yield position, scope.dim(extent)


def _name(array: Value, key: Key) -> str:
    fixed = [p is not None for p in key]
    kind = "row" if fixed == [True, False] else "col" if fixed == [False, True] else "part"
    return f"{array.hint}_{kind}" if array.hint and None in key else ""


# -- reading the parts -------------------------------------------------------------------------------------


def _read(eqn: Eqn, part: Value, key: Key) -> Eqn:
    """The same elements, from a part: without the axes that it does not have."""
    items: list[IndexItem] = []
    operands: list[Arg] = []
    positions, given = iter(key), iter(eqn.args[1:])
    for item in index_in(eqn.attrs):
        operand = next(given) if isinstance(item, AtArg) else None
        if isinstance(item, NewAxis) or next(positions) is None:
            items.append(item)
            operands += [] if operand is None else [operand]
    index: Index = tuple(items)
    return replace(eqn, args=(part, *operands), attrs={**eqn.attrs, "index": index})


def _rewrite(
    eqns: Iterable[Eqn], array: Value, serving: Mapping[Value, tuple[Value, Key]], out: Builder
) -> None:
    """Put the equations into `out`, their reads of the array from its parts."""
    for eqn in eqns:
        if array not in eqn.args:
            out.eqns.append(eqn)
        elif eqn.op.name == "getitem":
            out.eqns.append(_read(eqn, *serving[eqn.out]))
        else:
            out.loc, out.phase = eqn.loc, eqn.phase
            out.eqns.append(closed_again(eqn, lambda body, inner: _rewrite(body, array, serving, inner), out))
