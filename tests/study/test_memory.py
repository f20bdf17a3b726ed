"""What `Derivative.memory` says is what NumPy allocates, and it says which line and why."""

import tracemalloc

import numpy as np
import pytest

import symgrad as sg

RNG = np.random.default_rng(3)


def network(x, w1, w2):
    h = np.tanh(x @ w1)
    g = np.exp(-h * h)
    y = g @ w2
    return np.sum(y * y)


def recurrence(x, n):
    s = 1.0
    for _ in range(n):
        y = np.sin(x) * s
        x = x + y * y
        s = s * np.exp(-np.sum(x))
    return s


def checkpointed(x, n):
    for _ in sg.checkpoint(range(n), slots=17):
        x = x + np.sin(x) * 0.1
    return np.sum(x)


def until_small(x, tol):
    while np.sum(x * x) > tol:
        x = x * np.cos(x)
    return np.sum(x)


def in_place(x, n):
    y = x.copy()
    for t in range(n):
        y[1:] = np.sin(y[1:]) * y[:-1] + t
    return np.sum(y)


def linear(x, n):
    for _ in range(n):
        x = 2.0 * x + 1.0
    return np.sum(x)


def views(x):
    y = np.sin(x)
    return np.sum(y[::2] * y[1::2]) + np.sum(y.T @ y)


def kept(f, args):
    """The bytes that the study text holds where its backward part begins."""
    text = sg.grad(f, wrt="*" if f is network else "x", jit=False).source_for(*args)
    forward, backward = text.rsplit("\n\n    #", 1)
    space = {}
    exec(f"{forward}\n    probe()\n    #{backward}", space)
    held = []
    space["probe"] = lambda: held.append(tracemalloc.get_traced_memory()[0])
    derivative = next(v for k, v in space.items() if k.startswith("grad_"))
    derivative(*args)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        derivative(*args)
    finally:
        tracemalloc.stop()
    return held[-1] - before


CASES = [
    (network, (RNG.normal(size=(300, 40)), RNG.normal(size=(40, 50)), RNG.normal(size=(50, 20))), 0.01),
    (recurrence, (RNG.normal(size=500) * 0.01, 200), 0.02),
    (checkpointed, (RNG.normal(size=5000), 300), 0.1),
    (in_place, (RNG.normal(size=1000) * 0.1, 100), 0.02),
    (views, (RNG.normal(size=(100, 100)),), 0.01),
]


@pytest.mark.parametrize(("f", "args", "slack"), CASES, ids=lambda c: getattr(c, "__name__", ""))
def test_the_total_is_what_numpy_allocates(f, args, slack):
    said = sg.grad(f, wrt="*" if f is network else "x", jit=False).memory(*args).total
    measured = kept(f, args)
    assert said > 10_000
    assert said * (1 - slack) <= measured <= said * (1 + slack) + 4000  # the state itself, Python's objects


def test_a_tape_that_grows_is_counted_by_a_run():
    x = np.linspace(0.1, 1.0, 1000)
    derivative = sg.grad(until_small, jit=False)
    trips = 0
    y = x
    while np.sum(y * y) > 5.0:
        y, trips = y * np.cos(y), trips + 1
    memory = derivative.memory(x, 5.0)
    assert {s.name: s.shape for s in memory.lines} == {"x": (trips, 1000), "a temporary": (trips, 1000)}
    said, measured = memory.total, kept(until_small, (x, 5.0))
    assert said <= measured <= 2.2 * said  # a tape doubles its room


def test_each_line_says_what_and_why():
    memory = sg.grad(recurrence, jit=False).memory(np.ones(10), 5)
    first = recurrence.__code__.co_firstlineno
    assert [(s.line - first, s.name, s.bytes) for s in memory.lines] == [
        (2, "s", 40),
        (2, "x", 400),
        (3, "a temporary", 400),
        (5, "a temporary", 40),
    ]
    whys = [s.why for s in memory.lines]
    assert whys[0] == "the next trip overwrites it, and the adjoint reads it"
    assert whys[2].startswith("sin: dearer")
    assert memory.total == 880
    lines = str(memory).splitlines()
    assert lines[0].split() == ["line", "saved", "bytes", "why"]
    assert lines[-1].split() == ["total", "880", "B"]
    assert "<td>880 B</td>" in memory._repr_html_()


def test_snapshots_are_a_checkpoint():
    memory = sg.grad(checkpointed, jit=False).memory(np.ones(10), 100)
    trips, states = sorted((s for s in memory.lines if s.kind == "snapshots"), key=lambda s: s.name == "x")
    assert (trips.name, trips.bytes) == ("their trips", 17 * 8)
    assert (states.name, states.shape, states.bytes) == ("x", (17, 10), 1360)
    assert states.why.startswith("checkpoint")


def test_linear_loops_save_nothing():
    memory = sg.grad(linear, jit=False).memory(np.ones(10), 100)
    assert memory.lines == () and memory.total == 0
    assert str(memory) == "nothing is saved for the backward pass\n"


def test_a_tape_inside_a_loop_is_said_per_trip():
    def ragged(x):
        s = 0.0
        for i in range(1, len(x)):
            a = x[:i]
            for _ in range(i):
                a = np.sin(a) * a
            s = s + np.sum(a)
        return s

    memory = sg.grad(ragged, jit=False).memory(np.ones(10))
    assert all(s.bytes is None and " a trip of for i in range(1, len(x))" in s.each for s in memory.lines)
    assert len(memory.lines) == 2
