"""One program, many libraries: a call without arguments for each, computing the value and the gradients.

A program is a module with

    make_inputs(size) -> tuple       the arguments, of a fixed seed
    primal(*inputs) -> float         plain Python and NumPy, what symgrad is given
    WRT                              names of the arguments to differentiate by

and, where they exist, the same for the others: `hand(*inputs) -> (value, gradients)`, by hand with numba;
`numpy_hand`, by hand in NumPy; `jax_versions(jax, jnp)`, a dict of functions; `torch_version(torch)`;
`autograd_version(anp)`.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

Call = Callable[[], Any]


class Absent(Exception):
    """The library is not installed."""


def load(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Absent(f"{name.partition('.')[0]} is not installed") from error


def positions(program: ModuleType) -> tuple[int, ...]:
    names = list(inspect.signature(program.primal).parameters)
    return tuple(names.index(name) for name in program.WRT)


def symgrad_call(program: ModuleType, inputs: tuple[Any, ...]) -> Call:
    sg = load("symgrad")
    derivative = sg.value_and_grad(program.primal, wrt=tuple(program.WRT))
    return lambda: derivative(*inputs)


def jax_calls(program: ModuleType, inputs: tuple[Any, ...]) -> Iterator[tuple[str, Call]]:
    """Compiled, in double precision, on arrays that are on the device already, and waited for."""
    jax = load("jax")
    on_device = tuple(jax.numpy.asarray(a) for a in inputs)
    for name, fun in program.jax_versions(jax, jax.numpy).items():
        compiled = jax.jit(jax.value_and_grad(fun, argnums=positions(program)))
        yield name, lambda compiled=compiled: jax.block_until_ready(compiled(*on_device))


def torch_call(program: ModuleType, inputs: tuple[Any, ...]) -> Call:
    torch = load("torch")
    torch.set_num_threads(1)
    fun = program.torch_version(torch)
    chosen = positions(program)
    tensors = [torch.tensor(np.asarray(a), requires_grad=i in chosen) for i, a in enumerate(inputs)]

    def call() -> Any:
        value = fun(*tensors)
        return value.detach(), torch.autograd.grad(value, [tensors[i] for i in chosen])

    return call


def autograd_call(program: ModuleType, inputs: tuple[Any, ...]) -> Call:
    autograd = load("autograd")
    derivative = autograd.value_and_grad(
        program.autograd_version(load("autograd.numpy")), argnum=positions(program)
    )
    return lambda: derivative(*inputs)


def all_calls(program: ModuleType, size: str) -> tuple[dict[str, Call], list[str]]:
    """The calls by name, "symgrad" first, and a note for each library that is left out."""
    inputs = program.make_inputs(size)
    calls: dict[str, Call] = {"symgrad": symgrad_call(program, inputs)}
    notes = []
    for name, label in (("hand", "by hand, numba"), ("numpy_hand", "by hand, NumPy")):
        if hasattr(program, name):
            calls[label] = partial(getattr(program, name), *inputs)
    for name, make in (("torch", torch_call), ("autograd", autograd_call)):
        if hasattr(program, f"{name}_version"):
            try:
                calls[name] = make(program, inputs)
            except Absent as absent:
                notes.append(str(absent))
    if hasattr(program, "jax_versions"):
        try:
            calls |= {
                f"jax.jit, {name}" if name else "jax.jit": call for name, call in jax_calls(program, inputs)
            }
        except Absent as absent:
            notes.append(str(absent))
    return calls, notes


def check_agreement(calls: dict[str, Call], reference: str) -> None:
    """Speed of a wrong result is of no interest: compare values and gradients with the reference's."""
    expected_value, expected = calls[reference]()
    for name, call in calls.items():
        value, gradients = call()
        np.testing.assert_allclose(value, expected_value, rtol=1e-9, atol=0, err_msg=f"{name}: value")
        for k, (g, e) in enumerate(zip(gradients, expected, strict=True)):
            scale = float(np.max(np.abs(e)))
            np.testing.assert_allclose(
                np.asarray(g), e, rtol=1e-9, atol=1e-11 * scale, err_msg=f"{name}: gradient {k}"
            )
