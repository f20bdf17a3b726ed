"""Tuples and objects, item by item: what merges, what is carried, what a list of tuples keeps in columns.

In: a value. Out: its leaves in order, and the same structure over other leaves.

    spread((x, (t, n))) == [x, t, n]          rebuilt((x, (t, n)), iter([y, s, m])) == (y, (s, m))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakValueDictionary

from symgrad.frontend.values import Missing, Tensor, Val
from symgrad.ir.core import Const
from symgrad.ir.dims import Extent

_made: WeakValueDictionary[int, Any] = WeakValueDictionary()  # objects that programs make, by identity


def adopt(obj: Any) -> None:
    """An object of a user's class whose attributes are values of the interpreter."""
    _made[id(obj)] = obj


def is_instance(v: Val) -> bool:
    """Whether `v` is an object that the program has made."""
    return _made.get(id(v)) is v and v is not None


def is_frozen(v: Val) -> bool:
    """Whether the class of an object says that nothing changes it: that of a frozen dataclass."""
    params = getattr(type(v), "__dataclass_params__", None)
    return params is not None and bool(params.frozen)


def parts_of(v: Val) -> tuple[Val, ...]:
    """The objects in a structure of tuples, one level deep."""
    return tuple(p for item in v for p in parts_of(item)) if isinstance(v, tuple) else (v,)


def spread(v: Val) -> list[Val]:
    """The leaves of (nested) tuples, and of the attributes of objects."""
    if isinstance(v, tuple):
        return [leaf for item in v for leaf in spread(item)]
    if is_instance(v):
        return [leaf for item in v.__dict__.values() for leaf in spread(item)]
    return [v]


def rebuilt(v: Val, leaves: Iterator[Val]) -> Val:
    """The structure of `v` over other leaves. An object is another one, which nothing may change."""
    if isinstance(v, tuple):
        items = [rebuilt(item, leaves) for item in v]
        return type(v)(*items) if hasattr(v, "_fields") else tuple(items)
    if is_instance(v):
        out = object.__new__(type(v))
        adopt(out)
        out.__dict__.update((name, rebuilt(item, leaves)) for name, item in v.__dict__.items())
        return out
    return next(leaves)


def alike(a: Val, b: Val) -> bool:
    """The same structure."""
    if isinstance(a, tuple) or isinstance(b, tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(alike, a, b))
    if is_instance(a) or is_instance(b):
        if type(a) is not type(b) or not (is_instance(a) and is_instance(b)):
            return False
        return list(a.__dict__) == list(b.__dict__) and all(
            map(alike, a.__dict__.values(), b.__dict__.values())
        )
    return True


def same(a: Val, b: Val) -> bool:
    """Certainly one and the same value."""
    if a is b:
        return True
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        known = isinstance(a.arg, Const) and isinstance(b.arg, Const) and not a.is_array and not b.is_array
        return known and a.arg == b.arg and a.weak == b.weak
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return repr(a) == repr(b)
    return isinstance(a, int | str | bytes | Extent | Missing) and bool(a == b)
