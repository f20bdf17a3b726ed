"""Ops on tiny arrays, element by element.

In: an equation and the elements of its operands (`Parts`: arrays of operands, in NumPy's own indexing).
Out: the elements of its result, computed by equations on scalars; None for an op that is known as a whole.

    y = sum(a * b)    ->    y = a_0 * b_0 + a_1 * b_1 + a_2 * b_2
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from symgrad.ir.core import Arg, At, AtArg, Const, Eqn, Gather, Index, Kind, NewAxis, Span, Value
from symgrad.ir.dims import Dim
from symgrad.ir.indexing import index_of, numpy_key
from symgrad.ir.ops import axes
from symgrad.ir.types import FLOATS, Shape

Parts = np.ndarray[Any, Any]  # of operands

_LARGEST = 16
_PRODUCTS = 64  # of two matrices, at most so many are written out
_FOLDS = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum"}
_FOLDS |= {"any": "logical_or", "all": "logical_and"}
_INDEXED = {"getitem": 1, "setitem": 2, "add_at": 2}


class Compute(Protocol):
    """How an equation on scalars is written, or its constant result found."""

    def __call__(self, name: str, args: Sequence[Arg], hint: str = "", /, **attrs: object) -> Arg: ...


def is_tiny(arg: Arg) -> bool:
    """An array of a fixed number of elements, few enough to give each a variable."""
    return arg.type.rank > 0 and is_small(arg.type.shape)


def is_small(shape: Shape) -> bool:
    size = 1
    for dim in shape:
        if not isinstance(dim, int):
            return False
        size *= dim
    return 0 < size <= _LARGEST


def fixed(shape: Shape) -> tuple[int, ...]:
    """A shape that has no names in it."""
    return tuple(map(_plain, shape))


def _plain(dim: Dim) -> int:
    assert isinstance(dim, int)
    return dim


def is_static(eqn: Eqn, tables: Mapping[Arg, Parts]) -> bool:
    """Whether the positions that an equation reads or writes are numbers known at compile time.

    `tables` has the arrays of positions that are constants.
    """
    index = index_of(eqn.attrs)
    if not all(isinstance(d, int) for i in index for d in _dims(i)):
        return False
    moving = iter(eqn.args[_INDEXED[eqn.op.name] :])
    extents = iter(eqn.args[0].type.shape)
    for item in index:
        extent = 0 if isinstance(item, NewAxis) else next(extents)
        if isinstance(item, AtArg | Gather) and not _inside(next(moving), extent, tables):
            return False
    return True


def _inside(positions: Arg, extent: Dim, tables: Mapping[Arg, Parts]) -> bool:
    """Whether positions are constants, and all of them in an axis of that extent."""
    if not isinstance(extent, int) or positions not in tables:
        return False
    return all(isinstance(p, Const) and -extent <= p.value < extent for p in tables[positions].flat)


def literal(eqn: Eqn) -> Parts:
    """The elements of an array of constants."""
    return _constants(np.array(eqn.attrs["data"]), eqn.out)


def data_of(parts: Parts) -> object:
    """Constants as the data of a `literal`."""
    if parts.ndim:
        return tuple(data_of(parts[k, ...]) for k in range(len(parts)))
    number = element(parts, ())
    assert isinstance(number, Const)
    return number.value


def all_constant(parts: Parts) -> bool:
    return all(isinstance(p, Const) for p in parts.flat)


def _dims(item: object) -> tuple[Dim, ...]:
    if isinstance(item, Span):
        return (item.start, item.extent)
    return (item.position,) if isinstance(item, At) else ()


def one_element(index: Index, place: tuple[int, ...]) -> Index | None:
    """The index of one element of what `index` selects; None where integer arrays select."""
    places = iter(place)
    found: list[At | AtArg] = []
    for item in index:
        if isinstance(item, Span):
            found.append(At(item.start + item.step * next(places)))
        elif isinstance(item, NewAxis):
            next(places)
        elif isinstance(item, At | AtArg):
            found.append(item)
        else:
            return None
    return tuple(found)


def element(parts: Parts, place: tuple[int, ...]) -> Arg:
    found = parts[place]
    assert isinstance(found, Value | Const)
    return found


def hint_of(value: Value, place: tuple[int, ...]) -> str:
    """`d_0`, `R_12`."""
    return f"{value.hint}_{''.join(map(str, place))}" if value.hint and place else value.hint


def single(arg: Arg) -> Parts:
    found = np.empty((), dtype=object)
    found[()] = arg
    return found


def split(eqn: Eqn, operands: Sequence[Parts], compute: Compute) -> Parts | None:
    """The elements of the result of an equation on scalars and tiny arrays."""
    name, kind = eqn.op.name, eqn.op.kind
    if kind is Kind.ELEMENTWISE:
        return _elementwise(eqn, operands, compute)
    if name in _FOLDS:
        return _reduction(eqn, operands[0], _FOLDS[name], compute)
    if name in ("cumsum", "cumprod"):
        return _running(eqn, operands[0], compute)
    if name == "norm":
        squares = _each(operands[0], lambda x: compute("multiply", [x, x]))
        return _each(_reduction(eqn, squares, "add", compute), lambda x: compute("sqrt", [x]))
    if name == "matmul":
        return _matmul(eqn, operands[0], operands[1], compute)
    if name in ("setitem", "add_at"):
        return _written(eqn, operands, compute) if _known_places(eqn, operands) else None
    return _moved(eqn, operands)


def _elementwise(eqn: Eqn, operands: Sequence[Parts], compute: Compute) -> Parts:
    spread = np.broadcast_arrays(*operands)
    found = np.empty(fixed(eqn.out.type.shape), dtype=object)
    for place in np.ndindex(found.shape):
        args = [element(o, place) for o in spread]
        found[place] = compute(eqn.op.name, args, hint_of(eqn.out, place), **eqn.attrs)
    return found


def _each(parts: Parts, f: Callable[[Arg], Arg]) -> Parts:
    found = np.empty(parts.shape, dtype=object)
    for place in np.ndindex(parts.shape):
        found[place] = f(element(parts, place))
    return found


def _reduction(eqn: Eqn, parts: Parts, step: str, compute: Compute) -> Parts:
    """In order, as NumPy adds up to eight numbers."""
    over = axes(eqn.attrs)
    kept = tuple(d for i, d in enumerate(parts.shape) if i not in over)
    rows = np.moveaxis(parts, over, range(len(over))).reshape(-1, *kept)
    found = np.empty(kept, dtype=object)
    for place in np.ndindex(kept):
        found[place] = _chain(step, [element(rows, (k, *place)) for k in range(len(rows))], compute)
    return found.reshape(fixed(eqn.out.type.shape))


def _running(eqn: Eqn, parts: Parts, compute: Compute) -> Parts:
    axis = eqn.attrs["axis"]
    assert isinstance(axis, int)
    found = np.moveaxis(parts, axis, 0).copy()
    step = "add" if eqn.op.name == "cumsum" else "multiply"
    for k in range(1, len(found)):
        for place in np.ndindex(found.shape[1:]):
            found[k, *place] = compute(step, [element(found, (k - 1, *place)), element(found, (k, *place))])
    return np.moveaxis(found, 0, axis)


def _chain(name: str, terms: Sequence[Arg], compute: Compute) -> Arg:
    total = terms[0]
    for term in terms[1:]:
        total = compute(name, [total, term])
    return total


def _matmul(eqn: Eqn, a: Parts, b: Parts, compute: Compute) -> Parts | None:
    if a.ndim > 2 or b.ndim > 2 or a.size * (b.size // len(b)) > _PRODUCTS:
        return None
    left, right = np.atleast_2d(a), b.reshape(len(b), -1)
    found = np.empty((len(left), right.shape[1]), dtype=object)
    for i, k in np.ndindex(found.shape):
        terms = [compute("multiply", pair) for pair in zip(left[i], right[:, k], strict=True)]
        found[i, k] = _chain("add", terms, compute)
    return found.reshape(fixed(eqn.out.type.shape))


def _moved(eqn: Eqn, operands: Sequence[Parts]) -> Parts | None:
    """Ops that only say which element goes where, and ops that make constants."""
    shape, attrs = fixed(eqn.out.type.shape), eqn.attrs
    match eqn.op.name:
        case "empty":
            return _constants(np.zeros(shape), eqn.out)
        case "iota":
            return _constants(np.arange(*shape), eqn.out)
        case "literal":
            return literal(eqn)
        case "eye" if isinstance(one := operands[0][()], Const):
            k = attrs["k"]
            assert isinstance(k, int)
            return _constants(one.value * np.eye(*shape, k=k), eqn.out)
        case "full" | "broadcast_to":
            return np.broadcast_to(operands[0], shape)
        case "reshape":
            return operands[0].reshape(shape)
        case "transpose":
            perm = attrs["perm"]
            assert isinstance(perm, tuple)
            return np.transpose(operands[0], perm)
        case "roll":
            axis, by = attrs["axis"], attrs["by"]
            assert isinstance(axis, int) and isinstance(by, int)
            return np.roll(operands[0], by, axis)
        case "concatenate":
            axis = attrs["axis"]
            assert isinstance(axis, int)
            return np.concatenate(list(operands), axis=axis)
        case "getitem" if _known_places(eqn, operands):
            return _picked(operands[0], index_of(eqn.attrs), operands[1:])
    return None


def _constants(numbers: np.ndarray[Any, Any], like: Value) -> Parts:
    dtype = like.type.dtype
    python = float if dtype in FLOATS else bool if dtype == "bool" else int
    found = np.empty(numbers.shape, dtype=object)
    for place in np.ndindex(numbers.shape):
        found[place] = Const(python(numbers[place]), like.type.with_shape(()))
    return found


def _known_places(eqn: Eqn, operands: Sequence[Parts]) -> bool:
    return is_static(eqn, dict(zip(eqn.args, operands, strict=True)))


def _places(parts: Parts, index: Index, tables: Sequence[Parts]) -> np.ndarray[Any, Any]:
    """The flat positions that an index selects."""
    numbers = np.arange(parts.size).reshape(parts.shape)
    key: Any = numpy_key(index, [np.array(data_of(t)) for t in tables], _plain)
    return np.asarray(numbers[key])


def _picked(parts: Parts, index: Index, tables: Sequence[Parts]) -> Parts:
    places = _places(parts, index, tables)
    found = np.empty(places.shape, dtype=object)
    for place in np.ndindex(places.shape):
        found[place] = parts.flat[places[place]]
    return found


def _written(eqn: Eqn, operands: Sequence[Parts], compute: Compute) -> Parts:
    base, value, *tables = operands
    found = base.copy()
    places = _places(base, index_of(eqn.attrs), tables)
    new = np.broadcast_to(value, places.shape)
    for place, number in zip(places.flat, new.flat, strict=True):
        hint = hint_of(eqn.out, tuple(map(int, np.unravel_index(place, found.shape))))
        added = eqn.op.name == "add_at"
        found.flat[place] = compute("add", [found.flat[place], number], hint) if added else number
    return found
