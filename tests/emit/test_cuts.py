"""Slices between bounds of the data are written as the user writes them, and read back as the same graph."""

import numpy as np
import pytest
from emit.canonical import difference

from symgrad.backends.numpy import compile
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.ir import evaluate
from symgrad.pipeline import Options, Transform, build

X = np.random.default_rng(0).uniform(0.5, 1.5, 8)
A, B = np.array([0, 3, -4, 9, 2, -20]), np.array([2, 1, -1, 12, -3, 4])


def rows(x, a, b):
    s = 0.0
    for i in range(len(a)):
        s += np.sum(np.sin(x[a[i] : b[i]]) * x[a[i] : b[i]])
    return s


def steps(x, a, b):
    y = np.zeros(len(x))
    for i in range(len(a)):
        y[a[i] : b[i] : 2] += np.sin(x[a[i] : b[i] : 2])
        y[: a[i]] *= x[1]
        y[b[i] :] += x[b[i] :]
    return np.sum(y)


def downwards(x, a, b):
    y = np.zeros(len(x))
    for i in range(len(a)):
        y[a[i] : b[i] : -1] += np.sin(x[a[i] : b[i] : -1])
        y[a[i] :: -2] += x[a[i] :: -2] * x[0]
        y[: b[i] : -1] *= 1.5
    return np.sum(y * y)


def around(x, a, b):
    s = 0.0
    for i in range(len(x)):
        s += np.sum(x[i - 2 : i + 3]) * x[i] + np.sum(x[max(i - 1, 0) : i + 2])
    return s


def lengths(x, a, b):
    s = 0.0
    for i in range(len(a)):
        part = x[a[i] : b[i]]
        s += np.sum(part * np.arange(len(part))) + len(part) * x[0]
    return s


def unread(x, a, b):
    """The length is read, the slice is not."""
    s = 0.0
    for i in range(len(a)):
        s += len(x[a[i] : b[i]]) * x[i]
    return s


def starts(x, a, b):
    s = 0.0
    for i in range(len(a)):
        for k in range(len(x))[a[i] : b[i]]:
            s += x[k] * x[k]
    return s


# fmt: off
SAID = {
    rows: ("x[a[i]:b[i]]", "dx[a[i]:b[i]] +="),
    steps: ("y[a[i]:b[i]:2]", "x[b[i]:]", "dx[b[i]:] +="),
    downwards: ("x[a[i]:b[i]:-1]", "x[a[i]::-2]", "dx[a[i]::-2] +="),
    around: ("x[i - 2:i + 3]", "dx[np.maximum(i - 1, 0):i + 2] +="),
    lengths: ("x[a[i]:b[i]]",),
    unread: (")[a[i]:b[i]])",),  # len(range(n)[...])
    starts: (")[a[i]:].start", ")[a[i]:b[i]])"),
}
# fmt: on


@pytest.mark.parametrize("mode", ["value", "value_and_grad"])
@pytest.mark.parametrize("f", SAID)
def test_the_text_says_the_slices(f, mode):
    program = build(f, bind(f, (X, A, B), {}), Transform(mode, (0,)), Options())
    text = program.study_text
    for said in SAID[f]:
        assert said in text or (mode == "value" and said.startswith("d")), text
    assert "np.minimum(" not in text
    source = compile(text, program.function.name).__wrapped__
    again = lower(source, bind(source, (X, A, B), {})).function
    assert not (found := difference(program.function, again)), f"{found}\n{text}"
    expected = evaluate.run(program.function, X, A, B)
    for got, want in zip(evaluate.run(again, X, A, B), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(expected[0], f(X, A, B), rtol=1e-13)


def test_what_is_added_at_a_slice_and_an_array_is_one_key():
    """`np.add.at` takes slices as objects."""

    def f(x, rows, a, b):
        y = np.zeros((3, 8))
        for i in range(len(a)):
            y[rows, a[i] : b[i]] += x[a[i] : b[i]] * x[i]
        return np.sum(np.sin(y))

    args = (X, np.array([0, 2]), A, B)
    program = build(f, bind(f, args, {}), Transform("value", (0,)), Options())
    source = compile(program.study_text, program.function.name).__wrapped__
    np.testing.assert_allclose(source(*args), f(*args), rtol=1e-13)

    def g(x, rows, a, b):
        y = np.zeros((3, 8))
        for i in range(len(a)):
            np.add.at(y, (rows, slice(a[i], b[i])), x[a[i] : b[i]] * x[i])
        return np.sum(np.sin(y))

    repeated = (X, np.array([0, 2, 2]), A, B)
    program = build(g, bind(g, repeated, {}), Transform("value", (0,)), Options())
    assert "np.add.at(y, (rows, slice(a[i], b[i])), " in program.study_text
    source = compile(program.study_text, program.function.name).__wrapped__
    np.testing.assert_allclose(source(*repeated), g(*repeated), rtol=1e-13)
