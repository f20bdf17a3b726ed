"""NumPy functions that say what several equations say, where the user said it so.

In: an equation and the texts of its operands. Out: the shorter text, computed in the same order, or None.

    divide(sum(e, 0), cast(extent(n)))           ->  np.mean(e, axis=0)       under "loss = np.mean(...)"
    multiply(reshape(g, [n, 1]), x)              ->  np.outer(g, x)
"""

from __future__ import annotations

from symgrad.emit.extents import Scope
from symgrad.emit.syntax import Text, call, prefixed
from symgrad.ir.core import Const, Eqn, NewAxis, Span
from symgrad.ir.dims import Dim, product, symbols
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import axes, extent_of


def keywords(eqn: Eqn) -> list[str]:
    """The keyword arguments of a reduction or a function along axes."""
    out = []
    axis = eqn.attrs.get("axis")
    rank = eqn.args[0].type.rank
    if isinstance(axis, int) and (axis or eqn.op.name != "concatenate") and rank > 1:
        out.append(f"axis={axis}")
    elif isinstance(axis, tuple) and len(axis) != rank:
        out.append(f"axis={axis[0] if len(axis) == 1 else axis}")
    out += [f"{name}=True" for name in ("keepdims", "lower", "trans") if eqn.attrs.get(name)]
    if eqn.attrs.get("k"):
        out.append(f"k={eqn.attrs['k']}")
    if eqn.attrs.get("side", "left") != "left":
        out.append(f'side="{eqn.attrs["side"]}"')
    if eqn.op.name == "argsort":
        out.append('kind="stable"')
    return out


def mean(eqn: Eqn, total: Text, count: Text, scope: Scope) -> Text | None:
    """`np.mean`, for a sum over its own number of elements in a statement that speaks of a mean."""
    if total.eqn is None or not total.made_by("sum") or eqn.phase == "bwd":
        return None
    if eqn.loc is None or "mean" not in eqn.loc.text:
        return None
    (source,) = total.eqn.args
    size = product(tuple(source.type.shape[a] for a in axes(total.eqn.attrs)))
    if _number(eqn, count) != size or source.type.dtype != eqn.out.type.dtype:
        return None
    scope.asked.subtract(symbols(size))  # the text of the count is not printed after all
    return call("np.mean", [total.operands[0].text, *keywords(total.eqn)], total.dtype)


def _number(eqn: Eqn, count: Text) -> Dim | None:
    """The extent or constant that a divisor is."""
    divisor = eqn.args[1]
    if isinstance(divisor, Const):
        return int(divisor.value) if divisor.value == divisor.value // 1 else None
    plain = count.bare or count
    return extent_of(plain.eqn.attrs) if plain.eqn is not None and plain.made_by("extent") else None


def outer(eqn: Eqn, column: Text, row: Text) -> Text | None:
    """`np.outer(a, b)` for a column times a row."""
    if eqn.out.type.rank != 2 or column.eqn is None:
        return None
    if column.made_by("negative"):
        positive = outer(eqn, column.operands[0], row)
        return positive and prefixed("-", positive, eqn.out.type.dtype, False)
    if not _adds_axis(column.eqn, 1):
        return None
    if row.eqn is not None and _adds_axis(row.eqn, 0):
        row = row.operands[0]
    elif eqn.args[1].type.rank != 1:
        return None
    return call("np.outer", [column.operands[0].text, row.text], eqn.out.type.dtype)


def _adds_axis(eqn: Eqn, place: int) -> bool:
    """The equation makes a matrix of a vector, with a new axis of extent 1 at `place`."""
    if not eqn.args or eqn.args[0].type.rank != 1 or eqn.out.type.rank != 2:
        return False
    if eqn.op.name == "reshape":
        return eqn.out.type.shape[place] == 1 and eqn.args[0].type.shape[0] != 1
    if eqn.op.name != "getitem":
        return False
    index = index_of(eqn.attrs)
    span = index[1 - place]
    whole = isinstance(span, Span) and span == Span(0, 1, eqn.args[0].type.shape[0])
    return whole and isinstance(index[place], NewAxis)
