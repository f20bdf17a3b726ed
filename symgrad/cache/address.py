"""Content addresses.

In: generated text and options, or nothing but this installation.  Out: short hexadecimal hashes, the same in
every process that would generate and compile the same: no time, no memory address, no order of a set.

    digest(text, {"fastmath": False})       # "3f09ab...": names a generated module
    compiler_stamp()                        # changes with any source file of symgrad: voids index records
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from collections.abc import Mapping

from symgrad.cache import files as whole

_PACKAGE = os.path.dirname(os.path.dirname(__file__))  # the folder symgrad/
_LINKED = (
    "vmath.py",
    "runtime.py",
    *(f"backends/{name}.py" for name in ("accumulate", "arrays", "gemm", "lowering", "memory")),
)
_FORMAT = 1  # of module files and index records: raise it when either changes


def digest(text: str, options: Mapping[str, object]) -> str:
    """Compute the content address of a generated module.

    Parameters
    ----------
    text : str
        The module's text, with `symgrad.cache.PLACEHOLDER` where the hash will stand.
    options : Mapping[str, object]
        What else decides the machine code: plain data (None, bools, numbers, text, and tuples, lists, sets
        and mappings of these).  Their order does not count.

    Returns
    -------
    str
        16 hexadecimal digits, of the text, the options, the machine and its C library, and the versions of
        symgrad, numba and NumPy.

    Raises
    ------
    TypeError
        If an option is not plain data: its text could differ from process to process.

    Examples
    --------
    >>> digest("x = 1", {"a": 1, "b": 2}) == digest("x = 1", {"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(repr((text, _canonical(options), _environment())).encode()).hexdigest()[:16]


def _canonical(value: object) -> str:
    """Spell plain data the same in every process."""
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        return repr(value)
    if isinstance(value, Mapping):
        items = sorted((_canonical(key), _canonical(item)) for key, item in value.items())
        return "{" + ", ".join(f"{key}: {item}" for key, item in items) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(_canonical, value))) + "}"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(map(_canonical, value)) + "]"
    raise TypeError(f"a cache option must be plain data, not {type(value).__name__}: {value!r}")


@functools.cache
def _environment() -> tuple[str, ...]:
    """Name what else the machine code depends on; the processor is in numba's own key."""
    # Imported here: 20 ms, and numba imports it anyway.
    from importlib import metadata

    versions = []
    for package in ("symgrad", "numba", "numpy"):
        try:
            versions.append(metadata.version(package))
        except metadata.PackageNotFoundError:
            versions.append("source")
    # Kernels are linked against these modules; and numba does not see a change in them.
    support = [whole.read(os.path.join(_PACKAGE, name)) or b"" for name in _LINKED]
    # A home shared by machines: code that calls a vector function must not meet a C library without it.
    libc = os.confstr("CS_GNU_LIBC_VERSION") if "CS_GNU_LIBC_VERSION" in _confstr_names() else None
    machine = os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")
    return (
        str(_FORMAT),
        *versions,
        hashlib.sha256(b"\0".join(support)).hexdigest(),
        sys.platform,
        machine,
        libc or "",
    )


def _confstr_names() -> Mapping[str, int]:
    return getattr(os, "confstr_names", {})


@functools.cache
def compiler_stamp() -> str:
    """Identify the compiler: a record is void when any source file of symgrad has changed."""
    files = []
    for path, folders, names in os.walk(_PACKAGE):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            if name.endswith(".py"):
                status = os.stat(os.path.join(path, name))
                relative = os.path.relpath(os.path.join(path, name), _PACKAGE)
                files.append((relative, status.st_size, status.st_mtime_ns))
    identity = repr((_environment(), sys.version_info[:3], sorted(files)))
    return hashlib.sha256(identity.encode()).hexdigest()[:32]
