"""Grouping, functions of one number: sigmoid and its logarithm, softplus, tanh, logaddexp, silu, relu, |x|.

In: an equation of a primal program, through a `Site`. Out: the grouped operation, or None. Operands are
grouped already, so a pattern is small: log(1 / (1 + exp(-x))) is log(sigmoid(x)) when its turn comes.

    1 / (1 + exp(-x)) -> sigmoid(x)        log(1 - sigmoid(x)) -> log_sigmoid(-x)
"""

from __future__ import annotations

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, Eqn
from symgrad.opt.patterns import (
    exponent,
    half,
    negated,
    one_plus_exp,
    opposite,
    plus,
    scaled_by,
    squared,
    twice,
)
from symgrad.opt.rewrite import Rewritten, Rules, Site


def _tanh_quotient(site: Site, eqn: Eqn) -> Rewritten:
    """(e^a - e^b) / (e^a + e^b) with a = -b; (e^u - 1) / (e^u + 1); (1 - e^u) / (1 + e^u); sinh / cosh."""
    top, bottom = eqn.args
    sinh, cosh = site.see(top, "sinh"), site.see(bottom, "cosh")
    if sinh and cosh and site.same(sinh.args[0], cosh.args[0]):
        return site.call("tanh", sinh.args[0])
    u = one_plus_exp(site, bottom)
    if u is not None:
        return _tanh_of_one(site, top, u)
    difference, total = site.see(top, "subtract"), site.see(bottom, "add")
    if not difference or not total:
        return None
    a, b = (exponent(site, x) for x in difference.args)
    c, d = (exponent(site, x) for x in total.args)
    if a is None or b is None or c is None or d is None or not opposite(site, a, b):
        return None
    alike = (site.same(a, c) and site.same(b, d)) or (site.same(a, d) and site.same(b, c))
    return site.call("tanh", a) if alike else None


def _tanh_of_one(site: Site, top: Arg, u: Arg) -> Rewritten:
    """`top / (1 + exp(u))`."""
    if (expm1 := site.see(top, "expm1")) and site.same(expm1.args[0], u):
        return site.call("tanh", half(site, u))
    difference = site.see(top, "subtract")
    if difference is None:
        return None
    x, y = difference.args
    if site.is_constant(y, 1) and _is_exp_of(site, x, u):
        return site.call("tanh", half(site, u))
    if site.is_constant(x, 1) and _is_exp_of(site, y, u):
        return site.call("tanh", half(site, negated(site, u).arg))
    return None


def _is_exp_of(site: Site, arg: Arg, u: Arg) -> bool:
    found = exponent(site, arg)
    return found is not None and site.same(found, u)


def _sigmoid_quotient(site: Site, eqn: Eqn) -> Rewritten:
    """top / (1 + exp(u)) is top * sigmoid(-u); exp(a) / (exp(a) + exp(b)) is sigmoid(a - b)."""
    top, bottom = eqn.args
    a = exponent(site, top)
    u = one_plus_exp(site, bottom)
    if u is not None and one_plus_exp(site, top) is not None:
        return None  # a logarithm of it is a difference of two softplus
    if u is not None:
        if a is not None and site.same(a, u):
            return site.call("sigmoid", u)
        one = site.call("sigmoid", negated(site, u))
        return one if site.is_constant(top, 1) else site.ref(top) * one
    total = site.see(bottom, "add")
    if a is None or total is None:
        return None
    for this, other in (total.args, total.args[::-1]):
        b = exponent(site, other)
        if b is not None and _is_exp_of(site, this, a):
            if opposite(site, a, b):
                return site.call("sigmoid", 2.0 * site.ref(a))
            return site.call("sigmoid", site.ref(a) - site.ref(b))
    return None


def _sigmoid_inverse(site: Site, eqn: Eqn) -> Rewritten:
    """reciprocal(1 + exp(u)), (1 + exp(u)) ** -1."""
    if eqn.op.name == "power" and not site.is_constant(eqn.args[1], -1):
        return None
    u = one_plus_exp(site, eqn.args[0])
    return None if u is None else site.call("sigmoid", negated(site, u))


def _sigmoid_of_tanh(site: Site, eqn: Eqn) -> Rewritten:
    """0.5 * (1 + tanh(x / 2)), (1 + tanh(x / 2)) / 2."""
    x, y = eqn.args
    candidates = [x] if eqn.op.name == "divide" and site.is_constant(y, 2) else []
    if eqn.op.name == "multiply":
        candidates = [b for a, b in ((x, y), (y, x)) if site.is_constant(a, 0.5)]
    for candidate in candidates:
        inner = plus(site, candidate, 1.0)
        if inner is not None and (tanh := site.see(inner, "tanh")):
            return site.call("sigmoid", twice(site, tanh.args[0]))
    return None


def _sigmoid_of_half_tanh(site: Site, eqn: Eqn) -> Rewritten:
    """0.5 + 0.5 * tanh(x / 2)."""
    other = _plus_here(site, eqn, 0.5)
    inner = None if other is None else scaled_by(site, other, 0.5)
    tanh = None if inner is None else site.see(inner, "tanh")
    return site.call("sigmoid", twice(site, tanh.args[0])) if tanh else None


def _plus_here(site: Site, eqn: Eqn, constant: float) -> Arg | None:
    """The other operand, if one is this constant."""
    for this, other in (eqn.args, eqn.args[::-1]):
        if site.is_constant(this, constant):
            return other
    return None


def _tanh_of_sigmoid(site: Site, eqn: Eqn) -> Rewritten:
    """2 * sigmoid(u) - 1, 1 - 2 * sigmoid(u)."""
    x, y = eqn.args
    for this, other, sign in ((x, y, 1), (y, x, -1)):
        doubled = scaled_by(site, this, 2.0) if site.is_constant(other, 1) else None
        sigmoid = None if doubled is None else site.see(doubled, "sigmoid")
        if sigmoid:
            u = sigmoid.args[0]
            return site.call("tanh", half(site, u if sign > 0 else negated(site, u).arg))
    return None


def _log(site: Site, eqn: Eqn) -> Rewritten:
    """log(sigmoid(x)), log(1 - sigmoid(x)), log(1 + exp(x)), log(exp(x) + exp(y)), log(exp(x))."""
    (x,) = eqn.args
    if sigmoid := site.see(x, "sigmoid"):
        return site.call("log_sigmoid", sigmoid.args[0])
    difference = site.see(x, "subtract")
    rest = difference.args[1] if difference and site.is_constant(difference.args[0], 1) else x
    if sigmoid := site.see(rest, "sigmoid"):
        return site.call("log_sigmoid", negated(site, sigmoid.args[0]))
    u = one_plus_exp(site, x)
    if u is not None:
        return site.call("softplus", u)
    u = exponent(site, x)
    if u is not None and u.type == eqn.out.type:
        return u
    return _log_of_exponentials(site, x)


def _log_of_exponentials(site: Site, x: Arg) -> Rewritten:
    """The logarithm of a sum of a few exponentials; a summand 1 is exp(0)."""
    terms: list[Arg] = []
    total = site.see(x, "add")
    while total and len(terms) < 8:
        rest, last = total.args
        terms.append(last)
        total = site.see(rest, "add")
        if not total:
            terms.append(rest)
    exponents = [exponent(site, t) for t in reversed(terms)]
    if len(exponents) < 2 or len(exponents) > 8:
        return None
    out: Ref | None = None
    for e in exponents:
        if e is None:
            return None
        out = site.ref(e) if out is None else site.call("logaddexp", out, e)
    return out


def _log1p(site: Site, eqn: Eqn) -> Rewritten:
    """log1p(exp(x)), log1p(-sigmoid(x))."""
    (x,) = eqn.args
    u = exponent(site, x)
    if u is not None:
        return site.call("softplus", u)
    minus = site.see(x, "negative")
    sigmoid = site.see(minus.args[0], "sigmoid") if minus else None
    return site.call("log_sigmoid", negated(site, sigmoid.args[0])) if sigmoid else None


def _logaddexp(site: Site, eqn: Eqn) -> Rewritten:
    other = _plus_here(site, eqn, 0.0)
    return None if other is None else site.call("softplus", other)


def _negative(site: Site, eqn: Eqn) -> Rewritten:
    """-softplus(-x) is log_sigmoid(x); -(-x) is x."""
    (x,) = eqn.args
    if minus := site.see(x, "negative"):
        return minus.args[0]
    if (softplus := site.see(x, "softplus")) and (minus := site.see(softplus.args[0], "negative")):
        return site.call("log_sigmoid", minus.args[0])
    return None


def _softplus_by_parts(site: Site, eqn: Eqn) -> Rewritten:
    """max(x, 0) + log(1 + exp(-|x|))."""
    for this, other in (eqn.args, eqn.args[::-1]):
        top, tail = site.see(this, "relu"), site.see(other, "softplus")
        minus = site.see(tail.args[0], "negative") if tail else None
        distance = site.see(minus.args[0], "absolute") if minus else None
        if top and distance and site.same(top.args[0], distance.args[0]):
            return site.call("softplus", top.args[0])
    return None


def _logaddexp_by_parts(site: Site, eqn: Eqn) -> Rewritten:
    """m + log(exp(a - m) + exp(b - m))."""
    for m, other in (eqn.args, eqn.args[::-1]):
        pair = site.see(other, "logaddexp")
        shifted = [site.see(x, "subtract") for x in pair.args] if pair else []
        if shifted and all(s and site.same(s.args[1], m) for s in shifted):
            a, b = (s.args[0] for s in shifted if s)
            return site.call("logaddexp", a, b)
    return None


def _silu(site: Site, eqn: Eqn) -> Rewritten:
    """x * sigmoid(x), where nothing else needs the sigmoid."""
    for x, other in (eqn.args, eqn.args[::-1]):
        sigmoid = site.see(other, "sigmoid")
        if sigmoid and site.once(other) and site.same(sigmoid.args[0], x):
            return site.call("silu", x)
    return None


def _relu(site: Site, eqn: Eqn) -> Rewritten:
    """maximum(x, 0) in either order."""
    other = _plus_here(site, eqn, 0.0)
    return site.call("relu", other) if other is not None and other.type.is_float else None


def _relu_by_choice(site: Site, eqn: Eqn) -> Rewritten:
    """where(x <= 0, 0, x). With < it has another slope at 0, where(x > 0, x, 0) is 0 for NaN: they stay."""
    condition, zero, x = eqn.args
    if not site.is_constant(zero, 0) or not eqn.out.type.is_float:
        return None
    return (
        site.call("relu", x)
        if _compared_to_zero(site, condition, x, ("less_equal", "greater_equal"))
        else None
    )


def _relu_by_mask(site: Site, eqn: Eqn) -> Rewritten:
    """x * (x > 0)."""
    for x, other in (eqn.args, eqn.args[::-1]):
        mask = site.see(other, "cast")
        if mask and x.type.is_float and _compared_to_zero(site, mask.args[0], x, ("greater", "less")):
            return site.call("relu", x)
    return None


def _compared_to_zero(site: Site, condition: Arg, x: Arg, names: tuple[str, str]) -> bool:
    """Is the condition `x <names[0]> 0`, or `0 <names[1]> x`?"""
    test = site.see(condition, *names)
    if test is None:
        return False
    a, b = test.args if test.op.name == names[0] else test.args[::-1]
    return site.same(a, x) and site.is_constant(b, 0)


def _where(site: Site, eqn: Eqn) -> Rewritten:
    """Both sides are one value: a sigmoid written once for each sign."""
    _, x, y = eqn.args
    return x if site.same(x, y) and not site.is_constant(x, 0) else None


def _absolute(site: Site, eqn: Eqn) -> Rewritten:
    """sqrt(x * x)."""
    x = squared(site, eqn.args[0])
    return None if x is None else site.call("absolute", x)


FUNCTIONS: Rules = {
    "divide": (_tanh_quotient, _sigmoid_quotient, _sigmoid_of_tanh),
    "multiply": (_sigmoid_of_tanh, _silu, _relu_by_mask),
    "reciprocal": (_sigmoid_inverse,),
    "power": (_sigmoid_inverse,),
    "add": (_sigmoid_of_half_tanh, _softplus_by_parts, _logaddexp_by_parts),
    "subtract": (_tanh_of_sigmoid,),
    "log": (_log,),
    "log1p": (_log1p,),
    "logaddexp": (_logaddexp,),
    "negative": (_negative,),
    "maximum": (_relu,),
    "where": (_relu_by_choice, _where),
    "sqrt": (_absolute,),
}
