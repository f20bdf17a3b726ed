"""From a call to a compiled specialisation, in as few steps as a call allows.

In: the arguments of one call. Out: the result of the kernel that fits their types and shape classes,
built on the first call that needs it. The fast path is the numba dispatcher of the last call, which takes
only the types that it was compiled for; kernels check extents at entry. What does not fit lands in `slow`,
which finds or builds the right specialisation, or raises the error that the user should see.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symgrad import outside
from symgrad.errors import ShapeError, SymgradError
from symgrad.frontend.entry import broken_extents
from symgrad.frontend.lower import Capture
from symgrad.frontend.signature import NeedConstant, Signature, bind
from symgrad.ir.types import ArrayType
from symgrad.opt.few import Numbers, few
from symgrad.pipeline import Options, Program, Transform, build
from symgrad.timed import collector_off
from symgrad.workspace import Workspace

Convert = Callable[[Any], Any]
Quick = tuple[tuple[int, ...], Callable[..., Any]]


def _no_entry(*args: Any) -> Any:
    raise TypeError("no kernel yet")


_NOTHING: Quick = ((), _no_entry)
_KINDS = 2  # of kernels for short axes


@dataclass(slots=True)
class Stats:
    """What a derivative has done: calls that found a specialisation, that built one, seconds per stage."""

    hits: int = 0
    misses: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Specialisation:
    """A program compiled for one signature, with what its arguments and results need on the way."""

    program: Program
    into: tuple[Convert | None, ...]
    out_of: tuple[Convert | None, ...]
    signature: Signature
    compiled_types: set[Any] = field(default_factory=set)
    latest: Program | None = None  # what was last run
    _short: dict[Numbers, Program] = field(default_factory=dict)
    _runs: dict[Numbers, Callable[..., Any]] = field(default_factory=dict)

    @property
    def run(self) -> Callable[..., Any]:
        """The program as a callable, for arrays of every size."""
        return self.callable(self.program)

    def callable(self, program: Program) -> Callable[..., Any]:
        """A program of `for_values`; made when it is first wanted, for whoever only reads needs no numba."""
        if program.numbers not in self._runs:
            self._runs[program.numbers] = _compiler(program)
        return self._runs[program.numbers]

    def for_values(self, values: Sequence[Any]) -> Program:
        """The program whose kernel is made for axes as short as those of these values.

        After two such kernels other numbers find the one for every size: a number that differs from call to
        call is no property of the problem.
        """
        numbers = few(self.program.function, values) if self.program.options.jit else ()
        if not numbers or (numbers not in self._short and len(self._short) == _KINDS):
            return self.program
        if numbers not in self._short:
            self._short[numbers] = replace(self.program, numbers=numbers)
        return self._short[numbers]

    def stale(self) -> bool:
        """Something that the lowering read (a helper, a flag, a captured type) is not what it was."""
        lowered = self.program.lowered
        return any(w.changed() for w in lowered.watches) or any(
            map(_is_other, lowered.captures, self.captured)
        )

    @property
    def captured(self) -> tuple[ArrayType, ...]:
        """The types of the captured values, as they were lowered."""
        lowered = self.program.lowered
        first = len(lowered.function.params) - len(lowered.captures)
        return tuple(p.type for p in lowered.function.params[first:])

    def arguments(self, leaves: Sequence[Any]) -> list[Any]:
        """What the kernel is called with: converted leaves, then the captured values as they are now."""
        values = [a if f is None else f(a) for a, f in zip(leaves, self.into, strict=True)]
        return values + [_without_axes_a_number(c.get()) for c in self.program.lowered.captures]

    def finish(self, results: Any) -> Any:
        """The kernel's results in the user's structure and types."""
        return results if self.plain else self.structured(self.by_number(results))

    def by_number(self, results: Any) -> list[Any]:
        """What the kernel returns as a list of results."""
        return _flat(results, self.program.returns, len(self.out_of))

    def structured(self, flat: Sequence[Any]) -> Any:
        """Results by number in the user's structure and types."""
        return self.program.output.build(
            [r if f is None or r is None else f(r) for r, f in zip(flat, self.out_of, strict=True)]
        )

    @property
    def plain(self) -> bool:
        """The kernel returns what the user gets."""
        return self.program.output.native() is not None and not any(self.out_of)

    @property
    def direct(self) -> bool:
        """The kernel takes what the user passes, and depends on nothing else."""
        return self.as_passed and not self.program.lowered.watches

    @property
    def as_passed(self) -> bool:
        """The kernel takes what the user passes."""
        lowered = self.program.lowered
        return self.unconverted and not lowered.captures and not lowered.written

    @property
    def unconverted(self) -> bool:
        """What the user passes goes to the kernel as it is, perhaps with more."""
        return not any(self.into)

    def again(self, leaves: Sequence[Any]) -> list[Any] | None:
        """`arguments` for leaves of the types of the last call; None if something else has changed since."""
        return None if self.stale() else self.arguments(leaves)

    def refuse_shared(self, values: Sequence[Any]) -> None:
        """An array that the function writes must not share memory with another argument."""
        if self.program.lowered.written:
            refuse_shared(self.program, self.signature.names, values)


def _is_other(capture: Capture, type_: ArrayType) -> bool:
    """Whether a captured value has another dtype or rank now, or another length than a plain number."""
    value = np.asarray(capture.get())
    return (
        str(value.dtype) != type_.dtype
        or value.ndim != type_.rank
        or any(isinstance(d, int) and d != size for d, size in zip(type_.shape, value.shape, strict=True))
    )


def refuse_shared(program: Program, names: Sequence[str], values: Sequence[Any]) -> None:
    """An array that the function writes must not share memory with another argument."""
    for number in program.lowered.written:
        for other, value in enumerate(values):
            if other != number and isinstance(value, np.ndarray) and np.shares_memory(values[number], value):
                second = (
                    names[other] if other < len(names) else program.lowered.captures[other - len(names)].path
                )
                first = names[number]
                raise SymgradError(
                    f"{first} and {second} share memory, and the function writes into {first}",
                    program.primal.loc,
                    why="a write would have to be seen through both names",
                    instead=f"pass {first}.copy()",
                )


def _flat(results: Any, returns: Any, count: int) -> list[Any]:
    """Results by number, from the nested structure in which a kernel returns them; None if it does not."""
    found: list[Any] = [None] * count

    def walk(part: Any, shape: Any) -> None:
        if isinstance(shape, int):
            found[shape] = part
        else:
            for p, s in zip(part, shape, strict=True):
                walk(p, s)

    walk(results, returns)
    return found


class Dispatcher:
    """Calls of one transform of one function. Thread-safe: building holds a lock, calling does not."""

    __slots__ = ("__dict__", "__weakref__", "_quick")  # what every call reads has a place of its own

    def __init__(self, fun: Callable[..., Any], transform: Transform, options: Options) -> None:
        self.fun = fun
        self.transform = transform
        self.options = options
        self.stats = Stats()
        self.last: Specialisation | None = None
        self._table: dict[Hashable, Specialisation] = {}
        self._constants: frozenset[Any] = frozenset()
        # which arguments are arrays, and what takes them: one tuple, so that threads see both or neither
        self._quick: Quick = _NOTHING
        self._lock = threading.RLock()
        self._into = Workspace(self, keep=False)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            try:
                arrays, entry = self._quick
                if arrays:
                    for i in arrays:  # a subclass means something else by `*`, or masks elements
                        if type(args[i]) is not np.ndarray:
                            return self.slow(args, kwargs)
                return entry(*args)
            except (TypeError, ValueError, IndexError):
                pass  # other types or shapes than last time: the slow path knows, or says what is wrong
        return self.slow(args, kwargs)

    def slow(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Find or build the specialisation for these arguments, remember it, run it."""
        if "out" in kwargs and not _names_out(self.fun):
            return self._into(*args, **kwargs)
        specialisation, signature, values = self.prepared(args, kwargs)
        run = self.ready(specialisation, values)
        flat = not kwargs and signature.flat and len(args) == len(signature.leaves)
        arrays = tuple(i for i, a in enumerate(args) if isinstance(a, np.ndarray))
        self._quick = (arrays, _entry(specialisation, run)) if self.options.jit and flat else _NOTHING
        with outside.told(specialisation.program, values):
            return specialisation.finish(run(*values))

    def prepared(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Specialisation, Signature, list[Any]]:
        """The specialisation for these arguments, and what its kernel is called with."""
        specialisation, signature = self.specialise(args, kwargs)
        values = specialisation.arguments(signature.leaves)
        refuse_shared(specialisation.program, signature.names, values)
        return specialisation, signature, values

    def workspace(self) -> Workspace:
        """The same call with arrays of its own: temporaries and results are made once and used again.

        What a call returns is overwritten by the next one. A workspace serves one thread at a time; make one
        for each. On arrays of many megabytes this saves most of the time, for fresh memory costs more to
        get than to fill.
        """
        return Workspace(self, keep=True)

    def specialise(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Specialisation, Signature]:
        """The specialisation for these arguments, and the arguments as its leaves."""
        with self._lock:
            exact: frozenset[str] = frozenset()
            while True:
                signature = bind(self.fun, args, kwargs, exact=exact, constants=self._constants)
                try:
                    specialisation = self._look_up(signature)
                except NeedConstant as need:
                    if need.path in self._constants:  # asked for again, it would be for ever
                        raise SymgradError(
                            f"{need.path} must be known when the program is compiled, and is not"
                        ) from None
                    self._constants |= {need.path}
                    continue
                lowered = specialisation.program.lowered
                broken = broken_extents(lowered, [*signature.leaves, *(c.get() for c in lowered.captures)])
                if broken is None:
                    self.last = specialisation
                    return specialisation, signature
                if broken <= exact:
                    raise _disagreement(specialisation.program, signature)
                exact |= broken

    def text_of_last(self) -> str:
        """The study text of the last specialisation."""
        if self.last is None:
            raise SymgradError(
                "there is no source before the first call", instead="call it, or use source_for"
            )
        return self.last.program.study_text

    def _look_up(self, signature: Signature) -> Specialisation:
        found = self._table.get(signature.key)
        if found is not None and not found.stale():
            self.stats.hits += 1
            return found
        self.stats.misses += 1
        made = self._make(signature)
        for stage, seconds in made.program.seconds.items():
            self.stats.seconds[stage] = self.stats.seconds.get(stage, 0.0) + seconds
        self._table[signature.key] = made
        self._quick = _NOTHING
        return made

    def _make(self, signature: Signature) -> Specialisation:
        with collector_off():  # from stage to stage too
            return specialisation_of(build(self.fun, signature, self.transform, self.options), signature)

    def ready(self, specialisation: Specialisation, values: Sequence[Any]) -> Callable[..., Any]:
        """The callable, compiled for the layouts of these values."""
        program = specialisation.latest = specialisation.for_values(values)
        run = specialisation.callable(program)
        if not self.options.jit:
            return run
        from symgrad.backends import numba_cpu  # start-up: numba takes half a second to import

        types = numba_cpu.types_of(values)
        if (program.numbers, types) not in specialisation.compiled_types:
            with self._lock:
                start = time.perf_counter()
                numba_cpu.compile_for(run, types)
                specialisation.compiled_types.add((program.numbers, types))
                self.stats.seconds["numba"] = (
                    self.stats.seconds.get("numba", 0.0) + time.perf_counter() - start
                )
        return run


def _names_out(fun: Callable[..., Any]) -> bool:
    """Whether `out` is a name of the user's own."""
    parameters = inspect.signature(fun).parameters.values()
    return any(p.name == "out" or p.kind is p.VAR_KEYWORD for p in parameters)


def specialisation_of(program: Program, signature: Signature) -> Specialisation:
    """The program made callable."""
    return Specialisation(program, *_conversions(program, signature), signature)


def _compiler(program: Program) -> Callable[..., Any]:
    """The program as a callable over flat values: a numba dispatcher, or the study text under NumPy."""
    if program.options.jit:
        from symgrad.backends import numba_cpu  # start-up, as above

        kernel: Callable[..., Any] = numba_cpu.compile(
            program.kernel_text, program.function.name, program.options
        )
        return kernel
    from symgrad.backends import numpy as numpy_backend

    return numpy_backend.compile(program.study_text, program.function.name)


def _entry(specialisation: Specialisation, run: Callable[..., Any]) -> Callable[..., Any]:
    """What the fast path calls with the user's arguments. What it was built for may have changed since."""
    direct, plain = specialisation.as_passed, specialisation.plain
    finish = specialisation.finish
    changed = tuple(watch.changed for watch in specialisation.program.lowered.watches)
    if direct and plain and not changed:
        return run
    if direct and not changed:
        return lambda *args: finish(run(*args))

    def after_a_look(*args: Any) -> Any:
        for is_other in changed:
            if is_other():
                raise TypeError("stale")
        return run(*args) if plain else finish(run(*args))

    if direct:
        return after_a_look

    def entry(*args: Any) -> Any:
        values = specialisation.again(args)
        if values is None:
            raise TypeError("stale")
        specialisation.refuse_shared(values)
        return finish(run(*values))

    return entry


def _conversions(
    program: Program, signature: Signature
) -> tuple[tuple[Convert | None, ...], tuple[Convert | None, ...]]:
    """How leaves become kernel arguments, and results what the user passed."""
    into = tuple(_scalar_of(leaf) for leaf in signature.leaves)
    plain = not program.options.jit
    by_type = [_result_type(r.type.dtype, r.type.rank, plain) for r in program.function.results]
    for leaf, slot in program.gradients.items():
        by_type[slot] = _like(signature.leaves[leaf]) or by_type[slot]
    return into, tuple(by_type)


def _scalar_of(leaf: Any) -> Convert | None:
    return _without_axes_a_number if isinstance(leaf, np.ndarray) and leaf.ndim == 0 else None


def _without_axes_a_number(value: Any) -> Any:
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _result_type(dtype: str, rank: int, plain: bool = False) -> Convert | None:
    if rank:
        return None
    if dtype in ("float64", "int64", "bool"):
        return {"float64": float, "int64": int, "bool": bool}[dtype] if plain else None
    return np.dtype(dtype).type


def _like(leaf: Any) -> Convert | None:
    """Back to the class of the scalar that the user passed."""
    if isinstance(leaf, np.ndarray):
        return (lambda g: np.asarray(g, dtype=leaf.dtype)) if leaf.ndim == 0 else None
    return type(leaf) if isinstance(leaf, np.floating) and not isinstance(leaf, float) else None


def _disagreement(program: Program, signature: Signature) -> ShapeError:
    shapes = ", ".join(
        f"{name}: {np.shape(leaf)}" for name, leaf in zip(signature.names, signature.leaves, strict=True)
    )
    needed = "; ".join(g.message for g in program.function.guards)
    return ShapeError(
        f"the shapes of the arguments do not fit together ({shapes}) {needed}", program.primal.loc
    )
