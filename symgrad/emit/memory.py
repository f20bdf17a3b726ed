"""Which writes may happen in place, and what is copied so that they may.

In: an open program and its liveness. Out: the results that live in the memory of their operand, and the
arrays that a loop takes a copy of before its first trip. A value has roots, the allocations that it may be
in. A write happens in place only if all of them were allocated here and nothing in them, under any name or
through any view, is read afterwards. A carried array has a root of its own on each trip if the loop hands
memory on that nobody else holds: a swap of two needs no copy, an array yielded twice is copied on each trip.

    y = copy(x); y2 = setitem(y, v, 0)          ->  y = x.copy(); y[0] = v       (x is the caller's)
    dx = full(0.0); dx2 = add_at(dx, g, i)      ->  dx = np.zeros_like(x); dx[i] += g
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from symgrad.emit.blocks import Block, Step
from symgrad.emit.liveness import Frame, Liveness
from symgrad.emit.plan import is_view
from symgrad.ir.core import Arg, At, AtArg, Eqn, Kind, Value
from symgrad.ir.indexing import index_of, is_basic
from symgrad.ir.regions import WHILE
from symgrad.ir.types import INT

_AUGMENTED = {"add": "+=", "subtract": "-=", "multiply": "*=", "divide": "/="}
_NOT_NUMBERS = frozenset(
    {
        "where", "copy", "recall", "stop_gradient", "logsumexp", "reshape", "broadcast_to", "transpose",
        "full", "literal",
    }
)  # fmt: skip


def augmented(eqn: Eqn) -> str:
    """The operator of `name += ...`, or "" where there is none."""
    return _AUGMENTED.get(eqn.op.name, "")


@dataclass(slots=True, eq=False)
class _Root:
    """An allocation: whether it is ours, the values in it, and whether a write has relied on that."""

    owned: bool
    members: list[Value] = field(default_factory=list)
    used: bool = False
    before: tuple[_Root, ...] = ()  # what the memory was called before a loop, where the loop took it over


Roots = tuple[_Root, ...]


@dataclass(slots=True)
class Memory:
    """`in_place`: results that are written into their first operand. `copies`: carried places to copy.

    `apart`: slices that are copied when they are taken, because the array that they are from is written into;
    and the user's own copies of what a loop would have to copy.
    """

    in_place: set[Value] = field(default_factory=set)
    apart: set[Value] = field(default_factory=set)
    written: dict[Value, list[tuple[int, Frame]]] = field(
        default_factory=dict
    )  # when arrays are written into
    entered: dict[Value, list[tuple[int, Frame, frozenset[Value]]]] = field(
        default_factory=dict
    )  # when arrays go into a loop that writes into them, and what goes with them
    copies: dict[Step, frozenset[int]] = field(default_factory=dict)
    named: dict[Value, Frame] = field(
        default_factory=dict
    )  # statements `y = x.copy()`, if they are made copies
    roots: dict[Value, Roots] = field(default_factory=dict)  # none for a number, which nothing can change


def memory(program: Block, live: Liveness, nested: Set[Value], expressions: Set[Value]) -> Memory:
    """Decide for every equation of the program."""
    known = Memory()
    for p in program.params:
        _put(p, (_Root(False),) if p.type.rank else (), known)
    _note_writes(program, live, known)
    _block(program, live, nested, expressions, known)
    return known


def _note_writes(block: Block, live: Liveness, known: Memory) -> None:
    for step in block.steps:
        if step.eqn.op.kind is Kind.WRITE and isinstance(base := step.eqn.args[0], Value):
            known.written.setdefault(base, []).append((live.time[step], live.frame[block]))
        for inner in step.blocks:
            _note_writes(inner, live, known)
        if step.is_loop:
            taken = frozenset(a for a in step.carried if isinstance(a, Value))
            for init, p, y in zip(step.carried, step.carried_params, step.yields, strict=True):
                if isinstance(init, Value) and p.type.rank and y is not p and p in known.written:
                    place = live.time[step], live.frame[block]
                    known.entered.setdefault(init, []).append((*place, taken))
                    known.written.setdefault(init, []).append(place)


def _put(value: Value, roots: Roots, known: Memory) -> None:
    known.roots[value] = roots
    for root in roots:
        root.members.append(value)


def _roots_of(arg: Arg, known: Memory) -> Roots:
    return known.roots[arg] if isinstance(arg, Value) else ()


def _block(block: Block, live: Liveness, nested: Set[Value], expressions: Set[Value], known: Memory) -> None:
    frame = live.frame[block]
    for step in block.steps:
        eqn = step.eqn
        if step.is_loop:
            _loop(step, frame, live, nested, expressions, known)
        elif step.blocks:
            for inner in step.blocks:
                _block(inner, live, nested, expressions, known)
            for k, out in enumerate(eqn.outs):
                _put(out, _merged([b.results[k] for b in step.blocks], known), known)
        elif _in_place(eqn, live.time[step], frame, live, nested, known):
            known.in_place.add(eqn.out)
            _put(eqn.out, _roots_of(eqn.args[0], known), known)
        else:
            known.in_place.discard(eqn.out)  # an earlier look at this loop may have been more hopeful
            known.apart.discard(eqn.out)
            roots = _made(eqn, known)
            if eqn.out not in nested and _is_apart(eqn, live.time[step], roots, live, known):
                known.apart.add(eqn.out)
                roots = (_Root(True),)
            if eqn.op.name == "copy" and eqn.out.hint and not eqn.phase and eqn.out not in nested:
                known.named[eqn.out] = frame
            _put(eqn.out, roots, known)


def _is_apart(eqn: Eqn, time: int, roots: Roots, live: Liveness, known: Memory) -> bool:
    """A slice that is read after a write into its array, as the array is not: the slice is what is copied."""
    base = eqn.args[0] if eqn.op.name == "getitem" and is_basic(index_of(eqn.attrs)) else None
    if not isinstance(base, Value) or not roots or (eqn.out.hint and not eqn.phase):
        return False  # a view that the user named stays one
    if not all(root.owned for root in roots):
        return False
    return any(
        when > time and live.live_after(eqn.out, when, frame) and not live.live_after(base, when, frame)
        for when, frame in known.written.get(base, ())
    ) or any(
        eqn.out in taken and not live.live_after(base, when, frame)
        for when, frame, taken in known.entered.get(base, ())
    )


def _made(eqn: Eqn, known: Memory) -> Roots:
    """The memory of a result that is not written in place: its operand's for a view, else new."""
    if _is_number(eqn):
        return ()
    if is_view(eqn) and eqn.args:
        base = _roots_of(eqn.args[0], known)
        if not base and not eqn.out.type.rank and eqn.op.name in ("copy", "recall", "stop_gradient"):
            return ()
        # broadcast_to is read-only: one element stands for many
        return (*base, _Root(False)) if eqn.op.name == "broadcast_to" or not base else base
    return (_Root(True),)


def _is_number(eqn: Eqn) -> bool:
    """The result is a NumPy scalar, which nothing can change (`np.where` gives an array without axes)."""
    if eqn.out.type.rank:
        return False
    if eqn.op.name == "getitem":
        return all(isinstance(item, At | AtArg) for item in index_of(eqn.attrs))
    return eqn.op.name not in _NOT_NUMBERS


def _merged(results: Sequence[Arg], known: Memory) -> Roots:
    """The memory of what one of two branches gave."""
    parts = [_roots_of(r, known) for r in results]
    merged = tuple(dict.fromkeys(root for roots in parts for root in roots))
    numbers = not all(parts)
    return (*merged, _Root(False)) if merged and numbers else merged  # an array without axes, or a number


def _in_place(eqn: Eqn, time: int, frame: Frame, live: Liveness, nested: Set[Value], known: Memory) -> bool:
    base = eqn.args[0] if eqn.args else None
    if not isinstance(base, Value) or base in nested or eqn.out in nested:
        return False
    roots = known.roots[base]
    if eqn.op.kind is Kind.WRITE:
        # NumPy orders overlapping reads and writes by itself, but in ufunc.at
        basic = eqn.op.name == "setitem" or is_basic(index_of(eqn.attrs))
        return bool(roots) and _exclusive(roots, time if basic else time - 1, frame, live)
    if not augmented(eqn) or not eqn.out.hint or base.hint != eqn.out.hint or base.type != eqn.out.type:
        return False
    counts = eqn.out.type == INT and eqn.loc is not None and " = " not in eqn.loc.text  # no user's statement
    if not eqn.phase and not counts and (eqn.loc is None or augmented(eqn) not in eqn.loc.text):
        return False
    if not roots:  # other names keep the number that they have
        return not live.live_after(base, time, frame)
    return _exclusive(roots, time, frame, live)


def _exclusive(roots: Roots, time: int, frame: Frame, live: Liveness) -> bool:
    """All of this memory is ours, and nothing in it is read after `time`. Whoever asks relies on it."""
    for root in roots:
        if not root.owned or _held(root, time, frame, live):
            return False
    stack = list(roots)
    while stack:
        root = stack.pop()
        root.used = True
        stack += [r for r in root.before if not r.used]
    return True


def _held(root: _Root, time: int, frame: Frame, live: Liveness) -> bool:
    root.members = [m for m in root.members if live.stops.get(m, 0) >= time]  # the others never matter again
    return any(live.live_after(m, time, frame) for m in root.members)


def _loop(
    step: Step, frame: Frame, live: Liveness, nested: Set[Value], expressions: Set[Value], known: Memory
) -> None:
    """Look at the body with every carried array in memory of its own; take that back where it is not so."""
    inits, params, yields = step.carried, step.carried_params, step.yields
    time, body = live.time[step], live.frame[step.body]
    entry = [_roots_of(a, known) for a in inits]
    shared: set[int] = set()
    boxed = {k for k, a in enumerate(inits) if not params[k].type.rank and entry[k]}  # no axes, yet an array
    strange = _Root(False)  # the memory of shared arrays, wherever it is
    if step.eqn.op is not WHILE:
        _put(step.body.params[0], (), known)
    while True:
        own: dict[int, _Root] = {}
        for k, p in enumerate(params):
            if not p.type.rank:
                _put(p, (strange,) if k in boxed else (), known)
            elif k in shared:
                _put(p, (strange, *entry[k]), known)
            else:
                own[k] = _Root(True)
                _put(p, (own[k],), known)
        for block in step.blocks:
            _block(block, live, nested, expressions, known)
        after = [_roots_of(y, known) for y in yields]
        lost = {k for k in own if not _handed_on(k, after, body, live)}
        now_boxed = {k for k, p in enumerate(params) if not p.type.rank and after[k]} - boxed
        if not lost and not now_boxed:
            break
        shared |= lost
        boxed |= now_boxed
    sources = _sources(own, after)
    taken = {k for k in own if _taken_over(k, entry, time, frame, live)}
    written = {j for k in own if own[k].used for j in sources[k]}
    copied = written - taken
    inits_copied = [(j, init) for j, init in enumerate(inits) if j in copied and isinstance(init, Value)]
    earlier = {  # the copy is made by the statement that says so
        init: j
        for j, init in inits_copied
        if known.named.get(init) is frame
        and not live.live_after(init, time, frame)
        and all(t >= time for t in live.reads.get(init, ()))  # else `b = a` may be a second name of the copy
    }
    known.apart |= set(earlier)
    for k in sorted(written & taken):
        _exclusive(entry[k], time, frame, live)
    for k, out in enumerate(step.eqn.outs):
        if k not in own:
            arrays = params[k].type.rank or k in boxed
            _put(out, (strange, *entry[k], *after[k]) if arrays else (), known)
            continue
        before = tuple(root for j in sources[k] if j not in copied for root in entry[j])
        if all(j in taken or j in copied for j in sources[k]):
            _put(out, (_Root(True, before=before),), known)
        else:
            _put(out, tuple(dict.fromkeys((strange, *before, *after[k]))), known)
    known.copies[step] = frozenset(copied - set(earlier.values()))


def _sources(own: dict[int, _Root], after: list[Roots]) -> dict[int, tuple[int, ...]]:
    """The places whose first arrays can be at each place on some trip, or after the last: swaps move them."""
    place = {root: k for k, root in own.items()}
    found: dict[int, tuple[int, ...]] = {}
    for k in own:
        reached, stack = {k}, [k]
        while stack:
            more = {place[root] for root in after[stack.pop()] if root in place} - reached
            reached |= more
            stack += sorted(more)
        found[k] = tuple(sorted(reached))
    return found


def _handed_on(k: int, after: list[Roots], body: Frame, live: Liveness) -> bool:
    """What a trip yields at place k is in memory that is ours, and that nobody but the next trip holds."""
    for root in after[k]:
        if not root.owned or any(root in other for j, other in enumerate(after) if j != k):
            return False
        if any(live.live_after(m, body.end, body) for m in root.members):
            return False
    return True


def _taken_over(k: int, entry: list[Roots], time: int, frame: Frame, live: Liveness) -> bool:
    """The loop can have the memory of an initial array: it is ours, and nobody else reads it from here on."""
    if any(root in other for root in entry[k] for j, other in enumerate(entry) if j != k):
        return False
    return all(root.owned and not _held(root, time, frame, live) for root in entry[k])
