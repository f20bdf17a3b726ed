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
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symgrad import outside
from symgrad.errors import ShapeError, SymgradError
from symgrad.frontend.entry import broken_extents
from symgrad.frontend.signature import NeedConstant, Signature, bind
from symgrad.pipeline import Options, Program, Transform, build
from symgrad.specialised import Specialisation, refuse_shared, specialisation_of
from symgrad.timed import collector_off
from symgrad.workspace import Workspace

Quick = tuple[tuple[int, ...], Callable[..., Any]]


def _no_entry(*args: Any) -> Any:
    raise TypeError("no kernel yet")


_NOTHING: Quick = ((), _no_entry)


@dataclass(slots=True)
class Stats:
    """What a derivative has done: calls that found a specialisation, that built one, seconds per stage."""

    hits: int = 0
    misses: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


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


def _disagreement(program: Program, signature: Signature) -> ShapeError:
    shapes = ", ".join(
        f"{name}: {np.shape(leaf)}" for name, leaf in zip(signature.names, signature.leaves, strict=True)
    )
    needed = "; ".join(g.message for g in program.function.guards)
    return ShapeError(
        f"the shapes of the arguments do not fit together ({shapes}) {needed}", program.primal.loc
    )
