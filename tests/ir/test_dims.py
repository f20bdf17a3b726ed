"""Extents against plain integers: random expressions, built both ways."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.ir.dims import (
    Extent,
    as_symbol,
    at_least_zero,
    evaluate,
    of_range,
    plainly,
    product,
    solve,
    substitute,
    symbol,
    symbols,
)

NAMES = ("n", "m", "k")
SIZES = st.fixed_dictionaries({name: st.integers(0, 7) for name in NAMES})
ATOMS = st.sampled_from([*NAMES, -3, -1, 0, 1, 2, 4])


def _combined(parts):
    return st.one_of(
        st.tuples(st.sampled_from("+-*"), parts, parts),
        st.tuples(st.just("//"), parts, st.sampled_from([1, 2, 3])),
        st.tuples(st.just("%"), parts, st.sampled_from([2, 3])),
        st.tuples(st.just("max"), parts),
        st.tuples(st.just("neg"), parts),
    )


TREES = st.recursive(ATOMS, _combined, max_leaves=6)
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "neg": lambda a: -a,
}


def built(tree, name, largest):
    """The expression with `name(n)` for names, and `largest(d)` for max(d, 0)."""
    if isinstance(tree, tuple):
        op, *parts = tree
        values = [built(p, name, largest) for p in parts]
        return largest(*values) if op == "max" else OPERATIONS[op](*values)
    return name(tree) if isinstance(tree, str) else tree


def extent(tree):
    return built(tree, symbol, at_least_zero)


def number(tree, sizes):
    return built(tree, sizes.__getitem__, lambda a: max(a, 0))


BUDGET = settings(max_examples=150)


@BUDGET
@given(TREES, SIZES)
def test_an_extent_is_the_number_that_it_stands_for(tree, sizes):
    dim = extent(tree)
    assert evaluate(dim, sizes) == number(tree, sizes)
    assert eval(str(dim), {"max": max}, dict(sizes)) == number(tree, sizes)
    assert set(symbols(dim)) <= set(NAMES)


@BUDGET
@given(TREES, TREES)
def test_equal_extents_are_equal_objects(left, right):
    a, b = extent(left), extent(right)
    assert (a + b) - b == a
    assert a * b == b * a
    assert a - a == 0
    assert 2 * a - a == a
    assert hash(a + b) == hash(b + a)


@BUDGET
@given(TREES, TREES, SIZES)
def test_substitution_and_evaluation_commute(tree, other, sizes):
    dim, new = extent(tree), extent(other)
    replaced = substitute(dim, {"n": new})
    assert evaluate(replaced, sizes) == evaluate(dim, {**sizes, "n": evaluate(new, sizes)})


@BUDGET
@given(TREES, TREES)
def test_a_solution_solves(left, right):
    a, b = extent(left), extent(right)
    found = solve(a, b)
    if found is not None:
        name, value = found
        assert name not in symbols(value)
        assert substitute(a - b, {name: value}) == 0


@BUDGET
@given(TREES, SIZES)
def test_what_is_plainly_not_negative_is_not(tree, sizes):
    dim = extent(tree)
    if plainly(dim):
        assert evaluate(dim, sizes) >= 0


@BUDGET
@given(TREES, SIZES)
def test_a_range_may_be_given_less(tree, sizes):
    dim = at_least_zero(extent(tree))
    assert len(range(evaluate(of_range(dim), sizes))) == evaluate(dim, sizes)


def test_names():
    n, m = symbol("n"), symbol("m")
    assert as_symbol(n) == "n"
    assert [as_symbol(d) for d in (n + 1, 2 * n, n * m, n // 2, 3)] == [None] * 5
    assert product((n, 3, m)) == 3 * n * m
    assert product(()) == 1
    assert isinstance(n - m, Extent)
    assert (n + m) - m == n


@pytest.mark.parametrize(
    ("dim", "text"),
    [
        ((symbol("n") + 1) // 2, "(n + 1) // 2"),
        (2 * (symbol("n") // 2), "2 * (n // 2)"),
        (-(symbol("n") // 2), "-(n // 2)"),
        (1 - symbol("n"), "-n + 1"),
        (symbol("n") * symbol("m") - 1, "m * n - 1"),
        ((4 * symbol("n")) // 2, "2 * n"),
        (at_least_zero(symbol("n") - 2), "max(n - 2, 0)"),
    ],
)
def test_text(dim, text):
    assert str(dim) == text
