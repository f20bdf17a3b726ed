"""What is known of the values of a program: bounds, and which can be infinite or NaN at finite arguments.

In: equations in order. Out: a `Range` for each value. Rounding is neglected, overflow of products too: this
decides only where a guard against 0 * inf is left out (`ad.strict`).

    s = sqrt(v + 1e-8) with v = x * x:   v in [0, inf], s in [1e-4, inf], so 1 / s needs no guard
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from symgrad.ir.core import Arg, Const, Eqn, Kind, Value
from symgrad.rules.singular import LARGE, Range

INF = math.inf
ANY = Range()
NONFINITE = Range(finite=False)
Ranges = dict[Value, Range]


def range_of(arg: Arg, known: Mapping[Value, Range]) -> Range:
    """The range of an operand; values that nobody computed a range for are arguments."""
    if isinstance(arg, Const):
        return Range(float(arg.value), float(arg.value), math.isfinite(arg.value))
    return known.get(arg, ANY)


def extend(known: Ranges, eqns: Iterable[Eqn]) -> Ranges:
    """Add the results of `eqns` to what is known."""
    for eqn in eqns:
        if len(eqn.outs) == 1 and (eqn.out.type.is_float or eqn.op.name == "extent"):
            known[eqn.out] = _range(eqn, [range_of(a, known) for a in eqn.args])
    return known


def _range(eqn: Eqn, args: list[Range]) -> Range:
    name = eqn.op.name
    if name == "extent":
        return Range(1.0)  # a mean over nothing is nan with or without a guard
    if name == "where":
        return _where(args[1], args[2])
    finite = all(a.finite for a in args)
    squares = name == "multiply" or (name == "matmul" and not eqn.out.type.rank)  # x @ x is a sum of them
    if squares and eqn.args[0] == eqn.args[1]:
        return Range(0.0, INF, finite)
    if name in _BOUNDED:
        return Range(*_BOUNDED[name], finite)
    if name in _SPECIAL:
        out = _SPECIAL[name](*args)
        return Range(out.lo, out.hi, out.finite and finite)
    if name in _MOVES:
        return Range(args[0].lo, args[0].hi, finite)
    if eqn.op.kind is Kind.REGION:
        return NONFINITE
    return Range(finite=finite)


def _where(x: Range, y: Range) -> Range:
    """A selection between a value that can be infinite and one that cannot is there to mask the first."""
    return Range(min(x.lo, y.lo), max(x.hi, y.hi), x.finite or y.finite)


def _product(x: Range, y: Range) -> Range:
    ends = [_times(a, b) for a in (x.lo, x.hi) for b in (y.lo, y.hi)]
    return Range(min(ends), max(ends))


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0.0 or b == 0.0 else a * b


def _quotient(x: Range, y: Range) -> Range:
    if not y.nonzero:
        return NONFINITE
    return _product(x, Range(1.0 / y.hi, 1.0 / y.lo))


def _power(x: Range, y: Range) -> Range:
    if y.lo != y.hi:
        return Range(0.0) if x.lo > 0.0 else NONFINITE
    whole = y.lo.is_integer()
    lo = 0.0 if x.lo >= 0.0 or (whole and y.lo % 2 == 0) else -INF
    return Range(lo, INF, x.lo > 0.0 or (y.lo >= 0.0 and (whole or x.lo >= 0.0)))


def _exp(x: Range) -> Range:
    return Range(0.0, 1.0 if x.hi <= 0.0 else INF, x.hi < LARGE)


def _log(x: Range) -> Range:
    return Range(math.log(x.lo)) if 0.0 < x.lo < INF else NONFINITE


def _sqrt(x: Range) -> Range:
    hi = math.sqrt(x.hi) if 0.0 <= x.hi < INF else INF
    return Range(math.sqrt(x.lo), hi) if 0.0 <= x.lo < INF else Range(0.0, INF, False)


def _sum(x: Range) -> Range:
    return Range(0.0 if x.lo >= 0.0 else -INF, 0.0 if x.hi <= 0.0 else INF)


def _even(x: Range) -> Range:
    """The distance from 0."""
    inner = 0.0 if x.lo <= 0.0 <= x.hi else min(abs(x.lo), abs(x.hi))
    return Range(inner, max(abs(x.lo), abs(x.hi)))


def _nonnegative(*args: Range) -> Range:
    return Range(0.0)


def _nonfinite(*args: Range) -> Range:
    return NONFINITE


# fmt: off
_BOUNDED: dict[str, tuple[float, float]] = {
    "sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1), "sin": (-1, 1), "cos": (-1, 1), "erf": (-1, 1),
    "erfc": (0, 2), "arctan": (-2, 2), "sinc": (-1, 1),
}
_SPECIAL: dict[str, Callable[..., Range]] = {
    "add": lambda x, y: Range(x.lo + y.lo, x.hi + y.hi),
    "subtract": lambda x, y: Range(x.lo - y.hi, x.hi - y.lo),
    "negative": lambda x: Range(-x.hi, -x.lo),
    "multiply": _product, "divide": _quotient, "power": _power,
    "reciprocal": lambda x: _quotient(Range(1.0, 1.0), x),
    "square": lambda x: _product(_even(x), _even(x)),
    "absolute": _even,
    "sqrt": _sqrt, "exp": _exp, "exp2": _exp, "log": _log, "sum": _sum,
    "expm1": lambda x: Range(-1.0, INF, x.hi < LARGE),
    "cosh": lambda x: Range(1.0, INF, x.small), "sinh": lambda x: Range(finite=x.small),
    "log1p": lambda x: Range() if x.lo > -1.0 else NONFINITE,
    "maximum": lambda x, y: Range(max(x.lo, y.lo), max(x.hi, y.hi)),
    "minimum": lambda x, y: Range(min(x.lo, y.lo), min(x.hi, y.hi)),
    "clip": lambda x, lo, hi: Range(min(max(x.lo, lo.lo), hi.lo), min(max(x.hi, lo.hi), hi.hi)),
    "relu": lambda x: Range(max(x.lo, 0.0), max(x.hi, 0.0)),
    "softplus": _nonnegative, "norm": _nonnegative, "hypot": _nonnegative,
    "concatenate": lambda *xs: Range(min(x.lo for x in xs), max(x.hi for x in xs)),
    "log2": _nonfinite, "log10": _nonfinite, "gammaln": _nonfinite, "digamma": _nonfinite,
    "trigamma": _nonfinite, "polygamma": _nonfinite, "gamma": _nonfinite, "erfinv": _nonfinite,
    "ndtri": _nonfinite, "logabsdet": _nonfinite,
    "arcsin": _nonfinite, "arccos": _nonfinite, "arccosh": _nonfinite, "arctanh": _nonfinite,
    "remainder": _nonfinite, "fmod": _nonfinite, "floor_divide": _nonfinite, "xlogy": _nonfinite,
}
_MOVES = {
    "copy", "cast", "stop_gradient", "full", "broadcast_to", "reshape", "transpose", "roll", "getitem", "max",
    "min",
}
# fmt: on
