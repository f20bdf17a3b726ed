"""The same program, up to what a text may change: `difference(a, b)` for the law lower(emit(ir)) == ir.

Two functions are the same if their results are built by the same operations with the same types and
attributes. Free are the order of equations, repeats of one (`x.T` twice), dead ones, copies, names of
extents, and whether an axis of extent 1 is added by an index or by a reshape.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from symgrad.ir.core import Arg, At, AtArg, Block, Const, Eqn, Function, Gather, Kind, NewAxis, Span, Value
from symgrad.ir.dims import AtLeastZero, Dim, Extent, as_symbol, substitute, symbol, symbols
from symgrad.ir.regions import COND, FOR
from symgrad.ir.text import show
from symgrad.ir.types import ArrayType, Shape
from symgrad.ir.walk import map_dims, substitute_extents

Table = dict[Any, int]
_SAME_IF_SAME_TYPE = {"copy", "cast", "broadcast_to", "recall"}
_INTEGERS = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul}


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
        if s.axis is None and s.param in f.params:
            names[s.name] = symbol(f"s{f.params.index(s.param)}")
    return substitute_extents(f, names)


class _Scope:
    """A block as seen from inside: what made each value, what its params and its named extents stand for.

    A value is numbered when it is asked for: what a region is given in which order, and what nobody reads,
    makes no difference. A carried value is known by when the loop's results first lead to it.
    """

    def __init__(self, block: Block, table: Table, outer: _Scope | None = None) -> None:
        self.made = {out: eqn for eqn in block.eqns for out in eqn.outs}
        self.table = table
        # how a number was made, to look through reshapes
        self.how: dict[int, tuple[Any, ...]] = outer.how if outer else {}
        self.names: dict[str, Dim] = dict(outer.names) if outer else {}
        self.depth: int = outer.depth if outer else 0
        self.of: dict[Value, int] = {}
        self.params: dict[Value, Callable[[], int]] = {}
        self.outer = outer
        self.names |= {str(e.attrs["slots"]): symbol("slots") for e in block.eqns if e.op.name == "tape"}
        self.sized = {s.name: s.param for s in block.symbols if s.axis is None}

    def intern(self, *key: Any) -> int:
        if key[0] == "index" and isinstance(key[1], int):
            key = ("const", repr(key[1]), ArrayType("int64"))
        number = self.table.setdefault(key, len(self.table))
        self.how[number] = key
        return number

    def number(self, arg: Arg) -> int:
        if isinstance(arg, Const):
            return self.intern("const", repr(arg.value), arg.type)
        if arg not in self.of:
            self.of[arg] = self.params[arg]() if arg in self.params else self._made(arg)
        return self.of[arg]

    def type(self, t: ArrayType) -> ArrayType:
        return ArrayType(t.dtype, tuple(self.dim(d) for d in t.shape))

    def dim(self, dim: Dim) -> Dim:
        """The extent in names that say what they are: what the data decide is called by its number."""
        for name in dict.fromkeys(symbols(dim)):
            if name in self.sized and name not in self.names:
                number = self.number(self.sized[name])
                known = _integer(self.how[number])
                self.names[name] = symbol(f"d{number}") if known is None else known
            elif name not in self.names and self.outer is not None:  # the same number inside
                self.names[name] = self.outer.dim(symbol(name))
        return _plain(substitute(dim, self.names))

    def _made(self, value: Value) -> int:
        eqn = self.made[value]
        if eqn.op is COND:
            return _branch(eqn, eqn.outs.index(value), self)
        if eqn.regions:
            return _loop(eqn, eqn.outs.index(value), self)
        attrs = {k: map_dims(v, self.dim) for k, v in eqn.attrs.items()}
        return _flat(replace(eqn, attrs=attrs), [self.number(a) for a in eqn.args], self)


def _plain(dim: Dim) -> Dim:
    """max(n - 2, 0) is n - 2 where a guard of the text says so."""
    for atom in {a for mono, _ in dim.terms for a in mono} if isinstance(dim, Extent) else ():
        if isinstance(atom, AtLeastZero):
            assert isinstance(dim, Extent)
            terms = [(m, c) for m, c in dim.terms if atom not in m]
            rest: Dim = Extent(tuple(terms)) if terms else 0
            for mono, coef in dim.terms:
                if atom in mono:
                    factor: Dim = coef
                    for a in mono:
                        factor = factor * (_plain(a.extent) if a == atom else Extent((((a,), 1),)))
                    rest = rest + factor
            return _plain(rest)
    return dim


def _numbers(f: Function, table: Table) -> list[int]:
    """A number for each result, equal for equal expressions."""
    scope = _Scope(f.body, table)
    for i, p in enumerate(f.params):
        number = p.type == ArrayType("int64")
        scope.of[p] = scope.intern("index", symbol(f"s{i}")) if number else scope.intern("param", i, p.type)
    return [scope.number(r) for r in f.results]


def _branch(eqn: Eqn, k: int, outer: _Scope) -> int:
    """A branch is a choice between two values; no choice if they are one."""
    test = outer.number(eqn.args[0])
    results = []
    for block in eqn.regions:
        scope = _Scope(block, outer.table, outer)
        scope.params = {p: partial(outer.number, a) for p, a in zip(block.params, eqn.args[1:], strict=True)}
        results.append(scope.number(block.results[k]))
    return _chosen(test, results[0], results[1], outer.type(eqn.outs[k].type), outer)


def _chosen(test: int, then: int, orelse: int, out: ArrayType, scope: _Scope) -> int:
    """A choice, however it is written: a branch, `a if c else b`, `c and d`, the flag itself."""
    made = scope.how
    if then == orelse:
        return then
    if made[test][0] == "logical_not":
        test, then, orelse = made[test][1][0], orelse, then
    if made[orelse][:2] == ("const", "False"):  # `and` asks its right side only if it must
        if made[then][:2] == ("const", "True"):
            return test
        return scope.intern("logical_and", (test, then), "[]", out)
    if made[then][:2] == ("const", "False") and made[orelse][:2] == ("const", "True"):
        return scope.intern("logical_not", (test,), "[]", out)
    return scope.intern("cond", test, then, orelse)


def _loop(eqn: Eqn, k: int, outer: _Scope) -> int:
    """A loop as the recurrence of the carried values that one result needs."""
    lead, first = (3, 1) if eqn.op is FOR else (0, 0)
    exits = bool(eqn.attrs.get("exits"))
    body, operands = eqn.regions[-1], eqn.args[lead:]
    yields = body.results[exits:]
    if yields[k] is body.params[first + k]:
        return outer.number(operands[k])
    labels: dict[int, int] = {}
    read: set[int] = set()

    def carried(j: int) -> int:
        read.add(j)
        label = labels.setdefault(j, len(labels))
        return outer.intern("carried", outer.depth, label, outer.type(operands[j].type))

    scopes = []
    for block in eqn.regions:
        scope = _Scope(block, outer.table, outer)
        scope.depth += 1
        index = f"i{outer.depth}"
        mine = block.params[first:] if block is body else block.params
        if block is body and first:
            scope.names |= {s.name: symbol(index) for s in block.symbols if s.param is block.params[0]}
            scope.of[block.params[0]] = scope.intern("index", symbol(index))
        for j, p in enumerate(mine):
            same = j >= len(yields) or yields[j] is body.params[first + j]
            scope.params[p] = partial(outer.number, operands[j]) if same else partial(carried, j)
        scopes.append(scope)
    header = [outer.number(a) for a in eqn.args[:lead]]
    if not first:
        header.append(scopes[0].number(eqn.regions[0].results[0]))
    if exits:
        header.append(scopes[-1].number(body.results[0]))
    labels.setdefault(k, len(labels))
    steps: list[int] = []
    while len(steps) < len(labels):
        steps.append(scopes[-1].number(yields[list(labels)[len(steps)]]))
    # What no trip reads is what a `for` leaves without a trip; a guard may say that there is one.
    starts = [outer.number(operands[j]) if j in read or not first else -1 for j in labels]
    return outer.intern("loop", eqn.op.name, exits, tuple(header), tuple(starts), tuple(steps), labels[k])


def _flat(eqn: Eqn, args: list[int], scope: _Scope) -> int:
    name, out, made, intern = eqn.op.name, scope.type(eqn.out.type), scope.how, scope.intern
    types = [scope.type(a.type) for a in eqn.args]
    if (name in _SAME_IF_SAME_TYPE and out == types[0]) or _keeps_axes(eqn):
        return args[0]
    if name == "logical_not" and made[args[0]][0] == "logical_not":
        return int(made[args[0]][1][0])
    if name == "maximum" and _integer(made[args[1]]) == 0 and _is_length(args[0], made):
        return args[0]
    if name in ("multiply", "divide") and made[args[0]][0] == "negative":  # -(a * b) is (-a) * b
        args = [made[args[0]][1][0], *args[1:]]
        return intern("negative", (intern(name, tuple(args), _attrs(eqn), out),), "[]", out)
    if name == "extent":
        return intern("index", eqn.attrs["dim"])
    if name == "where" and not types[0].rank:
        return _chosen(args[0], args[1], args[2], out, scope)
    if name == "tape":
        return intern("tape", out)
    if name in _INTEGERS and out == ArrayType("int64"):
        x, y = (_integer(made[a]) for a in args)
        if x is not None and y is not None:
            return intern("index", _INTEGERS[name](x, y))
    if name == "empty":  # is written before it is read
        zero: Any = False if out.dtype == "bool" else 0 if out.dtype.startswith("int") else 0.0
        zeros = intern("const", repr(zero), ArrayType(out.dtype))
        return intern("full", (zeros,), _attrs(replace(eqn, attrs={"shape": eqn.attrs["shape"]})), out)
    if eqn.op.name in ("getitem", "setitem", "add_at"):
        eqn, args = _with_known_positions(eqn, args, made)
    if (sum_ := _augments(eqn, args, made, intern)) is not None:
        return intern("add_at", *sum_, out)
    if name == "reshape" or _only_adds_axes(eqn, types):
        return _reshaped(args[0], types[0], out, made, intern)
    if eqn.op.kind is Kind.ELEMENTWISE:
        args = [_without_leading_ones(a, t, out, made) for a, t in zip(args, types, strict=True)]
    return intern(name, tuple(args), _attrs(eqn), out)


def _integer(key: tuple[Any, ...]) -> Dim | None:
    """The extent that an integer is, from how it was made."""
    if key[0] == "index":
        return key[1]  # type: ignore[no-any-return]
    return int(key[1]) if key[0] == "const" and key[2] == ArrayType("int64") else None


def _is_length(number: int, made: dict[int, Any]) -> bool:
    """A maximum with 0, or with a number above it."""
    key = made[number]
    least = [n for a in key[1] if (n := _integer(made[a])) is not None] if key[0] == "maximum" else []
    return any(isinstance(n, int) and n >= 0 for n in least)


def _with_known_positions(eqn: Eqn, args: list[int], made: dict[int, Any]) -> tuple[Eqn, list[int]]:
    """`x[k]` where k is an extent: a position, however it was written."""
    count = 1 if eqn.op.name == "getitem" else 2
    kept, items = args[:count], []
    dynamic = iter(args[count:])
    for item in eqn.attrs["index"]:
        if isinstance(item, AtArg | Gather):
            number = next(dynamic)
            known = isinstance(item, AtArg) and made[number][0] in ("index", "const")
            if known and made[number][0] == "const" and int(made[number][1]) < 0:
                known = False
            if not known:
                kept.append(number)
            else:
                dim = made[number][1]
                item = At(int(dim) if made[number][0] == "const" else dim)
        elif isinstance(item, At) and re.fullmatch(r"d\d+", str(item.position)):  # a number that the data say
            kept.append(int(str(item.position)[1:]))
            item = AtArg()
        items.append(item)
    return replace(eqn, attrs={**eqn.attrs, "index": tuple(items)}), kept


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


def _only_adds_axes(eqn: Eqn, types: list[ArrayType]) -> bool:
    if eqn.op.name != "getitem":
        return False
    shape = iter(types[0].shape)
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
