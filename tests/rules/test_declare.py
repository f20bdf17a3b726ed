"""The tables are strict: one rule an op, and a miss says what is near."""

import pytest

from symgrad.errors import Loc, NoRule
from symgrad.ir.core import Kind, Op
from symgrad.ir.ops import op
from symgrad.rules.declare import jvp, lookup, nondiff, partials, transpose, vjp
from symgrad.rules.singular import singular


def unknown(name: str) -> Op:
    return Op(name, Kind.ELEMENTWISE, lambda types, attrs, unify: types)


@pytest.mark.parametrize(
    "declare",
    [
        lambda: partials(op.tanh, lambda y, x: 1.0),
        lambda: partials(op.softmax, lambda y, x: 1.0),
        lambda: transpose(op.matmul, 0, lambda g, a, b: g),
        lambda: transpose(op.where, (1, 2), lambda g, c, x, y: (g, g)),
        lambda: transpose(op.tanh, 0, lambda g, x: g),
        lambda: vjp(op.softmax)(lambda g, y, x, axis: g),
        lambda: jvp(op.softmax)(lambda g, y, x, axis: g),
        lambda: vjp(op.tanh)(lambda g, y, x: g),
        lambda: nondiff(op.floor),
        lambda: nondiff(op.tanh),
    ],
)
def test_a_second_rule_is_an_error(declare):
    with pytest.raises(ValueError, match="already"):
        declare()


def test_second_singular_points_are_an_error():
    with pytest.raises(ValueError, match="already"):
        singular(op.sqrt, lambda y, x: x, (1.0, 1.0), lambda x: True)


def test_a_miss_names_the_nearest_rule_and_the_place():
    loc = Loc("model.py", 12, 9, 16, "y = np.tann(x)")
    with pytest.raises(NoRule, match=r"no derivative rule for tann \(did you mean tan\?\)") as caught:
        lookup(unknown("tann"), loc)
    assert caught.value.lineno == 12


def test_a_miss_without_a_neighbour():
    with pytest.raises(NoRule, match=r"no derivative rule for zzzzzz$"):
        lookup(unknown("zzzzzz"))
