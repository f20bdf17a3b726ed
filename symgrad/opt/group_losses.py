"""Grouping, the cross-entropy of a sigmoid: t * log(y) + (1 - t) * log(1 - y) with y = sigmoid(z).

In: an equation of a primal program, through a `Site`; the logarithms are log_sigmoid(z) and log_sigmoid(-z)
by now. Out: -sigmoid_cross_entropy(z, t), whose derivative is t - y, or None. The signs, the order, the sums
and the dot products may stand in any way in which people write it.

    -(t * log(y) + (1 - t) * log(1 - y))    ->    sigmoid_cross_entropy(z, t)
"""

from __future__ import annotations

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, Eqn
from symgrad.ir.frozen import dataclass
from symgrad.opt.patterns import complement, negated, opposite
from symgrad.opt.rewrite import Rewritten, Rules, Site


@dataclass(frozen=True, slots=True)
class Term:
    """`sign * weight * log_sigmoid(score)`, or of `-score` if it is mirrored."""

    sign: int
    weight: Arg
    score: Arg
    mirrored: bool


def _cross_entropy(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    sign = -1 if eqn.op.name == "subtract" else 1
    found = _paired(site, _term(site, x, 1), _term(site, y, sign))
    if found is not None:
        return found
    (a, sign_a), (b, sign_b) = _unsigned(site, x, 1), _unsigned(site, y, sign)
    left, right = site.see(a, "sum"), site.see(b, "sum")
    if left and right and dict(left.attrs) == dict(right.attrs):
        found = _paired(site, _term(site, left.args[0], sign_a), _term(site, right.args[0], sign_b))
        return None if found is None else site.call("sum", found, **left.attrs)
    return _dot_products(site, x, y, sign)


def _unsigned(site: Site, arg: Arg, sign: int) -> tuple[Arg, int]:
    """`arg` without the signs in front of it, and the sign that they make."""
    while minus := site.see(arg, "negative"):
        arg, sign = minus.args[0], -sign
    return arg, sign


def _dot_products(site: Site, x: Arg, y: Arg, sign: int) -> Rewritten:
    """t @ log(y) + (1 - t) @ log(1 - y), of vectors or of single rows `t @ log(y).T`."""
    first, second = _dot_term(site, x, 1), _dot_term(site, y, sign)
    if first is None or second is None or x.type != y.type:
        return None
    found = _paired(site, first, second)
    if found is None:
        return None
    axis = tuple(range(found.ndim))
    total = site.call("sum", found, axis=axis, keepdims=bool(x.type.shape))
    return total if total.type == x.type else None


def _term(site: Site, arg: Arg, sign: int) -> Term | None:
    """`arg` read as a weighted log_sigmoid."""
    arg, sign = _unsigned(site, arg, sign)
    product = site.see(arg, "multiply")
    if product is None:
        return None
    x, y = product.args
    return _weighted(site, x, y, sign) or _weighted(site, y, x, sign)


def _weighted(site: Site, weight: Arg, other: Arg, sign: int) -> Term | None:
    other, sign = _unsigned(site, other, sign)
    grouped = site.see(other, "log_sigmoid", "softplus")
    if grouped is None:
        return None
    weight, sign = _unsigned(site, weight, sign)
    mirrored = grouped.op.name == "softplus"  # softplus(x) is -log_sigmoid(-x)
    return Term(-sign if mirrored else sign, weight, grouped.args[0], mirrored)


def _dot_term(site: Site, arg: Arg, sign: int) -> Term | None:
    arg, sign = _unsigned(site, arg, sign)
    dot = site.see(arg, "matmul")
    if dot is None:
        return None
    a, b = dot.args
    if a.type.rank == b.type.rank == 2:
        # A row times a column: the transpose of the one lies beside the other.
        turned = site.see(b, "transpose")
        if turned is None or a.type.shape[0] != 1 or turned.args[0].type != a.type:
            return None
        b = turned.args[0]
    elif a.type.rank != 1 or b.type.rank != 1:
        return None
    return _weighted(site, a, b, sign) or _weighted(site, b, a, sign)


def _paired(site: Site, first: Term | None, second: Term | None) -> Ref | None:
    """The sum of two terms whose weights and scores are opposite."""
    if first is None or second is None or first.sign != second.sign:
        return None
    related = site.same if first.mirrored != second.mirrored else lambda a, b: opposite(site, a, b)
    if not related(first.score, second.score):
        return None
    for term, other in ((first, second), (second, first)):
        if complement(site, other.weight, term.weight):
            score = negated(site, term.score) if term.mirrored else site.ref(term.score)
            loss = site.call("sigmoid_cross_entropy", score, term.weight)
            return loss if first.sign < 0 else -loss
    return None


LOSSES: Rules = {"add": (_cross_entropy,), "subtract": (_cross_entropy,)}
