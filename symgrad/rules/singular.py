"""Where a partial derivative is not finite, so that a cotangent of exactly 0 needs care: 0 * inf is not 0.

In: nothing. Out: for an op, the singular points and a harmless point to compute at in their place.

    y = where(x > 0, sqrt(x), 0)       at x = 0 the cotangent of sqrt is 0 and its slope is infinite

The engine asks only where the cotangent may be 0 (see `ad.strict`) and the operands' ranges do not exclude
the points. It replaces operands, not the product: so the statement is right when it is differentiated again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symgrad.ir.build import absolute, equal, isfinite, logical_not, logical_or
from symgrad.ir.core import Op
from symgrad.ir.ops import op
from symgrad.rules.declare import Array

LARGE = 80.0  # exp overflows in float32 beyond 88


@dataclass(frozen=True, slots=True)
class Range:
    """What is known of a value: bounds (up to rounding), and whether it is finite if the arguments are."""

    lo: float = float("-inf")
    hi: float = float("inf")
    finite: bool = True

    @property
    def small(self) -> bool:
        return self.lo > -LARGE and self.hi < LARGE

    @property
    def nonzero(self) -> bool:
        return self.lo > 0.0 or self.hi < 0.0


@dataclass(frozen=True, slots=True)
class Singular:
    """`at(z, *inputs)` holds at the points; `harmless` replaces (z, *inputs) there, None leaves one alone.

    `finite`: the op itself is finite there, so that a product by 0 (not only a selection) can hide the point.
    `regular(*ranges)`: no singular point lies within these ranges of the inputs.
    `divisor(y)` holds where 0 / y is NaN: asked instead of `at` where y is a passive number for many.
    """

    at: Callable[..., Array]
    harmless: tuple[float | None, ...]
    regular: Callable[..., bool]
    finite: bool
    divisor: Callable[[Array], Array] | None = None


_POINTS: dict[str, Singular] = {}


def singular(
    op: Op,
    at: Callable[..., Array],
    harmless: tuple[float | None, ...],
    regular: Callable[..., bool],
    *,
    finite: bool = False,
    divisor: Callable[[Array], Array] | None = None,
) -> None:
    """Declare the singular points of an op."""
    if op.name in _POINTS:
        raise ValueError(f"the singular points of {op.name!r} are declared already")
    _POINTS[op.name] = Singular(at, harmless, regular, finite, divisor)


def points(op: Op) -> Singular | None:
    """The singular points of an op, None if it has none at finite inputs."""
    return _POINTS.get(op.name)


def _infinite(z: Array, *xs: Array) -> Array:
    return logical_not(isfinite(z))


def _no_number(y: Array) -> Array:
    return logical_not(absolute(y) > 0.0)


def _edge(z: Array, x: Array) -> Array:
    return logical_not(absolute(x) < 1.0)


def _power_points(z: Array, x: Array, y: Array) -> Array:
    return logical_or(equal(x, 0.0), _infinite(z))


def _positive(x: Range) -> bool:
    return x.lo > 0.0


def _of_positive(x: Range, y: Range) -> bool:
    return y.lo > 0.0


def _above_one(x: Range) -> bool:
    return x.lo > 1.0


def _nonzero(x: Range) -> bool:
    return x.nonzero


def _inside(x: Range) -> bool:
    return x.lo > -1.0 and x.hi < 1.0


def _moderate(x: Range) -> bool:
    return x.hi < LARGE


def _divisor(x: Range, y: Range) -> bool:
    return y.nonzero


def _smooth_power(x: Range, y: Range) -> bool:
    return x.lo > 0.0 or (y.lo == y.hi and y.lo >= 1.0 and y.lo.is_integer())


# fmt: off
singular(op.sqrt,       lambda y, x: logical_not(y > 0.0),    (1.0, 1.0),       _positive, finite=True)
singular(op.cbrt,       lambda y, x: equal(y, 0.0),           (1.0, 1.0),       _nonzero, finite=True)
singular(op.power,      _power_points,                        (1.0, 1.0, None), _smooth_power, finite=True)
singular(op.xlogy,      lambda z, x, y: logical_not(y > 0.0), (0.0, None, 1.0), _of_positive, finite=True)
singular(op.arcsin,     _edge,                                (None, 0.0),      _inside, finite=True)
singular(op.arccos,     _edge,                                (None, 0.0),      _inside, finite=True)
singular(op.arccosh,    lambda y, x: logical_not(x > 1.0),    (None, 2.0),      _above_one, finite=True)

singular(op.divide,     _infinite, (1.0, None, 1.0), _divisor, divisor=_no_number)
singular(op.multiply,   _infinite, (None, 1.0, 1.0), lambda x, y: x.finite and y.finite)
singular(op.reciprocal, _infinite, (1.0, 1.0),       _nonzero)
singular(op.remainder,  _infinite, (0.0, 0.0, 1.0),  _divisor)
singular(op.fmod,       _infinite, (0.0, 0.0, 1.0),  _divisor)
singular(op.log,        _infinite, (0.0, 1.0),       _positive)
singular(op.log2,       _infinite, (0.0, 1.0),       _positive)
singular(op.log10,      _infinite, (0.0, 1.0),       _positive)
singular(op.log1p,      _infinite, (0.0, 0.0),       lambda x: x.lo > -1)
singular(op.arctanh,    _infinite, (0.0, 0.0),       _inside)
singular(op.gammaln,    _infinite, (0.0, 1.0),       _positive)
singular(op.digamma,    _infinite, (0.0, 1.0),       _positive)
singular(op.trigamma,   _infinite, (0.0, 1.0),       _positive)
singular(op.gamma,      _infinite, (1.0, 1.0),       lambda x: x.lo > 0.0 and x.hi < LARGE)
singular(op.erfinv,     _infinite, (0.0, 0.0),       _inside)
singular(op.ndtri,      _infinite, (0.0, 0.5),       lambda x: x.lo > 0.0 and x.hi < 1.0)
singular(op.exp,        _infinite, (0.0, 0.0),       _moderate)
singular(op.exp2,       _infinite, (0.0, 0.0),       _moderate)
singular(op.expm1,      _infinite, (0.0, 0.0),       _moderate)
singular(op.sinh,       _infinite, (0.0, 0.0),       lambda x: x.small)
singular(op.cosh,       _infinite, (0.0, 0.0),       lambda x: x.small)
# fmt: on
