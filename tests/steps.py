"""How much work a call is, counted and not timed: lines of Python executed, the same on a busy machine.

    steps(lambda: simplify(f, "kernel"))  # 81_234

A loop in Python counts once for each trip, so a quadratic walk shows; work inside of C functions does not.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(work: Callable[[], object]) -> int:
    """Count the lines that this thread executes in `work`."""
    count = 0

    def line(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(line)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
