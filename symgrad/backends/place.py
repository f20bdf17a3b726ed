"""Who may write where: operands that an equation overwrites get memory that nobody else reads any more.

In: a legalized block, and those of its params whose memory it may change. Out: the block with copies where
they are needed, and nowhere else. A view that is read after its array has changed is read before instead:

    t = y[0]                       t = own(y[0])          # a load here, not where t is used
    y2 = setitem(y, 0, y[1])  ->   y2 = setitem(y, 0, y[1])
    y3 = setitem(y2, 1, t)         y3 = setitem(y2, 1, t)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from symgrad.backends.access import is_view, sources
from symgrad.backends.legal import OWN, WRAP, layout
from symgrad.backends.sink import Targets, targets_of
from symgrad.ir.core import Arg, Block, Eqn, Kind, Value, values
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.regions import operands_of
from symgrad.ir.types import INT
from symgrad.ir.walk import producers, rewire, rewire_args


def overwritten(eqn: Eqn) -> Sequence[tuple[int, Value]]:
    """The operands, by number, whose arrays an equation changes, and the results that are there then."""
    if eqn.op.kind is Kind.WRITE:
        return [(0, eqn.out)]
    if not eqn.regions:
        return ()
    first, carried = operands_of(eqn)
    places = targets_of(eqn) if eqn.op.name == "cond" else range(carried)
    pairs = zip(places, eqn.outs, strict=True)
    return [(first + k, out) for k, out in pairs if k is not None and out.type.rank]


def targets(eqn: Eqn, free: Set[Arg]) -> Targets:
    """For a `cond`: which captured array each result is a version of. `free` operands are dead after it."""
    captured = eqn.args[1:]
    made = [producers(block) for block in eqn.regions]
    taken: set[int] = set()
    out: list[int | None] = []
    for k, result in enumerate(eqn.outs):
        found = None
        if result.type.rank:
            for block, table in zip(eqn.regions, made, strict=True):
                base, changed = _base(block.results[k], table)
                if base in block.params:
                    j = block.params.index(base)
                    if j not in taken and (changed or captured[j] in free):
                        found = j
                        break
        if found is not None:
            taken.add(found)
        out.append(found)
    return tuple(out)


def _base(result: Arg, made: Mapping[Value, Eqn]) -> tuple[Arg, bool]:
    """The array that a chain of writes begins with, and whether there is a write."""
    changed = False
    while isinstance(result, Value) and (eqn := made.get(result)) is not None:
        if eqn.op.kind is Kind.WRITE:
            result, changed = eqn.args[0], True
        elif eqn.op.name in ("copy", "recall", "stop_gradient"):
            result = eqn.args[0]
        elif eqn.op.name in ("for", "while"):
            result, changed = eqn.args[operands_of(eqn)[0] + eqn.outs.index(result)], True
        else:
            break
    return result, changed


@dataclass(frozen=True, slots=True)
class _Late:
    """A reading: the number of the equation (one past the last for a result) and the operand."""

    number: int
    arg: Value


def place(block: Block, owned: Set[Value]) -> Block:
    """The block in which every overwritten operand of a region is an array that it may change."""
    if not any(map(overwritten, block.eqns)):
        return block
    block = _views_first(block)
    made = producers(block)
    number = {out: k for k, eqn in enumerate(block.eqns) for out in eqn.outs}
    reads = _reads(block, made)
    early: dict[int, list[Value]] = {}  # views to be read where they are made, after equation number ...
    copied: dict[int, list[int]] = {}  # operands to be copied before equation number ...
    for n, eqn in enumerate(block.eqns):
        for position, _ in overwritten(eqn):
            base = eqn.args[position]
            views = _views_to_read_early(base, n, eqn, owned, made, number, reads)
            if views is not None:
                for view in views:
                    early.setdefault(number[view], []).append(view)
            elif eqn.regions:
                copied.setdefault(n, []).append(position)
    return _rebuilt(block, early, copied)


def _views_first(block: Block) -> Block:
    """The block with views, and positions, as soon as they can be: before their arrays are written to."""
    made: dict[Value, int] = {}
    sizes = {s.name: s.param for s in block.symbols}  # an extent that is computed here must be there too
    key: list[int] = []
    for n, eqn in enumerate(block.eqns):
        free = not eqn.regions and (is_view(eqn) or eqn.op is WRAP or _is_position(eqn))
        needs = [*eqn.reads, *(sizes[name] for name in eqn.names if name in sizes)] if free else []
        key.append(max((key[made[a]] for a in needs if a in made), default=-1) if free else n)
        made.update((out, n) for out in eqn.outs)
    order = sorted(range(len(key)), key=lambda n: (key[n], n))
    return replace(block, eqns=tuple(block.eqns[n] for n in order))


def _is_position(eqn: Eqn) -> bool:
    return eqn.op.kind is Kind.ELEMENTWISE and eqn.out.type == INT and eqn.op is not OWN


def _reads(block: Block, made: Mapping[Value, Eqn]) -> dict[Value, list[_Late]]:
    """Every reading of every array, through views."""
    reads: dict[Value, list[_Late]] = {}
    for n, eqn in enumerate(block.eqns):
        if not is_view(eqn):
            for arg in eqn.reads:
                for root in sources(arg, made):
                    reads.setdefault(root, []).append(_Late(n, arg))
    for result in values(block.results):
        for root in sources(result, made):
            reads.setdefault(root, []).append(_Late(len(block.eqns), result))
    return reads


def _views_to_read_early(
    base: Arg,
    n: int,
    eqn: Eqn,
    owned: Set[Value],
    made: Mapping[Value, Eqn],
    number: Mapping[Value, int],
    reads: Mapping[Value, list[_Late]],
) -> list[Value] | None:
    """The views that stand in the way of writing over `base`; None if the array itself does."""
    found = layout(base, made)
    if found is None or found[1] != tuple(range(base.type.rank)):
        return None
    root = found[0]
    source = made.get(root)
    if root.type != base.type or (
        root not in owned if source is None else source.op.name in ("reshape", "literal")
    ):
        return None
    if sum(arg is base for arg in eqn.args) > 1:
        return None
    views: dict[Value, None] = {}
    for late in reads.get(root, ()):
        if late.number < n or (late.number == n and late.arg is base):
            continue
        if late.arg is root or number.get(late.arg, n) >= n:
            return None
        views[late.arg] = None
    return list(views)


def _rebuilt(
    block: Block, early: Mapping[int, Sequence[Value]], copied: Mapping[int, Sequence[int]]
) -> Block:
    env: dict[Value, Arg] = {}
    eqns: list[Eqn] = []

    def copy(arg: Arg, eqn: Eqn) -> Value:
        hint = arg.hint if isinstance(arg, Value) else ""
        out = Value(arg.type, hint)
        eqns.append(Eqn(OWN, (arg,), (out,), {}, (), eqn.loc, eqn.phase))
        return out

    for n, eqn in enumerate(block.eqns):
        new = rewire(eqn, env)
        if n in copied:
            args = list(new.args)
            for position in copied[n]:
                args[position] = copy(args[position], new)
            new = replace(new, args=tuple(args))
        eqns.append(new)
        for view in dict.fromkeys(early.get(n, ())):
            env[view] = copy(view, new)
    return replace(block, eqns=tuple(eqns), results=rewire_args(block.results, env))
