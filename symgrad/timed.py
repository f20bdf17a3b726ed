"""A stage of compilation: its seconds in a table, and no search for garbage while it runs.

In: a table and a name. Out: a `with` block.

    with stage(seconds, "lower"): ...        ->    seconds["lower"] == 0.012

Graphs are made of frozen data without cycles: reference counts free them. Python's collector would go through
all of them again and again, a quarter of the time.
"""

from __future__ import annotations

import gc
import threading
import time

_lock = threading.Lock()
_running = 0
_was_enabled = False


class collector_off:
    """No search for garbage in a `with` block."""

    def __enter__(self) -> None:
        global _running, _was_enabled
        with _lock:  # any number of threads compile at a time: the last one out turns the collector on
            if not _running:
                _was_enabled = gc.isenabled()
                gc.disable()
            _running += 1

    def __exit__(self, *exc: object) -> None:
        global _running
        with _lock:
            _running -= 1
            if not _running and _was_enabled:
                gc.enable()


class stage(collector_off):
    """Add the seconds of a `with` block to an entry of a table."""

    def __init__(self, table: dict[str, float], name: str) -> None:
        self.table, self.name = table, name

    def __enter__(self) -> None:
        super().__enter__()
        self.start = time.perf_counter()

    def __exit__(self, *exc: object) -> None:
        self.table[self.name] = self.table.get(self.name, 0.0) + time.perf_counter() - self.start
        super().__exit__(*exc)
