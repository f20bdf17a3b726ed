"""The table of functions that the compiler knows, keyed by the function objects themselves.

In: `@handles(np.sum, ...)` on a Python function that lowers it. Out: `HANDLERS` (and `ARRAY_METHODS`
by name): a handler takes the lowering and the call's arguments, and has the parameters of the function
that it stands for, so that a keyword it lacks is one that is refused by name.

    @handles(np.negative)
    def negative(low, x): return elementwise(low, "negative", x)
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from dataclasses import field
from typing import Any

import numpy as np

from symgrad.frontend.values import Val
from symgrad.ir.frozen import dataclass

Lower = Callable[..., Val]
_HOMES = (
    ("numpy.linalg", "np.linalg"), ("numpy.fft", "np.fft"), ("numpy.random", "np.random"),
    ("scipy.linalg", "scipy.linalg"), ("scipy.fft", "scipy.fft"), ("scipy.integrate", "scipy.integrate"),
    ("scipy.optimize", "scipy.optimize"), ("scipy.interpolate", "scipy.interpolate"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handler:
    """How one function is lowered. A `pure` one is simply called when all its arguments are known."""

    lower: Lower
    name: str
    pure: bool
    signature: inspect.Signature = field(repr=False)


HANDLERS: dict[Any, Handler] = {}
ARRAY_METHODS: dict[str, Handler] = {}


def handles(*functions: Any, method: str = "", pure: bool = False) -> Callable[[Lower], Lower]:
    """Register a handler for functions and, optionally, for the array method of that name."""

    def register(lower: Lower) -> Lower:
        signature = inspect.signature(lower)
        for function in functions:
            add(function, Handler(lower, name_of(function), pure, signature))
        if method:
            if method in ARRAY_METHODS:
                raise ValueError(f"array method {method!r} is registered twice")
            ARRAY_METHODS[method] = Handler(lower, f"array.{method}", pure, signature)
        return lower

    return register


def spelled(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a Python function of the language that says what others do: calls are interpreted in it."""

    def register(python: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(python)
        signature = own.replace(
            parameters=[
                inspect.Parameter("low", inspect.Parameter.POSITIONAL_ONLY),
                *own.parameters.values(),
            ]
        )

        def lower(low: Any, *args: Val, **kwargs: Val) -> Val:
            outer, low.quiet = low.quiet, True
            try:
                return low.calling(low.frame, python, args, kwargs)
            finally:
                low.quiet = outer

        for function in functions:
            add(function, Handler(lower, name_of(function), True, signature))
        return python

    return register


def add(function: Any, handler: Handler) -> None:
    """Strict: a function has one handler, though one function may have two names."""
    if function in HANDLERS and HANDLERS[function].lower is not handler.lower:
        raise ValueError(f"{handler.name} is registered twice")
    HANDLERS[function] = handler


def name_of(function: Any) -> str:
    """np.sin, math.sin, scipy.special.expit: as a user writes it."""
    module = getattr(function, "__module__", None) or ""
    name = getattr(function, "__name__", str(function))
    owner = None if isinstance(function, type) else getattr(function, "__self__", None)
    if isinstance(owner, random.Random):
        return f"random.{name}"
    if owner is not None and not inspect.ismodule(owner):
        return f"{name_of(owner)}.{name}"
    if type(function).__name__ == "ufunc" and not hasattr(np, name):
        return f"scipy.special.{name}"
    if module.startswith("scipy.special"):
        return f"scipy.special.{name}"
    for start, written in _HOMES:
        if module.startswith(start):
            return f"{written}.{name}"
    if module.startswith("numpy") or type(function).__module__.startswith("numpy"):
        return f"np.{name}"
    return f"{module}.{name}" if module and module != "builtins" else str(name)
