"""The state of one lowering, beside its equations: what is written, what may change, what was captured.

In: tensors, containers and objects from the interpreter. Out: tensors that follow writes, and parameters
for the run-time values from outside. There is one `Lowering` a program and one `Frame` for each function body
that is being interpreted.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CellType, FunctionType
from typing import Any, NoReturn

import numpy as np

from symgrad.errors import Loc
from symgrad.frontend import resolve
from symgrad.frontend.equations import Equations
from symgrad.frontend.journal import Journal
from symgrad.frontend.resolve import Path, Watch
from symgrad.frontend.signature import fresh_names, is_compile_time, leaf_dtype
from symgrad.frontend.solver import Solver
from symgrad.frontend.source import FunctionNode, Unit
from symgrad.frontend.values import Derive, Put, Rows, Tensor, Val, View
from symgrad.ir.core import Arg, Span, Symbol, Value
from symgrad.ir.dims import Dim, Extent, symbol, symbols
from symgrad.ir.types import ArrayType


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Where the names of a plain function come from that are not its own: its module and its closure."""

    space: dict[str, Any]
    cells: dict[str, CellType]


def surroundings(function: FunctionType) -> Surroundings:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return Surroundings(function.__globals__, dict(cells))


@dataclass(slots=True, eq=False)
class Frame:
    """A function body under interpretation: its names, its text, and what encloses it."""

    low: Lowering
    unit: Unit
    env: dict[str, Val]
    local_names: frozenset[str]
    outer: Frame | None = None  # the frame in which a nested function was defined
    around: Surroundings | None = None
    statement: ast.AST | None = None
    loc: Loc | None = None  # of the statement
    depth: int = 0
    globals_here: frozenset[str] = frozenset()  # declared `global` or `nonlocal`
    comprehension: bool = False
    function: FunctionNode | None = None  # whose body this is


class Lowering(Equations):
    """What all frames of one program share.

    `run_body` interprets a function's statements, `calling` calls a value: they stand above this
    module, and what stands between (operators, NumPy's functions) reaches them from here.
    """

    def __init__(
        self,
        solver: Solver,
        exact: frozenset[str],
        avoid: set[str],
        run_body: Callable[[Frame, FunctionNode], Val],
        calling: Callable[..., Val],
    ) -> None:
        super().__init__(solver)
        self.exact = exact
        self.fresh = fresh_names(avoid)
        self.hints: dict[Value, str] = {}
        self.spoken: list[tuple[str, Extent]] = []  # what the user's names call extents
        self.captured: dict[Any, Tensor] = {}  # by the key of the path
        self.captures: list[tuple[Path, Value]] = []
        self.watches: dict[Any, Watch] = {}
        self.objects: dict[int, tuple[Any, Path]] = {}  # objects with a way to them
        self.converted: dict[int, tuple[Any, Val]] = {}  # containers from outside, by identity
        self.owned: dict[int, Any] = {}  # containers that the program made, and may change
        self.leaf_names: dict[Value, list[str]] = {}  # container leaves: the names they were bound to
        self.journals: list[Journal] = []  # of the regions that are being interpreted, outermost first
        self.outer_lists: list[set[int]] = []  # of these regions: the containers that are older
        self.filled: dict[int, Rows] = {}  # lists that became arrays, by identity
        self.iterated: list[Any] = []  # lists that loops run over
        self.frozen: dict[int, Any] = {}  # lists whose items were copied into another
        self.nests: dict[tuple[int, int], tuple[ast.For, tuple[str, ...]]] = {}  # loops over several axes
        self.instances: list[Any] = []  # objects that the program made
        self.births: dict[int, int] = {}  # of what they hold: when they were made
        self.loops = 0  # `for` and `while` statements around
        self.counters: set[str] = set()  # the names that loop counters have had as extents
        self.spans: dict[Any, tuple[Dim, Span]] = {}  # slices between computed bounds
        self.rotated: dict[int, ast.While] = {}  # loop statements that were rewritten
        self.axes: dict[str, Symbol] = {}  # moving extents that an axis of a computed value has
        self.facts: dict[Value, Any] = {}  # bools: what they tell about counters
        self.guesses: dict[Any, Any] = {}  # by loop statement: what it turned out to carry
        self.run_body = run_body
        self.calling = calling
        self.looping: Callable[..., None]  # interprets a loop statement over items; set by `lower`

    # -- tensors that are written --------------------------------------------------------------------

    def arg(self, t: Tensor) -> Arg:
        """The operand that the tensor is now."""
        view = t.view
        root = t if view is None else t.root
        if root.stale:
            self.refuse_stale(t, root)
        if self.journals:
            self.journals[-1].reads[root] = None
        if view is not None and t.seen != (version := root.version):
            self.touch(t)
            if view.unsure:
                self.refuse_unsure(t)
            t.arg = view.read(self.arg(view.base))
            t.seen = version
        return t.arg

    def touch(self, t: Tensor) -> None:
        """The tensor is about to change: what a region changes can be undone."""
        if self.journals:
            self.journals[-1].note(t)

    def change(self, container: list[Any] | dict[Any, Any] | set[Any]) -> None:
        """The container is about to change."""
        self._refuse_change(container)
        if self.journals:
            self.journals[-1].note_container(container, self.births.get(id(container), -1))

    def change_rows(self, rows: Rows) -> None:
        """The list that loops fill is about to have more or fewer items."""
        self._refuse_change(rows)
        if rows.fixed:
            self.refuse(f"this list cannot be changed: {rows.fixed}", instead="work on the list itself")
        if self.journals:
            self.journals[-1].note_rows(rows)

    def _refuse_change(self, container: Any) -> None:
        if any(container is c for c in self.iterated):
            self.refuse(
                "a list is changed while a loop runs over it",
                why="how many trips the loop makes would depend on what it does",
                instead="`while k < len(queue): item = queue[k]; k += 1`, or loop over a copy",
            )
        if id(container) in self.births and id(container) in self.frozen:
            self.refuse(
                "an object is changed after a loop or a branch has bound its name, or another name, to it",
                why="which object the name stands for, the data decide: both would have to change",
                instead="a new object with the new values, bound to the name",
            )
        if id(container) in self.frozen:
            self.refuse(
                "a list is changed after it became an item of another",
                why="the other list holds its items as they were",
                instead="append it once it is complete",
            )

    def refuse_stale(self, t: Tensor, root: Tensor) -> NoReturn:
        self.refuse(
            f"what {t.name or root.name or 'this array'} holds is not known here",
            why=root.stale,
            instead="write into a .copy(), so that one name is one array",
        )

    def solver_symbol(self, name: str) -> Extent:
        """The integer parameter of this name, as an extent."""
        return symbol(name)

    def used_integers(self) -> set[str]:
        """The integer parameters that types, attributes or guards mention."""
        found: set[str] = set()
        for eqn in self.builder.eqns:
            found |= eqn.names
        for dim in [*self.solver.solution.values(), *(g.nonnegative for g in self.solver.guards)]:
            found |= set(symbols(dim))
        return found & set(self.integers)

    def own(self, v: Val) -> None:
        """The containers of the arguments are copies: the program may change them."""
        for child in v if isinstance(v, list | tuple) else v.values() if isinstance(v, dict) else ():
            self.own(child)
        if isinstance(v, list | dict):
            self.owned[id(v)] = v

    def refuse_unsure(self, t: Tensor) -> NoReturn:
        self.refuse(
            f"whether {t.name or 'this reshaped array'} is a view of the array that is written is not known",
            why="reshape gives a view or a copy, as the layout of the data decides",
            instead="write through one name only, or take a .copy() first",
        )

    def view(self, base: Tensor, read: Derive, put: Put | None, *, unsure: bool = False) -> Tensor:
        """A tensor that is a part, or another arrangement, of `base`: an array, also of a Python number."""
        out = Tensor(read(self.arg(base)), is_array=True, view=View(base, read, put, unsure))
        out.captured = base.captured
        return out

    def alias(self, base: Tensor, name: str) -> Tensor:
        """A second name for an array: a copy equation, and still the same object."""
        read: Derive = lambda arg: self.named(self.emit("copy", [arg]), name)
        out = Tensor(read(self.arg(base)), weak=base.weak, is_array=base.is_array)
        out.view = View(base, read, lambda _, new: new, alias=True)
        out.seen = base.root.version
        out.contiguous, out.captured, out.name = base.contiguous, base.captured, name
        return out

    def write(self, t: Tensor, new: Arg) -> None:
        """The array object now holds `new`; views and the arrays that it is a view of follow."""
        if t.captured:
            self.refuse(
                f"{t.captured} is written in place",
                why="a gradient call must not change what it was not passed",
                instead=f"start from {t.captured}.copy()",
            )
        if t.name and isinstance(new, Value):
            self.hints.setdefault(new, t.name)
        self.touch(t)
        if t.view is None:
            if t.stale:
                self.refuse_stale(t, t)
            t.arg = new
            t.version += 1
            for other in t.kin:
                self.touch(other)
                other.stale = (
                    f"it may be the same array as {t.name or 'one'} that was written:"
                    f" whether they are one, the data decide"
                )
        else:
            if t.view.unsure:
                self.refuse_unsure(t)
            if t.view.put is None:
                self.refuse(
                    "this array is read-only",
                    why="it repeats the elements of another, or is an item of a list that a loop has filled",
                    instead=".copy()",
                )
            base = t.view.base
            self.write(base, t.view.put(self.arg(base), new))
            t.arg = new
            t.seen = t.root.version

    def named(self, value: Value, name: str) -> Value:
        self.hints[value] = name
        return value

    # -- names from outside --------------------------------------------------------------------------

    def watch(self, path: Path, look: Any = None) -> None:
        """The program depends on what is at `path`."""
        key = (path.key, look)
        if key not in self.watches:
            self.watches[key] = resolve.watch(path, look)

    def outside(self, obj: Any, path: Path) -> Val:
        """A value that the function reads without being passed it."""
        if isinstance(obj, Tensor | Extent | Closure):
            return obj
        if isinstance(obj, float) and resolve.is_constant_of_mathematics(obj):
            return obj
        if isinstance(obj, np.ndarray | np.floating | float):
            return self.capture(obj, path)
        if isinstance(obj, dict | list | tuple) and not isinstance(obj, str):
            return self._container(obj, path)
        if resolve.is_library(obj) or obj is None:
            if not resolve.is_plain_import(obj, path):
                self.watch(path)
            return obj
        simple = is_compile_time(obj) and (
            isinstance(obj, bool | str | bytes | type | np.bool_ | np.dtype | range | slice) or callable(obj)
        )
        if simple or isinstance(obj, int | np.integer):
            self.watch(path)
        else:
            self.watch(path, resolve.instance_class)
        self.objects[id(obj)] = (obj, path)
        return obj

    def _container(self, obj: Any, path: Path) -> Val:
        """A container from outside: the same container over resolved items."""
        if id(obj) in self.converted:
            return self.converted[id(obj)][1]
        self.watch(path)
        if isinstance(obj, dict):
            made: Any = {k: self.outside(v, path.item(k)) for k, v in obj.items()}
        else:
            items = [self.outside(v, path.item(i)) for i, v in enumerate(obj)]
            if hasattr(obj, "_fields"):
                made = type(obj)(*items)
            else:
                made = items if isinstance(obj, list) else tuple(items)
        self.converted[id(obj)] = (obj, made)
        return made

    def capture(self, obj: Any, path: Path) -> Tensor:
        """A run-time value from outside, as one more parameter."""
        if path.key in self.captured:
            return self.captured[path.key]
        dtype = leaf_dtype(obj, path.text)
        shape: list[Dim] = []
        exact = False
        for size in np.shape(obj):
            name = next(self.fresh) if size != 1 else ""
            exact |= name in self.exact
            shape.append(self.solver.introduce(name, size) if name and name not in self.exact else size)
        value = Value(ArrayType(dtype, tuple(shape)), path.hint)
        weak = isinstance(obj, float) and not isinstance(obj, np.generic)
        t = Tensor(value, weak=weak, is_array=isinstance(obj, np.ndarray))
        t.captured = path.text
        self.hints[value] = path.hint
        self.captures.append((path, value))
        self.captured[path.key] = t
        self.watch(path, _exact_shape if exact else None)
        return t


def _exact_shape(obj: Any) -> tuple[Any, ...]:
    return (type(obj), obj.dtype, obj.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function that the program itself defines: a nested def or a lambda, with the frame around it."""

    __leaf__ = True
    node: ast.FunctionDef | ast.Lambda
    frame: Frame
    defaults: tuple[Val, ...] = ()
    keyword_defaults: Mapping[str, Val] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name
