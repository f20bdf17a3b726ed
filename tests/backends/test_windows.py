"""Shifted additions in one pass: for every length, shape and overlap, with the pass off and on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from backends.helpers import agree, arguments, function, python

from symgrad.backends.loops import kernel
from symgrad.cache import PLACEHOLDER
from symgrad.frontend.signature import bind
from symgrad.ir import evaluate
from symgrad.ir.build import Ref, apply, call, getitem, sin
from symgrad.ir.core import At, Function, Span
from symgrad.ir.dims import Dim
from symgrad.ir.switch import without
from symgrad.pipeline import Options, Transform, build


def shifted(target: Ref, value: Ref, *starts: int) -> Ref:
    """`target[s : s + extent] += value` on every axis."""
    spans = tuple(Span(s, 1, e) for s, e in zip(starts, value.shape, strict=True))
    out: Ref = call("add_at", target, value, index=spans)
    return out


def part(x: Ref, *spans: tuple[int, int, Dim]) -> Ref:
    return getitem(x, tuple(Span(*s) for s in spans))


def both(f: Function, args: list[Any]) -> str:
    """The text with windows, after it and the one without have computed what the graph means."""
    with without("windows"):
        plain = agree(f, args, rtol=1e-12)
    text = agree(f, args, rtol=1e-12)
    assert "_before" not in plain
    return text


@pytest.mark.parametrize("n", range(6))
def test_a_stencil_of_three_points_is_one_pass_for_every_length(n: int) -> None:
    def f(a: Ref, g: Ref) -> Ref:
        for s, c in ((2, 0.5), (1, 2.0), (0, 0.5)):
            a = shifted(a, g * c, s)
        return a

    text = both(fixed := function(f, a="m", g="n"), [np.arange(n + 2.0), np.linspace(1.0, 2.0, n)])
    assert text.count("for ") == 2  # the copy of `a`, and the pass
    assert len(fixed.params) == 2


@pytest.mark.parametrize("seed", range(12))
def test_random_shifts_and_coefficients(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shifts = rng.integers(0, 7, size=rng.integers(2, 7))
    coefs = rng.normal(size=shifts.size)

    def f(a: Ref, b: Ref, g: Ref, h: Ref) -> tuple[Ref, ...]:
        for k, (s, c) in enumerate(zip(shifts, coefs, strict=True)):
            value = (g * float(c), sin(h), g * h, g)[k % 4]
            a = shifted(a, value, int(s))
            if k % 2:
                b = shifted(b, value, int(s) // 2)
        return a, b

    for n in (0, 1, 2, 5, 9):
        args = [rng.normal(size=n + 6), rng.normal(size=n + 6), rng.normal(size=n), rng.normal(size=n)]
        both(function(f, a="m", b="m", g="n", h="n"), args)


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (2, 5), (4, 3)])
def test_a_stencil_in_the_plane_goes_along_rows(shape: tuple[int, int]) -> None:
    def f(a: Ref, g: Ref) -> Ref:
        for i, j in ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2), (0, 0), (2, 2)):
            a = shifted(a, sin(g), i, j)
        return a

    rng = np.random.default_rng(1)
    n, m = shape
    text = both(function(f, a="k,l", g="n,m"), [rng.normal(size=(n + 2, m + 2)), rng.normal(size=shape)])
    assert text.count("sin(g") == 1


def test_single_precision_stays_single() -> None:
    def f(a: Ref, g: Ref) -> Ref:
        return shifted(shifted(a, g, 1), g, 0)

    fun = function(f, a="float32:m", g="float32:n")
    args = [np.arange(5, dtype="float32"), np.ones(4, dtype="float32")]
    text = both(fun, args)
    assert "g_before = np.float32(0.0)" in text


def test_additions_to_one_element_are_one() -> None:
    def f(a: Ref, g: Ref, h: Ref) -> Ref:
        return shifted(shifted(shifted(a, g, 1), -h, 1), g * h, 1)

    text = both(function(f, a="m", g="n", h="n"), [np.arange(5.0), np.ones(4), np.full(4, 3.0)])
    assert "] += g[i] - h[i] + g[i] * h[i]" in text or "] += g_i - h_i + g_i * h_i" in text


def test_far_shifts_and_other_steps_stay_apart() -> None:
    def f(a: Ref, g: Ref) -> Ref:
        a = shifted(shifted(a, g, 9), g, 0)
        a = call("add_at", a, g, index=(Span(1, 2, g.shape[0]),))
        down: Ref = call("add_at", a, g, index=(Span(8, -1, g.shape[0]),))
        return down

    text = both(function(f, a="m", g="n"), [np.arange(12.0), np.array([1.0, -2.0, 3.0])])
    assert "_before" not in text


def test_the_diagonal_is_no_row() -> None:
    def f(a: Ref, g: Ref) -> Ref:
        for i, j in ((0, 0), (0, 1), (1, 0)):
            a = shifted(a, g, i, j)
        return apply("transpose", a, perm=(1, 0))

    both(function(f, a="k,l", g="n,n"), [np.arange(16.0).reshape(4, 4), np.arange(9.0).reshape(3, 3)])


def test_what_reads_the_target_between_is_not_passed_over() -> None:
    def f(a: Ref, g: Ref) -> tuple[Ref, ...]:
        n = g.shape[0]
        a = shifted(a, g, 1)
        seen = part(a, (0, 1, n)) * 1.0
        a = shifted(a, g, 0)
        a = shifted(a, seen, 1)
        return a, seen

    both(function(f, a="m", g="n"), [np.arange(5.0), np.array([1.0, 2.0, 4.0, 8.0])])


def test_the_array_itself_may_be_what_is_added() -> None:
    def f(a: Ref) -> Ref:
        n = a.shape[0]
        t = part(a, (1, 1, n - 2))
        for s in (2, 1, 0):
            a = shifted(a, t * 0.5, s)
        return a

    for n in (2, 3, 4, 7):
        both(function(f, a="n"), [np.arange(float(n)) ** 2])


def test_two_rows_of_one_array() -> None:
    def f(a: Ref, g: Ref) -> Ref:
        m = a.shape[1]
        for row, s in ((0, 1), (2, 0), (0, 0), (2, 1)):
            value = part(g, (0, 1, m - 1)) * float(row + 1)
            a = call("add_at", a, value, index=(At(row), Span(s, 1, m - 1)))
        return a

    rng = np.random.default_rng(0)
    both(function(f, a="3,m", g="m"), [rng.normal(size=(3, 4)), rng.normal(size=4)])


def jacobi(a, steps):
    a, b = a.copy(), a * 0.5
    for _ in range(steps):
        b[1:-1] = 0.25 * a[:-2] + 0.5 * a[1:-1] + 0.3 * np.sin(a[2:])
        a[1:-1] = 0.25 * (b[:-2] + b[1:-1] + b[2:])
    return np.sum(a * a)


def heat(a, k):
    a = a.copy()
    for _ in range(2):
        a[1:-1, 1:-1] += k[1:-1, 1:-1] * (
            a[2:, 1:-1] + a[:-2, 1:-1] + a[1:-1, 2:] + a[1:-1, :-2] - 4.0 * a[1:-1, 1:-1]
        )
    return np.sum(a * a)


def wave(u, c):
    v = np.zeros_like(u)
    for _ in range(3):
        v[:-1] -= c[:-1] * (u[1:] - u[:-1])
        u = u.copy()
        u[1:] -= c[1:] * (v[1:] - v[:-1])
    return np.sum(u**3)


PROGRAMS = {
    "jacobi": (jacobi, lambda rng, n: (rng.normal(size=n), 2), 1),
    "heat": (heat, lambda rng, n: (rng.normal(size=(n, n + 1)), rng.normal(size=(n, n + 1))), 2),
    "wave": (wave, lambda rng, n: (rng.normal(size=n), rng.normal(size=n)), 2),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("n", [2, 3, 4, 7])
def test_gradients_of_stencils(name: str, n: int) -> None:
    fun, make, count = PROGRAMS[name]
    rng = np.random.default_rng(n)
    args = make(rng, n)
    transform = Transform("grad", tuple(range(count)), single=False)
    program = build(fun, bind(fun, args, {}), transform, Options(jit=False))
    entry = f"{program.function.name}_{PLACEHOLDER}"
    text = program.kernel_text
    got = python(text, entry)(*args)
    with without("windows"):
        plain = python(kernel(program.function, returns=program.returns), entry)(*args)
    for k in range(count):
        direction = rng.normal(size=args[k].shape)
        moved = [
            tuple(a + s * 1e-6 * direction if j == k else a for j, a in enumerate(args)) for s in (1, -1)
        ]
        slope = (fun(*moved[0]) - fun(*moved[1])) / 2e-6
        np.testing.assert_allclose(np.sum(got[k] * direction), slope, rtol=1e-6, atol=1e-7, err_msg=text)
        np.testing.assert_allclose(got[k], plain[k], rtol=1e-12, atol=1e-12)


def test_a_sliding_sum_of_the_reference_is_what_it_was() -> None:
    def f(a: Ref, g: Ref) -> Ref:
        return shifted(shifted(a, g, 0), g, 2)

    fun = function(f, a="m", g="n")
    (out,) = evaluate.run(fun, *arguments(fun, {"m": 6, "n": 4}, seed=2))
    a, g = arguments(fun, {"m": 6, "n": 4}, seed=2)
    a[:4] += g
    a[2:] += g
    np.testing.assert_allclose(out, a, rtol=1e-15)
