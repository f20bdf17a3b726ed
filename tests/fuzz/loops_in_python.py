"""Kernels run by Python itself: the loops that numba would compile, at once, with a watch on their arrays.

In: a `with` block. Inside it `jit=True` builds the kernel text as ever, and calls run it under CPython.
A thousand programs take minutes, not hours, and what numba would pass over in silence is seen:

    np.empty(n)      holds NaN (an integer far out of range), so what is read before it is written shows
    x[n]             raises IndexError where numba reads what lies behind the array
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np

from symgrad.backends import numba_cpu

UNWRITTEN = {"f": np.nan, "i": -(2**40) - 1, "b": True}


def _empty(shape: Any, dtype: Any = np.float64) -> Any:
    made = np.empty(shape, dtype)
    made.fill(UNWRITTEN[made.dtype.kind])
    return made


def _empty_like(like: Any) -> Any:
    return _empty(like.shape, like.dtype)


_NUMPY = SimpleNamespace(**{k: getattr(np, k) for k in dir(np) if not k.startswith("__")})
_NUMPY.empty, _NUMPY.empty_like = _empty, _empty_like
_FROM_NUMBA = re.compile(r"^from numba import .*$", re.MULTILINE)
_FLOAT = re.compile(r"(?<![\w.])(\d+\.\d*(?:e[+-]?\d+)?|\d+e[+-]?\d+)(?![\w.])")

_NUMPY_AS = re.compile(r"^(import numpy|from symgrad\.backends import arrays) as np$", re.MULTILINE)


def run_by_python(text: str, entry: str, options: Any) -> Callable[..., Any]:
    """The function `entry` of a kernel text, not compiled; arithmetic is IEEE as in compiled code."""
    text = numba_cpu.with_options(text, options)
    text = re.sub(r"^@njit.*$", "", text, flags=re.MULTILINE)
    text = _FROM_NUMBA.sub("", _NUMPY_AS.sub("", text))
    lines = [
        line if line.lstrip().startswith("#") else _FLOAT.sub(r"_f(\1)", line) for line in text.splitlines()
    ]
    space: dict[str, Any] = {
        "np": _NUMPY, "prange": range, "get_num_threads": lambda: 2, "_f": np.float64,
    }  # fmt: skip
    source = "\n".join(lines)
    exec(compile(source, f"<kernel {entry}>", "exec"), space)
    function = space[numba_cpu._find(text, entry)]

    def run(*args: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*map(_number, args))

    run.text = source  # type: ignore[attr-defined]  # functions take any attribute
    return run


def _number(arg: Any) -> Any:
    if isinstance(arg, bool):
        return np.bool_(arg)
    return np.float64(arg) if type(arg) is float else np.int64(arg) if type(arg) is int else arg


@contextmanager
def loops_in_python() -> Iterator[None]:
    """Inside, kernels are run by Python."""
    kept = numba_cpu.compile, numba_cpu.compile_for
    numba_cpu.compile, numba_cpu.compile_for = run_by_python, lambda *_: None  # type: ignore[assignment]
    try:
        yield
    finally:
        numba_cpu.compile, numba_cpu.compile_for = kept  # type: ignore[assignment]
