"""Partial derivatives of the special functions; trigamma is where the chain of gammaln ends.

In: nothing. Out: a rule for each.
"""

from __future__ import annotations

import math

from symgrad.ir.build import digamma, exp, trigamma
from symgrad.ir.ops import op
from symgrad.rules.declare import partials

SLOPE = 2.0 / math.sqrt(math.pi)  # of erf at 0

# fmt: off
partials(op.erf,     lambda y, x: SLOPE * exp(-x * x))
partials(op.erfc,    lambda y, x: -SLOPE * exp(-x * x))
partials(op.gammaln, lambda y, x: digamma(x))
partials(op.digamma, lambda y, x: trigamma(x))
# fmt: on
