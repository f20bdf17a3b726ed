"""Products and quotients in the form in which a textbook writes them.

In: an equation, through a `Site`. Out: the product with its sign outside, constants in front, one fraction,
numbers multiplied before arrays are; or None. Factors keep their order otherwise. The user's own statements
keep theirs altogether in the study text.

    g * (1 / y) -> g / y     g * (-z / y) -> -(g * z / y)     x * (2 * y) -> 2 * x * y
"""

from __future__ import annotations

import math

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.opt.rewrite import Rewritten, Rules, Site

# How far down the left spine of a product a constant factor is looked for.
_SPINE = 4


def _product(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    if not eqn.out.type.is_float or not site.may_reform(eqn):
        return None
    for this, other in ((x, y), (y, x)):
        # Of numbers also one that is read elsewhere: it is negated again, most often by a subtraction.
        again = bool(eqn.phase) and eqn.out.type.rank == 0
        if minus := (site.get if again else site.take)(this, "negative"):
            inner = site.ref(minus.args[0])
            return -(inner * site.ref(other)) if this is x else -(site.ref(other) * inner)
    if isinstance(y, Const):
        return site.ref(y) * site.ref(x)
    if isinstance(x, Const) and (merged := _into_spine(site, float(x.value), y)):
        return merged
    return _fraction(site, x, y) or _scalars_first(site, x, y) or _in_a_row(site, x, y)


def _into_spine(site: Site, factor: float, product: Arg) -> Ref | None:
    """`factor * product` by changing the constant that `product` has already."""
    path: list[Eqn] = []
    while len(path) < _SPINE:
        node = site.take(product, "multiply", "divide")
        if node is None:
            return None
        path.append(node)
        if isinstance(node.args[0], Const):
            break
        if node.op.name == "divide" and isinstance(node.args[1], Const):
            break
        product = node.args[0]
    else:
        return None
    last = path.pop()
    constant = last.args[0] if isinstance(last.args[0], Const) else last.args[1]
    assert isinstance(constant, Const)
    over = last.args[1] is constant and last.op.name == "divide"
    value = factor / float(constant.value) if over else factor * float(constant.value)
    if not _short(value, factor, float(constant.value)):
        return None
    number = site.number(value, constant.type)
    if over:
        out = site.ref(number) * site.ref(last.args[0])
    else:
        out = site.call(last.op.name, number, last.args[1])
    for node in reversed(path):
        out = site.call(node.op.name, out, node.args[1])
    return out


def _short(value: float, *operands: float) -> bool:
    """Worth writing down: no longer than what it replaces, and neither lost to 0 nor to infinity."""
    if value == 0.0 or not math.isfinite(value):
        return False
    return len(repr(value)) <= max(len(repr(v)) for v in operands) + 2


def _fraction(site: Site, x: Arg, y: Arg) -> Ref | None:
    """A factor that is a quotient moves its divisor under the whole product."""
    for this, other in ((x, y), (y, x)):
        if inverse := site.take(this, "reciprocal"):
            return site.ref(other) / site.ref(inverse.args[0])
        quotient = site.get(this, "divide")
        if quotient is None:
            continue
        top, bottom = quotient.args
        if this.type.rank < other.type.rank or site.take(this):
            if site.is_constant(top, 1):
                return site.ref(other) / site.ref(bottom)
            if site.is_constant(top, -1):
                return -(site.ref(other) / site.ref(bottom))
        if site.take(this) is None:
            continue
        if this is y and this.type.rank >= other.type.rank:
            if isinstance(top, Const):
                return site.ref(top) * site.ref(other) / site.ref(bottom)
            if other.type.rank == top.type.rank:
                return site.ref(other) * site.ref(top) / site.ref(bottom)
        elif this is y:
            return site.ref(this) * site.ref(other)  # a number stands before the array
    return None


def _scalars_first(site: Site, x: Arg, y: Arg) -> Ref | None:
    """Of three factors the two of lower rank are multiplied first: one pass over the array, not two."""
    for this, other in ((x, y), (y, x)):
        node = site.take(other, "multiply", "divide")
        if node is None or this.type.rank >= other.type.rank:
            continue
        a, b = node.args
        if node.op.name == "divide":
            if b.type.rank < a.type.rank and not isinstance(b, Const):
                return site.ref(this) / site.ref(b) * site.ref(a)
        elif a.type.rank < b.type.rank and not isinstance(a, Const):
            return site.ref(this) * site.ref(a) * site.ref(b)
        elif b.type.rank < a.type.rank:
            return site.ref(this) * site.ref(b) * site.ref(a)
    return None


def _in_a_row(site: Site, x: Arg, y: Arg) -> Ref | None:
    """`x * (a * b)` is written `x * a * b`, with a constant in front."""
    node = site.take(y, "multiply")
    if node is None or isinstance(x, Const):
        return None
    first, second = site.refs(*node.args)
    if isinstance(first.arg, Const):
        if x.type.rank > second.ndim:
            return site.ref(y) * site.ref(x)
        return first * site.ref(x) * second
    if x.type.rank == first.ndim == second.ndim:
        return site.ref(x) * first * second
    return None


def _quotient(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    if not eqn.out.type.is_float or not site.may_reform(eqn):
        return None
    if minus := site.take(x, "negative"):
        return -(site.ref(minus.args[0]) / site.ref(y))
    if minus := site.take(y, "negative"):
        return -(site.ref(x) / site.ref(minus.args[0]))
    if inverse := site.take(y, "reciprocal"):
        return site.ref(x) * site.ref(inverse.args[0])
    if isinstance(y, Const) and (inverse_of := _inverse(site, eqn, float(y.value))):
        merged = _into_spine(site, inverse_of, x)
        return merged if merged or not site.through_names else inverse_of * site.ref(x)
    if shorter := _of_multiples(site, x, y):
        return shorter
    below = site.take(y, "divide")
    if below and site.is_constant(below.args[0], 1):
        return site.ref(x) * site.ref(below.args[1])
    above = site.take(x, "multiply")
    if above and not isinstance(y, Const):
        a, b = above.args
        if a.type.rank < b.type.rank and y.type.rank < b.type.rank:
            return site.ref(a) / site.ref(y) * site.ref(b)
    return None


def _of_multiples(site: Site, x: Arg, y: Arg) -> Ref | None:
    """`3.0 * a / (6.0 * b)` is `0.5 * a / b`, if the number is as short."""
    below = site.take(y, "multiply")
    above = site.take(x, "multiply")
    top = x if isinstance(x, Const) else above.args[0] if above else None
    if below is None or not isinstance(below.args[0], Const) or not isinstance(top, Const):
        return None
    one, other = float(top.value), float(below.args[0].value)
    if not other or not _short(one / other, one, other):
        return None
    number, rest = site.number(one / other, top.type), site.ref(below.args[1])
    return site.ref(number) / rest if above is None else site.ref(number) * site.ref(above.args[1]) / rest


def _inverse(site: Site, eqn: Eqn, value: float) -> float | None:
    """What to multiply by instead: exact for powers of two; near enough for a derivative in a kernel."""
    if math.frexp(abs(value))[0] != 0.5 and not (site.through_names and eqn.phase):
        return None
    inverse = 1.0 / value if value else math.inf
    return inverse if math.isfinite(inverse) else None


def _sign_in(site: Site, eqn: Eqn) -> Rewritten:
    """For the reader the sign stands before the first factor, `-a * b`; or it is that of `d[i] -= a * b`."""
    node = site.take(eqn.args[0], "multiply", "divide")
    if node is None or _is_added(site, eqn.out) or not eqn.out.type.is_float or not site.may_reform(eqn):
        return None
    first, second = node.args
    if difference := site.take(first, "subtract"):
        a, b = site.refs(*difference.args)
        return site.call(node.op.name, b - a, second)
    return site.call(node.op.name, -site.ref(first), second)


def _power(site: Site, eqn: Eqn) -> Rewritten:
    """A whole negative power is a divisor: `x ** -2 -> 1 / x ** 2`."""
    x, y = eqn.args
    if not isinstance(y, Const) or not x.type.is_float or not site.may_reform(eqn):
        return None
    exponent = float(y.value)
    if exponent >= -1.0 or not exponent.is_integer():
        return None
    return 1.0 / site.call("power", x, site.number(-exponent, y.type))


def _sum(site: Site, eqn: Eqn) -> Rewritten:
    """A negative constant at the front of the second term is a sign: `a - -4 * b -> a + 4 * b`."""
    x, y = eqn.args
    if not eqn.out.type.is_float or not site.may_reform(eqn) or not _starts_negative(site, y):
        return None
    flipped = _into_spine(site, -1.0, y)
    if flipped is None:
        return None
    return site.ref(x) + flipped if eqn.op.name == "subtract" else site.ref(x) - flipped


def _starts_negative(site: Site, arg: Arg) -> bool:
    for _ in range(_SPINE):
        node = site.take(arg, "multiply", "divide")
        if node is None:
            return False
        arg = node.args[0]
        if isinstance(arg, Const):
            return float(arg.value) < 0.0
    return False


def _sign(site: Site, eqn: Eqn) -> Rewritten:
    """The sign goes into a constant at the front."""
    if not eqn.out.type.is_float or not site.may_reform(eqn):
        return None
    node = site.take(eqn.args[0], "multiply", "divide")
    if node is None or not isinstance(node.args[0], Const):
        return None
    constant, rest = node.args
    assert isinstance(constant, Const)
    return site.call(node.op.name, site.number(-float(constant.value), constant.type), rest)


def _scaled_place(site: Site, eqn: Eqn) -> Rewritten:
    """`d[i] = c * d[i]`  ->  `d[i] = d[i] * c`, which is written `d[i] *= c`."""
    base, value, *operands = eqn.args
    product = site.get(value, "multiply")
    if product is None or not site.once(value) or not site.may_reform(eqn):
        return None
    factor, place = product.args
    part = site.get(place, "getitem")
    if part is None or not site.once(place) or place.type != value.type:
        return None
    if (part.args[0], *part.args[1:]) != (base, *operands) or part.attrs != eqn.attrs:
        return None
    if (other := site.get(factor, "getitem")) and other.args == part.args and other.attrs == part.attrs:
        return None
    return site.call("setitem", base, site.call("multiply", place, factor), *operands, **eqn.attrs)


PRODUCTS: Rules = {
    "multiply": (_product,),
    "divide": (_quotient,),
    "negative": (_sign,),
    "add": (_sum,),
    "subtract": (_sum,),
    "power": (_power,),
}


def _sign_last(site: Site, eqn: Eqn) -> Rewritten:
    """What is subtracted from a place is negated there: `d[j] -= p`, also if p was computed long before."""
    base, value, *operands = eqn.args
    minus = site.get(value, "negative")
    if minus is None or not site.once(value) or not site.may_reform(eqn) or site.is_latest(value):
        return None
    negated = -site.ref(minus.args[0])
    site.note_reader(negated.arg, "add_at", 1)
    return site.call("add_at", base, negated, *operands, **eqn.attrs)


def _is_added(site: Site, value: Value) -> bool:
    """Is it what an addition in place adds, and nothing else?"""
    return site.once(value) and site.reader(value) == ("add_at", 1)


SPOKEN: Rules = {"negative": (_sign_in,), "setitem": (_scaled_place,), "add_at": (_sign_last,)}
