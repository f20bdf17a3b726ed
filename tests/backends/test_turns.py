"""Loops that read around the ends of an axis: right for every length, the middle without a division."""

from __future__ import annotations

import numpy as np
import pytest
from backends.helpers import agree, arguments, function

from symgrad.ir.build import Ref, getitem, roll, sin, sum
from symgrad.ir.core import At, Function, Span
from symgrad.ir.switch import without


def both(f: Function, sizes: dict[str, int]) -> str:
    """The text; with it and with the one that takes all trips alike, what the graph means."""
    args = arguments(f, sizes)
    with without("turns"):
        plain = agree(f, args, rtol=1e-13)
    assert "at its end" not in plain
    return agree(f, args, rtol=1e-13)


@pytest.mark.parametrize("n", range(6))
@pytest.mark.parametrize("shifts", [(1,), (-1,), (1, -1), (2, -3), (4,), (-2,), (7, 1), (0,)])
def test_every_length(n: int, shifts: tuple[int, ...]) -> None:
    def f(x: Ref, y: Ref) -> Ref:
        out = x * y
        for k, by in enumerate(shifts):
            out = out + sin(roll(x, axis=0, by=by)) * (k + 1.0)
        return out

    text = both(function(f, x="n", y="n"), {"n": n})
    assert text.count("at its end") == (shifts != (0,))


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (3, 1), (2, 2), (3, 5)])
def test_rows_around_are_a_variable_of_their_loop(shape: tuple[int, int]) -> None:
    def f(x: Ref) -> tuple[Ref, Ref]:
        y = roll(x, axis=0, by=1) * roll(x, axis=0, by=-1) + roll(roll(x, axis=1, by=1), axis=1, by=2)
        return y, sum(y, axis=(1,), keepdims=False)

    text = both(function(f, x="n,m"), dict(zip("nm", shape, strict=True)))
    assert "        i_before = i - 1 if i > 0 else n - 1\n" in text
    assert "% m" in text and "% m) % m" not in text and "- 3) % m" in text


def test_a_part_that_nothing_goes_around_in_has_no_ends() -> None:
    def f(x: Ref) -> Ref:
        (n,) = x.shape
        return getitem(roll(x, axis=0, by=1), (Span(1, 1, n - 2),)) * 2.0

    text = both(function(f, x="n"), {"n": 5})
    assert "%" not in text and "at its end" not in text


@pytest.mark.parametrize("n", range(4, 8))
@pytest.mark.parametrize("by", [1, -1, 3])
def test_around_a_part_of_the_array(n: int, by: int) -> None:
    def f(x: Ref) -> tuple[Ref, ...]:
        (size,) = x.shape
        part = getitem(x, (Span(1, 1, size - 2),)) * 2.0
        around = roll(part, axis=0, by=by) + part
        ends = getitem(around, (At(0),)), getitem(around, (At(size - 3),))
        return (*ends, sin(roll(around, axis=0, by=2)))

    both(function(f, x="n"), {"n": n})


def test_the_first_of_equal_extremes_is_found_in_order() -> None:
    import symgrad as sg

    def f(x):
        k = np.argmax(np.roll(x, 1) + np.roll(x, -1))
        return x[k] * x[k]

    x = np.array([1.0, 2.0, 1.0, 2.0, 1.0, 2.0])
    want = np.zeros(6)
    want[0] = 2.0
    np.testing.assert_array_equal(sg.grad(f)(x), want)
