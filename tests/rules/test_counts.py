"""Every op has a rule, every rule has a row."""

from rules.rows import ROWS

from symgrad.ir.core import Kind
from symgrad.ir.ops import OPS
from symgrad.rules.declare import ALL, Linear, NonDiff, Partials, Products, declared

OPS_WITH_VALUES = {name for name, op in OPS.items() if op.kind is not Kind.REGION}


def test_every_op_has_a_rule():
    missing = OPS_WITH_VALUES - set(declared())
    assert not missing


def test_every_rule_belongs_to_an_op():
    assert set(declared()) <= OPS_WITH_VALUES


def test_every_differentiable_op_has_a_row():
    rules = {name for name, rule in declared().items() if not isinstance(rule, NonDiff)}
    assert rules == {case.op.name for case in ROWS}


def test_every_row_moves_every_float_operand():
    """A transpose for each float argument, both products for each grouped op."""
    for name, rule in declared().items():
        match rule:
            case Products(vjp, jvp):
                assert vjp is not None and jvp is not None, name
            case Linear(transposes):
                arguments = [a for t in transposes for a in t.args]
                assert len(arguments) == len(set(arguments)), name
                assert ALL not in arguments or arguments == [ALL], name
            case Partials(fn):
                assert callable(fn), name


def test_integers_and_steps_are_declared_not_forgotten():
    flat = {name for name, rule in declared().items() if isinstance(rule, NonDiff)}
    assert {"sign", "floor", "less", "argmax", "stop_gradient", "iota"} <= flat
