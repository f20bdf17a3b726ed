"""sympy's place: after differentiation, arithmetic, one statement at a time, and never the user's own lines.

In: a function. Out: the same function where a statement is written shorter, if that is cheaper by the table
of costs, NaN where it was NaN, and no less accurate (`accuracy`). sympy is imported only if a statement looks
as if it had something to gain and no memo knows the answer.

    total = 1 + |x|;  dx = 1 / total - ratio / total * sign(x)     ->     dx = 1 / total**2
"""

from __future__ import annotations

from collections.abc import MutableMapping

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Value
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import with_eqns
from symgrad.opt.accuracy import no_worse, same_nans
from symgrad.opt.gather import Limits, Statement, statements
from symgrad.opt.quotients import is_product, over_one_divisor
from symgrad.opt.terms import Term, cost, leaves, parse, size, text

Memo = MutableMapping[str, str]

AUTO = Limits(operations=16, leaves=8, statements=24)
FULL = Limits(operations=48, leaves=12, statements=400)
_LEAST_GAIN = 0.4
_JUDGED = 8  # candidates that are tried against mpmath, cheapest first

_known: dict[str, str] = {}  # of this process: from a statement's key to its answer, "" if it stays


def shorten(function: Function, limits: Limits, memo: Memo | None = None) -> Function:
    """`function` with statements of the derivative written shorter. `memo` outlives the process."""
    body = _block(function.body, limits, memo)
    return function if body is function.body else replace(function, body=body)


def _block(block: Block, limits: Limits, memo: Memo | None) -> Block:
    replaced: dict[Value, list[Eqn]] = {}
    promising = [s for s in statements(block, limits) if has_something_to_gain(s.term)]
    for statement in promising[: limits.statements]:
        better = _answer(statement, memo)
        if better is not None:
            replaced[statement.root.out] = _equations(statement, better)
    eqns: list[Eqn] = []
    changed = bool(replaced)
    for eqn in block.eqns:
        if eqn.regions:
            regions = tuple(_block(r, limits, memo) for r in eqn.regions)
            if any(new is not old for new, old in zip(regions, eqn.regions, strict=True)):
                eqn, changed = replace(eqn, regions=regions), True
        eqns += replaced.get(eqn.outs[0], [eqn]) if eqn.outs else [eqn]
    return with_eqns(block, eqns) if changed else block


def has_something_to_gain(term: Term) -> bool:
    """Two summands share a factor or a divisor, or a product is divided twice by one value."""
    if term[0] in ("leaf", "const"):
        return False
    if term[0] in ("add", "subtract"):
        above, below = zip(*(_factors(t) for t in term[1:]), strict=True)
        if set(above[0]) & set(above[1]) or set(below[0]) & set(below[1]):
            return True
    if term[0] in ("multiply", "divide"):
        _, below_all = _factors(term)
        if len(set(below_all)) < len(below_all):
            return True
    return any(has_something_to_gain(t) for t in term[1:])


def _factors(term: Term) -> tuple[list[Term], list[Term]]:
    """What stands above and below the line; of a sum, what all its summands share."""
    name = term[0]
    if name == "const":
        return [], []
    if name == "negative":
        return _factors(term[1])
    if name in ("square", "power"):
        above, below = _factors(term[1])
        return [*above, term], below
    if name == "reciprocal":
        above, below = _factors(term[1])
        return below, above
    if name == "multiply":
        (a, b), (c, d) = _factors(term[1]), _factors(term[2])
        return a + c, b + d
    if name == "divide":
        (a, b), (c, d) = _factors(term[1]), _factors(term[2])
        return a + d, b + c
    if name in ("add", "subtract"):
        (a, b), (c, d) = _factors(term[1]), _factors(term[2])
        return [term, *(t for t in a if t in c)], [t for t in b if t in d]
    return [term], []


def _answer(statement: Statement, memo: Memo | None) -> Term | None:
    """The better term, if there is one; asked of sympy once, where counting does not tell."""
    if is_product(statement.term, statement.defined):
        return _by_counting(statement)
    key = _key(statement)
    if key not in _known:
        found = memo.get(key) if memo is not None else None
        if found is None:
            better = _search(statement)
            found = "" if better is None else text(better)
            if memo is not None:
                memo[key] = found
        _known[key] = found
    return parse(_known[key]) if _known[key] else None


def _key(statement: Statement) -> str:
    """Everything that the answer depends on; the names of the values are not among it."""
    defined = "; ".join(f"v{i} = {text(t)}" for i, t in statement.defined.items())
    return " | ".join(
        (
            text(statement.term),
            defined,
            f"open {sorted(statement.open_leaves)}",
            f"numbers {sorted(statement.scalars)}",
        )
    )


def _by_counting(statement: Statement) -> Term | None:
    term, candidate = statement.term, over_one_divisor(statement.term)
    gain = cost(term, statement.scalars) - cost(candidate, statement.scalars)
    better = gain >= _LEAST_GAIN and size(candidate) <= size(term)
    return (
        candidate if better and same_nans(term, candidate, len(statement.leaves), statement.defined) else None
    )


def _search(statement: Statement) -> Term | None:
    from symgrad.opt.algebra import candidates  # start-up: imports sympy

    term, scalars = statement.term, statement.scalars
    price = cost(term, scalars)
    priced = sorted(
        (cost(c, scalars), size(c), text(c), c)
        for c in candidates(term, statement.defined)
        if set(leaves(c)) <= statement.open_leaves
    )
    for candidate_price, length, _, candidate in priced[:_JUDGED]:
        if candidate_price > price - _LEAST_GAIN or length > size(term):
            continue
        if no_worse(term, candidate, len(statement.leaves), statement.defined):
            return candidate
    return None


def _equations(statement: Statement, term: Term) -> list[Eqn]:
    """The equations of a term; the last one defines what the statement defined."""
    root = statement.root
    builder = Builder()
    builder.loc, builder.phase = root.loc, root.phase
    result = _emit(term, statement, builder)
    shape = root.out.type.shape
    if result.type.shape != shape:
        name = "full" if isinstance(result, Const) else "broadcast_to"
        result = builder.emit(OPS[name], (result,), {"shape": shape})
    if not builder.eqns or builder.eqns[-1].outs != (result,):
        builder.emit(OPS["copy"], (result,))
    builder.eqns[-1] = replace(builder.eqns[-1], outs=root.outs, note=root.note)
    return builder.eqns


def _emit(term: Term, statement: Statement, builder: Builder) -> Arg:
    if term[0] == "leaf":
        return statement.leaves[term[1]]
    if term[0] == "const":
        return Const(term[1], ArrayType(statement.root.out.type.dtype))
    return builder.emit(OPS[term[0]], [_emit(t, statement, builder) for t in term[1:]])
