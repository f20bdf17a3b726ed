"""Process-wide settings.

In: the environment variables ``SYMGRAD_CACHE_DIR``, ``SYMGRAD_VECTOR_MATH`` and ``SYMGRAD_VERBOSE``, read
once, then assignments.  Out: the one object ``config``, whose attributes always hold valid values.

    SYMGRAD_VECTOR_MATH=off python model.py     # before the start
    symgrad.config.vector_math = "off"          # or at run time
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, cast, get_args

VectorMath = Literal["auto", "on", "off"]

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


class Config:
    """The settings, checked when they are assigned.

    Parameters
    ----------
    environ : Mapping[str, str]
        Where the initial values come from.  An empty variable counts as an absent one.

    Attributes
    ----------
    cache_dir : str or None
        Folder of the generated modules; None means the user's cache folder.
    vector_math : {"auto", "on", "off"}
        Whether loops may call the vector versions of exp, log, ... (see `symgrad.vmath`).
    verbose : bool
        Whether the compiler reports its stages on stderr.

    Examples
    --------
    >>> settings = Config({"SYMGRAD_VERBOSE": "1"})
    >>> settings
    Config(cache_dir=None, vector_math='auto', verbose=True)
    >>> settings.vector_math = "fast"
    Traceback (most recent call last):
    ValueError: vector_math must be one of 'auto', 'on', 'off', not 'fast'
    """

    # A misspelt `config.vebose = True` must be an error, hence the slots.
    __slots__ = ("_cache_dir", "_vector_math", "_verbose")

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.cache_dir = environ.get("SYMGRAD_CACHE_DIR") or None
        try:
            self.vector_math = cast(VectorMath, environ.get("SYMGRAD_VECTOR_MATH", "").lower() or "auto")
        except ValueError as error:
            raise ValueError(f"environment variable SYMGRAD_VECTOR_MATH: {error}") from None
        self.verbose = _flag("SYMGRAD_VERBOSE", environ.get("SYMGRAD_VERBOSE", ""))

    @property
    def cache_dir(self) -> str | None:
        """Folder of the generated modules; None means the user's cache folder."""
        return self._cache_dir

    @cache_dir.setter
    def cache_dir(self, value: str | os.PathLike[str] | None) -> None:
        if value is None:
            self._cache_dir: str | None = None
            return
        if not isinstance(value, (str, os.PathLike)):
            raise TypeError(f"cache_dir must be a path or None, not {value!r}")
        path = os.fspath(value)
        if not isinstance(path, str) or not path:
            raise ValueError(f"cache_dir must be a non-empty text path or None, not {path!r}")
        # Made absolute at once: the folder must not move when the program changes directory.
        self._cache_dir = os.path.abspath(os.path.expanduser(path))

    @property
    def vector_math(self) -> VectorMath:
        """Whether loops may call the vector versions of exp, log, ..."""
        return self._vector_math

    @vector_math.setter
    def vector_math(self, value: VectorMath) -> None:
        if value not in get_args(VectorMath):
            choices = ", ".join(map(repr, get_args(VectorMath)))
            raise ValueError(f"vector_math must be one of {choices}, not {value!r}")
        self._vector_math: VectorMath = value

    @property
    def verbose(self) -> bool:
        """Whether the compiler reports its stages on stderr."""
        return self._verbose

    @verbose.setter
    def verbose(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise TypeError(f"verbose must be True or False, not {value!r}")
        self._verbose: bool = value

    def __repr__(self) -> str:
        values = f"vector_math={self.vector_math!r}, verbose={self.verbose!r}"
        return f"Config(cache_dir={self.cache_dir!r}, {values})"


def _flag(name: str, text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"environment variable {name}: must be 0 or 1, not {text!r}")


config = Config(os.environ)

__all__ = ["Config", "VectorMath", "config"]
