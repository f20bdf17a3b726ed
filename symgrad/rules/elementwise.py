"""Partial derivatives of the elementary functions: output first, then inputs.

In: nothing. Out: a rule for each elementwise op. Written so that rounding is kind (the output is reused,
products in place of differences of squares) and so that no value is computed that the primal has.
"""

from __future__ import annotations

import math

from symgrad.ir.build import (
    copysign,
    cos,
    cosh,
    equal,
    hypot,
    is_constant,
    log,
    logical_and,
    logical_or,
    rint,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    where,
)
from symgrad.ir.ops import op
from symgrad.rules.declare import Array, cases, nondiff, partials

LN2 = math.log(2.0)


def nonzero(y: Array) -> Array:
    """`y`, but 1 where it is 0: a divisor for quotients that are 0 there."""
    return where(equal(y, 0.0), 1.0, y)


# fmt: off
# arithmetic
partials(op.negative,    lambda z, x: -1.0)
partials(op.add,         lambda z, x, y: (1.0, 1.0))
partials(op.subtract,    lambda z, x, y: (1.0, -1.0))
partials(op.multiply,    lambda z, x, y: (y, x))
partials(op.divide,      lambda z, x, y: (1.0 / y, -z / y))
partials(op.reciprocal,  lambda y, x: -y * y)
partials(op.square,      lambda y, x: 2.0 * x)
partials(op.remainder,   lambda z, x, y: (1.0, rint((z - x) / y)))
partials(op.fmod,        lambda z, x, y: (1.0, rint((z - x) / y)))

# powers and logarithms
partials(op.sqrt,        lambda y, x: 0.5 / y)
partials(op.cbrt,        lambda y, x: 1.0 / (3.0 * y * y))
partials(op.exp,         lambda y, x: y)
partials(op.exp2,        lambda y, x: LN2 * y)
partials(op.expm1,       lambda y, x: y + 1.0)
partials(op.log,         lambda y, x: 1.0 / x)
partials(op.log2,        lambda y, x: 1.0 / (LN2 * x))
partials(op.log10,       lambda y, x: 1.0 / (math.log(10.0) * x))
partials(op.log1p,       lambda y, x: 1.0 / (1.0 + x))
partials(op.power,       lambda z, x, y: (
    where(equal(y, 0.0), 0.0, y * x ** (y - 1.0)),                         # x**0 is flat, at 0 as well
    where(logical_and(equal(x, 0.0), y >= 0.0), 0.0, z * log(x))))         # and 0**y is 0 around y > 0

# trigonometric and hyperbolic
partials(op.sin,         lambda y, x: cos(x))
partials(op.cos,         lambda y, x: -sin(x))
partials(op.tan,         lambda y, x: 1.0 + y * y)
partials(op.arcsin,      lambda y, x: 1.0 / sqrt((1.0 - x) * (1.0 + x)))
partials(op.arccos,      lambda y, x: -1.0 / sqrt((1.0 - x) * (1.0 + x)))
partials(op.arctan,      lambda y, x: 1.0 / (1.0 + x * x))
partials(op.sinh,        lambda y, x: cosh(x))
partials(op.cosh,        lambda y, x: sinh(x))
partials(op.tanh,        lambda y, x: 1.0 - y * y)
partials(op.arcsinh,     lambda y, x: 1.0 / sqrt(1.0 + x * x))
partials(op.arccosh,     lambda y, x: 1.0 / sqrt((x - 1.0) * (x + 1.0)))
partials(op.arctanh,     lambda y, x: 1.0 / ((1.0 - x) * (1.0 + x)))

# the grouped functions of one number
partials(op.sigmoid,     lambda y, x: y * (1.0 - y))
partials(op.log_sigmoid, lambda y, x: sigmoid(-x))
partials(op.softplus,    lambda y, x: sigmoid(x))
partials(op.silu,        lambda y, x: sigmoid(x) + y * sigmoid(-x))
partials(op.sigmoid_cross_entropy, lambda z, x, t: (sigmoid(x) - t, -x))
partials(op.logaddexp,   lambda z, x, y: (sigmoid(x - y), sigmoid(y - x)))

# kinks: a bool partial selects, a tie is split
partials(op.absolute,    lambda y, x: sign(x),                                        note="0 at {0} = 0")
partials(op.relu,        lambda y, x: x > 0.0,                                        note="0 at {0} = 0")
partials(op.clip,        lambda z, x, lo, hi: (
    logical_and(lo <= x, x <= hi), logical_and(x < lo, lo <= hi), logical_or(x > hi, lo > hi)))
partials(op.copysign,    lambda z, x, y: (sign(x) * copysign(1.0, y), 0.0),           note="0 at {0} = 0")
# fmt: on


def _larger(z: Array, x: Array, y: Array) -> Array:
    if is_constant(y, 0.0):
        return x > 0.0, 0.0
    if is_constant(x, 0.0):
        return 0.0, y > 0.0
    tie = (equal(x, y), 0.5)
    return cases((x > y, 1.0), tie), cases((y > x, 1.0), tie)


def _smaller(z: Array, x: Array, y: Array) -> Array:
    tie = (equal(x, y), 0.5)
    return cases((x < y, 1.0), tie), cases((y < x, 1.0), tie)


partials(op.maximum, _larger, note="a tie is split; 0 where it is with the constant 0")
partials(op.minimum, _smaller, note="a tie is split")


def _hypot(z: Array, x: Array, y: Array) -> Array:
    r = nonzero(z)
    return x / r, y / r


def _arctan2(z: Array, y: Array, x: Array) -> Array:
    r = nonzero(hypot(x, y))  # divided by twice: x * x + y * y would overflow before the quotient does
    return x / r / r, -y / r / r


def _xlogy(z: Array, x: Array, y: Array) -> Array:
    return log(y), x / where(logical_and(equal(x, 0.0), equal(y, 0.0)), 1.0, y)


def _sinc(y: Array, x: Array) -> Array:
    """(cos(pi x) - sinc(x)) / x cancels near 0; there, seven terms of the series in (pi x)**2."""
    u = (math.pi * x) * (math.pi * x)
    series = 0.0 * x
    for k in range(8, 0, -1):
        series = series * u + (-1.0) ** k * 2 * k / math.factorial(2 * k + 1)
    near = x * x < 0.04
    away = where(near, 1.0, x)
    return where(near, math.pi * math.pi * x * series, (cos(math.pi * x) - y) / away)


partials(op.hypot, _hypot, note="0 at the origin")
partials(op.arctan2, _arctan2, note="0 at the origin")
partials(op.xlogy, _xlogy)
partials(op.sinc, _sinc)

nondiff(op.sign, op.floor, op.ceil, op.trunc, op.rint, op.floor_divide)
nondiff(op.less, op.less_equal, op.greater, op.greater_equal, op.equal, op.not_equal)
nondiff(op.isnan, op.isinf, op.isfinite)
nondiff(op.logical_and, op.logical_or, op.logical_xor, op.logical_not)
nondiff(op.bitwise_and, op.bitwise_or, op.bitwise_xor, op.left_shift, op.right_shift, op.invert)
nondiff(op.stop_gradient, op.revolve, op.slice_start, op.slice_count)
