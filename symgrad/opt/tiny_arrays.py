"""Which tiny arrays have to stay arrays.

In: a function. Out: the values that something indexes at a position known only at run time, or factorises,
with all that is the same memory or is computed from it element by element; and, outside loops and branches,
what meets large arrays or is a result, for nothing is gained there.

    t = table[k]    table stays    c = mean(X, axis=0); Y = X - c    c stays
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from symgrad.ir.core import Arg, Block, Eqn, Function, Kind, Value, array_of, values
from symgrad.ir.regions import COND, operands_of, params_of
from symgrad.ir.walk import all_eqns
from symgrad.opt.elements import Parts, is_static, is_tiny, literal


def stay_arrays(function: Function) -> frozenset[Value] | None:
    """The tiny arrays that stay arrays; None if there is none that does not."""
    groups = _Groups()
    tiny = [v for v in _all_values(function.body) if is_tiny(v)]
    if not tiny:
        return None
    tables = dict(_tables(function.body, {}))
    params: set[Arg] = set(function.params)
    held: list[Value] = [p for p in function.params if is_tiny(p)]
    for eqn in all_eqns(function.body):
        if eqn.op.name in ("setitem", "add_at", "push"):
            groups.join(eqn.args[0], eqn.out)
        if (
            eqn.op.name in ("getitem", "setitem", "add_at")
            and is_tiny(eqn.args[0])
            and not is_static(eqn, tables)
        ):
            held += values(eqn.args[:1])
        if eqn.op.kind is Kind.LINEAR_ALGEBRA and eqn.op.name != "matmul":
            held += (v for v in eqn.reads if is_tiny(v))
        if eqn.op.kind is Kind.ELEMENTWISE and is_tiny(eqn.out):
            for v in eqn.reads:
                if v.type.shape == eqn.out.type.shape and v not in params:
                    groups.join(v, eqn.out)
        for block in eqn.regions:
            if eqn.op is COND:
                _join_branch(eqn, block, groups, params)
            else:
                _join_carried(eqn, block, groups)
    held += _not_worth_it(function, groups)
    roots = {groups.root(v) for v in held}
    entered = list(_entered(function.body))
    before = -1
    while before < len(roots):
        before = len(roots)
        roots.update(groups.root(a) for p, a in entered if groups.root(p) in roots)
    stay = frozenset(v for v in tiny if groups.root(v) in roots)
    return stay if len(stay) < len(tiny) else None


def _tables(block: Block, given: Mapping[Arg, Parts]) -> Iterator[tuple[Arg, Parts]]:
    """The arrays of constants, by each of their names: in the block and in its regions."""
    here = dict(given)
    for eqn in block.eqns:
        if eqn.op.name == "literal" and is_tiny(eqn.out):
            here[eqn.out] = literal(eqn)
        first, carried = operands_of(eqn) if eqn.regions else (0, 0)
        for region in eqn.regions:
            operands = zip(params_of(eqn, region), eqn.args[first:], strict=True)
            fixed = [(p, a) for k, (p, a) in enumerate(operands) if k >= carried]
            yield from _tables(region, {p: here[a] for p, a in fixed if a in here})
    yield from here.items()


def _entered(block: Block) -> Iterator[tuple[Value, Value]]:
    """Tiny arrays, and what they are of: a view of its base, what a loop reads of the array before it.

    If the first is an array, so is the second, for no trip makes it anew.
    """
    for eqn in block.eqns:
        if eqn.op.name in ("transpose", "reshape") and eqn.reads:
            yield eqn.out, array_of(eqn)
        first, carried = operands_of(eqn) if eqn.regions else (0, 0)
        for region in eqn.regions:
            yield from _entered(region)
            if eqn.op is not COND:
                for param, arg in zip(
                    params_of(eqn, region)[carried:], eqn.args[first + carried :], strict=True
                ):
                    if isinstance(arg, Value) and is_tiny(arg):
                        yield param, arg


def _join_carried(eqn: Eqn, block: Block, groups: _Groups) -> None:
    """What a loop carries is one array: in its body, after it, and for the loops inside."""
    first, carried = operands_of(eqn)
    params = params_of(eqn, block)[:carried]
    for param, out in zip(params, eqn.outs, strict=True):
        groups.join(param, out)
    if block is eqn.regions[-1]:
        for param, result in zip(params, block.results[len(block.results) - carried :], strict=True):
            groups.join(param, result)
    for inner in block.eqns:
        if inner.regions and inner.op is not COND:
            first, carried = operands_of(inner)
            for operand, out in zip(inner.args[first:], inner.outs, strict=False):
                groups.join(operand, out)


def _join_branch(eqn: Eqn, block: Block, groups: _Groups, params: AbstractSet[Arg]) -> None:
    """What goes through a branch is the same array before and after it."""
    for operand, param in zip(eqn.args[1:], block.params, strict=True):
        if operand not in params:
            groups.join(operand, param)
    for result, out in zip(block.results, eqn.outs, strict=True):
        groups.join(result, out)


def _not_worth_it(function: Function, groups: _Groups) -> list[Value]:
    """Outside of loops: what meets large arrays or is a result."""
    made = {eqn.out for eqn in function.eqns if not eqn.regions}
    held = [r for r in values(function.results) if r in made and is_tiny(r)]
    for eqn in function.eqns:
        met = [v for v in (*eqn.args, *eqn.outs) if isinstance(v, Value) and v in made and is_tiny(v)]
        if eqn.regions:
            continue
        for v in met[1:]:
            groups.join(met[0], v)
        if any(a.type.shape and not is_tiny(a) for a in (*eqn.args, *eqn.outs)):
            held += met
    return held


def _all_values(block: Block) -> Iterator[Value]:
    yield from block.params
    for eqn in block.eqns:
        yield from eqn.outs
        for region in eqn.regions:
            yield from _all_values(region)


class _Groups:
    """Values that are one array or none."""

    def __init__(self) -> None:
        self._parent: dict[Arg, Arg] = {}

    def root(self, value: Arg) -> Arg:
        while (parent := self._parent.get(value, value)) is not value:
            self._parent[value] = value = self._parent.get(parent, parent)
        return value

    def join(self, a: Arg, b: Arg) -> None:
        if isinstance(a, Value) and isinstance(b, Value):
            self._parent[self.root(a)] = self.root(b)
