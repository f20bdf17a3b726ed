"""Strong zeros: a cotangent (or tangent) of exactly 0 contributes exactly 0, even where the slope is inf.

In: an equation about to be differentiated, and its cotangent. Out: the operands to take the slope at.
Nothing is added where the cotangent cannot be 0 or the operands' ranges exclude the singular points.

    y = where(x > 0, sqrt(x), 0)    s = sqrt(x);  ds = where(x > 0, dy, 0)
                                    s_ = where((ds == 0) & ~(s > 0), 1, s);  dx = ds * (0.5 / s_)
"""

from __future__ import annotations

from collections.abc import Collection

from symgrad.ad.ranges import Ranges, range_of
from symgrad.ad.zeros import Zero, Zeros
from symgrad.ir.build import Ref, equal, logical_and, where
from symgrad.ir.core import Const, Eqn
from symgrad.rules.singular import points


def slope_operands(
    eqn: Eqn, g: Ref, zeros: Zeros, ranges: Ranges, wanted: Collection[int]
) -> tuple[Ref, ...]:
    """(z, *inputs) of an elementwise equation, moved off its singular points where `g` is 0.

    `wanted`: the operands that the slopes are wanted for.
    """
    b = g.builder
    here = (b.ref(eqn.out), *map(b.ref, eqn.args))
    singular = points(eqn.op)
    if singular is None or singular.regular(*(range_of(a, ranges) for a in eqn.args)):
        return here
    if zeros.of(g.arg).worst < (Zero.BY_CHANCE if singular.finite else Zero.BY_CHOICE):
        return here
    none = equal(g, 0.0)
    off = logical_and(none, singular.at(*here))
    found = [
        x if v is None or isinstance(x.arg, Const) else where(off, v, x)
        for x, v in zip(here, singular.harmless, strict=True)
    ]
    last, value = here[-1], singular.harmless[-1]
    passive = len(eqn.args) - 1 not in wanted
    if passive and singular.divisor is not None and value is not None and last.ndim < here[0].ndim:
        found[-1] = where(logical_and(none, singular.divisor(last)), value, last)
    return tuple(found)
