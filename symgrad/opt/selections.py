"""Selections in derivatives: what is 0 outside a condition is selected once, at the end.

In: an equation of a derivative, through a `Site`. Out: what its result is instead, or None. A cotangent that
is 0 by choice contributes exactly 0, so a factor of it is looked at only where the condition holds; guards
that `ad` put there against 0 * inf say nothing any more and go.

    where(c, 1, 0) * d -> where(c, d, 0)          where(c, a, 0) / d -> where(c, a / d, 0)
    where(c, 0, 1) + where(c, 0.01, 0) -> where(c, 0.01, 1)
    where(c, 1, 0) / where((where(c, 1, 0) == 0) & bad, 1, s) -> where(c, 1 / s, 0)
"""

from __future__ import annotations

from symgrad.ir.build import Ref, where
from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.ir.frozen import dataclass
from symgrad.opt.rewrite import Rewritten, Rules, Site

_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Chosen:
    """`where(condition, value, 0)`, or with `holds` False `where(condition, 0, value)`."""

    condition: Arg
    value: Arg
    holds: bool

    def select(self, site: Site, value: Ref | Arg) -> Ref:
        value = value if isinstance(value, Ref) else site.ref(value)
        condition = site.ref(self.condition)
        if isinstance(value.arg, Const):
            return site.call("where", condition, *self._ordered(value.arg, site.number(0.0, value.type)))
        return where(condition, value, 0.0) if self.holds else where(condition, 0.0, value)

    def _ordered(self, value: Arg, other: Arg) -> tuple[Arg, Arg]:
        return (value, other) if self.holds else (other, value)


def chosen(site: Site, arg: Arg, *, readers: int = 1) -> Chosen | None:
    """`arg` as a selection against 0, if it has so few readers, or taking it apart computes nothing twice."""
    eqn = site.get(arg, "where")
    if eqn is None or not arg.type.is_float:
        return None
    condition, x, y = eqn.args
    for value, other, holds in ((x, y, True), (y, x, False)):
        if site.is_constant(other, 0) and not site.is_constant(value, 0):
            known = site.constant(value)
            if known is not None:
                return Chosen(condition, site.number(known, value.type), holds)
            alone = isinstance(arg, Value) and site.count.get(arg, 1) <= readers
            return Chosen(condition, value, holds) if alone or _constants_only(site, value) else None
    return None


def _constants_only(site: Site, arg: Arg, depth: int = _DEPTH) -> bool:
    """A selection among constants costs no more where it is written twice."""
    if site.constant(arg) is not None:
        return True
    eqn = site.get(arg, "where") if depth else None
    return eqn is not None and all(_constants_only(site, a, depth - 1) for a in eqn.args[1:])


def _taken_apart(site: Site, this: Arg, other: Arg) -> tuple[Chosen, Arg] | None:
    """A selection and its factor without the guards that it makes idle (such a guard reads it once more)."""
    for readers in (1, 2):
        found = chosen(site, this, readers=readers)
        if found is not None:
            factor = _where_it_holds(site, other, found.condition, found.holds, _DEPTH)
            if readers == 1 or factor is not other:
                return found, factor
    return None


def _product(site: Site, eqn: Eqn) -> Rewritten:
    if not site.may_reform(eqn):
        return None
    x, y = eqn.args
    for this, other in ((x, y), (y, x)):
        if isinstance(this, Const) and (scaled := _scaled(site, other, float(this.value), _DEPTH)):
            return scaled
        apart = None if isinstance(other, Const) else _taken_apart(site, this, other)
        if apart is None:
            continue
        found, factor = apart
        if site.is_constant(found.value, 1):
            return found.select(site, factor)
        value = site.ref(found.value)
        return found.select(site, value * site.ref(factor) if this is x else site.ref(factor) * value)
    return None


def _quotient(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    apart = None if isinstance(y, Const) or not site.may_reform(eqn) else _taken_apart(site, x, y)
    if apart is None:
        return None
    found, factor = apart
    return found.select(site, site.ref(found.value) / site.ref(factor))


def _negative(site: Site, eqn: Eqn) -> Rewritten:
    if not site.may_reform(eqn):
        return None
    (x,) = eqn.args
    if scaled := _scaled(site, x, -1.0, _DEPTH):
        return scaled
    found = chosen(site, x)
    return found.select(site, -site.ref(found.value)) if found else None


def _scaled(site: Site, arg: Arg, factor: float, depth: int) -> Ref | None:
    """`factor * arg` for selections among constants."""
    eqn = site.get(arg, "where") if depth and arg.type.is_float else None
    if eqn is None:
        return None
    condition, *sides = eqn.args
    out: list[Ref] = []
    for side in sides:
        known = site.constant(side)
        if known is not None:
            out.append(site.ref(site.number(float(known) * factor if known else 0.0, side.type)))
        elif (inner := _scaled(site, side, factor, depth - 1)) is not None:
            out.append(inner)
        else:
            return None
    return site.call("where", condition, *out)


def _sum(site: Site, eqn: Eqn) -> Rewritten:
    """Two selections by one condition, where on some side there is nothing to add."""
    if not site.may_reform(eqn):
        return None
    first, second = (site.get(a, "where") for a in eqn.args)
    if first is None or second is None or not site.same(first.args[0], second.args[0]):
        return None
    if not (_free(site, eqn.args[0]) and _free(site, eqn.args[1])):
        return None
    sides = list(zip(first.args[1:], second.args[1:], strict=True))
    if not any(site.is_constant(a, 0) or site.is_constant(b, 0) for a, b in sides):
        return None
    op = eqn.op.name
    return site.call("where", first.args[0], *(_added(site, op, a, b) for a, b in sides))


def _free(site: Site, arg: Arg) -> bool:
    """Nothing is computed twice if `arg` is taken apart."""
    return site.take(arg) is not None or _constants_only(site, arg)


def _added(site: Site, op: str, a: Arg, b: Arg) -> Ref:
    if site.is_constant(b, 0):
        return site.ref(a)
    if not site.is_constant(a, 0):
        return site.call(op, a, b)
    if op == "add":
        return site.ref(b)
    known = site.constant(b)
    return site.ref(site.number(-float(known), b.type)) if known is not None else -site.ref(b)


def _equal(site: Site, eqn: Eqn) -> Rewritten:
    """`where(c, 1, 0) == 0` is `not c`."""
    x, y = eqn.args
    value, choice = site.constant(y), site.get(x, "where")
    if value is None or choice is None:
        return None
    sides = [site.constant(a) for a in choice.args[1:]]
    if any(s is None for s in sides):
        return None
    left, right = (s == value for s in sides)
    condition = choice.args[0]
    if left is right:
        return None
    return site.ref(condition) if left else site.call("logical_not", condition)


def _where(site: Site, eqn: Eqn) -> Rewritten:
    """Each side without what its condition makes idle; selections against 0 by age, oldest outside."""
    if not site.may_reform(eqn) or not eqn.out.type.is_float:
        return None
    condition, *sides = eqn.args
    bare = [
        _where_it_holds(site, side, condition, holds, _DEPTH)
        for side, holds in zip(sides, (True, False), strict=True)
    ]
    if any(new is not old for new, old in zip(bare, sides, strict=True)):
        return site.call("where", condition, *bare)
    return _older_outside(site, condition, *sides)


def _older_outside(site: Site, condition: Arg, x: Arg, y: Arg) -> Ref | None:
    """where(c, where(d, a, 0), where(d, b, 0)) -> where(d, where(c, a, b), 0), if d was computed before c."""
    left, right = chosen(site, x), chosen(site, y)
    outer = left or right
    if outer is None or not isinstance(condition, Value) or not isinstance(outer.condition, Value):
        return None
    if site.age(outer.condition) >= site.age(condition):
        return None
    inner: list[Arg] = []
    for side, found in ((x, left), (y, right)):
        if site.is_constant(side, 0):
            inner.append(side)
        elif found and found.holds is outer.holds and site.same(found.condition, outer.condition):
            inner.append(found.value)
        else:
            return None
    return outer.select(site, site.call("where", condition, *inner))


# fmt: off
_ENTERED = (
    "multiply", "divide", "negative", "add", "subtract", "equal", "logical_and", "logical_not", "where",
)
# fmt: on


def _where_it_holds(site: Site, arg: Arg, condition: Arg, holds: bool, depth: int) -> Arg:
    """`arg`, where it matters only if `condition` is `holds`: without the guards that this makes idle."""
    if not depth or isinstance(arg, Const):
        return arg
    choice = site.get(arg, "where")
    if choice:
        taken = _known(site, choice.args[0], condition, holds, _DEPTH)
        if taken is not None:
            return _where_it_holds(site, choice.args[1 if taken else 2], condition, holds, depth - 1)
    eqn = site.take(arg, *_ENTERED)
    if eqn is None:
        return arg
    bare = [_where_it_holds(site, a, condition, holds, depth - 1) for a in eqn.args]
    if all(new is old for new, old in zip(bare, eqn.args, strict=True)):
        return arg
    return site.fit(site.call(eqn.op.name, *bare), arg.type.shape).arg


def _known(site: Site, test: Arg, condition: Arg, holds: bool, depth: int) -> bool | None:
    """What `test` is where `condition` is `holds`."""
    if site.same(test, condition):
        return holds
    eqn = site.see(test, "logical_not", "logical_and", "logical_or", "equal")
    if eqn is None or not depth:
        return None
    if eqn.op.name == "equal":
        return _known_equal(site, eqn, condition, holds)
    parts = [_known(site, a, condition, holds, depth - 1) for a in eqn.args]
    if eqn.op.name == "logical_not":
        return None if parts[0] is None else not parts[0]
    decisive = eqn.op.name == "logical_or"
    if decisive in parts:
        return decisive
    if not decisive and _is_idle_guard(site, eqn, condition):
        return False
    return None if None in parts else not decisive


def _known_equal(site: Site, eqn: Eqn, condition: Arg, holds: bool) -> bool | None:
    choice, value = site.see(eqn.args[0], "where"), site.constant(eqn.args[1])
    if choice is None or value is None or not site.same(choice.args[0], condition):
        return None
    side = site.constant(choice.args[1] if holds else choice.args[2])
    return None if side is None else side == value


def _is_idle_guard(site: Site, eqn: Eqn, condition: Arg) -> bool:
    """`(g == 0) & ~isfinite(z)`: against a cotangent that is 0 by choice, which here it is not."""
    zero, infinite = eqn.args
    test, negated = site.see(zero, "equal"), site.see(infinite, "logical_not")
    if test is None or negated is None or not site.is_constant(test.args[1], 0):
        return False
    choice = site.see(test.args[0], "where")
    if choice is None or site.see(negated.args[0], "isfinite") is None:
        return False
    return site.same(choice.args[0], condition)


SELECTIONS: Rules = {
    "multiply": (_product,),
    "divide": (_quotient,),
    "negative": (_negative,),
    "add": (_sum,),
    "subtract": (_sum,),
    "equal": (_equal,),
    "where": (_where,),
}
