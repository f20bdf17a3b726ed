"""The same elements in another arrangement: transposes, reshapes, axes added and dropped.

In: calls such as x.T, x.reshape(n, -1), np.squeeze(x), np.broadcast_to(x, shape). Out: `transpose`,
`reshape`, `broadcast_to` equations; views where NumPy gives views.

    x.reshape(-1) -> reshape(x, shape=(n * m,))
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.creation import shape_of
from symgrad.frontend.index import rearranged
from symgrad.frontend.operators import constant
from symgrad.frontend.promote import as_tensor
from symgrad.frontend.reductions import axes_of, one_axis
from symgrad.frontend.registry import handles
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.core import Arg, Const
from symgrad.ir.dims import Dim, Extent, product
from symgrad.ir.frozen import replace
from symgrad.ir.types import Shape


def permuted(low: Lowering, t: Tensor, perm: tuple[int, ...]) -> Tensor:
    """A view with the axes in another order."""
    if perm == tuple(range(t.rank)):
        return low.view(t, lambda arg: arg, lambda _, new: new)
    inverse = tuple(int(i) for i in np.argsort(perm))

    def read(arg: Arg) -> Arg:
        return low.emit("transpose", [arg], perm=perm)

    def put(whole: Arg, new: Arg) -> Arg:
        return low.emit("transpose", [new], perm=inverse)

    return low.view(t, read, put)


@handles(np.transpose, np.permute_dims, method="transpose")
def transpose(low: Lowering, a: Val, axes: Val = None, *more: Val) -> Val:
    t = as_tensor(low, a)
    if axes is None:
        return permuted(low, t, tuple(reversed(range(t.rank))))
    order = (axes, *more) if more or not isinstance(axes, tuple | list) else tuple(axes)
    return permuted(low, t, tuple(one_axis(low, t.rank, i) for i in order))


@handles(np.matrix_transpose)
def matrix_transpose(low: Lowering, x: Val) -> Val:
    return swapaxes(low, x, -1, -2)


@handles(np.swapaxes, method="swapaxes")
def swapaxes(low: Lowering, a: Val, axis1: Val, axis2: Val) -> Val:
    t = as_tensor(low, a)
    i, j = one_axis(low, t.rank, axis1), one_axis(low, t.rank, axis2)
    perm = list(range(t.rank))
    perm[i], perm[j] = j, i
    return permuted(low, t, tuple(perm))


@handles(np.moveaxis)
def moveaxis(low: Lowering, a: Val, source: Val, destination: Val) -> Val:
    t = as_tensor(low, a)
    sources = [one_axis(low, t.rank, s) for s in (source if isinstance(source, tuple | list) else (source,))]
    places = [
        one_axis(low, t.rank, d)
        for d in (destination if isinstance(destination, tuple | list) else (destination,))
    ]
    order = [i for i in range(t.rank) if i not in sources]
    for place, s in sorted(zip(places, sources, strict=True)):
        order.insert(place, s)
    return permuted(low, t, tuple(order))


def quotient(low: Lowering, total: Dim, known: Dim) -> Dim:
    """The extent that -1 stands for: exact, or else the extents must be known."""
    total, known = low.solver.resolve(total), low.solver.resolve(known)
    if total == known:
        return 1
    if isinstance(total, int) and isinstance(known, int):
        if known == 0 or total % known:
            low.refuse(f"{total} elements do not fill an array with rows of {known}", error=ShapeError)
        return total // known
    if isinstance(known, int) and known:
        if isinstance(total, Extent) and all(c % known == 0 for _, c in total.terms):
            return total // known
    elif isinstance(known, Extent) and isinstance(total, Extent) and len(known.terms) == 1:
        ((mono, coefficient),) = known.terms
        terms = []
        for m, c in total.terms:
            rest = list(m)
            if c % coefficient or any(rest.count(a) < mono.count(a) for a in mono):
                break
            for a in mono:
                rest.remove(a)
            terms.append((tuple(rest), c // coefficient))
        else:
            out: Dim = 0
            for rest_mono, c in terms:
                part: Dim = c
                for atom in rest_mono:
                    part = part * Extent((((atom,), 1),))
                out = out + part
            return out
    low.solver.ask(total if isinstance(total, Extent) else known)


@handles(np.reshape)
def np_reshape(low: Lowering, a: Val, shape: Val, order: Val = "C") -> Val:
    return reshape(low, a, shape, order=order)


@handles(method="reshape")
def reshape(low: Lowering, a: Val, *shape: Val, order: Val = "C") -> Val:
    """A view or a copy, as the layout decides; certain only for arrays that are known to be in C order."""
    if order != "C":
        low.refuse(f"`order={order!r}` of reshape", instead="a transpose before and after")
    t = as_tensor(low, a)
    wanted = list(shape[0]) if len(shape) == 1 and isinstance(shape[0], tuple | list) else list(shape)
    free = [i for i, d in enumerate(wanted) if isinstance(d, int | np.integer) and d == -1]
    if len(free) > 1:
        low.refuse("only one extent of a reshape can be -1", error=ShapeError)
    fixed = shape_of(low, [d for i, d in enumerate(wanted) if i not in free])
    target = list(fixed)
    if free:
        target.insert(free[0], quotient(low, product(low.shape(t)), product(fixed)))
    return reshaped(low, t, tuple(target))


def reshaped(low: Lowering, t: Tensor, target: Shape) -> Tensor:
    shape = low.shape(t)
    if [d for d in shape if d != 1] == [d for d in target if d != 1]:
        return rearranged(low, t, target)

    def read(arg: Arg) -> Arg:
        return low.emit("full" if isinstance(arg, Const) else "reshape", [arg], shape=target)

    def put(whole: Arg, new: Arg) -> Arg:
        return low.emit("reshape", [new], shape=whole.type.shape)

    out = low.view(t, read, put, unsure=not t.contiguous)
    out.contiguous = t.contiguous
    return out


@handles(np.ravel, method="ravel")
def ravel(low: Lowering, a: Val) -> Val:
    t = as_tensor(low, a)
    return t if t.rank == 1 and t.contiguous else flat(low, t, view=True)


@handles(method="flatten")
def flatten(low: Lowering, a: Val) -> Val:
    return flat(low, as_tensor(low, a), view=False)


def flat(low: Lowering, t: Tensor, *, view: bool) -> Tensor:
    target = (product(low.shape(t)),)
    if view and t.rank != 1:
        return reshaped(low, t, target)
    out = Tensor(low.arg(t) if t.rank == 1 else low.emit("reshape", [low.arg(t)], shape=target))
    if view:
        out = low.view(t, lambda arg: arg, None, unsure=True)
    out.contiguous = not view
    return out


def elements(low: Lowering, t: Tensor) -> Tensor:
    """`t.flat`: all elements in order, which can be written; parts of it are copies."""
    shape = low.shape(t)
    out = low.view(
        t,
        lambda arg: low.emit("reshape", [arg], shape=(product(shape),)),
        lambda _, new: low.emit("reshape", [new], shape=shape),
    )
    assert out.view is not None
    out.view = replace(out.view, iterator=True)
    return out


@handles(np.squeeze, method="squeeze")
def squeeze(low: Lowering, a: Val, axis: Val = None) -> Val:
    t = as_tensor(low, a)
    shape = low.shape(t)
    if axis is None:
        for d in shape:
            if isinstance(d, Extent) and low.solver.value(d) == 1:
                low.solver.ask(d)
        return rearranged(low, t, tuple(d for d in shape if d != 1))
    axes = axes_of(low, t.rank, axis)
    for i in axes:
        low.solver.equal(shape[i], 1)
    return rearranged(low, t, tuple(d for i, d in enumerate(shape) if i not in axes))


@handles(np.expand_dims)
def expand_dims(low: Lowering, a: Val, axis: Val) -> Val:
    t = as_tensor(low, a)
    axis = constant(low, axis, "the axis")
    count = len(axis) if isinstance(axis, tuple | list) else 1
    axes = axes_of(low, t.rank + count, axis)
    rest = iter(low.shape(t))
    return rearranged(low, t, tuple(1 if i in axes else next(rest) for i in range(t.rank + count)))


@handles(np.atleast_1d)
def atleast_1d(low: Lowering, a: Val) -> Val:
    return _at_least(low, a, lambda s: s or (1,))


@handles(np.atleast_2d)
def atleast_2d(low: Lowering, a: Val) -> Val:
    return _at_least(low, a, lambda s: (1,) * (2 - len(s)) + s)


def _at_least(low: Lowering, a: Val, shape: Callable[[Shape], Shape]) -> Tensor:
    t = as_tensor(low, a)
    target = shape(low.shape(t))
    return t if target == low.shape(t) else rearranged(low, t, target)


@handles(np.broadcast_to)
def broadcast_to(low: Lowering, array: Val, shape: Val) -> Val:
    return broadcasted(low, as_tensor(low, array), shape_of(low, shape))


def broadcasted(low: Lowering, t: Tensor, target: Shape) -> Tensor:
    if low.shape(t) == target:
        return t

    def read(arg: Arg) -> Arg:
        if isinstance(arg, Const):
            return low.emit("full", [arg], shape=target)
        return low.emit("broadcast_to", [arg], shape=target)

    return low.view(t, read, None)


@handles(np.shape)
def shape(low: Lowering, a: Val) -> Val:
    return low.shape(as_tensor(low, a))


@handles(np.ndim)
def ndim(low: Lowering, a: Val) -> Val:
    return as_tensor(low, a).rank


@handles(np.size)
def size(low: Lowering, a: Val, axis: Val = None) -> Val:
    t = as_tensor(low, a)
    return product(low.shape(t)) if axis is None else low.shape(t)[one_axis(low, t.rank, axis)]
