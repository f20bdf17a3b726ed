"""Identities of grouped rows: what the adjoints of softmax, log-softmax and logsumexp are made of.

In: an equation, through a `Site`. Out: what its result is instead, or None.

    exp(log_softmax(z)) -> softmax(z)     exp(z - logsumexp(z)) -> softmax(z)
    g = -t / n; g - p * sum(g) -> (p * sum(t) - t) / n
"""

from __future__ import annotations

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, Eqn, Value
from symgrad.opt.rewrite import Rewritten, Rules, Site


def _exp(site: Site, eqn: Eqn) -> Rewritten:
    """The exponential of a grouped logarithm is the grouped function."""
    if not site.may_reform(eqn):
        return None
    if inner := site.get(eqn.args[0], "log_softmax"):
        return site.call("softmax", inner.args[0], **inner.attrs)
    if inner := site.get(eqn.args[0], "log_sigmoid"):
        return site.call("sigmoid", inner.args[0])
    difference = site.get(eqn.args[0], "subtract")
    if difference is None:
        return None
    x, total = difference.args
    kept = site.get(total, "reshape")
    reduction = site.see(kept.args[0] if kept else total, "logsumexp")
    if reduction is None or not site.same(reduction.args[0], x):
        return None
    axis = reduction.attrs["axis"]
    assert isinstance(axis, tuple)
    shape = tuple(1 if i in axis else d for i, d in enumerate(x.type.shape))
    # Aligned as keepdims would: or the sum of another row is taken off.
    aligned = total.type.shape == shape or len(axis) == len(shape)
    return site.call("softmax", x, axis=axis) if aligned and eqn.out.type == x.type else None


def _centred(site: Site, eqn: Eqn) -> Rewritten:
    """In g - p * sum(g) a number that every element of g has as a factor is taken out."""
    g, right = eqn.args
    product = site.take(right, "multiply")
    if product is None or not site.may_reform(eqn) or (isinstance(g, Value) and site.count[g] > 2):
        return None
    p, total = product.args
    reduction = site.take(total, "sum")
    scaled = site.get(g, "negative", "multiply", "divide")
    if reduction is None or scaled is None or not site.same(reduction.args[0], g):
        return None

    def centred(h: Arg) -> Ref:
        return site.ref(h) - site.ref(p) * site.call("sum", h, **reduction.attrs)

    if scaled.op.name == "negative":
        return -centred(scaled.args[0])
    first, second = scaled.args
    if scaled.op.name == "divide":
        return centred(first) / site.ref(second) if not second.type.shape else None
    return site.ref(first) * centred(second) if not first.type.shape else None


ROW_IDENTITIES: Rules = {"exp": (_exp,), "subtract": (_centred,)}
