"""An index out of bounds names its place in the user's program, itself and the extent, on every way in."""

import inspect

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import OutOfBoundsError

X = np.arange(5.0)
K = np.array([0, 7, 1])


def picked(x, k):
    s = 0.0
    for i in range(len(k)):
        s += x[k[i]] ** 2
    return s


def written(x, k):
    y = np.zeros(3)
    for i in range(len(k)):
        y[k[i]] += x[i]
    return np.sum(y * y)


def gathered(x, k):
    y = x * x
    return np.sum(y[k])


def one_too_far(x, k):
    s = 0.0
    for i in range(len(x)):
        s += x[i + k[0]] * x[i]
    return s


def looked_up(table, i):
    return table[i] ** 2


def in_a_helper(x, k):
    return looked_up(x, k[2]) + looked_up(x, k[1])


def line_of(f, text):
    lines, first = inspect.getsourcelines(f)
    return first + next(n for n, line in enumerate(lines) if text in line)


PLACES = [
    (picked, K, picked, "s += x", "index 7"),
    (picked, np.array([0, -6]), picked, "s += x", "index -6"),
    (written, np.array([0, 3]), written, "y[k[i]]", "index 3"),
    (gathered, K, gathered, "np.sum", "index 7"),
    (one_too_far, np.array([1]), one_too_far, "s += x", "index 5"),
    (in_a_helper, K, looked_up, "return", "index 7"),
]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(("f", "k", "owner", "text", "index"), PLACES)
def test_the_place_the_index_and_the_extent_are_told(f, k, owner, text, index, jit):
    df = sg.grad(f, jit=jit)
    good = np.zeros_like(k)
    df(X, good)  # the second call takes the fast way in
    with pytest.raises(OutOfBoundsError) as e:
        df(X, k)
    assert isinstance(e.value, IndexError)
    assert e.value.filename == __file__ and e.value.lineno == line_of(owner, text) and e.value.col > 0
    assert e.value.message.startswith(f"{index} is out of bounds")
    assert ("3" if f is written else "5") in e.value.message.partition("bounds")[2]
    assert text in str(e.value)
    np.testing.assert_array_equal(df(X, good), df(X, good))


@pytest.mark.parametrize("jit", [False, True])
def test_every_verb_tells(jit):
    line = line_of(picked, "s += x")
    calls = [
        lambda: sg.value_and_grad(picked, jit=jit)(X, K),
        lambda: sg.vjp(picked, X, K, jit=jit),
        lambda: sg.jvp(picked, (X, K), (X, None), jit=jit),
        lambda: sg.fwd_and_bwd(picked, jit=jit).forward(X, K),
        lambda: sg.grad(picked, jit=True).workspace()(X, K),
        lambda: sg.grad(picked, jit=True)(X, K, out=np.empty(5)),
    ]
    for call in calls:
        with pytest.raises(OutOfBoundsError) as e:
            call()
        assert e.value.lineno == line


def test_kernels_do_not_carry_the_places():
    df = sg.grad(picked)
    df(X, np.array([0, 1]))
    assert 'raise IndexError("index out of bounds")' in df.kernel_source
