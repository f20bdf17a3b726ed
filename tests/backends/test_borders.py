"""Stencils in time loops, gathered from arrays with borders: for all lengths, with the passes on and off."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from backends.helpers import python

import symgrad as sg
from symgrad.cache import PLACEHOLDER
from symgrad.frontend.signature import bind
from symgrad.ir.switch import without
from symgrad.pipeline import Options, Program, Transform, build
from symgrad.tree import flatten


def two_buffers(a, steps):
    a = a.copy()
    b = 2.0 * a
    for _ in range(steps):
        b[1:-1, 1:-1] = 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])
        a[1:-1, 1:-1] = 0.2 * (b[1:-1, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1])
    return a + b


def heat(a, steps):
    a = a.copy()
    b = np.zeros_like(a)
    for _ in range(steps):
        m = a[1:-1, 1:-1]
        b[1:-1, 1:-1] = m + 0.1 * (a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1] - 4 * m)
        a[1:-1, 1:-1] = np.sin(b[1:-1, :-2] - b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1])
    return a


def left_early(a, steps):
    a = a.copy()
    b = np.zeros_like(a)
    for _ in range(steps):
        if np.sum(a) > 1e6:
            break
        b[1:-1, 1:-1] = np.sin(a[1:-1, :-2] + a[1:-1, 2:]) + a[2:, 1:-1] + a[:-2, 1:-1]
        a[1:-1, 1:-1] = 0.2 * (b[1:-1, :-2] - b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1])
    return a


def shrinking(a, steps):
    a = a.copy()
    b = np.zeros_like(a)
    for k in range(1, steps):
        b[k:-1, 1:-1] = a[k:-1, 1:-1] * a[k:-1, :-2] + a[k + 1 :, 1:-1] + a[k - 1 : -2, 1:-1]
        a[k:-1, 1:-1] = b[k:-1, :-2] + b[k + 1 :, 1:-1] + b[k - 1 : -2, 1:-1]
    return a


def pressure(p, b, steps):
    p = p.copy()
    for _ in range(steps):
        for _ in range(2):
            q = p.copy()
            p[1:-1, 1:-1] = 0.3 * (q[1:-1, 2:] + q[1:-1, :-2]) + 0.2 * (q[2:, 1:-1] + q[:-2, 1:-1]) - b
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :] * p[2, :]
            p[:, 0] = p[:, 1]
        p = np.sin(p)
    return p


def upwind(u, v, limit):
    u = u.copy()
    trips = 0
    while trips < limit and np.sum(u) < 1e9:
        trips += 1
        old = u.copy()
        here = old[1:-1, 1:-1]
        u[1:-1, 1:-1] = (
            here
            - v * here * (here - old[1:-1, :-2])
            - np.cos(v) * (here - old[:-2, 1:-1])
            + 0.1 * (old[2:, 1:-1] - 2 * here + old[:-2, 1:-1])
            + v * (old[1:-1, 2:] - 2 * here + old[1:-1, :-2])
        )
        u[0] = 0.5 * u[1]
    return u


def far(u, steps):
    for _ in range(steps):
        w = u.copy()
        w[4:, :-3] += np.sin(u[:-4, 3:])
        w[:-4, 3:] += 0.5 * u[4:, :-3] * u[:-4, 3:]
        w[2:-2, 1:-2] += u[4:, 3:] * u[:-4, :-3]
        u = w
    return u


def layers(f, steps):
    f = f.copy()
    for _ in range(steps):
        g = f[1, :-2, 1:-1] + f[1, 2:, 1:-1] + f[1, 1:-1, :-2] * f[1, 1:-1, 2:]
        f[0, 1:-1, 1:-1] = np.tanh(g)
        f[1, 1:-1, 1:-1] = f[0, :-2, 1:-1] - f[0, 2:, 1:-1] + f[0, 1:-1, :-2]
    return f


def solid(a, steps):
    for _ in range(steps):
        m = a[1:-1, 1:-1, 1:-1]
        b = a.copy()
        b[1:-1, 1:-1, 1:-1] = (
            a[2:, 1:-1, 1:-1] - 2 * m + a[:-2, 1:-1, 1:-1] * m + a[1:-1, 2:, 1:-1] + a[1:-1, :-2, 1:-1]
        )
        a = 0.3 * b
    return a


def now_and_then(a, steps):
    a = a.copy()
    for t in range(steps):
        if a[0, 0] > t - 1.0:
            for _ in range(2):
                a[1:-1, 1:-1] = a[2:, 1:-1] * a[:-2, 1:-1] + 0.1 * a[1:-1, 2:] + a[1:-1, :-2]
        else:
            a[1:-1, 1:-1] = 0.5 * (a[2:, 1:-1] + a[:-2, 1:-1] - a[1:-1, 2:])
    return a


def growing(a, steps):
    for k in range(steps):
        a = a.copy()
        part = a[: k + 3, : k + 3]
        for _ in range(2):
            part[1:-1, 1:-1] = np.sin(part[2:, 1:-1] + part[:-2, 1:-1] + part[1:-1, 2:] * part[1:-1, :-2])
    return a


Arrays = tuple[Any, ...]
# By program: its arguments for a plane of n x m, whose stencil needs so many rows.
# fmt: off
CASES: dict[Callable[..., Any], tuple[Callable[[Any, int, int], Arrays], int]] = {
    two_buffers:  (lambda r, n, m: (r.normal(size=(n, m)), 3), 2),
    heat:         (lambda r, n, m: (r.normal(size=(n, m)), 3), 2),
    left_early:   (lambda r, n, m: (r.normal(size=(n, m)), 3), 2),
    shrinking:    (lambda r, n, m: (0.5 * r.normal(size=(n + 2, m)), 3), 2),
    pressure:     (lambda r, n, m: (r.normal(size=(n, m)), 0.1 * r.normal(size=(n - 2, m - 2)), 2), 3),
    upwind:       (lambda r, n, m: (0.1 * r.normal(size=(n, m)), 0.2 * r.normal(size=(n - 2, m - 2)), 3), 2),
    far:          (lambda r, n, m: (0.3 * r.normal(size=(n, m)), 2), 4),
    layers:       (lambda r, n, m: (r.normal(size=(2, n, m)), 2), 2),
    solid:        (lambda r, n, m: (r.normal(size=(n, m, 4)), 2), 2),
    now_and_then: (lambda r, n, m: (0.5 * r.normal(size=(n, m)), 3), 2),
    growing:      (lambda r, n, m: (r.normal(size=(n + 4, m + 4)), 3), 2),
}
# fmt: on
OFF = ((), ("clears",), ("borders",), ("borders", "clears"))


def drawn(fun: Callable[..., Any], n: int, m: int, dtype: str = "float64") -> Arrays:
    args = CASES[fun][0](np.random.default_rng(n + 7 * m), n, m)
    return tuple(a.astype(dtype) if isinstance(a, np.ndarray) else a for a in args)


@cache
def program(fun: Callable[..., Any], dtype: str, fastmath: Any, *off: str) -> Program:
    """The vjp of a program for arrays of any length."""
    args = drawn(fun, 7, 9, dtype)
    names = fun.__code__.co_varnames
    wrt = tuple(n for n, a in zip(names, args, strict=False) if isinstance(a, np.ndarray))
    with without(*off):
        made = build(
            fun, bind(fun, args, {}), Transform("vjp", (), wrt, single=False), Options(fastmath=fastmath)
        )
        assert made.kernel_text
    return made


def run(
    fun: Callable[..., Any], args: Arrays, dtype: str = "float64", fastmath: Any = False, *off: str
) -> Any:
    made = program(fun, dtype, fastmath, *off)
    cotangent = np.random.default_rng(5).normal(size=np.shape(fun(*args))).astype(dtype)
    return flatten(python(made.kernel_text, f"{made.function.name}_{PLACEHOLDER}")(*args, cotangent))[0]


def by_numpy(fun: Callable[..., Any], args: Arrays) -> list[Any]:
    """Value and gradients by the study text, which knows nothing of kernels."""
    cotangent = np.random.default_rng(5).normal(size=np.shape(fun(*args))).astype(args[0].dtype)
    value, pullback = sg.vjp(fun, *args, jit=False)
    return [value, *(g for g in pullback(cotangent) if g is not None)]


@pytest.mark.parametrize("fun", CASES, ids=lambda f: f.__name__)
@pytest.mark.parametrize(("more", "wider"), [(0, 0), (1, 0), (0, 2), (1, 1), (2, 1), (3, 5), (4, 4)])
def test_every_length(fun: Callable[..., Any], more: int, wider: int) -> None:
    least = CASES[fun][1]
    args = drawn(fun, least + more, least + wider)
    want = by_numpy(fun, args)
    for off in OFF:
        for got, w in zip(run(fun, args, "float64", False, *off), want, strict=True):
            np.testing.assert_allclose(got, w, rtol=1e-11, atol=1e-12, err_msg=f"{off}")


@pytest.mark.parametrize("fun", CASES, ids=lambda f: f.__name__)
def test_without_a_trip(fun: Callable[..., Any]) -> None:
    args = (*drawn(fun, 5, 6)[:-1], 0)
    for got, want in zip(run(fun, args), by_numpy(fun, args), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("fun", [two_buffers, heat, pressure, upwind], ids=lambda f: f.__name__)
def test_single_precision(fun: Callable[..., Any]) -> None:
    args = drawn(fun, 6, 5, "float32")
    for got, want in zip(run(fun, args, "float32"), by_numpy(fun, args), strict=True):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, want, rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize("fun", CASES, ids=lambda f: f.__name__)
def test_strict_arithmetic_adds_in_the_order_of_the_program(fun: Callable[..., Any]) -> None:
    assert "wide" not in program(fun, "float64", "strict").kernel_text
    args = drawn(fun, 6, 7)
    plain = run(fun, args, "float64", "strict", "clears")
    for got, want in zip(run(fun, args, "float64", "strict"), plain, strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("fun", [two_buffers, heat, layers, far], ids=lambda f: f.__name__)
def test_second_derivatives(fun: Callable[..., Any]) -> None:
    args = drawn(fun, 5, 6)
    weights = np.random.default_rng(8).normal(size=np.shape(fun(*args)))

    def loss(a, steps):
        return np.sum(weights * fun(a, steps) ** 2)

    direction = np.random.default_rng(9).normal(size=args[0].shape)
    want = sg.hvp(loss, jit=False)(args[0], direction, *args[1:])
    for off in OFF:
        with without(*off):
            made = build(loss, bind(loss, args, {}), Transform("hvp", (0,)), Options())
            text = made.kernel_text
        given = {"a": args[0], "steps": args[1], "weights": weights}
        values = [given.get(p.hint, direction) for p in made.function.params]
        got = flatten(python(text, f"{made.function.name}_{PLACEHOLDER}")(*values))[0]
        np.testing.assert_allclose(got[-1], want, rtol=1e-10, atol=1e-11)


def test_every_program_shows_it() -> None:
    for fun in CASES:
        within = fun not in (left_early, shrinking)  # a branch, and arrays of another length in each trip
        assert ("wide" in program(fun, "float64", False).kernel_text) is within, fun
        assert "wide" not in program(fun, "float64", False, "borders").kernel_text


def test_the_arrays_are_filled_once_before_all_loops() -> None:
    text = program(pressure, "float64", False).kernel_text
    for line in text.splitlines():
        if "wide" in line and "np.zeros" in line:
            assert line.startswith("    wide")  # in the function, not in a loop


def test_what_the_next_trip_overwrites_is_not_cleared() -> None:
    counts = [program(heat, "float64", False, *off).kernel_text.count("] = 0.0") for off in ((), ("clears",))]
    assert counts == [0, 2]  # what is not returned is not cleared after the loop either


def test_two_rows_are_two_passes() -> None:
    def f(a, steps):
        for _ in range(steps):
            a = a.copy()
            a[:-1] += np.sin(a[1:])
        return a

    args = (np.ones((4, 5)), 2)
    made = build(f, bind(f, args, {}), Transform("vjp", (0,)), Options())
    assert "wide" not in made.kernel_text
