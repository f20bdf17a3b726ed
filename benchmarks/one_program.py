"""One program in a process of its own, started by run.py: checked, compiled, timed. Prints one line of JSON.

python benchmarks/one_program.py FOLDER NAME SIZE BUDGET [--quick] [--workspace]
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from timing import measure, one_thread

if __name__ == "__main__":
    one_thread()  # before NumPy is imported
    os.environ["SYMGRAD_CACHE_DIR"] = tempfile.mkdtemp(prefix="symgrad-bench-")

import catalogue
import numpy as np
import peers

FIRST_CALL = 20.0  # CPU seconds within which a peer must have made its first call
CLOSE = 1e-9


def in_a_child(work: Callable[[], Any]) -> Any:
    """Run it in a fork: what it compiles, and the memory it takes, are gone afterwards."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with os.fdopen(writing, "w") as stream:
                json.dump(work(), stream)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if status == 0 else None


def compiling(call: Callable[[], Any]) -> float:
    """CPU seconds of the first call over those of the second."""
    start = time.process_time()
    call()
    first = time.process_time()
    call()
    return (first - start) - (time.process_time() - first)


def warm_numba() -> None:
    """numba fills its registries at the first compilation; nobody's program should pay for it."""
    import numba

    @numba.njit
    def warm(a: Any) -> Any:
        return np.dot(a, a).sum() + np.exp(a[0, 0])

    warm(np.ones((2, 2)))


def warm_symgrad() -> None:
    """The first gradient of a process loads symgrad's modules and sympy; first_gradient.py measures that."""
    import symgrad as sg

    text = "import numpy as np\ndef first(x):\n    return np.sum(np.exp((x - 1) / (x + 1)))"
    sg.grad(sg.from_source(text))(np.ones(2))


def checked(program: Any, size: str, notes: list[str]) -> None:
    """Value against NumPy's and slope against differences, at the given size."""
    import symgrad as sg

    _, inputs = catalogue.inputs_of(program, size)
    fresh = lambda: tuple(a.copy() if isinstance(a, np.ndarray) else a for a in inputs)
    value = sg.grad(program.primal, wrt=tuple(program.WRT)).value(*inputs)
    with peers.limited(FIRST_CALL):
        off = peers.distance(value, program.primal(*fresh()))
        if off > CLOSE:
            notes.append(f"WRONG VALUE at size {size}: {off:.1e} from NumPy's")
    if catalogue.what(program) == catalogue.GRADIENT:
        gradients = sg.grad(program.primal, wrt=tuple(program.WRT))(*inputs)
        with peers.limited(FIRST_CALL):
            slope, direction = peers.by_differences(program, inputs)
        ours = sum(float(np.sum(g * d)) for g, d in zip(gradients, direction, strict=True))
        scale = sum(float(np.sum(np.abs(g * d))) for g, d in zip(gradients, direction, strict=True))
        if not abs(ours - slope) <= 1e-6 * max(scale, 1e-3 * abs(slope), 1e-12):
            notes.append(f"WRONG SLOPE at size {size}: {ours:.9g}, by differences {slope:.9g}")


def run(
    entry: catalogue.Entry, size: str, budget: float, quick: bool = False, workspace: bool = False
) -> dict[str, Any]:
    """`quick`: no other libraries; `workspace`: also with arrays that are there already."""
    program = entry.module()
    assert program is not None
    notes: list[str] = []
    compile_seconds: dict[str, Any] = {}
    size, inputs = catalogue.inputs_of(program, size)
    row = {"family": entry.family, "program": entry.name, "size": size, "what": catalogue.what(program)}
    row |= {"compile": compile_seconds, "notes": notes, "seconds": {}}

    import symgrad as sg
    from symgrad.errors import SymgradError

    warm_numba()
    warm_symgrad()
    ours = peers.symgrad_call(program, inputs)
    hands = catalogue.by_hand(entry, program)
    # All of them before this process compiles one: what numba has met already it does not compile again.
    compile_seconds["symgrad"] = in_a_child(lambda: compiling(ours))
    for name, fun in hands.items():
        compile_seconds[name] = in_a_child(lambda fun=fun: compiling(lambda: fun(*inputs)))
    try:
        first = ours()
    except SymgradError as error:
        notes.append("REFUSED: " + str(error).splitlines()[0])
        return row

    try:
        checked(program, "T", notes)
    except peers.TooSlow:
        notes.append("the tiny size is too slow to be checked by differences")
    except KeyError:
        pass  # no tiny size
    value = sg.grad(program.primal, wrt=tuple(program.WRT)).value
    try:
        with peers.limited(FIRST_CALL):
            plain = program.primal(*(a.copy() if isinstance(a, np.ndarray) else a for a in inputs))
        off = peers.distance(value(*inputs), plain)
        if off > CLOSE:
            notes.append(f"WRONG VALUE at size {size}: {off:.1e} from NumPy's")
    except peers.TooSlow:
        notes.append("the value is checked at the tiny size only")

    calls: dict[str, Callable[[], Any]] = {"symgrad": ours, "primal": lambda: value(*inputs)}
    if workspace:
        calls |= peers.workspace_calls(program, inputs, first)
    for name, fun in hands.items():
        label = f"by hand, {name}"
        calls[label] = lambda fun=fun: fun(*inputs)
        off = peers.distance(first, calls[label]())
        if off > CLOSE:
            notes.append(f"WRONG GRADIENT: {off:.1e} from the one by hand, {name}")
    if not quick:
        with_peers(entry, program, inputs, first, calls, notes)
    row["seconds"] = measure(calls, rounds=15, budget=budget)
    return row


def with_peers(
    entry: catalogue.Entry, program: Any, inputs: Any, expected: Any, calls: dict[str, Any], notes: list[str]
) -> None:
    """Add the calls of all peers that run the program and agree; a note on each that does not."""
    for make in (peers.hand_calls, peers.jax_calls, peers.torch_calls, peers.autograd_calls):
        name = make.__name__.partition("_")[0]
        try:
            for name, call in make(entry, program, inputs):
                with peers.limited(FIRST_CALL):
                    off = peers.distance([np.asarray(a) for a in peers.flat(call())], expected)
                if off > CLOSE:
                    notes.append(f"{name} is {off:.1e} off")
                else:
                    calls[name] = call
        except peers.Absent as absent:
            notes.append(str(absent))
        except peers.TooSlow as slow:
            notes.append(f"{name}: {slow}")
        except Exception as error:  # whatever a library says to a program that it does not take
            line = (str(error).strip().splitlines() or [""])[0]
            notes.append(f"{name}: {type(error).__name__}: {line[:90]}")


if __name__ == "__main__":
    folder, name, size, budget, *flags = sys.argv[1:]
    quick, workspace = "--quick" in flags, "--workspace" in flags
    print(json.dumps(run(catalogue.Entry(Path(folder), name), size, float(budget), quick, workspace)))
