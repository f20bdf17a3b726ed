"""Where the cache is: a folder that can be written, else a private one for this process.

In: `config.cache_dir`, or nothing. Out: the folder, and files stored in it; the disk may become full, or
read-only, at any time.

    store("k3f09ab....py", b"...")    ->    ~/.cache/symgrad/k3f09ab....py, or /tmp/symgrad-x1/k3f09ab....py
"""

from __future__ import annotations

import functools
import os
import threading
import warnings

from symgrad.cache import files
from symgrad.config import config


class CacheWarning(UserWarning):
    """The cache folder cannot be written; kernels are compiled again in every process."""


class State:
    """What this process knows: one folder at a time, and how often a module was found there."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.wanted: str | None = None
        self.path = ""
        self.warned = False
        self.hits = 0
        self.misses = 0


state = State()


def count(*, hit: bool) -> None:
    """Note that a module was found, or had to be written."""
    with state.lock:
        state.hits += hit
        state.misses += not hit


def _renew_lock() -> None:
    state.lock = threading.RLock()


if hasattr(os, "register_at_fork"):  # a child forked while another thread held the lock would wait for ever
    os.register_at_fork(after_in_child=_renew_lock)


def folder() -> str:
    """Give the folder of the generated modules, made if absent.

    Returns
    -------
    str
        ``config.cache_dir``, or the user's cache folder; if that cannot be written, a private temporary
        folder, removed at exit, after one `CacheWarning`.

    Examples
    --------
    >>> os.path.isdir(folder())
    True
    """
    with state.lock:
        wanted = config.cache_dir or _user_folder()
        if wanted != state.wanted:
            state.wanted = wanted
            state.path = (
                wanted if os.path.isabs(wanted) and files.writable(wanted) else _private_folder(wanted)
            )
        return state.path


def store(inside: str, data: bytes) -> None:
    """Write a file in the folder, or in a private one if the disk is full or became read-only."""
    root = folder()
    try:
        files.store(os.path.join(root, inside), data)
    except OSError:
        with state.lock:
            if state.path == root:  # else another thread has moved already
                state.path = _private_folder(root)
        files.store(os.path.join(folder(), inside), data)


def _private_folder(wanted: str) -> str:
    path = files.private_folder()
    if not state.warned:
        state.warned = True
        message = (
            f"symgrad cannot write its cache folder {wanted!r}; kernels of this process go to {path!r} "
            "and are lost when it ends. Set SYMGRAD_CACHE_DIR to a folder that can be written"
        )
        warnings.warn(message, CacheWarning, stacklevel=2)
    return path


@functools.cache
def _user_folder() -> str:
    # Imported here because it takes longer than this whole module.
    import platformdirs

    return platformdirs.user_cache_dir("symgrad", appauthor=False)
