"""Derivatives along a direction: `Jvp` pushes tangents forward, `Hvp` differentiates a gradient along one.

In: primals and tangents of their structure (None where an argument does not vary).
Out: ``(out, tangent_out)``, or the Hessian times the vector.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symgrad import outside
from symgrad.dispatch import Dispatcher
from symgrad.errors import ShapeError
from symgrad.frontend.signature import Signature
from symgrad.pickling import recipe
from symgrad.pipeline import Options, Transform, positions
from symgrad.specialised import Specialisation, refuse_shared
from symgrad.tree import flatten


class Jvp:
    """``(primals, tangents) -> (out, tangent_out)``; one program for each set of varying arguments."""

    def __init__(self, fun: Callable[..., Any], options: Options) -> None:
        self.fun = fun
        self.options = options
        self._by_varying: dict[tuple[int, ...], Along] = {}
        functools.update_wrapper(self, fun, updated=())

    def __call__(self, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        primals, tangents = tuple(primals), tuple(tangents)
        if len(primals) != len(tangents):
            raise TypeError(
                f"{len(primals)} primals and {len(tangents)} tangents: give one (or None) for each"
            )
        varying = tuple(i for i, t in enumerate(tangents) if t is not None)
        both: tuple[Any, Any] = self._along(varying)(primals, tuple(tangents[i] for i in varying))
        return both

    def __reduce__(self) -> tuple[Any, ...]:
        return recipe(self, self.fun, self.options)

    def dispatcher(self, varying: tuple[int, ...]) -> Dispatcher:
        """The program that differentiates along these arguments."""
        return self._along(varying).dispatcher

    def _along(self, varying: tuple[int, ...]) -> Along:
        if varying not in self._by_varying:
            transform = Transform("jvp", varying, None, single=False)
            self._by_varying[varying] = Along(Dispatcher(self.fun, transform, self.options))
        return self._by_varying[varying]

    def source_for(self, primals: Sequence[Any], varying: tuple[int, ...] | None = None) -> str:
        """The study text for these primals: each tangent statement under its primal one."""
        varying = tuple(range(len(primals))) if varying is None else varying
        return self.dispatcher(varying).specialise(tuple(primals), {})[0].program.study_text


class Hvp:
    """``(x, p, *args) -> H(x) p``: forward over reverse, in one compiled pass."""

    def __init__(self, fun: Callable[..., Any], transform: Transform, options: Options) -> None:
        self.fun = fun
        self.transform = transform
        self._dispatcher = Dispatcher(fun, transform, options)
        self._along = Along(self._dispatcher)
        functools.update_wrapper(self, fun, updated=())

    def __call__(self, x: Any, p: Any, *args: Any) -> Any:
        first = (x,) if self.transform.single else tuple(x)
        directions = (p,) if self.transform.single else tuple(p)
        return self._along(self._arguments(first, args), directions)

    def __reduce__(self) -> tuple[Any, ...]:
        return recipe(self, self.fun, self.transform, self._dispatcher.options)

    def _arguments(self, chosen: tuple[Any, ...], others: tuple[Any, ...]) -> tuple[Any, ...]:
        """The function's arguments in order, the differentiated ones in their places."""
        total = len(chosen) + len(others)
        places = dict(zip((n % total for n in self.transform.argnums), chosen, strict=True))
        rest = iter(others)
        return tuple(places[i] if i in places else next(rest) for i in range(total))

    @property
    def source(self) -> str:
        """The study text of the last call."""
        return self._dispatcher.text_of_last()

    def source_for(self, x: Any, *args: Any) -> str:
        """The study text for arguments like these."""
        arguments = self._arguments((x,) if self.transform.single else tuple(x), args)
        return self._dispatcher.specialise(arguments, {})[0].program.study_text


class Along:
    """Calls of a program along directions: the kernel at once, where the last call converted nothing."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self._fast: tuple[Specialisation, Callable[..., Any], list[type]] | None = None

    def __call__(self, arguments: tuple[Any, ...], directions: tuple[Any, ...]) -> Any:
        if self._fast is not None:
            specialisation, kernel, kinds = self._fast
            if list(map(type, values := arguments + directions)) == kinds:
                try:
                    return specialisation.finish(kernel(*values))
                except (TypeError, ValueError, IndexError):
                    pass  # other types or shapes than last time: what follows knows, or says what is wrong
        specialisation, signature = self.dispatcher.specialise(arguments, {})
        result = run_along(self.dispatcher, specialisation, signature, directions)
        kinds = list(map(type, arguments + directions))
        flat = signature.flat and len(arguments) == len(signature.leaves)
        chosen = [arguments[i] for i in positions(signature, self.dispatcher.transform)]
        as_they_are = flat and specialisation.direct and set(kinds) <= {np.ndarray, float, int}
        if self.dispatcher.options.jit and as_they_are and all(map(_alike, chosen, directions)):
            run = specialisation.callable(specialisation.for_values(arguments))
            self._fast = specialisation, run, kinds
        return result


def _alike(primal: Any, direction: Any) -> bool:
    """A direction that the kernel takes as it is."""
    if isinstance(primal, np.ndarray) and isinstance(direction, np.ndarray):
        return bool(primal.dtype == direction.dtype)
    return type(primal) is type(direction) is float


def run_along(
    dispatcher: Dispatcher, specialisation: Specialisation, signature: Signature, directions: Sequence[Any]
) -> Any:
    """Run a program whose parameters are the leaves, the captured values, then the tangents."""
    tangents: list[Any] = []
    chosen = positions(signature, dispatcher.transform)
    for position, direction in zip(chosen, directions, strict=True):
        numbers = signature.leaf_numbers(position)
        flat = [None] * len(numbers) if direction is None else flatten(direction)[0]
        if len(flat) != len(numbers):
            raise ShapeError(
                f"the tangent of {signature.parameters[position]!r} has {len(flat)} leaves, "
                f"its primal {len(numbers)}"
            )
        for number, tangent in zip(numbers, flat, strict=True):
            if number is not None and number in specialisation.program.wrt:
                tangents.append(like(signature.leaves[number], tangent, signature.names[number]))
    primals = specialisation.arguments(signature.leaves)
    refuse_shared(specialisation.program, signature.names, primals)
    values = [*primals, *tangents]
    run = dispatcher.ready(specialisation, values)
    with outside.told(specialisation.program, values):
        return specialisation.finish(run(*values))


def like(primal: Any, tangent: Any, name: str) -> Any:
    """A tangent or cotangent as the kernel wants it: the primal's dtype and shape, zeros for None."""
    dtype = np.asarray(primal).dtype
    shape = np.shape(primal)
    if tangent is None:
        return np.zeros(shape, dtype)[()] if shape else dtype.type(0)
    if np.shape(tangent) != shape:
        raise ShapeError(f"{name} has shape {shape}, what is given for it {np.shape(tangent)}")
    array = np.asarray(tangent)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"what is given for {name} is {array.dtype}, not numbers")
    return array.astype(dtype, copy=False) if shape else dtype.type(array[()])
