"""What a call costs where there is next to nothing to compute, started by run.py: from Python, from @njit.

In: nothing. Out: seconds a call; one line of JSON. "Bare" is numba's dispatcher of the same kernel, "by hand"
that of the adjoint written by hand.
"""

import json
import math
from collections.abc import Callable
from typing import Any

from timing import measure, one_thread

if __name__ == "__main__":
    one_thread()

import numba
import numpy as np
from first_gradient import neuron

import symgrad as sg

NUMBERS = (2.0, -1.0, -3.0, -2.0, -3.0)
INSIDE = 10_000  # calls of one loop in compiled code


@numba.njit
def neuron_by_hand(w0: float, x0: float, w1: float, x1: float, w2: float) -> Any:
    y = 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))
    d = y * (1 - y)
    return y, (d * x0, d * w0, d * x1, d * w1, d)


def squares(x: Any, w: Any) -> Any:
    return np.sum(w * x * x)


def in_compiled_code(f: Any) -> Callable[[], object]:
    """Calls in a loop in which each needs the one before: nothing is computed twice at a time."""

    @numba.njit
    def loop(a: float, b: float, c: float, d: float, e: float) -> float:
        for _ in range(INSIDE):
            e = f(a, b, c, d, e)[1][4] - 3.0
        return e

    return lambda: loop(*NUMBERS)


def run() -> dict[str, dict[str, float]]:
    df = sg.value_and_grad(neuron, wrt="*")
    ours, bare = df(*NUMBERS), df.vg_kernel
    assert np.allclose(np.hstack(ours), np.hstack(neuron_by_hand(*NUMBERS)), rtol=1e-14, atol=0.0)
    scalars = measure(
        {
            "symgrad": lambda: df(*NUMBERS),
            "bare": lambda: bare(*NUMBERS),
            "by hand": lambda: neuron_by_hand(*NUMBERS),
        }
    )
    dg = sg.value_and_grad(squares, wrt="*")
    x, w = np.linspace(0.0, 1.0, 8), np.ones(8)
    dg(x, w)
    kernel = dg.vg_kernel
    arrays = measure({"symgrad": lambda: dg(x, w), "bare": lambda: kernel(x, w)})
    inside = measure({"symgrad": in_compiled_code(df), "by hand": in_compiled_code(neuron_by_hand)})
    return {
        "value and gradient of five numbers, from Python": scalars,
        "value and gradients of two arrays of 8, from Python": arrays,
        "value and gradient of five numbers, in @njit": {k: s / INSIDE for k, s in inside.items()},
    }


if __name__ == "__main__":
    print(json.dumps(run()))
