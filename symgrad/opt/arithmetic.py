"""Identities of arithmetic, selection and casts, each of which keeps dtype, shape and NaNs.

In: an equation, through a `Site`. Out: what its result is instead, or None. Bits are kept in the user's own
statements; in derivatives and kernels the sign of a zero may change.

    x + 0 -> x      a + (-b) -> a - b      -(-x) -> x      x ** 1 -> x      where(c, x, x) -> x
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.ir.fold import fold
from symgrad.ir.types import FLOATS, ArrayType
from symgrad.opt.rewrite import Rewritten, Rule, Rules, Site

_FACTORS = 8  # of a numerator are looked at


def folded(site: Site, eqn: Eqn) -> Rewritten:
    """Constants alone: done now, where the result reads no worse than the operands do."""
    numbers = []
    for a in eqn.args:
        number = site.constant(a)
        if number is None:
            return None
        numbers.append(number)
    operands = [Const(n, ArrayType(a.type.dtype)) for n, a in zip(numbers, eqn.args, strict=True)]
    result = fold(eqn.op.name, operands)
    if not isinstance(result, Const) or not all(map(_exact, [*operands, result])):
        return None
    longest = max(len(repr(c.value)) for c in operands)
    return result if site.through_names or len(repr(result.value)) <= longest + 2 else None


def _exact(constant: Const) -> bool:
    """Is the number as it is written one of its dtype? 0.1 is no float32."""
    return constant.type.dtype != "float32" or float(np.float32(constant.value)) == constant.value


def _add(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    if not site.may_reform(eqn):
        return None
    if site.is_constant(y, 0):
        return x
    if site.is_constant(x, 0):
        return y
    if minus := site.get(y, "negative"):
        return site.ref(x) - site.ref(minus.args[0])
    if minus := site.get(x, "negative"):
        return site.ref(y) - site.ref(minus.args[0])
    return 2.0 * site.ref(x) if x.type.is_float and site.same(x, y) else None


def _subtract(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    if repr(site.constant(y)) in ("0.0", "0"):  # x - (-0.0) is not x where x is -0.0
        return x
    if site.is_constant(x, 0) and site.may_reform(eqn):
        return -site.ref(y)
    if (minus := site.get(y, "negative")) and site.may_reform(eqn):
        return site.ref(x) + site.ref(minus.args[0])
    return None


def _negative(site: Site, eqn: Eqn) -> Rewritten:
    (x,) = eqn.args
    if minus := site.get(x, "negative"):
        return minus.args[0]
    if site.may_reform(eqn) and (difference := site.take(x, "subtract")):
        a, b = site.refs(*difference.args)
        return b - a
    return None


def _multiply(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    for one, other in ((y, x), (x, y)):
        if site.is_constant(one, 1):
            return other
        if site.is_constant(one, -1):
            return -site.ref(other)
    return None


def _divide(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    if site.is_constant(y, 1):
        return x
    if site.is_constant(y, -1):
        return -site.ref(x)
    if isinstance(y, Const) or not eqn.phase or not site.may_reform(eqn):
        return None
    inverse = _inverse_in(site, x, y)
    if inverse is not None:
        return site.ref(x) * site.ref(inverse)
    before = site.quotients.get(y, ())[-_FACTORS:] if isinstance(y, Value) else ()
    quotients: dict[Arg, Value] = {}
    for quotient in before:
        if isinstance(quotient.args[0], Value) and _stays(site, quotient.out):
            quotients[quotient.args[0]] = quotient.out
    return _divided_before(site, x, quotients, _FACTORS) if quotients else None


def _stays(site: Site, quotient: Value) -> bool:
    """Not one that is about to become part of a product, `z / y * g`  ->  `z * g / y`."""
    name, _ = site.reader(quotient)
    return name not in ("", "multiply", "negative") or (bool(name) and not site.once(quotient))


def _inverse_in(site: Site, product: Arg, y: Arg) -> Arg | None:
    """A factor 1 / y of a product: its adjoint -g * z / y is -g * z * z, which divides no second time."""
    stack, steps = [product], 0
    while stack and steps < _FACTORS:
        arg, steps = stack.pop(), steps + 1
        node = site.see(arg, "multiply", "negative", "divide")
        if node is None:
            continue
        if node.op.name != "divide":
            stack += node.args
        elif site.is_constant(node.args[0], 1) and arg.type == product.type and site.same(node.args[1], y):
            return arg
    return None


def _divided_before(site: Site, product: Arg, quotients: Mapping[Arg, Value], depth: int) -> Ref | None:
    """The product over y by a factor's quotient g / y, which is there: -g * z / y is -(g / y) * z."""
    node = site.get(product, "multiply", "negative") if depth else None
    if node is None:
        return None
    for place, factor in enumerate(node.args):
        known = quotients.get(factor)
        found = _divided_before(site, factor, quotients, depth - 1) if known is None else site.ref(known)
        if found is not None:
            others = [site.ref(a) for a in node.args]
            others[place] = found
            return site.call(node.op.name, *others)
    return None


def _power(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    if site.is_constant(y, 1):
        return x
    if site.is_constant(y, 0):
        return site.number(1, x.type)  # NumPy's too, for every x, NaN included
    if site.is_constant(y, -1) and x.type.dtype in FLOATS and site.may_reform(eqn):
        return 1.0 / site.ref(x)
    return None


def _even(site: Site, eqn: Eqn) -> Rewritten:
    """The sign of the operand does not matter."""
    inner = site.get(eqn.args[0], "negative", "absolute")
    if inner is None or not site.may_reform(eqn):
        return None
    return site.call(eqn.op.name, inner.args[0])


def _equal(site: Site, eqn: Eqn) -> Rewritten:
    """`-x == 0` asks for x."""
    x, y = eqn.args
    minus = site.get(x, "negative") if site.is_constant(y, 0) and site.may_reform(eqn) else None
    return None if minus is None else site.call(eqn.op.name, minus.args[0], y)


def _extremum(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    return x if site.same(x, y) else None


def _where(site: Site, eqn: Eqn) -> Rewritten:
    condition, x, y = eqn.args
    known = site.constant(condition)
    if known is not None:
        return x if known else y
    if site.same(x, y):
        return x
    if negated := site.get(condition, "logical_not"):
        return site.call("where", negated.args[0], y, x)
    inner = site.get(x, "where")
    if inner and site.same(inner.args[0], condition):
        return site.call("where", condition, inner.args[1], y)
    inner = site.get(y, "where")
    if inner and site.same(inner.args[0], condition):
        return site.call("where", condition, x, inner.args[2])
    return None


def _logical(site: Site, eqn: Eqn) -> Rewritten:
    """`c and True -> c`, `c and False -> False`, and the duals."""
    if any(a.type.dtype != "bool" for a in eqn.args):
        return None
    neutral = eqn.op.name == "logical_and"
    for known, other in (eqn.args, eqn.args[::-1]):
        value = site.constant(known)
        if value is not None:
            return other if bool(value) is neutral else Const(not neutral, ArrayType("bool"))
    return eqn.args[0] if site.same(*eqn.args) else None


def _logical_not(site: Site, eqn: Eqn) -> Rewritten:
    inner = site.get(eqn.args[0], "logical_not")
    return inner.args[0] if inner and inner.args[0].type.dtype == "bool" else None


def _cast(site: Site, eqn: Eqn) -> Rewritten:
    (x,) = eqn.args
    dtype = eqn.out.type.dtype
    if x.type.dtype == dtype:
        return x
    value = site.constant(x)
    if value is not None and (dtype in FLOATS or x.type.dtype == "bool") and np.isfinite(value):
        known = Const(value, ArrayType(x.type.dtype))
        return site.number(value, eqn.out.type) if _exact(known) else None
    inner = site.get(x, "cast")
    if inner and np.can_cast(inner.args[0].type.dtype, x.type.dtype, "safe"):
        source = inner.args[0]
        return source if source.type.dtype == dtype else site.call("cast", source, dtype=dtype)
    return None


_TABLE: dict[str, tuple[Rule, ...]] = {
    "add": (_add,),
    "subtract": (_subtract,),
    "negative": (_negative,),
    "multiply": (_multiply,),
    "divide": (_divide,),
    "power": (_power,),
    "square": (_even,),
    "absolute": (_even,),
    "equal": (_equal,),
    "not_equal": (_equal,),
    "maximum": (_extremum,),
    "minimum": (_extremum,),
    "where": (_where,),
    "logical_and": (_logical,),
    "logical_or": (_logical,),
    "logical_not": (_logical_not,),
    "cast": (_cast,),
}
# fmt: off
_FOLDED = (
    "add", "subtract", "multiply", "divide", "negative", "log", "sqrt", "maximum", "minimum",
    "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_not",
)
# fmt: on

ARITHMETIC: Rules = {
    name: ((folded,) if name in _FOLDED else ()) + _TABLE.get(name, ())
    for name in dict.fromkeys([*_TABLE, *_FOLDED])
}
