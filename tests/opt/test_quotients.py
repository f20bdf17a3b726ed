"""Products with one division, counted: what sympy writes, as accurate, and sympy is not asked."""

import random

import pytest

from symgrad.opt import symbolic
from symgrad.opt.accuracy import no_worse
from symgrad.opt.algebra import candidates
from symgrad.opt.quotients import is_product, over_one_divisor
from symgrad.opt.terms import cost, leaves, parse, text

WRITTEN = [
    ("divide(divide(v0, v1), v1)", "divide(v0, power(v1, 2.0))"),
    ("multiply(-2.0, divide(divide(v0, v1), v1))", "divide(multiply(-2.0, v0), power(v1, 2.0))"),
    (
        "negative(divide(divide(multiply(v0, v1), v2), v2))",
        "negative(divide(multiply(v0, v1), power(v2, 2.0)))",
    ),
    (
        "negative(multiply(divide(divide(multiply(2.0, v0), v1), v1), v2))",
        "divide(multiply(multiply(-2.0, v0), v2), power(v1, 2.0))",
    ),
    ("divide(multiply(reciprocal(v0), v1), square(v0))", "divide(v1, power(v0, 3.0))"),
    (
        "divide(divide(divide(add(v0, v1), 3.0), v2), v2)",
        "divide(add(v0, v1), multiply(3.0, power(v2, 2.0)))",
    ),
]


@pytest.mark.parametrize(("long", "short"), WRITTEN)
def test_written_with_one_division(long, short):
    term = parse(long)
    assert is_product(term, {})
    assert text(over_one_divisor(term)) == short


@pytest.mark.parametrize("long", [long for long, _ in WRITTEN])
def test_sympy_writes_nothing_cheaper(long):
    term = parse(long)
    assert cost(over_one_divisor(term)) <= min(map(cost, candidates(term, {})))


def test_random_products_keep_their_digits_and_nans():
    rng = random.Random(3)

    def product(depth):
        if not depth:
            return rng.choice(
                [("leaf", 0), ("leaf", 1), ("leaf", 2), ("const", rng.choice([2.0, -1.0, 0.3]))]
            )
        name = rng.choice(["multiply", "divide", "negative", "square"])
        return (name, *(product(depth - 1) for _ in range(1 if name in ("negative", "square") else 2)))

    judged = 0
    for _ in range(60):
        term = ("divide", ("divide", product(2), ("leaf", 1)), ("leaf", 1))
        assert is_product(term, {})
        short = over_one_divisor(term)
        if set(leaves(short)) == set(leaves(term)) == {0, 1, 2} and cost(short) < cost(term):
            judged += 1
            assert symbolic.same_nans(term, short, 3, {}) <= no_worse(term, short, 3, {})
    assert judged > 5


@pytest.mark.parametrize(
    ("term", "defined"),
    [
        ("divide(subtract(v0, multiply(v0, v1)), v1)", {}),  # summands share a factor
        ("divide(divide(v0, v1), v1)", {0: "divide(v2, v1)"}),  # so v1**3
        ("multiply(0.0, divide(divide(v0, v1), v1))", {}),
    ],
)
def test_not_for_counting(term, defined):
    assert not is_product(parse(term), {i: parse(d) for i, d in defined.items()})
