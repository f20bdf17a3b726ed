"""Loops and branches as Python: who shares a variable, what is copied, how a loop is left."""

from collections.abc import Callable
from typing import Any

import numpy as np
from emit.building import body_of

from symgrad import runtime
from symgrad.backends.numpy import compile
from symgrad.emit.study import study
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.frontend.source import from_source
from symgrad.opt import simplify

X = np.array([0.7, -1.3, 2.1, 3.2])


def lines(fun: Callable[..., Any], *args: Any) -> list[str]:
    """The text of a function of arrays and numbers, which computes what the function does."""
    text = study(simplify(lower(fun, bind(fun, args, {})).function, "study"))
    before = [np.copy(a) for a in args]
    got = compile(text, fun.__name__)(*args)
    np.testing.assert_allclose(got, fun(*map(np.copy, args)), rtol=1e-14, atol=1e-14)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b)
    return body_of(text)


def test_a_carried_value_is_one_variable() -> None:
    def f(x: Any) -> Any:
        u, v = x[0], x[1]
        for i in range(x.shape[0]):
            u, v = v, u * v + x[i]
        return u

    assert lines(f, X) == [
        "u = x[0]",
        "v = x[1]",
        "for i in range(x.shape[0]):",
        "    u, v = v, u * v + x[i]",
        "return u",
    ]


def test_exchanged_arrays_are_not_copied() -> None:
    def f(x: Any) -> Any:
        u, w = np.zeros_like(x), np.ones_like(x)
        for i in range(x.shape[0]):
            u[i] = w[i] + x[i]
            u, w = w, u
        return np.sum(u - w)

    assert not any("copy" in line for line in lines(f, X))


def test_what_a_loop_writes_is_copied_once_if_it_is_an_argument() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        for i in range(1, x.shape[0]):
            y[i] = y[i - 1] * y[i]
        return np.sum(y) + np.sum(x)

    assert [line for line in lines(f, X) if "copy" in line] == ["y = x.copy()"]


def test_chains_of_branches_are_elif() -> None:
    def f(x: Any) -> Any:
        y = np.zeros_like(x)
        for i in range(x.shape[0]):
            if x[i] > 2.0:
                y[i] = x[i] * 3.0
            elif x[i] > 1.0:
                y[i] = x[i] ** 2
            else:
                y[i] = -x[i]
        return np.sum(y)

    assert lines(f, X)[2:8] == [
        "    if x[i] > 2:",
        "        y[i] = x[i] * 3.0",
        "    elif x[i] > 1:",
        "        y[i] = x[i] ** 2",
        "    else:",
        "        y[i] = -x[i]",
    ]


def test_a_loop_is_left_by_break() -> None:
    def f(x: Any) -> Any:
        s = 0.0
        for i in range(x.shape[0]):
            s = s + x[i] * x[i]
            if s > 2.0:
                break
        return s

    assert lines(f, X) == [
        "s = 0.0",
        "for i in range(x.shape[0]):",
        "    s = s + x[i] * x[i]",
        "    if s > 2:",
        "        break",
        "return s",
    ]


def test_a_while_loop_reads_its_test() -> None:
    def f(a: Any) -> Any:
        x = a
        while abs(x * x - a) > 1e-12:
            x = 0.5 * (x + a / x)
        return x

    assert lines(f, 2.0) == [
        "x = a",
        "while np.abs(x * x - a) > 1e-12:",
        "    x = 0.5 * (x + a / x)",
        "return x",
    ]


def test_a_tape_grows_and_keeps_what_it_holds() -> None:
    tape = np.empty((0, 2))
    for k in range(100):
        tape = runtime.push(tape, k, np.array([k, -k]))
    np.testing.assert_array_equal(tape[:100], [[k, -k] for k in range(100)])
    assert len(tape) == 128
    whole = np.empty(0, dtype=np.int64)
    assert runtime.push(whole, 0, 3).dtype == np.int64


def test_hundreds_of_loops_take_no_quadratic_time() -> None:
    body = "".join(
        f"    for i in range(x.shape[0]):\n        s = s * 0.5 + x[i] * {k}.0\n" for k in range(300)
    )
    f = from_source(f"def f(x):\n    s = 0.0\n{body}    return s\n", "f")
    assert len(lines(f, X)) == 603
