"""Identities of shapes: what moves or repeats elements, taken together or left out.

In: an equation, through a `Site`. Out: what its result is instead, or None.

    reshape(reshape(x)) -> reshape(x)     broadcast_to(g) * x -> g * x, if the product's shape is the same
    sum(broadcast_to(g, (n,))) -> g * n   sum(sum(x, 1), 0) -> sum(x, (0, 1))
"""

from __future__ import annotations

from symgrad.ir.build import Ref
from symgrad.ir.core import Arg, Eqn, Kind, full_span
from symgrad.ir.dims import Dim
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS, axes, dims, extent_of, reduced
from symgrad.ir.types import INT, Shape
from symgrad.opt.rewrite import Rewritten, Rules, Site


def _filled(site: Site, eqn: Eqn) -> Rewritten:
    """Elements moved among equal constants."""
    if len(eqn.args) > 1:
        return None  # positions out of range must still be found
    value = site.constant(eqn.args[0])
    return None if value is None else site.number(value, eqn.out.type)


def _unchanged(site: Site, eqn: Eqn) -> Rewritten:
    return eqn.args[0] if eqn.args[0].type == eqn.out.type else None


def _reshape(site: Site, eqn: Eqn) -> Rewritten:
    shape = dims(eqn.attrs)
    if inner := site.get(eqn.args[0], "reshape"):
        return site.call("reshape", inner.args[0], shape=shape)
    inner = site.get(eqn.args[0], "broadcast_to")
    if inner and all(d == 1 for d in inner.args[0].type.shape):
        number = inner.args[0]
        scalar = number if not number.type.shape else site.call("reshape", number, shape=())
        return site.fit(scalar, shape)
    if not site.may_reform(eqn):
        return None
    if inner := site.take(eqn.args[0], "negative"):
        return -site.call("reshape", inner.args[0], shape=shape)
    inner = site.take(eqn.args[0], "sum", "max", "min", "prod")
    if inner:  # whether the reduced axes are kept is the reduction's business
        over = axes(inner.attrs)
        for keepdims in (True, False):
            if reduced(inner.args[0].type.shape, over, keepdims) == shape:
                return site.call(inner.op.name, inner.args[0], axis=over, keepdims=keepdims)
    return None


def _transpose(site: Site, eqn: Eqn) -> Rewritten:
    perm = dims(eqn.attrs, "perm")
    if perm == tuple(range(len(perm))):
        return eqn.args[0]
    if inner := site.get(eqn.args[0], "transpose"):
        first = dims(inner.attrs, "perm")
        return site.call("transpose", inner.args[0], perm=tuple(first[_int(p)] for p in perm))
    if not site.may_reform(eqn) or perm != (1, 0):
        return None
    product = site.take(eqn.args[0], "matmul")
    if product is None or any(a.type.rank != 2 for a in product.args):
        return None
    a, b = product.args
    if site.take(a, "transpose") or site.take(b, "transpose"):
        return site.ref(b).mT @ site.ref(a).mT
    return None


def _int(dim: Dim) -> int:
    assert isinstance(dim, int)
    return dim


def _broadcast(site: Site, eqn: Eqn) -> Rewritten:
    shape = dims(eqn.attrs)
    if inner := site.get(eqn.args[0], "broadcast_to"):
        return site.fit(inner.args[0], shape)
    bare = _without_leading_ones(site, eqn.args[0])
    return site.fit(bare, shape) if bare is not None else None


def _without_leading_ones(site: Site, arg: Arg) -> Arg | None:
    """`x` where `arg` is `x` with axes of extent 1 in front."""
    inner = site.get(arg, "reshape")
    if inner is None:
        return None
    source, shape = inner.args[0].type.shape, arg.type.shape
    extra = len(shape) - len(source)
    return inner.args[0] if extra > 0 and shape == (1,) * extra + source else None


def _getitem(site: Site, eqn: Eqn) -> Rewritten:
    index = index_of(eqn.attrs)
    whole = index == tuple(full_span(d) for d in eqn.args[0].type.shape)
    return eqn.args[0] if whole else None


def bare_operands(site: Site, eqn: Eqn) -> Rewritten:
    """Operands of an elementwise equation that need not be spread, because the others have the shape."""
    if not eqn.out.type.shape:
        return None
    args = list(eqn.args)
    for i, arg in enumerate(args):
        bare = _bare(site, arg)
        if bare is None:
            continue
        types = tuple((bare if j == i else a).type for j, a in enumerate(args))
        if eqn.op.infer(types, eqn.attrs, site.builder.unify) == (eqn.out.type,):
            args[i] = bare
    if args != list(eqn.args):
        return site.call(eqn.op.name, *args, **eqn.attrs)
    return _of_a_number(site, eqn) if site.may_reform(eqn) else None


def _of_a_number(site: Site, eqn: Eqn) -> Rewritten:
    """Arithmetic on an array filled with one number is done on the number, then spread."""
    if eqn.op.name not in ("add", "subtract", "multiply", "divide", "negative"):
        return None
    filled = [a if a.type.rank == 0 else _filling(site, a) for a in eqn.args]
    numbers = [f for f in filled if f is not None]
    return site.call(eqn.op.name, *numbers) if len(numbers) == len(eqn.args) else None


def _filling(site: Site, arg: Arg) -> Arg | None:
    spread = site.get(arg, "broadcast_to", "full")
    return spread.args[0] if spread and spread.args[0].type.rank == 0 else None


def _bare(site: Site, arg: Arg) -> Arg | None:
    if not arg.type.shape:
        return None
    value = site.constant(arg)
    if value is not None:
        return site.number(value, arg.type)
    if inner := site.get(arg, "broadcast_to"):
        return inner.args[0]
    return _without_leading_ones(site, arg)


def _reduction_of_ones(site: Site, eqn: Eqn) -> Rewritten:
    """Over axes of one element each there is nothing to reduce."""
    (x,) = eqn.args
    if any(x.type.shape[i] != 1 for i in axes(eqn.attrs)):
        return None
    shape = eqn.out.type.shape
    return x if x.type.shape == shape else site.call("reshape", x, shape=shape)


def _sum(site: Site, eqn: Eqn) -> Rewritten:
    (x,) = eqn.args
    axis, keepdims = axes(eqn.attrs), bool(eqn.attrs["keepdims"])
    if not site.may_reform(eqn):
        return None
    if inner := site.get(x, "broadcast_to"):
        return _sum_of_spread(site, eqn, inner.args[0])
    if inner := site.get(x, "full"):
        return _times(site, site.ref(inner.args[0]), tuple(x.type.shape[i] for i in axis))
    inner = site.take(x, "sum")
    if inner and bool(inner.attrs["keepdims"]) is keepdims:
        first = axes(inner.attrs)
        left = [i for i in range(inner.args[0].type.rank) if keepdims or i not in first]
        merged = tuple(sorted({*first, *(left[i] for i in axis)}))
        return site.call("sum", inner.args[0], axis=merged, keepdims=keepdims)
    if inner := site.take(x, "negative"):
        return -site.call("sum", inner.args[0], **eqn.attrs)
    return None


def _sum_of_spread(site: Site, eqn: Eqn, source: Arg) -> Rewritten:
    """The spread axes are counted, the others summed."""
    (x,) = eqn.args
    extra = x.type.rank - source.type.rank
    spread = [i for i in axes(eqn.attrs) if i < extra or source.type.shape[i - extra] == 1]
    real = tuple(i - extra for i in axes(eqn.attrs) if i not in spread)
    if not spread or any(x.type.shape[i] == 1 for i in spread) or not x.type.is_float:
        return None
    kept = site.call("sum", source, axis=real, keepdims=True) if real else site.ref(source)
    dropped = {i - extra for i in axes(eqn.attrs)} if not eqn.attrs["keepdims"] else set()
    shape = tuple(d for i, d in enumerate(kept.shape) if i not in dropped)
    if kept.shape != shape:
        kept = site.call("reshape", kept, shape=shape)
    return _times(site, kept, tuple(x.type.shape[i] for i in spread))


def _times(site: Site, x: Ref, counted: Shape) -> Rewritten:
    """`x` times the number of elements of a shape."""
    if not x.type.is_float:
        return None
    count: Dim = 1
    for d in counted:
        count = count * d
    if isinstance(count, int):
        return x * float(count)
    return x * site.count_of(count, x.type.dtype)


def _written(site: Site, eqn: Eqn) -> Rewritten:
    """A write spreads its value by itself."""
    base, value, *operands = eqn.args
    bare = _bare(site, value)
    if bare is None:
        return None
    return site.call(eqn.op.name, base, bare, *operands, **eqn.attrs)


def _extent(site: Site, eqn: Eqn) -> Rewritten:
    dim = extent_of(eqn.attrs)
    return site.number(dim, INT) if isinstance(dim, int) else None


_ELEMENTWISE = [
    name
    for name, op in OPS.items()
    if op.kind is Kind.ELEMENTWISE and name not in ("copy", "recall", "stop_gradient")
]

SHAPES: Rules = {
    **{name: (bare_operands,) for name in _ELEMENTWISE},
    "reshape": (_filled, _unchanged, _reshape),
    "transpose": (_filled, _transpose),
    "broadcast_to": (_filled, _unchanged, _broadcast),
    "getitem": (_filled, _getitem),
    "sum": (_reduction_of_ones, _sum),
    "prod": (_reduction_of_ones,),
    "max": (_reduction_of_ones,),
    "min": (_reduction_of_ones,),
    "setitem": (_written,),
    "add_at": (_written,),
    "extent": (_extent,),
}
