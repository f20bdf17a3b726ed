"""What a call says about its arguments: leaves, their types, and everything a specialisation depends on.

In: a function, the arguments of one call. Out: a `Signature`, whose `key` finds the specialisation.
Each axis of an array is the int 1 or a name of its own; lowering finds out which names are equal.

    bind(f, (np.ones((3, 1)), 2.0, "relu"), {}).types == (float64[n, 1], float64[])
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterator
from types import CodeType
from typing import Any

import numpy as np

from symgrad.errors import NotDifferentiableError
from symgrad.frontend.scalars import is_scalar_function
from symgrad.ir.dims import Dim, symbol
from symgrad.ir.frozen import dataclass
from symgrad.ir.types import BOOL, FLOATS, INTS, ArrayType
from symgrad.tree import LEAF, Tree, flatten


class NeedConstant(Exception):
    """Lowering needs the value of an integer argument or of an extent: bind again with it in `constants`."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Static:
    """A leaf that is known at compile time; equal if it is the same number, string or object."""

    value: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Static) or type(self.value) is not type(other.value):
            return False
        return self.value is other.value or (_by_value(self.value) and bool(self.value == other.value))

    def __hash__(self) -> int:
        return hash((type(self.value), self.value)) if _by_value(self.value) else id(self.value)


def _by_value(value: Any) -> bool:
    return isinstance(value, int | str | bytes | bool | np.integer | np.bool_ | np.dtype)


Slot = int | Static


@dataclass(frozen=True, slots=True)
class Signature:
    """One call, abstractly.

    Attributes
    ----------
    leaves : the run-time leaves of the arguments, in order: what a kernel is called with
    types : their types, each extent 1 or a name (or a plain int where the specialisation is exact)
    names : a name for each leaf that tells the way to it: ``x``, ``params_0_w``
    weak : whether a leaf is a Python number (it takes the dtype of the array it meets)
    arg_of_leaf : the position of the parameter that each leaf belongs to
    parameters : the name of each position (``args_0`` for the first of ``*args``)
    trees, slots : for each position its structure and, per leaf of it, a leaf number or a `Static`
    keywords : for each position the keyword it is passed by, or None
    sizes : the number that each name of an extent, and each integer leaf, has in this call
    exact : the names that shall be plain numbers
    extents : the names of all axes, of those that are plain numbers too
    key : equal keys, same specialisation
    """

    function_name: str
    leaves: tuple[Any, ...]
    types: tuple[ArrayType, ...]
    names: tuple[str, ...]
    weak: tuple[bool, ...]
    arg_of_leaf: tuple[int, ...]
    parameters: tuple[str, ...]
    trees: tuple[Tree, ...]
    slots: tuple[tuple[Slot, ...], ...]
    keywords: tuple[str | None, ...]
    sizes: dict[str, int]
    exact: frozenset[str]
    extents: frozenset[str]
    key: Hashable

    @property
    def flat(self) -> bool:
        """Every argument is one positional run-time leaf."""
        return all(t is LEAF and isinstance(s[0], int) for t, s in zip(self.trees, self.slots, strict=True))

    def argument_tree(self, position: int) -> Tree:
        """The structure of the argument at this position."""
        return self.trees[position]

    def leaf_numbers(self, position: int) -> tuple[int | None, ...]:
        """The number of each leaf of an argument, None for one that is known at compile time."""
        return tuple(s if isinstance(s, int) else None for s in self.slots[position])


LETTERS = ("n", "m", "k", "p", "q", "r")


def fresh_names(avoid: set[str]) -> Iterator[str]:
    """n, m, k, p, q, r, n1, m1, ... without those that the program uses."""
    number = 0
    while True:
        for letter in LETTERS:
            name = f"{letter}{number or ''}"
            if name not in avoid:
                avoid.add(name)
                yield name
        number += 1


def bind(
    fun: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    exact: frozenset[str] = frozenset(),
    constants: frozenset[str] = frozenset(),
) -> Signature:
    """The signature of `fun(*args, **kwargs)`.

    `exact` and `constants` hold names of extents that shall be plain ints and of integer leaves that
    shall be compile-time values.
    """
    exact = exact | constants
    bound = _positions(fun, args, kwargs)
    function_name = getattr(fun, "__name__", type(fun).__name__)
    fresh = fresh_names(names_used(fun) | {name for name, _, _ in bound})
    leaves: list[Any] = []
    types: list[ArrayType] = []
    names: list[str] = []
    weak: list[bool] = []
    arg_of_leaf: list[int] = []
    trees: list[Tree] = []
    slots: list[tuple[Slot, ...]] = []
    sizes: dict[str, int] = {}
    extents: list[str] = []
    taken = {name for name, _, _ in bound}
    for position, (parameter, _, value) in enumerate(bound):
        parts, tree = flatten(value)
        paths = [parameter] if tree is LEAF else _unique([_path(parameter, p) for p in tree.paths()], taken)
        mine: list[Slot] = []
        for leaf, name in zip(parts, paths, strict=True):
            if is_compile_time(leaf) or (name in exact and isinstance(leaf, int | np.integer)):
                mine.append(Static(leaf))
                continue
            dtype = leaf_dtype(leaf, name, function_name)
            mine.append(len(leaves))
            shape: list[Dim] = []
            for size in np.shape(leaf):
                extent = next(fresh) if size != 1 else ""
                extents.append(extent)
                if extent and extent not in exact:
                    sizes[extent] = size
                    shape.append(symbol(extent))
                else:
                    shape.append(size)
            if isinstance(leaf, int):
                sizes[name] = leaf
            leaves.append(leaf)
            types.append(ArrayType(dtype, tuple(shape)))
            names.append(name)
            weak.append(isinstance(leaf, float | int) and not isinstance(leaf, np.generic))
            arg_of_leaf.append(position)
        trees.append(tree)
        slots.append(tuple(mine))
    keywords = tuple(k for _, k, _ in bound)
    arrays = tuple(isinstance(a, np.ndarray) for a in leaves)
    captured = exact - {*extents, *taken, *names}  # what is left can only name extents of captured arrays
    key = (tuple(types), tuple(weak), arrays, tuple(trees), tuple(slots), keywords, captured)
    parameters = tuple(name for name, _, _ in bound)
    return Signature(
        function_name, tuple(leaves), tuple(types), tuple(names), tuple(weak), tuple(arg_of_leaf),
        parameters, tuple(trees), tuple(slots), keywords, sizes, exact, frozenset(extents), key,
    )  # fmt: skip


def _positions(
    fun: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[tuple[str, str | None, Any]]:
    """(name, keyword or None, value) of each argument, defaults filled in."""
    try:
        if isinstance(fun, np.ufunc):  # whose signature lists out=, where= and the like
            raise TypeError
        signature = inspect.signature(fun)
    except (TypeError, ValueError):  # a ufunc or another builtin
        letters = ("x",) if len(args) == 1 else ("x", "y") if len(args) == 2 else ()
        names = letters or tuple(f"x{i}" for i in range(len(args)))
        return [(n, None, a) for n, a in zip(names, args, strict=True)] + [
            (k, k, v) for k, v in kwargs.items()
        ]
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    out: list[tuple[str, str | None, Any]] = []
    for name, value in bound.arguments.items():
        kind = signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            out += [(f"{name}_{i}", None, v) for i, v in enumerate(value)]
        elif kind is inspect.Parameter.VAR_KEYWORD:
            out += [(k, k, v) for k, v in value.items()]
        else:
            out.append((name, name if kind is inspect.Parameter.KEYWORD_ONLY else None, value))
    return out


def _path(parameter: str, path: tuple[Any, ...]) -> str:
    parts = (str(p) for p in path)
    text = "_".join([parameter, *("".join(c if c.isalnum() else "_" for c in p) for p in parts)])
    return text


def _unique(names: list[str], taken: set[str]) -> list[str]:
    """Different leaves, different names: keys "a b" and "a_b" look alike."""
    out = []
    for name in names:
        number, free = 2, name
        while free in taken:
            number, free = number + 1, f"{name}_{number}"
        taken.add(free)
        out.append(free)
    return out


def names_used(fun: Any) -> set[str]:
    """Every name in the code of a function, that fresh names should not take."""
    while not isinstance(code := getattr(fun, "__code__", None), CodeType):
        inner = (
            getattr(fun, "py_func", None) or getattr(fun, "__wrapped__", None) or getattr(fun, "func", None)
        )
        if inner is None or inner is fun:
            return set()
        fun = inner
    return _names_in(code)


def _names_in(code: CodeType) -> set[str]:
    found = {*code.co_varnames, *code.co_names, *code.co_cellvars, *code.co_freevars}
    for const in code.co_consts:
        if isinstance(const, CodeType):
            found |= _names_in(const)
    return found


def is_compile_time(leaf: Any) -> bool:
    """Whether the specialisation depends on the value itself: anything but floats, integers and arrays."""
    if isinstance(leaf, bool | np.bool_ | str | type):
        return True
    arrays = hasattr(leaf, "__array__")  # of NumPy and others, which are then refused by name
    return not (arrays or isinstance(leaf, float | int | complex))


def leaf_dtype(leaf: Any, name: str, function_name: str = "") -> str:
    """The dtype of a run-time leaf, or an error that names it."""
    if isinstance(leaf, np.ndarray | np.generic):
        dtype = str(leaf.dtype)
        if type(leaf) not in (np.ndarray, np.memmap) and isinstance(leaf, np.ndarray):
            dtype = f"{dtype}, a {type(leaf).__name__}"
        if dtype in FLOATS or dtype in INTS or dtype == BOOL:
            if not leaf.dtype.isnative:
                dtype = f"byte-swapped {dtype}"
            else:
                return dtype
        what = f"an array of {dtype}" if isinstance(leaf, np.ndarray) else f"a {dtype}"
    elif isinstance(leaf, float):
        return "float64"
    elif isinstance(leaf, int):
        if -(2**63) <= leaf < 2**63:
            return "int64"
        what = f"an integer that 64 bits cannot hold ({leaf})"
    else:
        what = f"a {type(leaf).__name__}"
    raise NotDifferentiableError(
        f"argument {name!r}{f' of {function_name}' if function_name else ''} is {what}",
        why="the compiler knows float64, float32, integers and bools",
        instead=f"pass {name}.astype(float)" if isinstance(leaf, np.ndarray) else "pass a float",
    )


__all__ = ["NeedConstant", "Signature", "Static", "bind", "is_scalar_function"]
