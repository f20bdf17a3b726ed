"""Identities of scattered values: zeros with something added at some positions.

In: an equation, through a `Site`. Out: what its result is instead, or None.

    add_at(zeros, v, i) + b -> add_at(b, v, i)       -add_at(zeros, v, i) -> add_at(zeros, -v, i)
    add_at(setitem(d, 0, i), v, i) -> setitem(d, v, i)
    add_at(add_at(d, v, i), w, i) -> add_at(d, v + w, i)
    sum(add_at(zeros, v, i)) -> sum(v)     one write a row: sum(add_at(zeros, v, (arange, y)), 1) -> v

So the adjoint of `-log(softmax(z))[arange(n), y].mean()` becomes `dz = p / n; dz[arange(n), y] -= 1 / n`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, Eqn, Gather, Kind
from symgrad.ir.indexing import index_of, index_shape
from symgrad.ir.ops import axes
from symgrad.opt.rewrite import Rewritten, Rules, Site

_FURTHER = 8  # additions to other elements may stand between two to one,
_BACK = 64  # and so many equations


def _scattered(site: Site, arg: Arg) -> Eqn | None:
    """The equation, if `arg` is zeros except where something was added."""
    eqn = site.get(arg, "add_at")
    return eqn if eqn and site.is_constant(eqn.args[0], 0) else None


def _onto(site: Site, eqn: Eqn, write: Eqn, base: Ref, value: Ref) -> Rewritten:
    if base.type != eqn.out.type or write.out.type != eqn.out.type:  # either may be broadcast
        return None
    return site.call("add_at", base, value, *write.args[2:], **write.attrs)


def _add_at(site: Site, eqn: Eqn) -> Rewritten:
    """`d[i] = 0; d[i] += v`  ->  `d[i] = v`, at positions that are all different."""
    base, value, *operands = eqn.args
    if not site.once(base) or not site.may_reform(eqn):
        return None
    write = site.see(base, "setitem")
    if write is None:
        return _both(site, eqn)
    again = list(write.args[2:]) == operands and write.attrs == eqn.attrs
    if not again or any(isinstance(item, Gather) for item in index_of(eqn.attrs)):
        return None
    if not site.is_constant(write.args[1], 0):
        return None
    return site.call("setitem", write.args[0], value, *operands, **eqn.attrs)


def _both(site: Site, eqn: Eqn) -> Rewritten:
    """`d[i] += v; d[j] += w; d[i] += u`  ->  `d[j] += w; d[i] += v + u`: an element is written once.

    Not rows: what is added at one place may come out of two loops. Nor if an array that `v` may read is
    written in between. In the study text only within a statement, where the second follows the first.
    """
    value, *operands = eqn.args[1:]
    if value.type.rank:
        return None
    between: list[Eqn] = []
    before = eqn.args[0]
    while len(between) < _FURTHER and site.once(before) and (write := site.see(before, "add_at")):
        if not site.through_names and (write.loc, write.phase) != (eqn.loc, eqn.phase):
            return None
        if [*write.args[2:]] == operands and write.attrs == eqn.attrs and write.args[1].type == value.type:
            if not _is_quiet(site, write, between):
                return None
            latest = site.ref(write.args[0])
            for e in reversed(between):
                latest = site.call("add_at", latest, *e.args[1:], **e.attrs)
            both = site.ref(write.args[1]) + site.ref(value)
            return site.call("add_at", latest, both, *operands, **eqn.attrs)
        if not site.through_names:
            return None
        between.append(write)
        before = write.args[0]
    return None


def _is_quiet(site: Site, first: Eqn, writes: Sequence[Eqn]) -> bool:
    """Whether these are the only writes since the first one."""
    for eqn in islice(reversed(site.produced.values()), _BACK):
        if eqn is first:
            return True
        if eqn.op.kind in (Kind.WRITE, Kind.REGION) and not any(eqn is w for w in writes):
            return False
    return False


def _add(site: Site, eqn: Eqn) -> Rewritten:
    if not site.may_reform(eqn):
        return None
    for this, other in (eqn.args, eqn.args[::-1]):
        if site.once(this) and (write := _scattered(site, this)) and not site.is_constant(other, 0):
            return _onto(site, eqn, write, site.ref(other), site.ref(write.args[1]))
    return None


def _subtract(site: Site, eqn: Eqn) -> Rewritten:
    x, y = eqn.args
    if not site.may_reform(eqn):
        return None
    if site.once(x) and (write := _scattered(site, x)) and y.type == eqn.out.type:
        return _onto(site, eqn, write, -site.ref(y), site.ref(write.args[1]))
    if site.once(y) and (write := _scattered(site, y)) and not site.is_constant(x, 0):
        return _onto(site, eqn, write, site.ref(x), -site.ref(write.args[1]))
    return None


def _negative(site: Site, eqn: Eqn) -> Rewritten:
    write = _scattered(site, eqn.args[0])
    if write is None or not site.once(eqn.args[0]) or not site.may_reform(eqn):
        return None
    return site.call("add_at", write.args[0], -site.ref(write.args[1]), *write.args[2:], **write.attrs)


def _sum(site: Site, eqn: Eqn) -> Rewritten:
    write = site.see(eqn.args[0], "add_at")
    if write is None or not site.is_constant(write.args[0], 0) or not site.may_reform(eqn):
        return None
    base, value, *operands = write.args
    if axes(eqn.attrs) == tuple(range(base.type.rank)):
        types = tuple(o.type for o in operands)
        shape = index_shape(base.type.shape, types, write.attrs, site.builder.unify)
        spread = site.fit(value, shape)
        total = site.call("sum", spread, axis=tuple(range(len(shape))), keepdims=False) if shape else spread
        return site.call("reshape", total, shape=eqn.out.type.shape) if eqn.out.type.shape else total
    if axes(eqn.attrs) == (1,) and _one_a_row(site, write):
        rows = site.fit(value, base.type.shape[:1])
        return site.call("reshape", rows, shape=eqn.out.type.shape) if eqn.attrs["keepdims"] else rows
    return None


def _one_a_row(site: Site, write: Eqn) -> bool:
    """`a[arange(n), y] += v` for an `a` of n rows."""
    base, _, *operands = write.args
    if [type(item) for item in index_of(write.attrs)] != [Gather, Gather]:
        return False
    rows, columns = operands
    counted = site.see(rows, "iota")
    return bool(counted) and rows.type.shape == base.type.shape[:1] == columns.type.shape


WRITES: Rules = {
    "add": (_add,),
    "add_at": (_add_at,),
    "subtract": (_subtract,),
    "negative": (_negative,),
    "sum": (_sum,),
}
