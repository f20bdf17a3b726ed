"""How the grouping rules look at expressions: the several ways to write one thing, as one question.

In: a `Site` and an operand. Out: the parts, or None. Names and copies are looked through.

    plus_one(1 + e), plus_one(e + 1.0) -> e        exponent(np.e ** x) -> x        negated(b - a) -> a - b
"""

from __future__ import annotations

import math

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, Const, Eqn
from symgrad.opt.rewrite import Site


def plus(site: Site, arg: Arg, constant: float) -> Arg | None:
    """`x`, if `arg` is `x + constant` in either order."""
    total = site.see(arg, "add")
    if total:
        for this, other in (total.args, total.args[::-1]):
            if site.is_constant(this, constant):
                return other
    return None


def scaled_by(site: Site, arg: Arg, constant: float) -> Arg | None:
    """`x`, if `arg` is `constant * x`, in either order or as a quotient."""
    product = site.see(arg, "multiply", "divide")
    if product is None:
        return None
    x, y = product.args
    if product.op.name == "divide":
        return x if site.is_constant(y, 1.0 / constant) else None
    for this, other in ((x, y), (y, x)):
        if site.is_constant(this, constant):
            return other
    return None


def exponent(site: Site, arg: Arg) -> Arg | None:
    """`x`, if `arg` is `exp(x)`."""
    if eqn := site.see(arg, "exp"):
        return eqn.args[0]
    power = site.see(arg, "power")
    return power.args[1] if power and site.is_constant(power.args[0], math.e) else None


def one_plus_exp(site: Site, arg: Arg) -> Arg | None:
    """`x`, if `arg` is `1 + exp(x)`."""
    other = plus(site, arg, 1.0)
    return None if other is None else exponent(site, other)


def negated(site: Site, arg: Arg) -> Ref:
    """`-arg`, without a sign where the sign can go into it."""
    minus = site.see(arg, "negative")
    if minus:
        return site.ref(minus.args[0])
    if difference := site.see(arg, "subtract"):
        a, b = site.refs(*difference.args)
        return b - a
    if product := site.see(arg, "multiply", "divide"):
        first, second = product.args
        if isinstance(first, Const):
            return site.call(product.op.name, site.number(-float(first.value), first.type), second)
        if inner := site.see(first, "negative"):
            return site.call(product.op.name, inner.args[0], second)
    return -site.ref(arg)


def opposite(site: Site, a: Arg, b: Arg) -> bool:
    """Is `a` written as the negative of `b`, or `b` of `a`?"""
    for this, other in ((a, b), (b, a)):
        minus = site.see(this, "negative")
        if minus and site.same(minus.args[0], other):
            return True
    differences = site.see(a, "subtract"), site.see(b, "subtract")
    if differences[0] and differences[1]:
        (p, q), (r, s) = differences[0].args, differences[1].args
        return site.same(p, s) and site.same(q, r)
    products = site.see(a, "multiply", "divide"), site.see(b, "multiply", "divide")
    if products[0] and products[1] and products[0].op is products[1].op:
        (p, q), (r, s) = products[0].args, products[1].args
        if isinstance(p, Const) and isinstance(r, Const):
            return p.value == -r.value and site.same(q, s)
        return opposite(site, p, r) and site.same(q, s)
    return any(_leading_minus(site, this, other) for this, other in ((a, b), (b, a)))


def _leading_minus(site: Site, a: Arg, b: Arg) -> bool:
    """`a` is `-p * q` where `b` is `p * q`."""
    first, second = site.see(a, "multiply", "divide"), site.see(b, "multiply", "divide")
    if not first or not second or first.op is not second.op or not site.same(first.args[1], second.args[1]):
        return False
    minus = site.see(first.args[0], "negative")
    return minus is not None and site.same(minus.args[0], second.args[0])


def half(site: Site, arg: Arg) -> Ref:
    """`arg / 2`, without a factor where it has the factor 2."""
    doubled = scaled_by(site, arg, 2.0)
    if doubled is not None:
        return site.ref(doubled)
    total = site.see(arg, "add")
    if total and site.same(*total.args):
        return site.ref(total.args[0])
    minus = scaled_by(site, arg, -2.0)
    return -site.ref(minus) if minus is not None else 0.5 * site.ref(arg)


def twice(site: Site, arg: Arg) -> Ref:
    """`2 * arg`, without a factor where it is the half of something."""
    halved = scaled_by(site, arg, 0.5)
    return site.ref(halved) if halved is not None else 2.0 * site.ref(arg)


def squared(site: Site, arg: Arg) -> Arg | None:
    """`x`, if `arg` is the square of `x` (or of its absolute value)."""
    eqn = site.see(arg, "square", "multiply", "power")
    if eqn is None:
        return None
    x = eqn.args[0]
    if eqn.op.name == "multiply" and not site.same(*eqn.args):
        return None
    if eqn.op.name == "power" and not site.is_constant(eqn.args[1], 2):
        return None
    inner = site.see(x, "absolute")
    return inner.args[0] if inner else x


def complement(site: Site, a: Arg, b: Arg) -> bool:
    """Is `a` written as `1 - b`? (Of an integer label the difference may come before the cast.)"""
    difference = site.see(a, "subtract")
    if difference is None:
        cast, other = site.see(a, "cast"), site.see(b, "cast")
        if cast is None or other is None:
            return False
        return complement(site, cast.args[0], other.args[0])
    return site.is_constant(difference.args[0], 1) and site.same(difference.args[1], b)


def same_type(eqn: Eqn, arg: Arg) -> bool:
    """Has `arg` the type of the result?"""
    return eqn.out.type == arg.type
