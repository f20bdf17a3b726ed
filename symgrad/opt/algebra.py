"""Where sympy is: other ways to write an arithmetic expression.

In: a term, and terms that define some of its leaves (`t = 1 + a`, `r = x / t`, `a = |x|`). Out: terms that
are algebraically the same, in a fixed order. Which of them is better, and may be used, is decided elsewhere.

    1 / t - r * s / t  with  r = x / t, t = 1 + |x|, s = sign(x)     ->     (1 - r * s) / t,  1 / t**2, ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sympy
from sympy.polys.polyerrors import PolynomialError

from symgrad.opt.terms import Term

_LARGEST = 40  # monomials: beyond that the polynomials are not what a person would write


def candidates(term: Term, defined: Mapping[int, Term]) -> list[Term]:
    """Terms that equal `term` under the definitions."""
    symbols: dict[int, sympy.Symbol] = {}
    expression = _expression(term, symbols)
    relations = _relations(defined, symbols)
    quotients = {_symbol(i, symbols): _expression(d, symbols) for i, d in defined.items() if d[0] == "divide"}
    found: dict[Term, None] = {}
    forms = [expression]
    if quotients:
        forms.append(_inlined(expression, quotients))
    numbers = {s: i for i, s in symbols.items()}
    for form in forms:
        for rational in _reduced(form, relations, symbols):
            for shape in _SHAPES:
                try:
                    found.setdefault(_term(shape(rational), numbers))
                except (_Unwritable, PolynomialError):
                    continue
    return list(found)


class _Unwritable(Exception):
    """An expression that arithmetic terms do not cover."""


def _symbol(number: int, symbols: dict[int, sympy.Symbol]) -> sympy.Symbol:
    return symbols.setdefault(number, sympy.Symbol(f"v{number:03d}", real=True))


def _expression(term: Term, symbols: dict[int, sympy.Symbol]) -> sympy.Expr:
    name = term[0]
    if name == "leaf":
        return _symbol(term[1], symbols)
    if name == "const":
        return _number(term[1])
    if name == "power":
        return _expression(term[1], symbols) ** int(term[2][1])
    return _BUILD[name](*(_expression(t, symbols) for t in term[1:]))


def _number(x: float) -> sympy.Rational:
    """The decimal that the user wrote, exactly."""
    return sympy.Rational(repr(float(x)))


_BUILD: dict[str, Callable[..., sympy.Expr]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negative": lambda x: -x,
    "square": lambda x: x**2,
    "reciprocal": lambda x: 1 / x,
}


def _inlined(expression: sympy.Expr, quotients: Mapping[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """Quotients among the leaves written out: a reduction of polynomials does not see through them."""
    for symbol in sorted(quotients, key=lambda s: s.name, reverse=True):
        expression = expression.subs(symbol, quotients[symbol])
    return expression


def _relations(defined: Mapping[int, Term], symbols: dict[int, sympy.Symbol]) -> list[sympy.Expr]:
    """Polynomials that are 0 because of what the leaves are."""
    out: list[sympy.Expr] = []
    signs: dict[Term, sympy.Symbol] = {}
    for i, d in defined.items():
        v = _symbol(i, symbols)
        if d[0] == "sqrt":
            out.append(v**2 - _expression(d[1], symbols))
        elif d[0] == "absolute":
            x = _expression(d[1], symbols)
            out.append(v**2 - x**2)
            signs[d[1]] = v
        elif d[0] == "sign":
            x = _expression(d[1], symbols)
            out.append(v**2 - 1)
            if d[1] in signs:
                out += [v * x - signs[d[1]], v * signs[d[1]] - x]
        elif d[0] in _BUILD or d[0] == "power":
            numerator, denominator = sympy.fraction(sympy.together(v - _expression(d, symbols)))
            if not denominator.free_symbols:
                out.append(numerator)
    sines = {d[1]: _symbol(i, symbols) for i, d in defined.items() if d[0] == "sin"}
    cosines = {d[1]: _symbol(i, symbols) for i, d in defined.items() if d[0] == "cos"}
    out += [sines[x] ** 2 + cosines[x] ** 2 - 1 for x in sines if x in cosines]
    return out


def _reduced(
    expression: sympy.Expr, relations: list[sympy.Expr], symbols: Mapping[int, sympy.Symbol]
) -> Iterator[sympy.Expr]:
    """The expression, and with its numerator reduced by the relations, early or late leaves first."""
    yield expression
    numerator, denominator = sympy.fraction(sympy.together(expression))
    if not relations or not numerator.free_symbols:
        return
    order = [symbols[i] for i in sorted(symbols)]
    for leading in (order, order[::-1]):
        try:
            basis = sympy.groebner(relations, *leading, order="lex", domain="QQ")
            if len(basis.exprs) > _LARGEST:
                continue
            _, rest = sympy.reduced(sympy.expand(numerator), basis.exprs, *leading, order="lex", domain="QQ")
        except PolynomialError:
            continue
        yield rest / denominator


def _factored_terms(expression: sympy.Expr) -> sympy.Expr:
    return sympy.factor_terms(expression, fraction=True)


def _over_one(expression: sympy.Expr) -> sympy.Expr:
    """One fraction with both sides factored."""
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(expression)))
    return sympy.factor(numerator) / sympy.factor(denominator)


def _nested(expression: sympy.Expr) -> sympy.Expr:
    """One fraction with the numerator in Horner form."""
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(expression)))
    return sympy.horner(numerator) / sympy.factor(denominator) if numerator.free_symbols else expression


_SHAPES: tuple[Callable[[sympy.Expr], sympy.Expr], ...] = (
    sympy.together,
    sympy.cancel,
    _over_one,
    sympy.factor,
    _factored_terms,
    _nested,
)


def _term(expression: sympy.Expr, numbers: Mapping[sympy.Symbol, int]) -> Term:
    if expression.is_Symbol:
        return ("leaf", numbers[expression])
    if expression.is_Rational:
        return ("const", float(expression))
    if expression.is_Add:
        return _sum(expression, numbers)
    if expression.is_Mul or (expression.is_Pow and expression.exp.is_Integer and expression.exp < 0):
        return _product(expression, numbers)
    if expression.is_Pow and expression.exp.is_Integer:
        return ("power", _term(expression.base, numbers), ("const", float(expression.exp)))
    raise _Unwritable(str(expression))


def _first(expression: sympy.Expr, numbers: Mapping[sympy.Symbol, int]) -> tuple[object, ...]:
    """Where an operand goes: constants, then by the numbers of its leaves, which follow the original."""
    mine = sorted(numbers[s] for s in expression.free_symbols)
    return (bool(mine), mine, str(expression))


def _sum(expression: sympy.Expr, numbers: Mapping[sympy.Symbol, int]) -> Term:
    """Positive terms before negative ones."""
    parts = sorted(expression.args, key=lambda a: (_is_negative(a), *_first(a, numbers)))
    out: Term | None = None
    for part in parts:
        negative = _is_negative(part)
        if out is None:
            out = ("negative", _term(-part, numbers)) if negative else _term(part, numbers)
        else:
            out = ("subtract" if negative else "add", out, _term(-part if negative else part, numbers))
    assert out is not None
    return out


def _is_negative(expression: sympy.Expr) -> bool:
    coefficient, _ = expression.as_coeff_Mul()
    return bool(coefficient < 0)


def _product(expression: sympy.Expr, numbers: Mapping[sympy.Symbol, int]) -> Term:
    """Constant, factors, one divisor."""
    coefficient, rest = expression.as_coeff_Mul()
    above: list[Term] = []
    below: list[Term] = []
    for factor in sorted(sympy.Mul.make_args(rest), key=lambda a: _first(a, numbers)):
        if factor.is_Pow and factor.exp.is_Integer and factor.exp < 0:
            below.append(_term(factor.base**-factor.exp, numbers))
        elif factor != 1:
            above.append(_term(factor, numbers))
    numerator, denominator = _coefficient(coefficient)
    if denominator != 1.0:
        below.insert(0, ("const", denominator))
    negated = numerator == -1.0 and bool(above)
    if abs(numerator) != 1.0 or not above:
        above.insert(0, ("const", numerator))
    out = _folded(above)
    if below:
        out = ("divide", out, _folded(below))
    return ("negative", out) if negated else out


def _coefficient(coefficient: Any) -> tuple[float, float]:
    """A binary fraction multiplies; any other stays a quotient."""
    denominator = int(coefficient.q)
    if denominator & (denominator - 1):
        return float(coefficient.p), float(denominator)
    return float(coefficient), 1.0


def _folded(factors: list[Term]) -> Term:
    out = factors[0]
    for factor in factors[1:]:
        out = ("multiply", out, factor)
    return out
