"""The same program, up to what a text may change: `difference(a, b)` for the law lower(emit(ir)) == ir.

Two functions are the same if their results are built by the same operations with the same types and
attributes. Free are the order of equations, repeats of one (`x.T` twice), dead ones, copies, names of
extents, and whether an axis of extent 1 is added by an index or by a reshape.
"""

from typing import Any

from symgrad.ir.core import Arg, Const, Eqn, Function, Gather, Kind, NewAxis, Span, Value
from symgrad.ir.dims import Dim, as_symbol, symbol
from symgrad.ir.text import show
from symgrad.ir.types import ArrayType, Shape
from symgrad.ir.walk import substitute_extents

Table = dict[Any, int]
_SAME_IF_SAME_TYPE = {"copy", "cast", "broadcast_to"}


def difference(a: Function, b: Function) -> str:
    """Why the two are not the same program, or ""."""
    a, b = _with_extents_by_place(a), _with_extents_by_place(b)
    if [p.type for p in a.params] != [p.type for p in b.params]:
        return f"params differ: {[str(p.type) for p in a.params]} and {[str(p.type) for p in b.params]}"
    table: Table = {}
    left, right = _numbers(a, table), _numbers(b, table)
    return "" if left == right else f"{show(a)}\n{show(b)}"


def _with_extents_by_place(f: Function) -> Function:
    """Extents named after the first axis of a parameter that has them."""
    names: dict[str, Dim] = {}
    for i, p in enumerate(f.params):
        for axis, dim in enumerate(p.type.shape):
            if (name := as_symbol(dim)) is not None:
                names.setdefault(name, symbol(f"s{i}_{axis}"))
    for s in f.body.symbols:
        if s.axis is None:
            names[s.name] = symbol(f"s{f.params.index(s.param)}")
    return substitute_extents(f, names)


def _numbers(f: Function, table: Table) -> list[int]:
    """A number for each result, equal for equal expressions."""
    made: dict[int, tuple[Any, ...]] = {}  # how a number was made, to look through reshapes
    of: dict[Value, int] = {}

    def intern(*key: Any) -> int:
        number = table.setdefault(key, len(table))
        made[number] = key
        return number

    def arg(a: Arg) -> int:
        return intern("const", repr(a.value), a.type) if isinstance(a, Const) else of[a]

    for i, p in enumerate(f.params):
        of[p] = intern("param", i, p.type)
    for eqn in f.eqns:
        args = [arg(a) for a in eqn.args]
        name, out = eqn.op.name, eqn.out.type
        if (name in _SAME_IF_SAME_TYPE and out == eqn.args[0].type) or _keeps_axes(eqn):
            of[eqn.out] = args[0]
        elif (sum_ := _augments(eqn, args, made, intern)) is not None:
            of[eqn.out] = intern("add_at", *sum_, out)
        elif name == "reshape" or _only_adds_axes(eqn):
            of[eqn.out] = _reshaped(args[0], eqn.args[0].type, out, made, intern)
        else:
            if eqn.op.kind is Kind.ELEMENTWISE:
                args = [
                    _without_leading_ones(a, t.type, out, made) for a, t in zip(args, eqn.args, strict=True)
                ]
            of[eqn.out] = intern(name, tuple(args), _attrs(eqn), out)
    return [arg(r) for r in f.results]


def _attrs(eqn: Eqn) -> str:
    return repr(sorted((k, repr(v)) for k, v in eqn.attrs.items()))


def _augments(eqn: Eqn, args: list[int], made: dict[int, Any], intern: Any) -> tuple[Any, ...] | None:
    """`x[i] += v` and `x[i] -= v` on a basic index may be lowered as x[i] = x[i] + v and x[i] - v."""
    if eqn.op.name != "setitem":
        return None
    base, value, *dynamic = args
    added = made[value]
    if added[0] not in ("add", "subtract"):
        return None
    read = made[added[1][0]]
    if read[0] != "getitem" or read[1] != (base, *dynamic) or read[2] != _attrs(eqn):
        return None
    value = added[1][1]
    if added[0] == "subtract":
        value = intern(
            "negative", (value,), "[]", eqn.args[1].type if made[value][0] == "const" else made[value][-1]
        )
    return (base, value, *dynamic), _attrs(eqn)


def _keeps_axes(eqn: Eqn) -> bool:
    return eqn.op.name == "transpose" and eqn.attrs["perm"] == tuple(range(eqn.out.type.rank))


def _only_adds_axes(eqn: Eqn) -> bool:
    if eqn.op.name != "getitem":
        return False
    shape = iter(eqn.args[0].type.shape)
    index: Any = eqn.attrs["index"]
    return all(
        isinstance(i, NewAxis) or (i == Span(0, 1, next(shape)) and not isinstance(i, Gather)) for i in index
    )


def _reshaped(source: int, before: ArrayType, out: ArrayType, made: dict[int, Any], intern: Any) -> int:
    key = made[source]
    if key[0] == "reshape":
        return _reshaped(key[1], key[2], out, made, intern)
    return source if before.shape == out.shape else intern("reshape", source, before, out)


def _without_leading_ones(source: int, type: ArrayType, out: ArrayType, made: dict[int, Any]) -> int:
    """Broadcasting adds leading axes by itself."""
    key = made[source]
    if key[0] == "reshape" and _trimmed(key[3].shape) == _trimmed(key[2].shape) and out.rank > key[2].rank:
        return int(key[1])
    return source


def _trimmed(shape: Shape) -> Shape:
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape
