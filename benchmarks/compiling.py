"""What compiling costs: from source to text, before numba, for short functions and for ever longer ones.

In: nothing. Out: seconds per stage of short functions of the families, and of written programs of 10 to 3,000
lines; one line of JSON, from a process that run.py starts. Nothing is compiled by numba here.
"""

import inspect
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from timing import one_thread

if __name__ == "__main__":
    one_thread()

import numpy as np
from catalogue import Entry, inputs_of
from one_program import in_a_child

HERE = Path(__file__).resolve().parent
LINES = (10, 30, 100, 300, 1000, 3000)
SHORT = [
    ("polybench", "gramschmidt"),
    ("polybench", "durbin"),
    ("polybench", "ludcmp"),
    ("simulation", "dtw"),
    ("simulation", "determinant"),
    ("simulation", "escape"),
    ("learning", "attention"),
    ("learning", "gp"),
]


def scalars(lines: int) -> str:
    """Straight-line arithmetic on numbers; each line reads the two before it."""
    forms = (
        "sin({0}) * {1}",
        "{0} + 0.5 * {1}",
        "{0} * {1} + w",
        "exp(-{0} * {0}) + {1}",
        "{0} / (1.0 + {1} * {1})",
    )
    body = ["    a0 = w * x", "    a1 = w + x"]
    for k in range(2, lines - 1):
        body.append(f"    a{k} = " + forms[k % 5].format(f"a{k - 1}", f"a{k - 2}"))
    return "\n".join(["def scalars(x, w):", *body, f"    return a{lines - 2}"])


def arrays(lines: int) -> str:
    """Statements on whole arrays, reductions among them."""
    forms = ("np.tanh({0}) * {1}", "{0} + np.sum({1}) * 1e-3", "np.maximum({0}, {1})", "{0} * w - {1}")
    body = ["    a0 = w * x", "    a1 = w + x"]
    for k in range(2, lines - 1):
        body.append(f"    a{k} = " + forms[k % 4].format(f"a{k - 1}", f"a{k - 2}"))
    return "\n".join(["def arrays(x, w):", *body, f"    return np.sum(a{lines - 2})"])


def loops(lines: int) -> str:
    """Loops over elements with three statements each, one after the other."""
    body = []
    for k in range((lines - 2) // 4):
        body += [
            "    for i in range(1, len(x)):",
            f"        t = x[i - 1] * w[i] + {k + 1}.0",
            "        if t > 0.0:",
            "            x[i] = x[i] + sin(t)",
        ]
    return "\n".join(["def loops(x, w):", "    x = x.copy()", *body, "    return np.sum(x)"])


ARRAY = np.linspace(0.1, 0.9, 7)
WRITTEN: dict[str, tuple[Callable[[int], str], tuple[Any, ...]]] = {
    "scalars": (scalars, (0.3, 0.7)),
    "arrays": (arrays, (ARRAY, ARRAY[::-1].copy())),
    "loops": (loops, (ARRAY, ARRAY[::-1].copy())),
}


def stages(fun: Callable[..., Any], arguments: tuple[Any, ...], wrt: Any) -> dict[str, float]:
    """Seconds of each stage, and of all of them up to the text that numba is given."""
    import symgrad as sg

    start = time.process_time()
    program = sg.grad(fun, wrt=wrt).program_for(*arguments)
    text = program.kernel_text
    spent = time.process_time() - start
    return program.seconds | {"all": spent, "lines of kernel": float(text.count("\n"))}


def cold(work: Callable[[], dict[str, float]], repeats: int = 3) -> dict[str, float]:
    """Medians over forks, each with an empty cache: nothing is remembered from one to the next."""
    import symgrad as sg

    def once() -> dict[str, float]:
        sg.config.cache_dir = tempfile.mkdtemp(prefix="symgrad-bench-")
        return work()

    found = [in_a_child(once) for _ in range(repeats)]
    return {key: statistics.median(f[key] for f in found) for key in found[0]}


def run() -> dict[str, Any]:
    import symgrad as sg

    # A process that has differentiated before: sympy and the tables of rules are loaded.
    stages(
        sg.from_source("from math import sin\ndef first(x):\n    return sin(x) * x / (1 + x * x)"),
        (0.5,),
        "*",
    )
    short = []
    for family, name in SHORT:
        program = Entry(HERE / family, name).module()
        assert program is not None
        inputs = inputs_of(program, "T")[1]
        lines = len(inspect.getsource(program.primal).strip().splitlines())
        found = cold(lambda p=program, a=inputs: stages(p.primal, a, tuple(p.WRT)))
        short.append({"program": name, "lines": lines} | found)
    long = []
    for name, (write, arguments) in WRITTEN.items():
        for lines in LINES:
            source = "import numpy as np\nfrom math import exp, sin\n" + write(lines)
            fun = sg.from_source(source, name)
            found = cold(lambda f=fun, a=arguments: stages(f, a, "*"), repeats=3 if lines < 1000 else 1)
            long.append({"program": name, "lines": lines} | found)
    return {"short": short, "long": long}


if __name__ == "__main__":
    os.environ["SYMGRAD_CACHE_DIR"] = tempfile.mkdtemp(prefix="symgrad-bench-")
    print(json.dumps(run()))
