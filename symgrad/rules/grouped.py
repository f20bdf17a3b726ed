"""Functions known as a whole: the product with their Jacobian is shorter than its parts.

In: nothing. Out: rules for softmax and log_softmax.
"""

from __future__ import annotations

from symgrad.ir.build import exp, sum
from symgrad.ir.ops import op
from symgrad.rules.declare import Array, jvp, vjp

Axes = tuple[int, ...]


@vjp(op.softmax)
@jvp(op.softmax)  # the Jacobian is symmetric: one rule, both modes
def _softmax(g: Array, y: Array, x: Array, *, axis: Axes) -> Array:
    return y * (g - sum(g * y, axis, keepdims=True))


@vjp(op.log_softmax)
def _to_scores(g: Array, y: Array, x: Array, *, axis: Axes) -> Array:
    return g - exp(y) * sum(g, axis, keepdims=True)


@jvp(op.log_softmax)
def _of_scores(t: Array, y: Array, x: Array, *, axis: Axes) -> Array:
    return t - sum(t * exp(y), axis, keepdims=True)
