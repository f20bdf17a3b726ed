"""Products that are divided twice by one value, with one division: found by counting, without sympy.

In: a term that is a product of factors and divisors, none of them a quotient by definition. Out: the term
that sympy would write: a constant, the factors in the order of their leaves, one divisor.

    2 * (v0 / v1) / v1    ->    2 * v0 / v1**2

Nothing is added, so no digits cancel: each operation rounds once, in either form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from math import isfinite

from symgrad.opt.terms import Term, leaves, text

_Powers = Counter[Term]
_ROUND = 100  # a constant with a longer denominator is a decimal of the user's


def is_product(term: Term, defined: Mapping[int, Term]) -> bool:
    """Whether a term is factors and divisors, and what its leaves are does not cancel any."""
    powers: _Powers = Counter()
    return (
        all(definition[0] != "divide" for definition in defined.values())
        and bool(_collected(term, 1, powers))
        and all(map(_is_atom, powers))
    )


def over_one_divisor(product: Term) -> Term:
    """The product with one division."""
    powers: _Powers = Counter()
    return _written(_collected(product, 1, powers), powers)


def _is_atom(factor: Term) -> bool:
    """Whether a factor is a leaf, or a sum of different leaves and numbers."""
    if factor[0] == "leaf":
        return True
    numbers = leaves(factor)
    return len(set(numbers)) == len(numbers)


def _collected(term: Term, exponent: int, powers: _Powers) -> Fraction:
    """Add the factors of `term**exponent` to `powers`; the number before them, 0 if there is none."""
    name = term[0]
    if name == "const":
        number = Fraction(repr(float(term[1]))) if isfinite(term[1]) else Fraction(0)
        return Fraction(number**exponent) if number else number
    if name == "negative":
        number = _collected(term[1], exponent, powers)
        return -number if exponent % 2 else number
    if name in ("multiply", "divide"):
        below = exponent if name == "multiply" else -exponent
        return _collected(term[1], exponent, powers) * _collected(term[2], below, powers)
    if name == "square":
        return _collected(term[1], 2 * exponent, powers)
    if name == "reciprocal":
        return _collected(term[1], -exponent, powers)
    if name == "power":
        return _collected(term[1], int(term[2][1]) * exponent, powers)
    powers[term] += exponent
    return Fraction(1)


def _written(coefficient: Fraction, powers: _Powers) -> Term:
    """Constant, factors, one divisor. Thirds and the like stay quotients, any other constant multiplies."""
    order = sorted(powers, key=lambda t: (sorted(leaves(t)), text(t)))
    above = [_power(t, powers[t]) for t in order if powers[t] > 0]
    below = [_power(t, -powers[t]) for t in order if powers[t] < 0]
    numerator, denominator = float(coefficient), 1
    if coefficient.denominator & (coefficient.denominator - 1) and coefficient.denominator < _ROUND:
        numerator, denominator = float(coefficient.numerator), coefficient.denominator
    if denominator != 1:
        below.insert(0, ("const", float(denominator)))
    negated = numerator == -1.0 and bool(above)
    if abs(numerator) != 1.0 or not above:
        above.insert(0, ("const", numerator))
    out = _product(above)
    out = ("divide", out, _product(below)) if below else out
    return ("negative", out) if negated else out


def _power(factor: Term, exponent: int) -> Term:
    return factor if exponent == 1 else ("power", factor, ("const", float(exponent)))


def _product(factors: list[Term]) -> Term:
    return reduce(lambda x, y: ("multiply", x, y), factors)
