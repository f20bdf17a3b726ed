"""Several functions as one module text.

In: functions and how each returns its results. Out: one text with one block of imports. `pair` writes a
forward and a backward function in the form of the lectures:

    def neuron_forward(w, x):            def neuron_backward(dout, cache):
        ...                                  w, x, out = cache
        return out, (w, x, out)              ...
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.emit.study import Returns, Source, imports, render
from symgrad.ir.core import Function


def join(functions: Sequence[Function], returns: Sequence[Returns | None]) -> str:
    """The functions in order, each with its own parameters."""
    return _module([render(f, r) for f, r in zip(functions, returns, strict=True)])


def pair(forward: Function, backward: Function, returns: tuple[Returns, Returns]) -> str:
    """Forward and backward; the residuals, second in what forward returns, are backward's last argument.

    `backward` has the residuals as its first parameters and the cotangents after them.
    """
    kept = returns[0][1] if isinstance(returns[0], tuple) else ()
    count = len(kept) if isinstance(kept, tuple) else 1
    return _module([render(forward, returns[0]), render(backward, returns[1], cache=count)])


def _module(sources: list[Source]) -> str:
    helpers = tuple(sorted({h for s in sources for h in s.helpers}))
    return "\n\n".join([imports(helpers), *(s.text for s in sources)])
