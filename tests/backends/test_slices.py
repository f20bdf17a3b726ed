"""The bounds of slices in kernels: what Python's `range` says, without tests of what is known."""

from __future__ import annotations

import itertools

import pytest
from backends.helpers import function, python

from symgrad.backends.loops import kernel
from symgrad.ir.build import Ref, call
from symgrad.ir.core import Const
from symgrad.ir.types import INT


@pytest.mark.parametrize("step", [1, 2, 3, -1, -2, -5])
def test_every_pair_of_bounds(step: int) -> None:
    def bounds(a: Ref, b: Ref, n: Ref) -> tuple[Ref, ...]:
        return call("slice_start", a, n, step=step), call("slice_count", a, b, n, step=step)

    run = python(kernel(function(bounds, a="int64:", b="int64:", n="int64:"), returns=(0, 1)))
    for n, a, b in itertools.product((0, 1, 2, 5), range(-8, 9), range(-8, 9)):
        part = range(n)[a:b:step]
        assert tuple(map(int, run(a, b, n))) == (part.start, len(part)), (n, a, b)


def test_what_is_known_is_not_tested() -> None:
    def known(n: Ref) -> Ref:
        first = Ref(Const(2, INT), n.builder)
        return call("slice_count", first, n, n, step=1)

    text = kernel(function(known, n="int64:"), returns=0)
    run = python(text)
    assert [int(run(n)) for n in (-0, 1, 2, 3, 9)] == [0, 0, 0, 1, 7]
    assert text.count("< 0") == 1, text  # n itself may be negative, 2 may not
