"""The laws that every function keeps: single assignment, use after definition, types, closed regions.

In: a function. Out: nothing, or an AssertionError that prints the offending equation. Run after
every stage in the tests and wherever SYMGRAD_VERIFY=1.
"""

from __future__ import annotations

from symgrad.ir.core import Block, Eqn, Function, Kind, Value, values
from symgrad.ir.dims import symbols
from symgrad.ir.text import show_eqn
from symgrad.ir.types import STRICT, ArrayType


def verify(function: Function) -> Function:
    """Check `function` and return it."""
    _verify_block(function.body, set())
    bound = {s.name for s in function.body.symbols}
    for guard in function.guards:
        missing = set(symbols(guard.nonnegative)) - bound
        assert not missing, f"{function.name}: a guard mentions unbound extents {sorted(missing)}"
    return function


def _verify_block(block: Block, taken: set[Value]) -> None:
    bound = {s.name for s in block.symbols}
    known = {*block.params, *(o for e in block.eqns for o in e.outs)}
    assert len(set(block.params)) == len(block.params), "a parameter is listed twice"
    for sym in block.symbols:
        assert sym.param in known, f"extent {sym.name} is bound to something outside its block"
        rank = sym.param.type.rank
        assert (sym.axis is None and rank == 0) or (sym.axis is not None and sym.axis < rank), sym
    defined: set[Value] = set()
    for value in block.params:
        _define(value, defined, taken, "parameter")
        for dim in value.type.shape:
            assert set(symbols(dim)) <= bound, f"parameter {value} mentions unbound extents"
    for eqn in block.eqns:
        _verify_eqn(eqn, defined, bound)
        for out in eqn.outs:
            _define(out, defined, taken, show_eqn(eqn))
        for region in eqn.regions:
            _verify_block(region, taken)
    for result in values(block.results):
        assert result in defined, f"result {result} is not defined in its block"


def _define(value: Value, defined: set[Value], taken: set[Value], where: str) -> None:
    assert value not in taken, f"defined twice: {value} in {where}"
    defined.add(value)
    taken.add(value)


def _verify_eqn(eqn: Eqn, defined: set[Value], bound: set[str]) -> None:
    for arg in eqn.reads:
        assert arg in defined, f"read before its definition: {arg} in {show_eqn(eqn)}"
    missing = eqn.names - bound
    assert not missing, f"unbound extents {sorted(missing)} in {show_eqn(eqn)}"
    assert bool(eqn.regions) == (eqn.op.kind is Kind.REGION), show_eqn(eqn)
    declared = tuple(out.type for out in eqn.outs)
    if eqn.op.kind is Kind.REGION:
        _verify_regions(eqn, declared)
        return
    inferred = eqn.op.infer(tuple(a.type for a in eqn.args), eqn.attrs, STRICT)
    assert inferred == declared, f"{show_eqn(eqn)}: declared {declared}, inferred {inferred}"


def _verify_regions(eqn: Eqn, declared: tuple[ArrayType, ...]) -> None:
    """Params, yields and results of each block agree with the operands and results of the equation."""
    exits = bool(eqn.attrs.get("exits"))
    given = tuple(a.type for a in eqn.args)
    for block in eqn.regions:
        expected = {"for": given[2:], "while": given, "cond": given[1:], "call": given}[eqn.op.name]
        assert tuple(p.type for p in block.params) == expected, (
            f"{eqn.op.name}: operands {expected}, {block.params}"
        )
        types = tuple(r.type for r in block.results)
        if eqn.op.name == "while" and block is eqn.regions[0]:
            assert types == (ArrayType("bool"),), f"the test of a while yields {types}"
        else:
            assert types == ((ArrayType("bool"), *declared) if exits else declared), f"{eqn.op.name}: {types}"
    if eqn.op.name in ("for", "while"):
        first = 3 if eqn.op.name == "for" else 0
        assert given[first : first + len(declared)] == declared, (
            f"{eqn.op.name} carries {given}, gives {declared}"
        )
