"""What is done to a transposed matrix is done to the matrix: kernels go through memory as it lies.

In: an equation, through a `Site`. Out: the same of the matrix itself, and the transpose of that where it is a
matrix again. Kernels only: the text says what the user said.

    logsumexp(s.T, axis=1)        ->    logsumexp(s, axis=0)
    d[:, None] * softmax(s.T, 1)  ->    (d * softmax(s, 0)).T
"""

from __future__ import annotations

from symgrad.ir.core import Arg, At, AtArg, Eqn, Gather, Kind
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS, axes
from symgrad.opt.rewrite import Rewritten, Rules, Site


def _matrix(site: Site, arg: Arg) -> Arg | None:
    """What `arg` is the transpose of."""
    node = site.get(arg, "transpose")
    return node.args[0] if node is not None and node.attrs["perm"] == (1, 0) else None


def _reduced(site: Site, eqn: Eqn) -> Rewritten:
    matrix = _matrix(site, eqn.args[0]) if site.through_names else None
    if matrix is None:
        return None
    out = site.call(eqn.op.name, matrix, axis=_other(axes(eqn.attrs)), keepdims=False)
    return out if out.type == eqn.out.type else site.call("reshape", out, shape=eqn.out.type.shape)


def _normalised(site: Site, eqn: Eqn) -> Rewritten:
    matrix = _matrix(site, eqn.args[0]) if site.through_names else None
    return None if matrix is None else site.call(eqn.op.name, matrix, axis=_other(axes(eqn.attrs))).mT


def _other(axis: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(1 - a for a in axis))


def _elementwise(site: Site, eqn: Eqn) -> Rewritten:
    """Of transposed matrices, and of what can be turned for nothing."""
    if not site.through_names or len(eqn.outs) != 1 or eqn.out.type.rank != 2:
        return None
    shape = eqn.out.type.shape
    whole = [a for a in eqn.args if a.type.shape == shape]
    if not whole or any(_matrix(site, a) is None for a in whole):
        return None
    turned = [_turned(site, a) for a in eqn.args]
    args = [a for a in turned if a is not None]
    return site.call(eqn.op.name, *args, **eqn.attrs).mT if len(args) == len(turned) else None


def _turned(site: Site, arg: Arg) -> Arg | None:
    """The transpose of an operand, if it costs nothing."""
    if not arg.type.rank:
        return arg
    if arg.type.rank == 1:  # a row becomes a column
        return site.call("reshape", arg, shape=(*arg.type.shape, 1)).arg
    if (matrix := _matrix(site, arg)) is not None:
        return matrix
    column = site.get(arg, "reshape")
    if (
        column is not None
        and column.args[0].type.rank == 1
        and arg.type.shape == (*column.args[0].type.shape, 1)
    ):
        return column.args[0]
    return None


def _at_an_element(site: Site, eqn: Eqn) -> Rewritten:
    """Reads and additions at positions of both axes."""
    index = index_of(eqn.attrs)
    alike = all(isinstance(i, Gather) for i in index) or all(isinstance(i, At | AtArg) for i in index)
    if not site.through_names or len(index) != 2 or not alike:
        return None
    reads = eqn.op.name == "getitem"
    base, operands = eqn.args[0], eqn.args[1 if reads else 2 :]
    matrix = _matrix(site, base)
    if matrix is None or not (reads or site.once(base)):
        return None
    swapped = operands[::-1]
    if reads:
        return site.call("getitem", matrix, *swapped, index=index[::-1])
    return site.call(eqn.op.name, matrix, eqn.args[1], *swapped, index=index[::-1]).mT


_ELEMENTWISE = [
    name for name, o in OPS.items() if o.kind is Kind.ELEMENTWISE and name not in ("copy", "recall")
]

TURNED: Rules = {
    **{name: (_elementwise,) for name in _ELEMENTWISE},
    "sum": (_reduced,),
    "max": (_reduced,),
    "min": (_reduced,),
    "logsumexp": (_reduced,),
    "softmax": (_normalised,),
    "log_softmax": (_normalised,),
    "getitem": (_at_an_element,),
    "add_at": (_at_an_element,),
}
