"""Gradients in arrays that are there already: `out=`, and workspaces that keep every array between calls.

In: the dispatcher of a transform, the arguments of a call. Out: the same result; its arrays are those of
`out`, or the workspace's own, which the next call fills again.

    df(x, w, out=dw)                 dw holds the gradient
    step = df.workspace()            temporaries and results are made at the first call of each size
    dw = step(x, w)                  valid until the next call of `step`
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from symgrad import outside
from symgrad.frontend.signature import Signature
from symgrad.pipeline import Output, Program
from symgrad.tree import flatten


class Prepared(Protocol):
    """A specialisation, as far as it is needed here."""

    @property
    def program(self) -> Program: ...

    @property
    def direct(self) -> bool: ...

    @property
    def unconverted(self) -> bool: ...

    def again(self, leaves: Sequence[Any]) -> list[Any] | None: ...

    def refuse_shared(self, values: Sequence[Any]) -> None: ...

    def by_number(self, results: Any) -> list[Any]: ...

    def structured(self, flat: Sequence[Any]) -> Any: ...

    def for_values(self, values: Sequence[Any]) -> Program: ...

    @property
    def run(self) -> Callable[..., Any]: ...


class Calls(Protocol):
    """A dispatcher, as far as it is needed here."""

    def prepared(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Prepared, Signature, list[Any]]: ...


@dataclass(slots=True)
class _Ready:
    """A kernel for arguments like those of the last call, and its arrays."""

    specialisation: Prepared
    program: Program
    key: Hashable
    quick: bool  # arguments with the same key need not be looked at again
    direct: bool  # and go to the kernel as they are, whatever else has changed
    count: int  # of arguments
    run: Callable[..., Any]
    make: Callable[..., Sequence[Any]]
    arrays: Sequence[Any] | None = None


class Workspace:
    """A derivative with arrays of its own: called like the derivative, and with `out=`."""

    def __init__(self, calls: Calls, *, keep: bool) -> None:
        self._calls = calls
        self._keep = keep
        self._ready: _Ready | None = None
        self._busy = threading.Lock()

    def __repr__(self) -> str:
        return f"<workspace of {self._calls!r}>"

    def __call__(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        if not self._keep:
            return self._call(args, kwargs, out)
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("this workspace is at work in another thread; make one for each thread")
        try:
            return self._call(args, kwargs, out)
        finally:
            self._busy.release()

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any], out: Any) -> Any:
        ready = self._ready
        values: Sequence[Any] | None = None
        if ready is not None and ready.quick and not kwargs and len(args) == ready.count:
            values = args if ready.direct else ready.specialisation.again(args)
        if ready is None or values is None or ready.key != _key(values):
            ready, values = self._prepare(args, kwargs)
        elif not ready.direct:
            ready.specialisation.refuse_shared(values)
        arrays = ready.arrays
        if arrays is None:
            arrays = ready.make(*values)
            if self._keep:
                ready.arrays = arrays
        specialisation = ready.specialisation
        program = ready.program
        places = _places(out, program, values) if out is not None else {}
        if places:
            taken = dict(_taken(program, places))
            arrays = [taken.get(k, a) for k, a in enumerate(arrays)]
        with outside.told(program, values):
            flat = specialisation.by_number(ready.run(*values, *arrays))
        for slot, target in places.items():
            if flat[slot].ctypes.data != target.ctypes.data:
                np.copyto(target, flat[slot])
            flat[slot] = target
        return specialisation.structured(flat)

    def _prepare(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[_Ready, Sequence[Any]]:
        specialisation, signature, values = self._calls.prepared(args, kwargs)
        key = _key(values)
        ready = self._ready
        if ready is None or ready.specialisation is not specialisation or ready.key != key:
            flat = signature.flat and len(args) == len(signature.leaves) and not kwargs
            program = specialisation.for_values(values)
            run, make = _compiled(specialisation, program, values)
            quick = flat and specialisation.unconverted
            ready = _Ready(specialisation, program, key, quick, specialisation.direct, len(args), run, make)
            self._ready = ready
        return ready, values


def _key(values: Sequence[Any]) -> Hashable:
    """What the sizes of the arrays, and the choice of the kernel, depend on."""
    return tuple(
        (v.shape, v.dtype, v.flags.c_contiguous, v.flags.f_contiguous)
        if type(v) is np.ndarray
        else (type(v), v if isinstance(v, int | np.integer | str) or v is None else 0)
        for v in values
    )


def _compiled(
    specialisation: Prepared, program: Program, values: Sequence[Any]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    if not program.options.jit:  # NumPy makes arrays as it goes
        return specialisation.run, lambda *args: ()
    from symgrad.backends import numba_cpu  # start-up: numba takes half a second to import

    text = program.reusable
    make = numba_cpu.compile(text.text, text.make, program.options)
    run = numba_cpu.compile(text.text, text.run, program.options)
    numba_cpu.compile_for(make, numba_cpu.types_of(values))
    numba_cpu.compile_for(run, numba_cpu.types_of([*values, *make(*values)]))
    return run, make


def _taken(program: Program, places: dict[int, Any]) -> list[tuple[int, Any]]:
    """The kernel's arrays that the caller's stand for, by number."""
    if not program.options.jit:
        return []
    return [(program.reusable.places[s], a) for s, a in places.items() if s in program.reusable.places]


def _places(out: Any, program: Program, values: Sequence[Any]) -> dict[int, Any]:
    """The array for each result that has one, after a look at each."""
    target = _gradient_of(program)
    leaves, tree = flatten(out)
    if tree != target.tree:
        raise ValueError(
            f"out is built otherwise than the gradient, {target.tree.build(['array'] * target.tree.size)}"
        )
    like = {slot: values[leaf] for leaf, slot in program.gradients.items()}
    found: dict[int, Any] = {}
    for path, slot, leaf in zip(target.tree.paths(), target.slots, leaves, strict=True):
        if leaf is None:
            continue
        name = "out" + "".join(f"[{k!r}]" for k in path)
        if slot is None or not np.ndim(like[slot]):
            raise ValueError(f"{name}: this part of the gradient is no array; write None in its place")
        _look_at(leaf, like[slot], name)
        for other in (*values, *found.values()):
            if isinstance(other, np.ndarray) and np.may_share_memory(leaf, other):
                raise ValueError(f"{name} shares memory with an argument or with another array of out")
        found[slot] = leaf
    return found


def _gradient_of(program: Program) -> Output:
    """The part of the result that is the gradient."""
    output = program.output
    if program.mode not in ("grad", "value_and_grad", "hvp"):
        raise TypeError(f"out= is for gradients, not for {program.mode}")
    first = program.function.results
    count = len(first) - len(program.wrt)
    if program.mode == "hvp" or not count:
        return output
    before, after = output.tree.children
    mine = slice(before.size, None) if program.mode == "value_and_grad" else slice(before.size)
    return Output(after if program.mode == "value_and_grad" else before, output.slots[mine])


def _look_at(array: Any, like: Any, name: str) -> None:
    if type(array) is not np.ndarray:
        raise TypeError(f"{name} is {type(array).__name__}, not a NumPy array")
    if array.shape != np.shape(like) or array.dtype != like.dtype:
        raise ValueError(
            f"{name} is {array.dtype}{list(array.shape)}, the gradient is {like.dtype}{list(np.shape(like))}"
        )
    if not array.flags.c_contiguous or not array.flags.writeable:
        raise ValueError(f"{name} has to be contiguous in C order and writeable")
