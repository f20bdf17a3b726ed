"""The laws that every function keeps: single assignment, use after definition, types, closed regions.

In: a function. Out: nothing, or an AssertionError that prints the offending equation. Run after
every stage in the tests and wherever SYMGRAD_VERIFY=1.
"""

from __future__ import annotations

from symgrad.ir.core import Block, Eqn, Function, Kind, Value, values
from symgrad.ir.dims import symbols
from symgrad.ir.text import show_eqn
from symgrad.ir.types import STRICT
from symgrad.ir.walk import symbols_of


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
    params = set(block.params)
    assert len(params) == len(block.params), "a parameter is listed twice"
    for sym in block.symbols:
        assert sym.param in params, f"extent {sym.name} is bound to something that is not a param"
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
    for arg in values(eqn.args):
        assert arg in defined, f"read before its definition: {arg} in {show_eqn(eqn)}"
    missing = symbols_of(eqn) - bound
    assert not missing, f"unbound extents {sorted(missing)} in {show_eqn(eqn)}"
    assert bool(eqn.regions) == (eqn.op.kind is Kind.REGION), show_eqn(eqn)
    inferred = eqn.op.infer(tuple(a.type for a in eqn.args), eqn.attrs, STRICT)
    declared = tuple(out.type for out in eqn.outs)
    assert inferred == declared, f"{show_eqn(eqn)}: declared {declared}, inferred {inferred}"
