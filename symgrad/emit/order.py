"""Elements are loaded before the array that they are in is overwritten, so that it needs no copy.

In: an open program. Out: the same steps, with elements and slices of an array that is written into, and that
are read later, loaded right before the write. The graph has the old array and the new one side by side; in
the text they can be one array, if nothing reads the old contents after the write.

    dy2 = setitem(dy, 0.0, i); dx2 = add_at(dx, dy[i], i)    ->    part = dy[i]; dy[i] = 0.0; dx[i] += part
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set

from symgrad.emit.blocks import Block, Step
from symgrad.ir.core import Kind, Value, values
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of, is_basic
from symgrad.ir.types import INT


def ordered(program: Block) -> Block:
    """The program with its loads in time. Its params are the caller's, and copied before a write anyway."""
    return _block(program, ())


Known = tuple[Collection[Value], ...]  # of the blocks around, as far as they run as often as this one


def _block(block: Block, known: Known) -> Block:
    made = {out: place for place, s in enumerate(block.steps) for out in s.eqn.outs}
    steps = tuple(
        replace(s, blocks=tuple(_block(b, (b.params,) if s.is_loop else (made, *known)) for b in s.blocks))
        if s.blocks
        else s
        for s in block.steps
    )
    return replace(block, steps=_in_time(steps, made, known, frozenset(values(block.results))))


def _in_time(
    steps: tuple[Step, ...], made: Mapping[Value, int], known: Known, results: Set[Value]
) -> tuple[Step, ...]:
    """Loads that come after a write into their array are put before it, if nothing else comes after it."""
    if not any(s.eqn.op.kind is Kind.WRITE for s in steps):
        return steps
    readers: dict[Value, list[int]] = {}
    for place, s in enumerate(steps):
        for v in _read_by(s):
            readers.setdefault(v, []).append(place)
    moved: set[int] = set()
    before: dict[int, list[Step]] = {}
    for place, s in enumerate(steps):
        base = s.eqn.args[0] if s.eqn.op.kind is Kind.WRITE else None
        if not isinstance(base, Value) or base in results or not any(base in b for b in (made, *known)):
            continue
        late = [r for r in readers[base] if r > place and r not in moved]
        loads = [_moving(r, place, steps, made, moved) if _loads(steps[r], base) else None for r in late]
        if not late or None in loads:
            continue
        for group in loads:
            for r in group or ():
                if r not in moved:
                    moved.add(r)
                    eqn = replace(steps[r].eqn, loc=s.eqn.loc, phase=s.eqn.phase)
                    before.setdefault(place, []).append(Step(eqn))
    if not moved:
        return steps
    out: list[Step] = []
    for place, s in enumerate(steps):
        out += before.get(place, ())
        if place not in moved:
            out.append(s)
    return tuple(out)


def _read_by(step: Step) -> Iterator[Value]:
    """What a step reads, in its blocks too."""
    yield from step.eqn.reads
    for block in step.blocks:
        yield from values(block.results)
        for inner in block.steps:
            yield from _read_by(inner)


def _loads(step: Step, base: Value) -> bool:
    """The step is an element or a slice of `base`."""
    eqn = step.eqn
    return eqn.op.name == "getitem" and eqn.args[0] is base and is_basic(index_of(eqn.attrs))


def _moving(
    load: int, place: int, steps: Sequence[Step], made: Mapping[Value, int], moved: Set[int]
) -> list[int] | None:
    """The steps to move for a load, in order: late index arithmetic, and itself; None: impossible."""
    needed, stack = {load}, [load]
    while stack:
        for v in values(steps[stack.pop()].eqn.args):
            at = made.get(v, -1)
            if at < place or at in moved or at in needed:
                continue
            eqn = steps[at].eqn
            if (
                steps[at].blocks
                or eqn.outs[0].type != INT
                or eqn.op.kind not in (Kind.ELEMENTWISE, Kind.CREATE)
            ):
                return None
            needed.add(at)
            stack.append(at)
    return sorted(needed)
