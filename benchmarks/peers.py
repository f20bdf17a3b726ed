"""One program, many libraries: a call without arguments for each, computing what is wanted of the program.

In: a program module (see catalogue.py). Out: named calls, and a note on every library that cannot.
A peer runs the version written for it, if there is one: `jax_versions(jax, jnp)`, `torch_version(torch)`,
`autograd_version(anp)`, `numpy_hand` in the module, or VARIANTS beside it. PyTorch and autograd otherwise get
the program as it is, with their module in the place of `np`.
"""

import importlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
from catalogue import BOTH, NEWTON, Entry, positions, what

Call = Callable[[], Any]


class Absent(Exception):
    """The library is not installed."""


class TooSlow(Exception):
    """A first call that did not come back in time."""


def load(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Absent(f"{name.partition('.')[0]} is not installed") from error


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Interrupt Python code that takes more CPU time."""

    def stop(*_: object) -> None:
        raise TooSlow(f"over {seconds:.0f} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def symgrad_call(program: ModuleType, inputs: tuple[Any, ...]) -> Call:
    sg = load("symgrad")
    if what(program) == NEWTON:
        (chosen,) = positions(program)
        both = sg.jvp(sg.grad(program.primal, chosen))
        along = tuple(np.ones_like(a) if i == chosen else None for i, a in enumerate(inputs))

        def newton() -> Any:
            gradient, diagonal = both(inputs, along)
            return gradient / diagonal

        return newton
    transform = sg.value_and_grad if what(program) == BOTH else sg.grad
    derivative = transform(program.primal, wrt=tuple(program.WRT))
    return lambda: derivative(*inputs)


def workspace_calls(program: ModuleType, inputs: tuple[Any, ...], expected: Any) -> dict[str, Call]:
    """Into arrays that are there already: the gradients alone (`out=`), or every temporary too."""
    sg = load("symgrad")
    if what(program) == NEWTON:
        return {}
    transform = sg.value_and_grad if what(program) == BOTH else sg.grad
    derivative = transform(program.primal, wrt=tuple(program.WRT))
    step = derivative.workspace()
    gradients = expected[1] if what(program) == BOTH else expected
    out = tuple(np.empty_like(g) if isinstance(g, np.ndarray) else None for g in gradients)
    calls = {"symgrad, workspace": lambda: step(*inputs)}
    if any(a is not None for a in out):
        calls["symgrad, out="] = lambda: derivative(*inputs, out=out)
    for name, call in calls.items():
        off = distance(expected, call())
        assert off < 1e-12, f"{name} is {off:.1e} off"
    return calls


def hand_calls(entry: Entry, program: ModuleType, inputs: tuple[Any, ...]) -> Iterator[tuple[str, Call]]:
    if hasattr(program, "numpy_hand"):
        yield "by hand, NumPy", partial(program.numpy_hand, *inputs)


def jax_calls(entry: Entry, program: ModuleType, inputs: tuple[Any, ...]) -> Iterator[tuple[str, Call]]:
    """Compiled, in double precision, on arrays that are on the device already, and waited for."""
    beside = entry.module("jax_versions") if (entry.folder / "jax_versions").is_dir() else None
    if beside is None and not hasattr(program, "jax_versions"):
        return
    jax = load("jax")
    if beside is None:
        versions, static = program.jax_versions(jax, jax.numpy), []
    else:
        versions, static = beside.VARIANTS, getattr(beside, "STATIC", [])
    names = list(program.primal.__code__.co_varnames)
    fixed = {names.index(s) for s in static}
    on_device = tuple(a if i in fixed else jax.numpy.asarray(a) for i, a in enumerate(inputs))
    transform = jax.value_and_grad if what(program) == BOTH else jax.grad
    for name, fun in versions.items():
        if name != "naive":
            compiled = jax.jit(transform(fun, argnums=positions(program)), static_argnums=sorted(fixed))
            label = f"jax.jit, {name}" if name else "jax.jit"
            yield label, lambda compiled=compiled: jax.block_until_ready(compiled(*on_device))


def in_place_of_numpy(entry: Entry, library: ModuleType) -> Callable[..., Any]:
    """The program as it is, its `np` being another library."""
    program = entry.module()
    assert program is not None
    program.np = library  # helpers of the same module see it too
    primal: Callable[..., Any] = program.primal
    return primal


def torch_calls(entry: Entry, program: ModuleType, inputs: tuple[Any, ...]) -> Iterator[tuple[str, Call]]:
    if what(program) == NEWTON:
        return
    torch = load("torch")
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    own = hasattr(program, "torch_version")
    fun = program.torch_version(torch) if own else in_place_of_numpy(entry, torch)
    chosen = positions(program)
    tensors = list(inputs)
    for i, a in enumerate(inputs):
        if own or i in chosen or (isinstance(a, np.ndarray) and a.dtype.kind == "f"):
            tensors[i] = torch.tensor(np.asarray(a), requires_grad=i in chosen)

    def call() -> Any:
        value = fun(*tensors)
        gradients = torch.autograd.grad(value, [tensors[i] for i in chosen])
        return (value.detach(), gradients) if what(program) == BOTH else gradients

    yield "PyTorch", call


def autograd_calls(entry: Entry, program: ModuleType, inputs: tuple[Any, ...]) -> Iterator[tuple[str, Call]]:
    if what(program) == NEWTON:
        return
    autograd, anp = load("autograd"), load("autograd.numpy")
    own = hasattr(program, "autograd_version")
    fun = program.autograd_version(anp) if own else in_place_of_numpy(entry, anp)
    transform = autograd.value_and_grad if what(program) == BOTH else autograd.grad
    derivative = transform(fun, argnum=positions(program))
    yield "autograd", lambda: derivative(*inputs)


def flat(result: Any) -> list[Any]:
    """The arrays of nested tuples, in order."""
    if isinstance(result, (tuple, list)):
        return [leaf for part in result for leaf in flat(part)]
    return [np.asarray(result)]


def distance(result: Any, expected: Any) -> float:
    """The largest difference relative to the largest element expected, over all arrays."""
    ours, theirs = flat(result), flat(expected)
    if len(ours) != len(theirs):
        return float("inf")
    worst = 0.0
    for a, b in zip(ours, theirs, strict=True):
        if a.shape != b.shape:
            return float("inf")
        gap, scale = float(np.max(np.abs(a - b), initial=0.0)), float(np.max(np.abs(b), initial=0.0))
        if not gap <= 1e300:  # NaN among them
            return float("inf")
        worst = max(worst, gap / scale if scale > 0 else gap)
    return worst


def by_differences(program: ModuleType, inputs: tuple[Any, ...]) -> tuple[float, tuple[Any, ...]]:
    """The slope of the program in a random direction, by fourth-order differences; and the direction."""
    rng = np.random.default_rng(5)
    chosen = positions(program)
    direction = tuple(rng.standard_normal(np.shape(inputs[i])) for i in chosen)

    def at(h: float) -> float:
        moved = [a.copy() if isinstance(a, np.ndarray) else a for a in inputs]
        for i, d in zip(chosen, direction, strict=True):
            moved[i] = moved[i] + h * d
        return float(program.primal(*moved))

    h = 1e-4
    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h), direction
