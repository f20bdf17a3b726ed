"""What is the same on every trip of a loop is computed before it, where that is dear.

In: a function. Out: the same function; expensive equations of a loop's body that read only what the loop
leaves alone stand in front of it, innermost loops first. So a tape does not hold one number n times.

    for t in range(n): u = u + c ** 2 * v    ->    pow2 = c ** 2
                                                   for t in range(n): u = u + pow2 * v

Only equations that cannot fail are moved: a loop of no trips computes them too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from symgrad.ir.core import Arg, Block, Eqn, Function, Kind, Value, values
from symgrad.ir.dims import symbols
from symgrad.ir.regions import FOR, WHILE
from symgrad.ir.switch import is_on
from symgrad.ir.walk import map_regions, rewire, rewire_args, symbols_of

# Worth a variable of their own; the arithmetic around them goes along where they need it.
_DEAR = frozenset(
    """
    exp exp2 expm1 log log2 log10 log1p cbrt sin cos tan arcsin arccos arctan sinh cosh tanh
    arcsinh arccosh arctanh erf erfc gammaln sigmoid log_sigmoid softplus silu power arctan2 hypot logaddexp
    sqrt divide reciprocal matmul sum softmax logsumexp norm
    """.split()  # noqa: SIM905 (a table of names)
)
_MOVES = frozenset({"transpose", "reshape", "broadcast_to", "matmul", "sum", "softmax", "logsumexp", "norm"})


def hoist(function: Function) -> Function:
    """`function` with loop-invariant work before its loops (the same object if there is none)."""
    if not is_on("hoist"):
        return function
    body = _block(function.body)
    return function if body is function.body else replace(function, body=body)


def _block(block: Block) -> Block:
    eqns: list[Eqn] = []
    changed = False
    for eqn in block.eqns:
        if not eqn.regions:
            eqns.append(eqn)
            continue
        kept = map_regions(eqn, _block)
        moved = _split(kept) if kept.op in (FOR, WHILE) else None
        changed |= kept is not eqn or moved is not None
        eqns += moved or [kept]
    return replace(block, eqns=tuple(eqns)) if changed else block


def _split(eqn: Eqn) -> list[Eqn] | None:
    """What is computed before the loop, and the loop without it; None if there is nothing."""
    body = eqn.regions[-1]
    lead, first = (3, 1) if eqn.op is FOR else (0, 0)
    count = len(eqn.outs)
    invariant = body.params[first + count :]
    outer: dict[Value, Arg] = dict(zip(invariant, eqn.args[lead + count :], strict=True))
    told = {s for v in invariant for d in v.type.shape for s in symbols(d)}
    fixed: dict[Value, Eqn] = {}
    for e in body.eqns:
        if _is_fixed(e, outer, told):
            fixed[e.out] = e
            outer[e.out] = e.out
    moved = _needed_by([e for e in fixed.values() if e.op.name in _DEAR], fixed)
    if not moved:
        return None
    rest = [e for e in body.eqns if moved.isdisjoint(e.outs)]
    read = {v for e in rest for v in values(e.args)} | {r for r in body.results if isinstance(r, Value)}
    handed = [v for v in fixed if v in moved and v in read]
    inside: dict[Value, Arg] = {v: Value(v.type, v.hint) for v in handed}
    results = rewire_args(body.results, inside)
    block = replace(
        body,
        params=(*body.params, *values(tuple(inside.values()))),
        eqns=tuple(rewire(e, inside) for e in rest),
        results=results,
    )
    regions: tuple[Block, ...] = (block,)
    if eqn.op is WHILE:
        test = eqn.regions[0]
        regions = (replace(test, params=(*test.params, *(Value(v.type, v.hint) for v in handed))), block)
    before = [rewire(e, outer) for e in body.eqns if not moved.isdisjoint(e.outs)]
    return [*before, replace(eqn, args=(*eqn.args, *handed), regions=regions)]


def _is_fixed(eqn: Eqn, known: Collection[Value], told: Collection[str]) -> bool:
    """The same on every trip, and cannot fail."""
    if len(eqn.outs) != 1 or not all(a in known for a in values(eqn.args)):
        return False
    if eqn.op.kind is not Kind.ELEMENTWISE and eqn.op.name not in _MOVES:
        return False
    return eqn.out.type.is_float and symbols_of(eqn) <= set(told)


def _needed_by(dear: Sequence[Eqn], fixed: dict[Value, Eqn]) -> set[Value]:
    found: set[Value] = set()
    stack = [e.outs[0] for e in dear]
    while stack:
        v = stack.pop()
        if v in fixed and v not in found:
            found.add(v)
            stack += values(fixed[v].args)
    return found
