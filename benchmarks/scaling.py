"""What a gradient costs when the work grows a thousandfold: time over the primal's, and memory beside it.

In: programs of this folder, and how their inputs grow. Out: a row per size, as one line of JSON.

    python benchmarks/scaling.py NAME      # a process of its own, started by run.py
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from timing import measure, one_thread

if __name__ == "__main__":
    one_thread()
    os.environ["SYMGRAD_CACHE_DIR"] = tempfile.mkdtemp(prefix="symgrad-bench-")

import numpy as np
from catalogue import Entry, positions
from one_program import in_a_child

HERE = Path(__file__).resolve().parent


def _random(*shapes: tuple[int, ...]) -> list[Any]:
    rng = np.random.default_rng(71)
    return [rng.standard_normal(s) for s in shapes]


# name: (family, what grows, the sizes, the arguments for a size); the work grows about 1000 times
PROGRAMS: dict[str, Any] = {
    "jacobi_2d": ("polybench", "steps on 64 x 64", (11, 101, 1001, 10_001),
                  lambda n: (n, *_random((64, 64), (64, 64)))),
    "adi": ("polybench", "steps on 32 x 32", (2, 20, 200, 2000), lambda n: (n, *_random((32, 32)))),
    "cholesky": ("polybench", "rows (work n^3)", (40, 86, 186, 400),
                 lambda n: ((lambda a: a @ a.T + n * np.eye(n))(*_random((n, n))),)),
    "arc_distance": ("simulation", "elements", (1000, 10_000, 100_000, 1_000_000),
                     lambda n: tuple(0.5 + 0.01 * a for a in _random((n,), (n,), (n,), (n,)))),
    "nbody": ("simulation", "steps of 12 bodies", (10, 100, 1000, 10_000),
              lambda n: (np.ones((12, 1)), *_random((12, 3), (12, 3)), n, 0.1 / n, 1.0, 0.5)),
    "dtw": ("simulation", "length of two series (work n^2)", (32, 100, 320, 1000),
            lambda n: (*_random((n,), (n,)), 0.5)),
    "lstm": ("learning", "time steps, 2 layers of 14", (10, 100, 1000, 10_000),
             lambda n: (*(0.3 * a for a in _random((4, 56), (3, 14), (4, 14))), np.ones((n, 14)))),
    "logistic": ("learning", "rows of 50", (30, 300, 3000, 30_000),
                 lambda n: (*_random((50,)), 0.1, *_random((n, 50)), np.ones(n), 0.01)),
}  # fmt: skip


def peak_growth(call: Any) -> float:
    """Bytes by which the peak of a fork that makes this call exceeds its start."""

    def work() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        call()
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)

    return 1024.0 * in_a_child(work)


def run(name: str) -> dict[str, Any]:
    import symgrad as sg

    family, grows, sizes, make = PROGRAMS[name]
    program = Entry(HERE / family, name).module()
    assert program is not None
    gradient = sg.grad(program.primal, wrt=tuple(program.WRT))
    value = gradient.value
    # Compiled in forks, which leave the kernels in the cache and this process's heap as it is.
    for df in (gradient, value):
        in_a_child(lambda df=df: [df(*make(sizes[0])), None][1])
        df(*make(sizes[0]))
    functions = {"value": value, "gradient": gradient}
    rows = []
    for n in sizes:
        inputs = make(n)
        row = {"n": n, "inputs": sum(np.asarray(a).nbytes for a in inputs)}
        row["wanted"] = sum(np.asarray(inputs[i]).nbytes for i in positions(program))
        row["value bytes"] = peak_growth(lambda inputs=inputs: value(*inputs))
        row["gradient bytes"] = peak_growth(lambda inputs=inputs: gradient(*inputs))
        rows.append(row)
    for row in rows:
        inputs = make(row["n"])
        calls = {name: lambda f=f, inputs=inputs: f(*inputs) for name, f in functions.items()}
        row |= measure(calls, rounds=7, budget=8.0)
    return {"program": name, "family": family, "grows": grows, "rows": rows}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
