"""What the tests of passes over loops share: programs, and gradients against themselves and differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import symgrad as sg
from symgrad.ir.switch import without


def compare(
    fun: Callable[..., Any], args: tuple[Any, ...], passes: tuple[str, ...], rng: np.random.Generator
) -> None:
    """Value and gradient compiled, with and without the passes, and against a central difference."""
    value, grads = sg.value_and_grad(fun, wrt="*")(*args)
    with without(*passes):
        plain_value, plain = sg.value_and_grad(fun, wrt="*")(*args)
    np.testing.assert_allclose(value, fun(*args), rtol=1e-12)
    np.testing.assert_allclose(value, plain_value, rtol=1e-12)
    only = sg.grad(fun, wrt="*")(*args)
    for g, p, o in zip(grads, plain, only, strict=True):
        np.testing.assert_allclose(g, p, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(o, p, rtol=1e-11, atol=1e-13)
    floats = [k for k, a in enumerate(args) if np.asarray(a).dtype == float]
    steps = {k: rng.normal(size=np.shape(args[k])) for k in floats}
    h = 1e-6
    ahead, behind = (
        fun(*[a + s * h * steps[k] if k in steps else a for k, a in enumerate(args)]) for s in (1, -1)
    )
    slope = sum(float(np.sum(g * steps[k])) for g, k in zip(grads, floats, strict=True))
    np.testing.assert_allclose(slope, (ahead - behind) / (2 * h), rtol=2e-6, atol=1e-7)


def kernel(fun: Callable[..., Any], args: tuple[Any, ...], *passes: str, mode: Any = sg.grad) -> str:
    """The text of the gradient's kernel without these passes."""
    with without(*passes):
        text: str = mode(fun, wrt="*").kernel_source_for(*args)
    return text


def loops_of(text: str, deep: int = 1) -> int:
    """How many loops stand directly in the function (or so deep in loops)."""
    return sum(line.startswith("    " * deep + "for ") for line in text.splitlines())
