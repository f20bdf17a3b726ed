"""Python's builtins, and the methods of its containers, on the two kinds of value.

In: calls such as len(x), max(a, b), zip(ws, bs), out.append(h). Out: compile-time results, or equations
where the arguments are run-time values.
"""

from __future__ import annotations

import ast
import builtins
import copy
import dataclasses
import functools
import itertools
from typing import Any

import numpy as np

from symgrad.frontend import instances, listed, operators
from symgrad.frontend.containers import owned
from symgrad.frontend.context import Lowering
from symgrad.frontend.creation import python_number
from symgrad.frontend.index import write
from symgrad.frontend.iterate import iterate
from symgrad.frontend.operators import constant, is_by_data, static_class
from symgrad.frontend.pointwise import math_to_int, np_round
from symgrad.frontend.promote import as_bool, as_tensor, elementwise, power
from symgrad.frontend.reductions import reduce
from symgrad.frontend.registry import handles
from symgrad.frontend.solver import Undecided
from symgrad.frontend.structure import is_instance
from symgrad.frontend.values import Rows, Tensor, Text, Val, is_dim
from symgrad.ir.core import Const
from symgrad.ir.dims import Extent


@handles(map)
def py_map(low: Lowering, func: Val, *iterables: Val) -> Val:
    frame = low.frame
    rows = zip(*(list(iterate(low, v)) for v in iterables), strict=False)
    return [low.calling(frame, func, list(row), {}) for row in rows]


@handles(filter)
def py_filter(low: Lowering, function: Val, iterable: Val) -> Val:
    frame = low.frame
    kept = []
    for v in iterate(low, iterable):
        test = v if function is None else low.calling(frame, function, [v], {})
        if operators.truth(low, test, "a filter"):
            kept.append(v)
    return kept


@handles(functools.reduce)
def py_reduce(low: Lowering, function: Val, sequence: Val, initial: Val = None) -> Val:
    frame = low.frame
    items = list(iterate(low, sequence))
    if initial is not None:
        items.insert(0, initial)
    if not items:
        low.refuse("functools.reduce of an empty sequence")
    out = items[0]
    for v in items[1:]:
        out = low.calling(frame, function, [out, v], {})
    return out


@handles(functools.partial)
def py_partial(low: Lowering, func: Val, *args: Val, **kwargs: Val) -> Val:
    return owned(low, functools.partial(func, *args, **kwargs))


def _itertools() -> None:
    def rearranging(function: Any) -> None:
        @handles(function)
        def lower(low: Lowering, *iterables: Val, **options: Val) -> Val:
            lists = [v if is_dim(v) else list(iterate(low, v)) for v in iterables]
            return list(function(*(constant(low, v) if is_dim(v) else v for v in lists), **options))

    for function in (
        itertools.chain, itertools.combinations, itertools.permutations,
        itertools.zip_longest, itertools.pairwise, itertools.combinations_with_replacement,
    ):  # fmt: skip
        rearranging(function)


_itertools()


@handles(sum)
def py_sum(low: Lowering, iterable: Val, start: Val = 0) -> Val:
    if isinstance(iterable, Rows):
        iterable = as_tensor(low, iterable)
    if isinstance(iterable, Tensor) and iterable.rank and iterable.dtype != "bool":
        total: Val = reduce(low, "sum", iterable, 0, False)
        return (
            total if isinstance(start, int) and start == 0 else operators.binary(low, ast.Add, start, total)
        )
    out = start
    for v in iterate(low, iterable):
        skip = isinstance(out, int) and not isinstance(out, bool) and out == 0 and isinstance(v, Tensor)
        out = v if skip and v.dtype != "bool" else operators.binary(low, ast.Add, out, v)
    return out


@handles(max)
def py_max(low: Lowering, *values: Val, key: Val = None, default: Val = None) -> Val:
    return _extreme(low, "maximum", "max", values, key, default)


@handles(min)
def py_min(low: Lowering, *values: Val, key: Val = None, default: Val = None) -> Val:
    return _extreme(low, "minimum", "min", values, key, default)


def _extreme(low: Lowering, op: str, name: str, values: tuple[Val, ...], key: Val, default: Val) -> Val:
    if len(values) == 1 and isinstance(values[0], Rows):
        values = (as_tensor(low, values[0]),)
    if len(values) == 1 and isinstance(values[0], Tensor) and values[0].rank == 1:
        return reduce(low, name, values[0], 0, False)
    items = list(iterate(low, values[0])) if len(values) == 1 else list(values)
    if key is not None:
        low.refuse(f"`key=` of {name}()", why="which item is chosen would depend on the data")
    if not items:
        if default is not None:
            return default
        low.refuse(f"{name}() of nothing")
    out = items[0]
    for v in items[1:]:
        out = _larger(low, op, out, v)
    return out


def _larger(low: Lowering, op: str, a: Val, b: Val) -> Val:
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        for t in (a, b):
            if isinstance(t, Tensor) and t.rank:
                low.refuse(
                    "max() or min() of whole arrays",
                    why="Python compares them as a whole, which is ambiguous",
                    instead="np.maximum(a, b) or np.minimum(a, b), element by element",
                )
        return elementwise(low, op, a, b, operator=True)
    first = operators.compare(low, ast.GtE if op == "maximum" else ast.LtE, a, b)
    if isinstance(first, Tensor):  # of a loop counter: which is larger changes from trip to trip
        return elementwise(low, op, a, b, operator=True)
    return a if first else b


@handles(abs)
def py_abs(low: Lowering, x: Val) -> Val:
    if isinstance(x, Extent):
        try:
            return x if low.solver.decide(x) else -x
        except Undecided:
            x = low.extent(x)
    if is_instance(x):
        return instances.called(low, x, "__abs__")
    return elementwise(low, "absolute", x, operator=True) if isinstance(x, Tensor) else abs(x)


@handles(dataclasses.replace)
def dataclass_replace(low: Lowering, obj: Val, /, **changes: Val) -> Val:
    return instances.replaced(low, obj, changes)


@handles(copy.copy)
def shallow_copy(low: Lowering, x: Val) -> Val:
    if is_instance(x):
        return instances.copied(low, x)
    if isinstance(x, Tensor):
        return Tensor(low.arg(x), weak=x.weak, is_array=x.is_array)
    if isinstance(x, Rows):
        return listed.copied(low, x)
    return owned(low, x.copy()) if isinstance(x, list | dict | set) else x


@handles(float)
def py_float(low: Lowering, x: Val = 0.0) -> Val:
    if isinstance(x, Tensor | Extent):
        return python_number(low, as_tensor(low, x), "float64")
    return _converted(low, float, x)


@handles(int)
def py_int(low: Lowering, x: Val = 0) -> Val:
    if isinstance(x, Tensor):
        return python_number(low, x, "int64")
    return x if isinstance(x, Extent) else _converted(low, int, x)


def _converted(low: Lowering, kind: Any, x: Val) -> Any:
    try:
        return kind(x)
    except (TypeError, ValueError) as e:
        low.refuse(str(e))


@handles(bool)
def py_bool(low: Lowering, x: Val = False) -> Val:
    if isinstance(x, Tensor) and not x.rank and not isinstance(x.arg, Const):
        return Tensor(as_bool(low, x), weak=True)
    return operators.truth(low, x, "bool()")


@handles(round)
def py_round(low: Lowering, number: Val, ndigits: Val = None) -> Val:
    if isinstance(number, Extent):
        return number
    if not isinstance(number, Tensor):
        return round(number, ndigits) if ndigits is not None else round(number)
    if ndigits is None and not number.is_array:
        return math_to_int(low, "rint", number)
    out = np_round(low, number, 0 if ndigits is None else ndigits)
    return Tensor(low.arg(out), weak=number.weak)


@handles(pow)
def py_pow(low: Lowering, base: Val, exp: Val) -> Val:
    if isinstance(base, Tensor | Extent) or isinstance(exp, Tensor | Extent):
        return (
            power(low, base, exp) if isinstance(base, Tensor) else operators.binary(low, ast.Pow, base, exp)
        )
    return pow(base, exp)


@handles(divmod)
def py_divmod(low: Lowering, a: Val, b: Val) -> Val:
    return operators.binary(low, ast.FloorDiv, a, b), operators.binary(low, ast.Mod, a, b)


@handles(isinstance)
def py_isinstance(low: Lowering, obj: Val, classinfo: Val) -> Val:
    if isinstance(obj, Tensor | Extent):
        return issubclass(static_class(obj), classinfo)
    return isinstance(obj, classinfo)


@handles(issubclass)
def py_issubclass(low: Lowering, cls: Val, classinfo: Val) -> Val:
    return issubclass(cls, classinfo)


@handles(type)
def py_type(low: Lowering, obj: Val) -> Val:
    return static_class(obj)


@handles(callable)
def py_callable(low: Lowering, obj: Val) -> Val:
    return not isinstance(obj, Tensor | Extent) and (callable(obj) or hasattr(obj, "node"))


@handles(np.isscalar)
def isscalar(low: Lowering, element: Val) -> Val:
    return (
        not element.is_array
        if isinstance(element, Tensor)
        else isinstance(element, Extent) or np.isscalar(element)
    )


@handles(list)
def py_list(low: Lowering, iterable: Val = ()) -> Val:
    if isinstance(iterable, Rows):
        return listed.copied(low, iterable)
    return owned(low, list(iterate(low, iterable)))


@handles(tuple)
def py_tuple(low: Lowering, iterable: Val = ()) -> Val:
    return tuple(iterate(low, iterable))


@handles(set)
def py_set(low: Lowering, iterable: Val = ()) -> Val:
    return owned(low, {constant(low, v, "an element of a set") for v in iterate(low, iterable)})


@handles(dict)
def py_dict(low: Lowering, items: Val = (), **more: Val) -> Val:
    pairs = (
        items.items() if isinstance(items, dict) else [tuple(iterate(low, p)) for p in iterate(low, items)]
    )
    return owned(low, {**dict(pairs), **more})


@handles(sorted)
def py_sorted(low: Lowering, iterable: Val, *, key: Val = None, reverse: Val = False) -> Val:
    given = list(iterate(low, iterable))
    if any(map(is_by_data, given)):
        low.refuse(
            "sorted() of run-time values",
            why="a list of this order would have to be made by the data",
            instead="np.sort(x), or x[np.argsort(key)] for a key of each element",
        )
    items = [constant(low, v, "what is sorted") for v in given]
    frame = low.frame
    keys = items if key is None else [constant(low, low.calling(frame, key, [v], {})) for v in items]
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=bool(reverse))
    return owned(low, [items[i] for i in order])


@handles(any)
def py_any(low: Lowering, iterable: Val) -> Val:
    return _quantified(low, iterable, False, "logical_or")


@handles(all)
def py_all(low: Lowering, iterable: Val) -> Val:
    return _quantified(low, iterable, True, "logical_and")


def _quantified(low: Lowering, iterable: Val, neutral: bool, op: str) -> Val:
    runtime = []
    for v in iterate(low, iterable):
        if operators.is_scalar_bool(v):
            runtime.append(v)
        elif operators.truth(low, v, "any() or all()") is not neutral:
            return not neutral
    return operators.logical(low, op, runtime) if runtime else neutral


@handles(str)
def py_str(low: Lowering, obj: Val = "") -> Val:
    if is_by_data(obj):
        return Text()
    return str(constant(low, obj, "a string"))


@handles(repr)
def py_repr(low: Lowering, obj: Val) -> Val:
    if is_by_data(obj):
        return Text()
    return repr(constant(low, obj, "a string"))


@handles(slice)
def py_slice(low: Lowering, start: Val, stop: Val = None, step: Val = None) -> Val:
    return slice(None, start) if stop is None and step is None else slice(start, stop, step)


@handles(print)
def py_print(low: Lowering, *values: Val, sep: Val = " ", end: Val = "\n", **options: Val) -> None:
    """What is known at compile time is printed then, once; what the data decide is not printed."""
    if not options and not any(map(is_by_data, values)) and not low.loops:
        builtins.print(*values, sep=sep, end=end)


@handles(hasattr)
def py_hasattr(low: Lowering, obj: Val, name: Val) -> Val:
    return hasattr(static_class(obj), name) if isinstance(obj, Tensor | Extent) else hasattr(obj, name)


def _at(sign: int) -> Any:
    def lower(low: Lowering, a: Tensor, indices: Val, b: Val) -> None:
        write(low, a, indices, b if sign > 0 else elementwise(low, "negative", b), "add_at")

    return lower


handles(np.add.at)(_at(1))
handles(np.subtract.at)(_at(-1))
