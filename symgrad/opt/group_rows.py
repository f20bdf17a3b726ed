"""Grouping, functions of whole rows: softmax, log-softmax, logsumexp, norm.

In: an equation of a primal program, through a `Site`. Out: the grouped operation, or None. The rows may lie
along any axes, the sums may be kept, reshaped or indexed into place, the whole may be transposed.

    e = exp(z - max(z, 1)[:, None]); e / sum(e, 1)[:, None]    ->    softmax(z, axis=1)
"""

from __future__ import annotations

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, Eqn
from symgrad.ir.ops import axes as reduced_axes
from symgrad.opt.layout import Axes, Layout, from_right, kept_axes, layout, moved, through
from symgrad.opt.patterns import exponent, one_plus_exp, squared
from symgrad.opt.rewrite import Rewritten, Rules, Site

_MOVES = ("transpose", "reshape", "broadcast_to", "getitem")


def _softmax(site: Site, eqn: Eqn) -> Rewritten:
    """exp(z) / sum(exp(z))."""
    top, bottom = eqn.args
    shown = layout(site, top)
    z = exponent(site, shown.root)
    if z is None or not shown.is_permutation or eqn.out.type != top.type or not z.type.shape:
        return None
    over = _summed_over(site, shown, layout(site, bottom))
    if over is None or z.type != shown.root.type:
        return None
    return moved(site, site.call("softmax", z, axis=over), shown.moves)


def _summed_over(site: Site, shown: Layout, total: Layout) -> tuple[int, ...] | None:
    """The axes of `shown`'s root that `total` has summed, if it stands beside `shown` as keepdims would."""
    reduction = site.see(total.root, "sum")
    if reduction is None:
        return None
    summand = layout(site, reduction.args[0])
    if not site.same(summand.root, shown.root) or not summand.is_permutation:
        return None
    kept = through(summand.axes, kept_axes(reduction))
    if not _beside(shown.axes, through(kept, total.axes)):
        return None
    over = tuple(i for i in range(shown.root.type.rank) if i not in kept and shown.root.type.shape[i] != 1)
    gone = {summand.axes[i] for i in reduced_axes(reduction.attrs)}
    return over if over and set(over) <= gone else None


def _beside(axes: Axes, others: Axes) -> bool:
    """Do the axes of a reduction stand under the same axes of what was reduced?"""
    if len(others) > len(axes):
        return False
    return all(b is None or a == b for a, b in zip(axes, from_right(others, len(axes)), strict=True))


def _unshifted(site: Site, eqn: Eqn) -> Rewritten:
    """softmax(z - max(z)) is softmax(z): what is the same along a row does not matter."""
    difference = site.see(eqn.args[0], "subtract")
    if difference is None:
        return None
    z, shift = difference.args
    if z.type != eqn.out.type or not _constant_along(site, shift, eqn, z.type.rank):
        return None
    return site.call(eqn.op.name, z, axis=eqn.attrs["axis"])


def _constant_along(site: Site, shift: Arg, eqn: Eqn, rank: int) -> bool:
    """Is `shift` a maximum (or the like) that does not vary along the axes of `eqn`?"""
    if site.constant(shift) is not None:
        return True
    shown = layout(site, shift)
    source = site.see(shown.root, "stop_gradient")
    if site.see(source.args[0] if source else shown.root, "max", "logsumexp") is None:
        return False
    along = from_right(shown.axes, rank)
    return all(along[i] is None for i in reduced_axes(eqn.attrs))


def _log_of_moved(site: Site, eqn: Eqn) -> Rewritten:
    """The logarithm of a softmax, a sigmoid or a sum of exponentials, also where it was moved or indexed."""
    moves: list[Eqn] = []
    (arg,) = eqn.args
    while (move := site.see(arg, *_MOVES)) and len(moves) < 6:
        moves.append(move)
        arg = move.args[0]
    found = _log_of_grouped(site, arg)
    return None if found is None else moved(site, found, moves[::-1])


def _log_of_grouped(site: Site, arg: Arg) -> Ref | None:
    grouped = site.see(arg, "softmax", "sigmoid")
    if grouped and grouped.op.name == "softmax":
        return site.call("log_softmax", grouped.args[0], **grouped.attrs)
    if grouped:
        return site.call("log_sigmoid", grouped.args[0])
    total = site.see(arg, "sum")
    z = exponent(site, total.args[0]) if total else None
    if total is None or z is None or z.type != total.args[0].type:
        return None
    return site.call("logsumexp", z, **total.attrs)


def _log_of_quotient(site: Site, eqn: Eqn) -> Rewritten:
    """log(exp(a) / sum(exp(z))) is a - logsumexp(z); log(sum(exp(z)) / n) is logsumexp(z) - log(n)."""
    quotient = site.see(eqn.args[0], "divide")
    if quotient is None:
        return None
    top, bottom = quotient.args
    a, u, w = exponent(site, top), one_plus_exp(site, top), one_plus_exp(site, bottom)
    if u is not None and w is not None:
        return site.call("softplus", u) - site.call("softplus", w)
    if a is not None:
        below = _log_of_moved_sum(site, bottom)
        return None if below is None else site.ref(a) - below
    above = _log_of_moved_sum(site, top)
    return None if above is None else above - site.call("log", bottom)


def _log_of_moved_sum(site: Site, arg: Arg) -> Ref | None:
    shown = layout(site, arg)
    found = _log_of_grouped(site, shown.root) if site.see(shown.root, "sum") else None
    return None if found is None else moved(site, found, shown.moves)


def _unshifted_sum(site: Site, eqn: Eqn) -> Rewritten:
    """m + logsumexp(z - m) is logsumexp(z)."""
    for m, other in (eqn.args, eqn.args[::-1]):
        total = layout(site, other)
        reduction = site.see(total.root, "logsumexp")
        difference = site.see(reduction.args[0], "subtract") if reduction else None
        if reduction is None or difference is None or other.type != eqn.out.type:
            continue
        z, shift = difference.args
        if z.type == reduction.args[0].type and _same_shift(site, m, shift, total, reduction):
            return moved(site, site.call("logsumexp", z, **reduction.attrs), total.moves)
    return None


def _same_shift(site: Site, m: Arg, shift: Arg, total: Layout, reduction: Eqn) -> bool:
    """Is what is added to a logsumexp what was taken off its summands?"""
    value = site.constant(shift)
    if value is not None:
        return site.is_constant(m, value)
    (root, put), (other, off) = _reduced_from(site, m), _reduced_from(site, shift)
    if not _same_reduction(site, root, other) or len(put) > len(total.axes):
        return False
    off = from_right(off, reduction.args[0].type.rank)
    if any(off[i] is not None for i in reduced_axes(reduction.attrs)):
        return False
    rows = through(kept_axes(reduction), total.axes)
    back = tuple(None if i is None else off[i] for i in rows)
    # Every axis along which the shift varies must be there, and at its place.
    complete = {i for i in off if i is not None} == {i for i in back if i is not None}
    return from_right(put, len(total.axes)) == back and complete


def _reduced_from(site: Site, arg: Arg) -> tuple[Arg, Axes]:
    """What `arg` shows, and its axes; those of a maximum are the axes of what it is the maximum of."""
    shown = layout(site, arg)
    reduction = site.see(shown.root, "max")
    return shown.root, through(kept_axes(reduction), shown.axes) if reduction else shown.axes


def _same_reduction(site: Site, a: Arg, b: Arg) -> bool:
    """One value; or two maxima of one value over the same axes, with and without keepdims."""
    if site.same(a, b):
        return True
    x, y = site.see(a, "max"), site.see(b, "max")
    if x is None or y is None or x.attrs["axis"] != y.attrs["axis"]:
        return False
    return site.same(x.args[0], y.args[0])


def _log_softmax(site: Site, eqn: Eqn) -> Rewritten:
    """z - logsumexp(z)."""
    z, other = eqn.args
    total = layout(site, other)
    reduction = site.see(total.root, "logsumexp")
    if reduction is None or eqn.out.type != z.type or not z.type.shape:
        return None
    if not site.same(reduction.args[0], z):
        return None
    plain = tuple(None if d == 1 else i for i, d in enumerate(z.type.shape))
    rows = through(plain, through(kept_axes(reduction), total.axes))
    over = reduced_axes(reduction.attrs)
    kept = {i for i in plain if i is not None and i not in over}
    if not _beside(plain, rows) or {i for i in rows if i is not None} != kept:
        return None
    return site.call("log_softmax", z, axis=over)


def _exp(site: Site, eqn: Eqn) -> Rewritten:
    """exp(log_softmax(z)) is softmax(z)."""
    grouped = site.see(eqn.args[0], "log_softmax")
    return site.call("softmax", grouped.args[0], **grouped.attrs) if grouped else None


def _norm(site: Site, eqn: Eqn) -> Rewritten:
    """sqrt(sum(x * x)), sqrt(x @ x), and with ** 0.5."""
    if eqn.op.name == "power" and not site.is_constant(eqn.args[1], 0.5):
        return None
    if total := site.see(eqn.args[0], "sum"):
        x = squared(site, total.args[0])
        return None if x is None or x.type != total.args[0].type else site.call("norm", x, **total.attrs)
    dot = site.see(eqn.args[0], "matmul")
    if dot and dot.args[0].type.rank == 1 and site.same(*dot.args):
        return site.call("norm", dot.args[0], axis=(0,), keepdims=False)
    return None


def _squared_norm(site: Site, eqn: Eqn) -> Rewritten:
    """norm(x) ** 2 is a sum of squares: smooth at 0, and no square root to undo."""
    norm = site.see(eqn.args[0], "norm")
    if norm is None or (eqn.op.name == "power" and not site.is_constant(eqn.args[1], 2)):
        return None
    if eqn.op.name == "multiply" and not site.same(*eqn.args):
        return None
    return site.call("sum", site.call("square", norm.args[0]), **norm.attrs)


ROWS: Rules = {
    "divide": (_softmax,),
    "softmax": (_unshifted,),
    "log_softmax": (_unshifted,),
    "log": (_log_of_moved, _log_of_quotient),
    "add": (_unshifted_sum,),
    "subtract": (_log_softmax,),
    "exp": (_exp,),
    "sqrt": (_norm,),
    "power": (_norm, _squared_norm),
    "square": (_squared_norm,),
    "multiply": (_squared_norm,),
}
