"""Arrays that loops hand on from trip to trip: filled with zeros once, before the outermost of them.

In: a legal function, a pass over the bodies of its loops. The pass gives the body and the arrays that it
wants: for each the param that stands for it as a trip begins, and what the trip leaves of it. Out: the
function in which the loops around carry these arrays.

    for t in range(n):                    wide = zeros(k + 2)
        wide = zeros(k + 2)        ->     for t in range(n):
        wide[1:k + 1] = x[t]                  wide[1:k + 1] = x[t]      # 0 and k + 1 are never written to
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symgrad.backends.legal import OWN
from symgrad.ir.core import Block, Const, Eqn, Function, Value
from symgrad.ir.frozen import dataclass
from symgrad.ir.ops import OPS
from symgrad.ir.regions import operands_of, params_of
from symgrad.ir.types import ArrayType


@dataclass(frozen=True, slots=True)
class Lasting:
    """An array of zeros that a body is given, and what it hands to the next trip."""

    given: Value
    left: Value


# A body, the extents that are the same in every trip and known before the loop; the new body and its arrays.
Bodies = Callable[[Block, frozenset[str]], tuple[Block, list[Lasting]]]


def with_lasting(function: Function, change: Bodies) -> Function:
    """The function with `change` made to the bodies of its loops."""
    body = _ends(function.body, change)
    return function if body is function.body else replace(function, body=body)


def _ends(block: Block, change: Bodies) -> Block:
    """A block that is not a loop's: its loops get their arrays here."""
    eqns: list[Eqn] = []
    for eqn in block.eqns:
        new, wanted = _inside(eqn, change)
        eqns += [e for w in wanted for e in _zeros(w)]
        eqns.append(new)
    return block if all(a is b for a, b in zip(eqns, block.eqns, strict=False)) else _with(block, eqns)


def _with(block: Block, eqns: list[Eqn]) -> Block:
    return replace(block, eqns=tuple(eqns))


def _inside(eqn: Eqn, change: Bodies) -> tuple[Eqn, list[Lasting]]:
    """The equation, and the arrays that it wants of the block that it stands in."""
    if not eqn.regions:
        return eqn, []
    if eqn.op.name not in ("for", "while"):
        regions = tuple(_ends(region, change) for region in eqn.regions)
        same = all(a is b for a, b in zip(regions, eqn.regions, strict=True))
        return eqn if same else eqn.with_regions(regions), []
    body, wanted = _of_loop(eqn, change)
    if body is eqn.regions[-1]:
        return eqn, []
    return _carrying(eqn, body, wanted)


def _of_loop(eqn: Eqn, change: Bodies) -> tuple[Block, list[Lasting]]:
    """The body of a loop: what the loops in it want, it wants itself where it knows how much that is."""
    body, told = eqn.regions[-1], known_outside(eqn)
    eqns: list[Eqn] = []
    wanted: list[Lasting] = []
    for inside in body.eqns:
        new, inner = _inside(inside, change)
        for w in inner:
            if w.given.type.names <= told:
                wanted.append(w)
            else:
                eqns += _zeros(w)
        eqns.append(new)
    if any(a is not b for a, b in zip(eqns, body.eqns, strict=False)):
        body = _with(body, eqns)
    body, own = change(body, told)
    return body, wanted + own


def known_outside(eqn: Eqn) -> frozenset[str]:
    """The extents in the body of a loop that are the same in every trip, and known before the first."""
    body, carried = eqn.regions[-1], len(eqn.outs)
    fixed = params_of(eqn, body)[carried:]
    arrays = (s.name for s in body.symbols if s.axis is not None and s.param in body.params)
    return frozenset([*arrays, *(s.name for s in body.symbols if s.param in fixed)])


def _zeros(wanted: Lasting) -> list[Eqn]:
    """The array before the loops that carry it."""
    kind = wanted.given.type
    start, zero = Value(kind, wanted.given.hint), Const(0.0, ArrayType(kind.dtype))
    return [
        Eqn(OPS["full"], (zero,), (start,), {"shape": kind.shape}),
        Eqn(OWN, (start,), (wanted.given,)),
    ]


def _carrying(eqn: Eqn, body: Block, wanted: list[Lasting]) -> tuple[Eqn, list[Lasting]]:
    """The loop that carries the arrays, which it reads and leaves in the block around it."""
    first, count = operands_of(eqn)
    outer = [Lasting(Value(w.given.type, w.given.hint), Value(w.given.type, w.given.hint)) for w in wanted]

    def among(old: tuple[Value, ...], new: list[Value], at: int) -> tuple[Value, ...]:
        return (*old[: at + count], *new, *old[at + count :])

    index = 1 if eqn.op.name == "for" else 0
    params = among(body.params, [w.given for w in wanted], index)
    body = replace(body, params=params, results=(*body.results, *(w.left for w in wanted)))
    regions = [body]
    for test in eqn.regions[:-1]:
        unread = [Value(w.given.type, w.given.hint) for w in wanted]
        regions.insert(0, replace(test, params=among(test.params, unread, index)))
    args = (*eqn.args[: first + count], *(w.given for w in outer), *eqn.args[first + count :])
    outs = (*eqn.outs, *(w.left for w in outer))
    return replace(eqn, args=args, outs=outs, regions=tuple(regions)), outer
