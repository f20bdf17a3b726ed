"""Reads beside writes: what was written elsewhere is looked through, and only where that is certain."""

from __future__ import annotations

import numpy as np
import pytest
from opt.building import ops, program

from symgrad.ir import evaluate
from symgrad.ir.core import At, Span
from symgrad.ir.dims import symbol
from symgrad.ir.ops import OPS
from symgrad.opt.dce import remove_dead
from symgrad.opt.local import apply_identities

N = symbol("n")
FIRST, REST, LAST = (At(0),), (Span(1, 1, N - 1),), (At(N - 1),)
FRONT, EVEN, BACKWARDS = (Span(0, 1, N - 1),), (Span(0, 2, (N + 1) // 2),), (Span(N - 2, -1, N - 1),)


def after_write(op, written, read):
    def body(x, y):
        x.builder.phase = "bwd"
        site = x.builder
        value = site.emit(OPS["getitem"], (y.arg,), {"index": written})
        target = site.emit(OPS[op], (x.arg, value), {"index": written})
        return site.ref(site.emit(OPS["getitem"], (target,), {"index": read}))

    return program(body, x="n", y="n")


@pytest.mark.parametrize(
    ("written", "read", "seen_through"),
    [
        (FIRST, REST, True),
        (REST, FIRST, True),
        (LAST, FRONT, True),
        (BACKWARDS, LAST, True),
        (FRONT, REST, False),
        (EVEN, REST, False),
        (FIRST, LAST, False),  # the same element where n is 1
    ],
)
def test_what_is_written_elsewhere_is_looked_through(written, read, seen_through, rng) -> None:
    for op in ("setitem", "add_at"):
        f = after_write(op, written, read)
        g = remove_dead(apply_identities(f, through_names=True))
        assert (op not in ops(g)) is seen_through
        for n in (2, 5) if written is BACKWARDS else (1, 2, 5):
            args = rng.normal(size=n), rng.normal(size=n)
            np.testing.assert_array_equal(evaluate.run(g, *args)[0], evaluate.run(f, *args)[0])


def test_what_was_written_at_this_place_is_what_is_read(rng) -> None:
    f = after_write("setitem", REST, REST)
    assert "setitem" not in ops(remove_dead(apply_identities(f, through_names=True)))
    f = after_write("add_at", REST, REST)
    assert "add_at" in ops(remove_dead(apply_identities(f, through_names=True)))
