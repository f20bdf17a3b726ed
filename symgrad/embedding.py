"""Derivatives inside other compiled code: a `Derivative` called in an ``@njit`` function; checkpoints there.

In: numba's types at the call. Out: the kernel for those types, linked into the caller. numba finds
`register` through the entry point ``numba_extensions`` of this package, so no import is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core.errors import TypingError
from numba.extending import NativeValue, overload, typeof_impl, unbox

from symgrad.checkpointing import Recomputed, checkpoint
from symgrad.derivative import Derivative

LENGTH = 5040  # of every axis of an example: it has many divisors, for reshape

_known: dict[int, tuple[Derivative | Recomputed, Any]] = {}


def register() -> None:
    """Tell numba what a Derivative is. Called by numba itself, once."""


@typeof_impl.register(Derivative)
def _type_of(derivative: Derivative, context: Any) -> Any:
    """The type of a derivative as a global, a closure variable or an argument: its own function type."""
    if id(derivative) not in _known:
        _known[id(derivative)] = (derivative, _function_type(derivative))
    return _known[id(derivative)][1]


def _function_type(derivative: Derivative) -> Any:
    from numba.core.registry import cpu_target

    def chooser(*args: Any) -> Callable[..., Any]:
        kernel = kernel_for(derivative, args)

        def call(*args: Any) -> Any:
            return kernel(*args)

        return call

    overload(derivative, jit_options={"nogil": True})(chooser)
    context = cpu_target.typing_context
    context.refresh()
    return context._lookup_global(derivative)


@unbox(types.Function)
def _unbox_function(typ: Any, obj: Any, c: Any) -> Any:
    return NativeValue(c.context.get_dummy_value())


def kernel_for(derivative: Derivative, argument_types: tuple[Any, ...]) -> Any:
    """The numba dispatcher for arguments of these numba types.

    Extents are taken as named ones; a size-1 axis that should broadcast fails the kernel's entry check.
    """
    examples = tuple(_example(t) for t in argument_types)
    specialisation, signature = derivative.specialise(examples, {})
    if signature.exact or not signature.flat:
        raise TypingError(
            f"{derivative!r} is another program for each value of a flag, an integer or an extent; "
            "types are all that is known inside @njit"
        )
    lowered = specialisation.program.lowered
    if lowered.captures:
        names = ", ".join(c.path for c in lowered.captures)
        raise TypingError(f"{derivative!r} reads {names} from outside: inside @njit pass them as arguments")
    if not specialisation.plain or not specialisation.direct:
        raise TypingError(f"{derivative!r} takes or returns containers: not so inside @njit")
    return specialisation.run


def _example(numba_type: Any) -> Any:
    """A value of this type, to be specialised for."""
    if isinstance(numba_type, types.Float):
        return 1.5 if numba_type.bitwidth == 64 else np.float32(1.5)
    if isinstance(numba_type, types.Boolean):
        return True
    if isinstance(numba_type, types.Integer):
        return 2
    if isinstance(numba_type, types.Array):
        # Axes of one length fit together in every way that a program can ask for; the kernel's entry
        # check then knows which have to. One element stands for all.
        return np.broadcast_to(np.ones((), dtype=str(numba_type.dtype)), (LENGTH,) * numba_type.ndim)
    raise TypingError(f"a derivative inside @njit takes numbers and arrays, not {numba_type}")


# -- checkpoints: nothing, as everywhere outside of a derivative ---------------------------------------------


_compiled: list[Any] = []  # numba's types do not keep what they are of


@overload(checkpoint, strict=False)  # strict: the annotations too must be those of the implementation
def _checkpoint(what: Any, slots: Any = None, memory: Any = None) -> Any:
    return lambda what, slots=None, memory=None: what


@typeof_impl.register(Recomputed)
def _type_of_recomputed(function: Recomputed, context: Any) -> Any:
    """A checkpointed function as a global or a closure variable: the function itself, compiled."""
    if id(function) not in _known:
        inner = function.__wrapped__
        compiled = inner if hasattr(inner, "py_func") else numba.njit(inner)
        _compiled.append(compiled)
        _known[id(function)] = (function, types.Dispatcher(compiled))
    return _known[id(function)][1]
