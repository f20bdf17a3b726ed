"""Checkpointed loops: the gradients of the same loops without, and no trip run more often than it must be."""

import functools
import inspect
import math
import re
import textwrap

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import UnsupportedSyntaxError
from symgrad.runtime import revolve


def least(trips, slots):
    """The known least number of trips to run, to reverse `trips` of them: Griewank and Walther's t(l, s)."""
    runs = 0
    while math.comb(slots + runs, slots) < trips:
        runs += 1
    return runs * trips - math.comb(slots + runs, slots + 1)


def smooth(u, k):
    v = u * u
    w = np.zeros_like(u)
    w[1:-1] = u[1:-1] + k * (v[2:] - v[:-2])
    return w


def field(u, k, n):
    for _ in sg.checkpoint(range(n), slots=3):
        u = smooth(u, k)
    return np.sum(u * u)


def scalars(x, k, n):
    v = 1.0
    for t in sg.checkpoint(range(n), slots=2):
        x, v = x + k * v, v - k * np.sin(x) + 0.01 * t * x
    return x * v


def strides(x, k, n):
    for t in sg.checkpoint(range(2, 3 * n, 3), slots=2):
        x = np.sin(x) + k * t
    return np.sum(x)


def backwards(x, k, n):
    a = np.cos(np.arange(20.0)) + 1.5
    for t in sg.checkpoint(range(n - 1, -1, -1), slots=4):
        x = np.sin(x) * a[t] + k * x
    return np.sum(x)


def in_place(x, k, n):
    y = x.copy()
    for t in sg.checkpoint(range(n), slots=2):
        y[1:] = y[1:] * y[:-1] + k
        y[0] = np.sin(y[t % 3])
    return np.sum(y * x)


def inner_loop(x, k, n):
    total = 0.0
    for t in sg.checkpoint(range(n), slots=2):
        for i in range(1, len(x)):
            x[i] = x[i] * np.cos(x[i - 1]) + k
        total += x[-1] * x[0] * t
    return total + np.sum(x * x)


def branches(x, k, n):
    for t in sg.checkpoint(range(n), slots=2):
        if np.sum(x) > 1.0:
            x = x * np.cos(k * x)
        else:
            x = np.sin(x) + k * t
    return np.sum(x**3)


def early_exit(x, k, n):
    count = 0
    for t in sg.checkpoint(range(n), slots=2):
        x = np.sin(x) * 1.5 + k
        count = t
        if np.sum(x) > 5.5:
            break
        x = x * x
    return np.sum(x) * count


def early_return(x, k, n):
    for t in sg.checkpoint(range(1, n), slots=2):
        x = np.sin(x) * 1.5 + k / t
        if np.sum(x) > 5.0:
            return np.sum(x * x)
        x = x * x
    return np.sum(x)


def rows(x, k, n):
    a = np.outer(np.arange(1.0, 8.0), x)
    s = np.zeros_like(x)
    for row in sg.checkpoint(a, slots=2):
        s = np.tanh(s * row) + k * row
    return np.sum(s) * n


def numbered(x, k, n):
    s = np.ones_like(x)
    for i, (a, b) in sg.checkpoint(enumerate(zip(x, x[::-1], strict=False)), slots=2):
        s = np.tanh(s * a) + k * b * i
    return np.sum(s) * n


def history(x, k, n):
    h = np.zeros((n + 1, len(x)))
    h[0] = x
    for t in sg.checkpoint(range(n), slots=3):
        h[t + 1] = np.sin(h[t]) * k + h[t // 2]
    return np.sum(h * h)


def swapped(x, k, n):
    a, b = x.copy(), np.zeros_like(x)
    for _ in sg.checkpoint(range(n), slots=3):
        b[1:] = a[1:] * a[:-1] * k
        b[0] = np.sin(a[0])
        a, b = b, a
    return np.sum(a * a)


def nested(x, k, n):
    for _ in sg.checkpoint(range(n), slots=2):
        for _ in sg.checkpoint(range(3), slots=2):
            x = np.sin(x) * (1 + k * x)
        x = x * x
    return np.sum(x)


def in_a_loop(x, k, n):
    s = 0.0
    for i in range(1, n):
        y = x * i
        for _ in sg.checkpoint(range(i), slots=2):
            y = np.sin(y) * (1 + k * y)
        s = s * k + np.sum(y * y)
    return s


def counted_size(x, k, n):
    y = x.copy()
    for t in sg.checkpoint(range(n), slots=2):
        size = int(np.sum(y) * 3) % 4 + 1
        y[:size] = np.sin(y[:size]) + k * y[-1] * t
    return np.sum(y * y)


def appended(x, k, n):
    values = []
    for t in sg.checkpoint(range(n), slots=2):
        x = np.sin(x) + k * t
        values.append(np.sum(x * x))
    return np.sum(np.array(values) ** 2) + np.sum(x)


def by_default(x, k, n):
    for _ in sg.checkpoint(range(n)):
        x = np.sin(x) + k * x
    return np.sum(x)


def by_memory(x, k, n):
    for _ in sg.checkpoint(range(n), memory="150 B"):
        x = np.sin(x) + k * x
    return np.sum(x)


PROGRAMS = [
    field, scalars, strides, backwards, in_place, inner_loop, branches, early_exit, early_return, rows,
    numbered, history, swapped, nested, in_a_loop, by_default, by_memory, counted_size, appended,
]  # fmt: skip
X = np.array([0.7, 0.4, 1.1, 0.2, 0.9])


def arguments(f, n):
    return (0.7 if f is scalars else X, 0.3, n)


MARK = re.compile(r"sg\.checkpoint\((.*?)(?:, (?:slots|memory)=[^)]*)?\):")


@functools.cache
def plain(f):
    """The same function, its loops not checkpointed."""
    text = MARK.sub(r"\1:", textwrap.dedent(inspect.getsource(f)))
    assert "checkpoint" not in text
    return sg.from_source("import numpy as np\n" + inspect.getsource(smooth) + text, f.__name__)


@pytest.mark.parametrize("n", [0, 1, 2, 5, 13])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_gradients_are_those_of_the_plain_loop(f, n):
    args = arguments(f, n)
    got = sg.value_and_grad(f, argnums=(0, 1), jit=False)(*args)
    want = sg.value_and_grad(plain(f), argnums=(0, 1), jit=False)(*args)
    assert got[0] == want[0]
    for a, b in zip(got[1], want[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=0)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_compiled_they_are_the_same(f):
    args = arguments(f, 7)
    got, want = sg.grad(f, argnums=(0, 1))(*args), sg.grad(plain(f), argnums=(0, 1))(*args)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=0)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_they_are_those_of_differences_and_of_forward_mode(f):
    x, k, n = arguments(f, 6)
    gradient = sg.grad(f, argnums=1, jit=False)(x, k, n)
    moved = sg.jvp(lambda k: f(x * 1.0, k, n), (k,), (1.0,), jit=False)[1]
    np.testing.assert_allclose(gradient, moved, rtol=1e-10, atol=0)
    step = 1e-6
    slope = (f(np.copy(x)[()], k + step, n) - f(np.copy(x)[()], k - step, n)) / (2 * step)
    np.testing.assert_allclose(gradient, slope, rtol=2e-7, atol=1e-8)


@pytest.mark.parametrize("f", [field, scalars, early_exit, inner_loop], ids=lambda f: f.__name__)
def test_second_order_through_a_checkpointed_loop(f):
    x, k, n = arguments(f, 5)
    p = np.cos(np.arange(5.0)) if np.ndim(x) else 0.3
    want = sg.hvp(plain(f), jit=False)(x, p, k, n)
    np.testing.assert_allclose(sg.hvp(f, jit=False)(x, p, k, n), want, rtol=1e-11, atol=1e-12)
    over = sg.grad(lambda x: np.sum(sg.grad(f, jit=False)(x, k, n) * p), jit=False)
    np.testing.assert_allclose(over(x), want, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("slots", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("trips", [1, 2, 3, 6, 10, 33])
def test_no_trip_is_run_more_than_the_binomial_schedule_needs(trips, slots):
    """The forward loop makes all trips; what follows it is one more, whose adjoint is due first."""

    def f(x, n):
        for _ in sg.checkpoint(range(n), slots=SLOTS):  # noqa: F821
            x = np.sin(x)
        return x

    source = textwrap.dedent(inspect.getsource(f)).replace("SLOTS", str(slots))
    derivative = sg.grad(
        sg.from_source("import numpy as np\nimport symgrad as sg\n" + source, "f"), jit=False
    )
    count = 0

    class Counting:
        """NumPy, its sines counted."""

        def __getattr__(self, name):
            return getattr(np, name)

        def sin(self, x):
            nonlocal count
            count += 1
            return np.sin(x)

    space = {}
    exec(derivative.source_for(0.5, trips), space)
    space["np"] = Counting()
    space["grad_f"](0.5, trips)
    assert count == least(trips + 1, min(slots, trips))


def test_the_schedule_is_the_known_optimum():
    @functools.cache
    def run(trips, slots):
        """The trips that are run to reverse so many, with the splits of `revolve`."""
        if trips == 1:
            return 0
        first = revolve(trips, slots)
        assert 1 <= first < trips
        if slots == 1:
            assert first == trips - 1
            return first + run(trips - 1, 1)
        return first + run(trips - first, slots - 1) + run(first, slots)

    for slots in range(1, 8):
        for trips in range(1, 150):
            assert run(trips, slots) == least(trips, slots)


def test_the_snapshots_take_the_memory_that_is_given():
    gradient = sg.grad(by_memory, jit=False)
    source = gradient.source_for(X, 0.3, 50)
    assert "150 // " in source
    space = {}
    exec(source, space)
    kept = []

    class Noting:
        """NumPy, its uninitialised arrays noted."""

        def __getattr__(self, name):
            return getattr(np, name)

        def empty(self, shape, dtype=float):
            kept.append(shape)
            return np.empty(shape, dtype)

    space["np"] = Noting()
    space["grad_by_memory"](X, 0.3, 50)
    assert kept[0] == (150 // X.nbytes, 5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("for t in sg.checkpoint(range(n), slots=x[0]): x = x * 2.0", "slots that the data decide"),
        ("for t in sg.checkpoint(range(n), slots=0): x = x * 2.0", "slots=0"),
        ("for t in sg.checkpoint(range(n), slots=2, memory=3): x = x * 2.0", "slots and memory"),
        ("for t in sg.checkpoint(range(n), memory='much'): x = x * 2.0", "memory='much'"),
        ("for t in enumerate(sg.checkpoint(range(n))): x = x * 2.0", "inside of what is run over"),
        ("for t in sg.checkpoint([1.0, 2.0]): x = x * t", "checkpoint of a list"),
        ("for t in sg.checkpoint(range(3)): x = x * (1.0, 2.0, 3.0)[t]", "where only a constant can"),
    ],
)
def test_what_cannot_be_checkpointed_is_refused(text, says):
    f = sg.from_source(
        f"import numpy as np\nimport symgrad as sg\ndef f(x, n):\n    {text}\n    return np.sum(x)\n", "f"
    )
    with pytest.raises(UnsupportedSyntaxError, match=says) as caught:
        sg.grad(f, jit=False)(X, 3)
    assert caught.value.lineno == 4


def test_in_plain_python_a_checkpoint_is_what_it_is_around():
    r = range(3)
    assert sg.checkpoint(r, slots=2) is r
    assert sg.checkpoint(np.sin)(0.5) == np.sin(0.5)
    for wrong in ({"slots": 0}, {"memory": -1}, {"memory": "many"}):
        with pytest.raises(ValueError):
            sg.checkpoint(r, **wrong)
    with pytest.raises(TypeError, match="not both"):
        sg.checkpoint(r, slots=1, memory=2)
    with pytest.raises(TypeError, match="are for loops"):
        sg.checkpoint(np.sin, slots=1)


def test_sizes_of_memory():
    from symgrad.checkpointing import size_in_bytes

    sizes = [size_in_bytes(m) for m in ("200 MB", "1.5k", "2 GiB", "64", 12)]
    assert sizes == [200_000_000, 1500, 2 * 2**30, 64, 12]
