"""Files that are whole or absent.

In: bytes and a path.  Out: a file that readers, writers and crashes in other processes never leave half
written, or a private temporary folder where the wanted one cannot be written.

    store("k1.py", data)      # k1.py.tmp.x7 is written, then renamed to k1.py
    read("k1.py") == data     # or None
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import time

_SEAL = b"\n# sha256 "  # opens the last line of a sealed file: a truncated file has none
_TEMPORARY = ".tmp."  # in the name of a file being written; numba's spelling too
_ABANDONED = 3600.0  # seconds after which nobody is writing it any more


def seal(data: bytes) -> bytes:
    """Append a comment line with the data's hash.

    Examples
    --------
    >>> is_sealed(seal(b"x = 1")), is_sealed(seal(b"x = 1")[:-1]), is_sealed(None)
    (True, False, False)
    """
    data = data.rstrip(b"\n") + b"\n"
    return data + _SEAL + hashlib.sha256(data).hexdigest().encode() + b"\n"


def is_sealed(data: bytes | None) -> bool:
    """Say whether data is what `seal` made, whole; None, an absent file, is not."""
    return data is not None and data == seal(data.rpartition(_SEAL)[0])


def read(path: str) -> bytes | None:
    """Read a file; None if that fails in any way.

    Examples
    --------
    >>> read("no such file") is None
    True
    """
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def store(path: str, data: bytes) -> None:
    """Write a file atomically, with its folder; raise OSError if that is impossible.

    Examples
    --------
    >>> import tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "deep", "file")
    >>> store(path, b"x"); read(path)
    b'x'
    """
    import tempfile  # here for a quick start: a warm process writes nothing

    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(
        prefix=os.path.basename(path) + _TEMPORARY, dir=os.path.dirname(path)
    )
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        # Windows refuses to replace a file that another process has open: fine if it is the same file.
        if not isinstance(error, PermissionError) or read(path) != data:
            raise


def in_progress(path: str) -> bool:
    """Say whether a process, numba's cache included, may be writing this file under a temporary name.

    Examples
    --------
    >>> in_progress("k1.py")
    False
    """
    try:
        return _TEMPORARY in os.path.basename(path) and time.time() - os.path.getmtime(path) < _ABANDONED
    except OSError:
        return False


def writable(path: str) -> bool:
    """Make a folder if it is absent, and say whether files can be made in it."""
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
    except OSError:
        return False
    return os.access(path, os.W_OK | os.X_OK)


def private_folder() -> str:
    """Make a folder that only this user can enter, removed when this process ends."""
    import shutil  # here for a quick start: seldom needed
    import tempfile

    path = tempfile.mkdtemp(prefix="symgrad-")
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # a forked child that exits must not take its parent's folder along
            shutil.rmtree(path, ignore_errors=True)

    atexit.register(remove)
    return path
