"""Measure several ways to compute the same thing, fairly: one thread, one core, interleaved rounds, CPU time.

In: named calls without arguments. Out: the median CPU seconds per call of each. Nothing else is known here.

    one_thread()                                            # first of all: may start the process again
    seconds = measure({"ours": f, "theirs": g})
    print(table("neuron", seconds, reference="ours"))
"""

import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_ENABLE_X64": "1",
    "JAX_PLATFORMS": "cpu",
}


def one_thread() -> None:
    """Restart this Python with one thread for every library and one core for the process.

    Libraries read these variables when they are loaded, some of them from C: once NumPy is imported, it is
    too late to set them.
    """
    if all(os.environ.get(name) == value for name, value in ONE_THREAD.items()):
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # the first core takes most interrupts
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | ONE_THREAD)


def calls_per_sample(call: Callable[[], object], seconds: float) -> int:
    """How many calls take about `seconds`; also the warm-up."""
    call()
    count = 1
    while True:
        start = time.process_time()
        for _ in range(count):
            call()
        spent = time.process_time() - start
        if spent > seconds / 4:
            return max(1, round(count * seconds / spent))
        count *= 4


def measure(
    calls: dict[str, Callable[[], object]], rounds: int = 15, seconds: float = 0.03, budget: float = 20.0
) -> dict[str, float]:
    """Median CPU seconds per call. Each round runs every call, starting with another one each time.

    A call that would take more than its share of the `budget` of CPU seconds is left out of the last rounds,
    never of the first three.
    """
    counts = {name: calls_per_sample(call, seconds) for name, call in calls.items()}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    share = budget / len(names)
    for turn in range(rounds):
        for name in rotated(names, turn):
            call, count = calls[name], counts[name]
            if turn >= 3 and sum(samples[name]) * count * (turn + 1) / turn > share:
                continue
            start = time.process_time()
            for _ in range(count):
                call()
            samples[name].append((time.process_time() - start) / count)
    return {name: statistics.median(s) for name, s in samples.items()}


def geometric_mean(ratios: list[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def rotated(names: list[str], turn: int) -> Iterator[str]:
    """All names, another one first at each turn: none always follows the same neighbour's cache contents."""
    start = turn % len(names)
    yield from names[start:]
    yield from names[:start]


def pretty(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def table(title: str, seconds: dict[str, float], reference: str) -> str:
    """One line each, fastest first; the ratio is to `reference`."""
    width = max(map(len, seconds))
    lines = [title]
    for name, value in sorted(seconds.items(), key=lambda item: item[1]):
        lines.append(f"  {name:{width}}  {pretty(value):>9}  {value / seconds[reference]:8.2f} x")
    return "\n".join(lines)
