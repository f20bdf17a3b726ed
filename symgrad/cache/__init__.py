"""Generated text in, an imported module out, by way of a real file named after its content.

In: module text with ``__HASH__`` in its function names, and the options it was generated for.  Out: the
module ``symgrad.generated.k<hash>``, a file in the cache folder that any process imports by name, with
numba's own cache beside it; and an index of small records, by which a warm process finds its module without
running the compiler.

    def neuron___HASH__(x): ...     # the text that comes in
    def neuron_3f09ab...(x): ...    # the file k3f09ab....py, written once, atomically, never changed in place
    load(text, "neuron___HASH__")   # the function

Knows text, not IR.  Imports neither numba nor NumPy: a generated module does that itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import json
import linecache
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.machinery import FileFinder
from types import ModuleType

from symgrad.cache import files, place
from symgrad.cache.address import compiler_stamp, digest
from symgrad.cache.place import CacheWarning, folder, store

__all__ = [
    "PLACEHOLDER", "CacheInfo", "CacheWarning", "clear", "digest", "folder", "info", "load", "load_module",
    "load_stored", "lookup", "readable", "remember",
]  # fmt: skip

# Stands for the hash in names.  Functions of the same qualified name compiled in sibling processes get the
# same symbols, and a process that loads both from numba's cache crashes (numba issue 10486).
PLACEHOLDER = "__HASH__"

_PACKAGE = "symgrad.generated"
_UNHASHED = re.compile(rf"^(?:async )?(?:def|class) (?!\w*{PLACEHOLDER})(\w+)", re.MULTILINE)
_OURS = re.compile(r"k[0-9a-f]{16}\.|[0-9a-f]{32}\.json")  # how the names of our files begin
_RETRIES = 20  # each is lost only to a clear() by another process between a write and an import

Kernel = Callable[..., object]


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What the cache holds, and what this process got from it.

    Attributes
    ----------
    path : str
        The folder.
    entries : int
        Generated modules in it.
    bytes : int
        Size of everything in it: text, machine code, index.
    hits, misses : int
        Modules that this process found in the folder, and that it had to write.
    """

    path: str
    entries: int
    bytes: int
    hits: int
    misses: int


def load(text: str, entry: str, options: Mapping[str, object] | None = None) -> Kernel:
    """Store a generated module and import one of its functions.

    Parameters
    ----------
    text : str
        The module's text.  The name of every top-level function and class contains `PLACEHOLDER`.
    entry : str
        The function, spelt as in `text`.
    options : Mapping[str, object], optional
        See `digest`.

    Returns
    -------
    Callable
        The function, or the numba dispatcher that its decorator made of it.

    Raises
    ------
    ValueError
        If a top-level name lacks the placeholder, or `text` defines no `entry`.

    Examples
    --------
    >>> load("def double___HASH__(x):\\n    return 2 * x\\n", "double___HASH__")(21)
    42
    """
    module = load_module(text, options)
    name = entry.replace(PLACEHOLDER, module.__name__.rpartition(".k")[2])
    if not hasattr(module, name):
        raise ValueError(f"the generated text defines no {entry!r}")
    function: Kernel = getattr(module, name)
    return function


def load_module(text: str, options: Mapping[str, object] | None = None) -> ModuleType:
    """Store a generated module and import it; see `load`.

    Examples
    --------
    >>> load_module("def half___HASH__(x):\\n    return x / 2\\n").__name__.startswith("symgrad.generated.k")
    True
    """
    if unhashed := _UNHASHED.search(text):
        raise ValueError(f"generated name {unhashed[1]!r} must contain {PLACEHOLDER}")
    sha = digest(text, options or {})
    data = files.seal(text.replace(PLACEHOLDER, sha).encode())
    for _ in range(_RETRIES):
        found = files.read(os.path.join(folder(), _module_file(sha))) == data
        if not found:
            store(_module_file(sha), data)
        with contextlib.suppress(_Gone):
            module = _import(sha)
            place.count(hit=found)
            return module
    raise OSError(f"{_module_file(sha)} in {folder()} is deleted as fast as it is written")


def load_stored(sha: str, entry: str) -> Kernel | None:
    """Import a function of a module that is in the cache already.

    Parameters
    ----------
    sha : str
        What `digest` gave for the module.
    entry : str
        The function, with `PLACEHOLDER` or with the hash in its name.

    Returns
    -------
    Callable or None
        None if the file is absent, truncated or corrupted, or lacks the function: generate it again.

    Examples
    --------
    >>> load_stored("0" * 16, "f___HASH__") is None
    True
    """
    if not files.is_sealed(files.read(os.path.join(folder(), _module_file(sha)))):
        return None
    try:
        module = _import(sha)
    except _Gone:
        return None
    function: Kernel | None = getattr(module, entry.replace(PLACEHOLDER, sha), None)
    if function is not None:
        place.count(hit=True)
    return function


def readable(text: str) -> str:
    """Give module text with the placeholder removed from its names, for people.

    Examples
    --------
    >>> readable("def neuron___HASH__(x): ...")
    'def neuron(x): ...'
    """
    return text.replace("_" + PLACEHOLDER, "").replace(PLACEHOLDER, "")


def lookup(key: str) -> dict[str, object] | None:
    """Find the record stored under a key.

    Parameters
    ----------
    key : str
        Any text, for instance a function's source with the types of its arguments.

    Returns
    -------
    dict or None
        What `remember` got; None if it is absent or damaged, or was written by another version of symgrad,
        numba, NumPy or Python, or before a source file of symgrad was changed.

    Examples
    --------
    >>> lookup("never stored") is None
    True
    """
    data = files.read(os.path.join(folder(), _record_file(key)))
    try:
        stored = json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(stored, dict) or stored.get("key") != key or stored.get("stamp") != compiler_stamp():
        return None
    record = stored.get("record")
    return record if isinstance(record, dict) else None


def remember(key: str, record: Mapping[str, object]) -> None:
    """Store a small record, which `lookup` gives back in any later process.

    Parameters
    ----------
    key : str
        Any text.
    record : Mapping[str, object]
        What JSON can hold; tuples come back as lists.

    Examples
    --------
    >>> remember("f(float64)", {"sha": "0" * 16, "entry": "f___HASH__"})
    >>> lookup("f(float64)")["entry"]
    'f___HASH__'
    """
    stored = {"key": key, "stamp": compiler_stamp(), "record": dict(record)}
    store(_record_file(key), json.dumps(stored, sort_keys=True).encode())


def info() -> CacheInfo:
    """Describe the cache.

    Examples
    --------
    >>> info().path == folder()
    True
    """
    entries = size = 0
    for path in _listing():
        with contextlib.suppress(OSError):  # another process may clear it meanwhile
            size += os.path.getsize(path)
            entries += path.endswith(".py")
    return CacheInfo(folder(), entries, size, place.state.hits, place.state.misses)


def clear() -> int:
    """Delete the generated modules, their machine code and the index.

    Modules already imported keep working.  Files that are not symgrad's are left alone.

    Returns
    -------
    int
        How many modules were deleted.

    Examples
    --------
    >>> clear()  # doctest: +SKIP
    12
    """
    deleted = 0
    for path in _listing():
        if files.in_progress(path):
            continue
        with contextlib.suppress(OSError):  # another process was faster, or Windows has the file open
            os.unlink(path)
            deleted += path.endswith(".py")
    _forget_listing()
    return deleted


class _Gone(Exception):
    """The module's file was deleted before it could be imported."""


def _import(sha: str) -> ModuleType:
    """Import a module whose file was just seen whole."""
    name = f"{_PACKAGE}.k{sha}"
    package = importlib.import_module(_PACKAGE)
    # Set every time: config.cache_dir may have changed, or the disk may have become full.
    package.__path__ = [folder()]
    _forget_listing()
    path = os.path.join(folder(), _module_file(sha))
    try:
        module = importlib.import_module(name)
    except Exception as error:
        if not os.path.exists(path) or (isinstance(error, ModuleNotFoundError) and error.name == name):
            raise _Gone from error
        if not isinstance(error, (EOFError, ImportError, TypeError, ValueError)):
            raise
        # What a damaged .pyc raises (the text itself may too: then it does so again).
        with contextlib.suppress(OSError):
            os.unlink(importlib.util.cache_from_source(path))
        module = importlib.import_module(name)
    if (file := module.__file__) is not None and file not in linecache.cache:
        # Without a time stamp linecache never drops it: tracebacks and inspect.getsource survive clear().
        source = (files.read(file) or b"").decode()
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return module


def _forget_listing() -> None:
    """Make Python list the folder again: it trusts a time stamp too coarse for a file written just now."""
    finder = sys.path_importer_cache.get(folder())
    if isinstance(finder, FileFinder):
        finder.invalidate_caches()


def _module_file(sha: str) -> str:
    return f"k{sha}.py"


def _record_file(key: str) -> str:
    return os.path.join("index", hashlib.sha256(key.encode()).hexdigest()[:32] + ".json")


def _listing() -> Iterator[str]:
    """List our files, numba's and Python's beside them included."""
    for inside in ("", "__pycache__", "index"):
        with contextlib.suppress(OSError):
            path = os.path.join(folder(), inside)
            yield from (os.path.join(path, name) for name in os.listdir(path) if _OURS.match(name))
