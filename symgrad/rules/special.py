"""Partial derivatives of the special functions: output first, then inputs.

In: nothing. Out: a rule for each. The derivatives of gammaln are digamma, trigamma, polygamma(2, x), ...
"""

from __future__ import annotations

import math

from symgrad.ir.build import digamma, equal, exp, i0, i1, j0, j1, polygamma, trigamma, where
from symgrad.ir.ops import op
from symgrad.rules.declare import Array, jvp, partials, vjp
from symgrad.rules.elementwise import nonzero

SLOPE = 2.0 / math.sqrt(math.pi)  # of erf at 0
ROOT = math.sqrt(2.0 * math.pi)


def _quotient(y: Array, x: Array) -> Array:
    """y / x for a Bessel function of order 1: 1/2 at 0."""
    return where(equal(x, 0.0), 0.5, y / nonzero(x))


# fmt: off
partials(op.erf,       lambda y, x: SLOPE * exp(-x * x))
partials(op.erfc,      lambda y, x: -SLOPE * exp(-x * x))
partials(op.erfcx,     lambda y, x: 2.0 * x * y - SLOPE)
partials(op.erfinv,    lambda y, x: exp(y * y) / SLOPE)
partials(op.ndtri,     lambda y, x: ROOT * exp(0.5 * y * y))
partials(op.log_ndtr,  lambda y, x: exp(-0.5 * x * x - y) / ROOT)
partials(op.gamma,     lambda y, x: y * digamma(x))
partials(op.gammaln,   lambda y, x: digamma(x))
partials(op.digamma,   lambda y, x: trigamma(x))
partials(op.trigamma,  lambda y, x: polygamma(x, n=2))
partials(op.i0,        lambda y, x: i1(x))
partials(op.i1,        lambda y, x: i0(x) - _quotient(y, x))
partials(op.j0,        lambda y, x: -j1(x))
partials(op.j1,        lambda y, x: j0(x) - _quotient(y, x))
# fmt: on


@vjp(op.polygamma)
@jvp(op.polygamma)  # diagonal: one rule, both modes
def _polygamma(g: Array, y: Array, x: Array, *, n: int) -> Array:
    return g * polygamma(x, n=n + 1)
