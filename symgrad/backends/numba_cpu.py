"""Kernel text compiled by numba for this machine.

In: the text of `loops.kernel`, a function in it, options. Out: a numba dispatcher, whose machine code numba
keeps on disk beside the module file that `symgrad.cache` writes.

    import numpy as np   ->   from symgrad.backends import arrays as np
    @njit                ->   @njit(error_model="numpy", nogil=True, cache=True)
    for i in range(5):   ->   for i in range(rolled(5)):     where there are loops inside (`rolled`)

With `parallel` loops whose trips are independent are functions of their own, which `shared` calls
(`backends.threads`, `backends.shares`). BLAS has threads of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol

import numba

from symgrad.backends.memory import keep_freed
from symgrad.backends.rolled import rolled_up
from symgrad.backends.warm import load_compiled
from symgrad.cache import PLACEHOLDER, load
from symgrad.timed import collector_off

# What `fastmath=True` permits everywhere. Never nnan or ninf: infinities and NaNs stay what they are. Nor
# reassoc, which sums have of their own: with it (x + y) - x is y, and infinity minus infinity a number.
_FAST = '{"contract", "arcp", "nsz"}'
_PLUS = re.compile(r"^(from symgrad\.backends\.accumulate import .*)\bplus\b", re.MULTILINE)
# The same functions, in a tenth of the time that numba's own take to compile.
_NUMPY = ("import numpy as np\n", "from symgrad.backends import arrays as np\n")
_ENTRY = re.compile(r"^def (\w+)\(", re.MULTILINE)
# What takes time: loops, and whatever is done with arrays, which have extents to check (`x.shape[0]`).
_LONG = re.compile(r"^ +(for|while) |\[", re.MULTILINE)


class Options(Protocol):
    """The options that decide how a text is compiled."""

    @property
    def fastmath(self) -> bool | str:
        """False: sums in any order; "strict": not even that; True: contraction and reciprocals too."""

    @property
    def nogil(self) -> bool: ...

    @property
    def boundscheck(self) -> bool: ...

    @property
    def cache(self) -> bool: ...


def compile(text: str, entry: str, options: Options) -> Any:
    """The function `entry` of `text` as a numba dispatcher.

    `entry` is spelt as in the text, with or without the placeholder of `symgrad.cache`.
    """
    keep_freed()
    return load(with_options(text, options), _find(text, entry))


def with_options(text: str, options: Options) -> str:
    """The text with the options in its decorators and imports."""
    text = rolled_up(text)
    text = text.replace(*_NUMPY, 1)
    flags = ['error_model="numpy"']
    if options.fastmath is True:
        flags.append(f"fastmath={_FAST}")
        text = _PLUS.sub(r"\1fast_plus as plus", text)
    elif options.fastmath == "strict":
        text = _PLUS.sub(r"\1strict_plus as plus", text)
    if options.nogil and _LONG.search(text):  # on a few numbers, letting other threads run takes longest
        flags.append("nogil=True")
    flags += [f"{name}=True" for name in ("boundscheck", "cache") if getattr(options, name)]
    return text.replace("@njit\n", f"@njit({', '.join(flags)})\n")


def _find(text: str, entry: str) -> str:
    """The entry as the text spells it."""
    names = _ENTRY.findall(text)
    for name in (entry, f"{entry}_{PLACEHOLDER}"):
        if name in names:
            return name
    return str(names[-1])


def types_of(values: Iterable[Any]) -> tuple[Any, ...]:
    """The numba types of arguments: dtype, rank and memory layout."""
    return tuple(numba.typeof(v) for v in values)


def compile_for(dispatcher: Any, types: tuple[Any, ...]) -> None:
    """Compile a dispatcher for arguments of these types; calls with others raise TypeError.

    Left alone, numba would compile the same text for any types, and a text is right only for the dtypes and
    ranks that it was generated for.
    """
    if not load_compiled(dispatcher, types):
        with (
            collector_off()
        ):  # numba's graphs are large, and so is what it leaves loaded: a search finds little
            dispatcher.compile(types)
    dispatcher._compile_for_args = _refuse


def _refuse(*args: Any, **kwargs: Any) -> Any:
    raise TypeError("this kernel is not compiled for arguments of these types")
