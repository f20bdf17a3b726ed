"""Loops and branches as kernel text: what they compute, in both modes and twice, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from backends.control import at, branch, extent, inside, loop, put, repeat
from backends.helpers import agree, arguments, function, python

from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.backends import numba_cpu
from symgrad.backends.loops import kernel
from symgrad.ir import build
from symgrad.ir.build import Ref, exp, getitem, sin
from symgrad.ir.core import Function, Index, Span
from symgrad.ir.dims import symbol
from symgrad.ir.ops import OPS
from symgrad.ir.verify import verify
from symgrad.pipeline import Options

n = symbol("n")
SIZES = {"n": 5}
PROGRAMS: dict[str, Function] = {}
Maker = Callable[..., Any]


def program(**params: str) -> Callable[[Maker], Maker]:
    def add(make: Maker) -> Maker:
        PROGRAMS[make.__name__] = function(make, make.__name__, **params)
        return make

    return add


def total(x: Ref) -> Ref:
    return build.sum(x, tuple(range(x.ndim)))


def into(x: Ref, value: Ref, index: Index) -> Ref:
    """`x[index] = value` as a new version of x."""
    return x.builder.ref(x.builder.emit(OPS["setitem"], (x.arg, value.arg), {"index": index}, x.arg.hint))


@program(x="n")
def carried_number(x: Ref) -> Ref:
    b = x.builder
    return loop(b, (extent(b, n),), {"s": 0.3}, lambda i, s: s * at(inside(s.builder, x), i) + exp(s))


@program(x="n")
def two_numbers_change_places(x: Ref) -> Ref:
    b = x.builder
    step = lambda i, p, q: (q, p + q * at(inside(p.builder, x), i))
    p, q = loop(b, (extent(b, n),), {"p": 1.0, "q": 2.0}, step)
    return p * q


@program(x="n")
def while_with_a_branch(x: Ref) -> Ref:
    b = x.builder
    length = extent(b, n)

    def body(k: Ref, s: Ref) -> Any:
        c = k.builder
        xk = at(inside(c, x), k)
        s = branch(
            c,
            xk > 0.0,
            "s",
            lambda t: inside(t, s) * sin(inside(t, xk)),
            lambda t: inside(t, s) + inside(t, xk) * inside(t, xk),
        )
        return k + 1, s

    _, s = repeat(b, {"k": 0, "s": 0.5}, lambda k, s: k < k.builder.ref(length), body)
    return s * s


@program(x="n")
def sweep_in_place(x: Ref) -> Ref:
    b = x.builder
    last = b.ref(extent(b, n - 1))

    def relax(i: Ref, y: Ref) -> Ref:
        return put(y, (at(y, i - 1) + at(y, i) * at(y, i + 1)) * 0.5, i)

    y = loop(b, (2,), {"y": x * 1.0}, lambda t, y: loop(y.builder, (1, last), {"y": y}, relax), index="t")
    return total(y * y)


@program(x="n")
def leaves_when_large(x: Ref) -> Ref:
    b = x.builder

    def body(i: Ref, s: Ref) -> Any:
        xi = at(inside(s.builder, x), i)
        return s + xi * xi <= 3.0, s + xi * xi

    return loop(b, (extent(b, n),), {"s": 0.0}, body, exits=True) * at(x, 3)


@program(x="n", y="n")
def two_arrays_change_places(x: Ref, y: Ref) -> Any:
    a, c = loop(x.builder, (5,), {"a": x, "c": y}, lambda t, a, c: (c, a * 0.5 + c * 0.25), index="t")
    return a, c, total(a * c)


@program(x="n")
def elements_change_places(x: Ref) -> Ref:
    def body(i: Ref, y: Ref) -> Ref:
        p, q = at(y, i), at(y, i + 1)
        return put(put(y, q, i), p * 0.9, i + 1)

    return loop(x.builder, (extent(x.builder, n - 1),), {"y": x * 1.0}, body)


@program(A="n,n")
def three_loops(A: Ref) -> Ref:
    b = A.builder
    last = b.ref(extent(b, n - 1))

    def row(i: Ref, A: Ref) -> Ref:
        def cell(j: Ref, A: Ref) -> Ref:
            near = at(A, i, j - 1) + at(A, i, j) + at(A, i, j + 1) + at(A, i - 1, j) + at(A, i + 1, j)
            return put(A, near / 5.0, i, j)

        return loop(A.builder, (1, last), {"A": A}, cell, index="j")

    return loop(b, (2,), {"A": A}, lambda t, A: loop(A.builder, (1, last), {"A": A}, row), index="t")


@program(A="n", B="n")
def slices_in_a_time_loop(A: Ref, B: Ref) -> Ref:
    def third(x: Ref) -> Ref:
        part = [getitem(x, (Span(k, 1, n - 2),)) for k in range(3)]
        return (part[0] + part[1] + part[2]) * 0.33333

    def body(t: Ref, A: Ref, B: Ref) -> Any:
        B = into(B, third(A), (Span(1, 1, n - 2),))
        return into(A, third(B), (Span(1, 1, n - 2),)), B

    return total(loop(A.builder, (1, 4), {"A": A, "B": B}, body, index="t")[0])


@program(x="n")
def no_trip(x: Ref) -> Any:
    return (loop(x.builder, (5, 2), {"y": x}, lambda i, y: put(y, 3.0, i)),)


@program(x="n")
def branch_writes_an_element_or_all(x: Ref) -> Ref:
    def body(i: Ref, y: Ref) -> Any:
        c = y.builder
        yi = at(y, i)
        return branch(
            c,
            yi > 0.0,
            "y",
            lambda t: put(inside(t, y), inside(t, yi) * 2.0, t.ref(i.arg)),
            lambda t: inside(t, y) * 0.5,
        )

    return loop(x.builder, (extent(x.builder, n),), {"y": x}, body)


@program(x="n")
def backwards(x: Ref) -> Any:
    b = x.builder

    def body(i: Ref, s: Ref, y: Ref) -> Any:
        s = s * at(inside(s.builder, x), i) + 1.0
        return s, put(y, s, i)

    zeros = b.ref(b.full(0.0, x.type))
    return loop(b, (b.ref(extent(b, n - 1)), -1, -1), {"s": 0.0, "y": zeros}, body)


@program(x="n")
def overlapping_copy(x: Ref) -> Ref:
    def body(t: Ref, y: Ref) -> Ref:
        return into(y, getitem(y, (Span(0, 1, n - 1),)), (Span(1, 1, n - 1),))

    return loop(x.builder, (2,), {"y": x}, body, index="t")


@program(x="n")
def old_version_is_read_later(x: Ref) -> Any:
    y = x * 1.0
    z = loop(x.builder, (extent(x.builder, n),), {"z": y}, lambda i, z: put(z, at(z, i) * 2.0, i))
    return y, z


def variants(f: Function) -> dict[str, Function]:
    """The program, its derivatives in both modes, and derivatives of these."""
    wrt = tuple(range(len(f.params)))
    pulled = verify(reverse(f, wrt, "vjp"))
    out = {
        "f": f,
        "reverse": pulled,
        "forward": verify(forward(f, wrt)),
        "twice": verify(forward(pulled, wrt)),
    }
    if len(f.results) == 1 and not f.results[0].type.shape:
        out["reverse twice"] = verify(reverse(verify(reverse(f, wrt, "grad")), wrt, "vjp"))
    return out


@pytest.mark.parametrize("name", PROGRAMS)
def test_kernel_computes_the_graph_and_its_derivatives(name: str) -> None:
    for kind, f in variants(PROGRAMS[name]).items():
        text = agree(f, arguments(f, SIZES, seed=3), rtol=1e-9)
        assert text == kernel(f), kind


@pytest.mark.parametrize("name", ["while_with_a_branch", "two_arrays_change_places", "slices_in_a_time_loop"])
def test_compiled_kernel_computes_the_derivative(name: str) -> None:
    f = verify(reverse(PROGRAMS[name], tuple(range(len(PROGRAMS[name].params))), "vjp"))
    run = numba_cpu.compile(kernel(f), f.name, Options())
    agree(f, arguments(f, SIZES, seed=3), rtol=1e-9, run=run)


def code(name: str) -> str:
    return kernel(PROGRAMS[name]).split("):\n", 1)[1]


def test_a_carried_number_is_one_variable() -> None:
    assert code("carried_number") == (
        "    n = x.shape[0]\n"
        "    s = 0.3\n"
        "    for i in range(n):\n"
        "        s = s * x[i] + exp(s)\n"
        "    return s\n"
    )


def test_an_array_is_changed_in_place_without_copies_or_checks() -> None:
    text = code("sweep_in_place")
    assert (
        "        for i in range(1, n - 1):\n            y[i] = (y[i - 1] + y[i] * y[i + 1]) * 0.5\n" in text
    )
    assert text.count("np.empty") == 1
    assert "raise" not in text


def test_numbers_that_change_places_are_assigned_at_the_end() -> None:
    assert "        p = q\n        q = total\n" in code("two_numbers_change_places")


def test_an_old_version_that_is_read_later_is_kept() -> None:
    assert code("old_version_is_read_later").count("np.empty") == 2


def test_positions_of_the_data_are_checked() -> None:
    f = function(
        lambda x, k: loop(x.builder, (3,), {"s": 0.0}, lambda i, s: s + at(inside(s.builder, x), k)),
        x="n",
        k="int64:",
    )
    text = kernel(f)
    run = python(text)
    x = np.arange(4.0)
    assert run(x, np.int64(-1)) == 9.0
    with pytest.raises(IndexError, match="out of bounds"):
        run(x, np.int64(4))


def test_an_array_of_each_trip_is_made_before_the_loop() -> None:
    text = code("two_arrays_change_places")
    before, after = text.split("    for t in range(5):\n")
    assert before.count("np.empty(n)") == 3
    assert "np.empty" not in after
    assert re.search(r"        a, c, (\w+) = c, \1, a\n", after)


def test_a_matrix_product_in_a_loop_writes_into_its_buffer() -> None:
    f = function(
        lambda w, h: loop(w.builder, (3,), {"h": h}, lambda t, h: inside(h.builder, w) @ h),
        w="n,n",
        h="n,m",
    )
    text = agree(f, arguments(f, {"n": 3, "m": 2}))
    assert re.search(r"        np\.dot\(w, h\w*, \w+\)\n", text)


def test_a_value_is_computed_before_its_array_changes_though_it_is_read_after() -> None:
    def f(x: Ref) -> Any:
        y = put(x * 1.0, 2.0, 0)
        part = getitem(y, (Span(0, 1, n),)) * at(y, 1)
        z = loop(x.builder, (extent(x.builder, n),), {"z": y}, lambda i, z: put(z, 7.0, i))
        return part + z * 3.0

    g = function(f, x="n")
    agree(g, arguments(g, SIZES))
