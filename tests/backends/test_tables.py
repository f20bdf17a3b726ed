"""Positions from arrays of the caller, checked once: the same errors, and none where none is due."""

from __future__ import annotations

import numpy as np
import pytest
from backends.helpers import gradients, python

import symgrad as sg
from symgrad.cache import PLACEHOLDER
from symgrad.errors import OutOfBoundsError
from symgrad.frontend.signature import bind
from symgrad.ir.switch import without
from symgrad.pipeline import Options, Transform, build


def scored(w, a, b):
    s = 0.0
    for i in range(len(a)):
        for j in range(len(b)):
            s = np.sin(s) + w[a[i], b[j]]
    return s


def repeated(w, a, b):
    y = w.copy()
    for _ in range(b[0]):
        for i in range(len(a)):
            y[a[i], 0] = y[a[i], 0] ** 2 + y[i, 1]
    return np.sum(y)


def meshed(w, a, b):
    """Corners of triangles, read forwards and written backwards."""
    s = 0.0
    for e in range(a.shape[0]):
        s += (w[a[e, 0], 0] - w[a[e, 1], 1]) ** 2 * w[a[e, 2], 0]
    return s


def all_but_the_last(w, a, b):
    s = 0.0
    for i in range(len(a) - 1):
        for j in range(len(b)):
            s = np.sin(s) + w[a[i], b[j]]
    return s


def every_other(w, a, b):
    s = 0.0
    for i in range(0, len(a), 2):
        for j in range(len(b)):
            s = np.sin(s) + w[a[i], b[j]]
    return s


def sometimes(w, a, b):
    s = 0.0
    for i in range(len(a)):
        for j in range(len(b)):
            if w[0, 0] > 5.0:
                s = np.sin(s) + w[a[i], b[j]]
            s = s * w[i, j]
    return s


def until(w, a, b):
    s = 0.5
    for i in range(len(a)):
        for j in range(len(b)):
            s = np.sin(s) + w[a[i], b[j]]
        if i > 0:
            break
    return s


def downwards(w, a, b):
    s = 0.0
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b)):
            s = np.sin(s) + w[a[len(a) - 1 - i], b[j]] * w[i, j]
    return s


W = np.random.default_rng(3).uniform(0.2, 1.0, (4, 4))
A, B = np.array([0, -1, 3]), np.array([2, -4, 1])
MESH = np.array([[0, 1, -1], [3, -4, 2]])


def text_of(fun, *args):
    program = build(fun, bind(fun, args, {}), Transform("grad", (0,)), Options())
    return program.kernel_text, python(program.kernel_text, f"{program.function.name}_{PLACEHOLDER}")


CHECKED = [(scored, (A, B)), (repeated, (A, np.array([2]))), (meshed, (MESH, B)), (downwards, (A, B))]
IN_PLACE = [(every_other, (A, B)), (sometimes, (A, B)), (until, (A, B))]


@pytest.mark.parametrize(("fun", "tables"), [*CHECKED, *IN_PLACE, (all_but_the_last, (A, B))])
@pytest.mark.parametrize("dtype", ["int64", "int32", "int8"])
def test_the_gradients_are_right_and_the_same_without(fun, tables, dtype) -> None:
    a, b = (t.astype(dtype) for t in tables)
    gradients(fun, (W, a, b), (0,), "tables")


@pytest.mark.parametrize(("fun", "tables"), [c for c in CHECKED if c[0] in (scored, meshed)])
def test_loops_check_nothing(fun, tables) -> None:
    text, _ = text_of(fun, W, *tables)
    checks, _, loops = text.partition("\n    # ")
    assert "raise IndexError" in checks and "raise IndexError" not in loops, text


@pytest.mark.parametrize(("fun", "tables"), IN_PLACE)
def test_what_may_not_be_read_is_checked_where_it_is(fun, tables) -> None:
    text, _ = text_of(fun, W, *tables)
    assert "a[" not in text.partition("\n    # ")[0], text


def test_numbers_without_a_sign_are_checked_where_they_are() -> None:
    text, run = text_of(scored, W, A.astype("uint64") % 4, B)
    assert " a[" not in text.partition("\n    # ")[0]
    with pytest.raises(IndexError):
        run(W, np.array([1, 2**63], "uint64"), B)


WRONG = [
    (scored, (np.array([0, 4]), B)),
    (scored, (np.array([0, -5]), B)),
    (scored, (A, np.array([2, 7]))),
    (repeated, (np.array([9, 1]), np.array([1]))),
    (meshed, (np.array([[0, 1, 5]]), B)),
    (downwards, (np.array([0, 4]), B)),
    (all_but_the_last, (np.array([4, 0]), B)),
]


@pytest.mark.parametrize(("fun", "tables"), WRONG)
def test_a_wrong_position_is_an_error(fun, tables) -> None:
    _, run = text_of(fun, W, *tables)
    with pytest.raises(IndexError):
        run(W, *tables)


RIGHT = [
    (all_but_the_last, (np.array([0, 99]), B)),  # the last one is not read
    (scored, (np.array([99, 0]), np.array([], int))),  # nor is any where the inner loop has no trip
    (scored, (np.array([], int), np.array([99]))),
    (repeated, (np.array([99, 0]), np.array([0]))),
    (repeated, (np.array([99, 0]), np.array([-3]))),
    (every_other, (np.array([0, 99]), B)),
    (sometimes, (np.array([0, 99]), B)),
    (until, (np.array([0, 1, 99]), B)),
]


@pytest.mark.parametrize(("fun", "tables"), RIGHT)
def test_what_is_not_read_may_be_anything(fun, tables) -> None:
    _, run = text_of(fun, W, *tables)
    with without("tables"):
        _, plain = text_of(fun, W, *tables)
    np.testing.assert_array_equal(run(W, *tables), plain(W, *tables))


@pytest.mark.parametrize("jit", [False, True])
def test_the_error_tells_the_place(jit) -> None:
    df = sg.grad(scored, jit=jit)
    df(W, A, B)
    with pytest.raises(OutOfBoundsError, match="index 4 is out of bounds") as e:
        df(W, np.array([0, 4, 1]), B)
    assert "s = np.sin(s) + w[a[i], b[j]]" in str(e.value)
    np.testing.assert_allclose(df(W, A, B), sg.grad(scored, jit=False)(W, A, B), rtol=1e-12)


def test_a_table_that_the_program_changes_is_no_table() -> None:
    def shuffled(w, a, b):
        a[0] = 1
        s = 0.0
        for i in range(len(a)):
            for j in range(len(b)):
                s = np.sin(s) + w[a[i], b[j]]
        return s

    a = np.array([99, 0, 2])
    text, run = text_of(shuffled, W, a, B)
    assert np.isfinite(run(W, a, B)).all() and a[0] == 99, text
