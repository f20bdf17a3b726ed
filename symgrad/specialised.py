"""A program compiled for one signature, and what its arguments and results need on the way.

In: a program and the signature that it was built for. Out: a callable over flat values, with what turns
scalars to and fro, and the checks that only some calls need: shared memory, captures that have changed.

    specialisation_of(program, signature).run()(*values)    ->    results by number
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symgrad.errors import SymgradError
from symgrad.frontend.lower import Capture
from symgrad.frontend.signature import Signature
from symgrad.ir.types import ArrayType
from symgrad.opt.few import Numbers, few
from symgrad.pipeline import Program

Convert = Callable[[Any], Any]
_KINDS = 2  # of kernels for short axes


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
