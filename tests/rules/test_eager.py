"""The rules run as they stand on NumPy arrays, and say there what the engine makes of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from rules.harness import Case, floats, function_of, samples
from rules.rows import ROWS

from symgrad.ad.reverse import reverse
from symgrad.ir.evaluate import run
from symgrad.ir.indexing import numpy_key
from symgrad.rules.declare import ALL, AddAt, Linear, Partials, Products, lookup

RUNS = [
    pytest.param(case, shapes, attrs, id=f"{case}-{shapes}-{' '.join(map(str, attrs.values()))}")
    for case in ROWS
    for shapes in case.shapes
    for attrs in case.attrs
]


def eager(case: Case, g: np.ndarray, z: np.ndarray, args: list, attrs: dict) -> Iterator[tuple[int, object]]:
    """The contribution to each float operand, straight from the rule."""
    rule = lookup(case.op)
    match rule:
        case Partials(fn):
            slopes = fn(z, *args)
            for i, slope in enumerate(slopes if isinstance(slopes, tuple) else (slopes,)):
                yield i, g * slope
        case Linear(transposes):
            for t in transposes:
                parts = t.fn(g, *args, **attrs)
                group = range(len(args)) if t.args == (ALL,) else t.args
                yield from zip(group, parts if isinstance(parts, tuple) else (parts,), strict=True)
        case Products(vjp):
            assert vjp is not None
            parts = vjp(g, z, *args, **attrs)
            yield from enumerate(parts if isinstance(parts, tuple) else (parts,))


def dense(part: object, like: np.ndarray) -> np.ndarray:
    """A contribution with the shape of its operand."""
    if isinstance(part, AddAt):
        out = np.zeros(like.shape)
        np.add.at(out, numpy_key(part.index, part.operands, lambda d: d), part.value)
        return out
    part = np.asarray(part)
    part = part.sum(axis=tuple(range(part.ndim - like.ndim)))
    ones = tuple(i for i, d in enumerate(like.shape) if d == 1 and part.shape[i] != 1)
    return part.sum(axis=ones, keepdims=True)


@pytest.mark.parametrize(("case", "shapes", "attrs"), RUNS)
def test_eager(case, shapes, attrs, rng):
    args = samples(case, shapes, rng)
    f = function_of(case.op, args, attrs, case.named)
    (z,) = run(f, *args)
    g = np.asarray(rng.normal(size=np.shape(z)))[()]
    grads = dict(zip(floats(args), run(reverse(f, floats(args), "vjp"), *args, g)[1:], strict=True))
    for position, part in eager(case, g, z, [np.asarray(a)[()] for a in args], attrs):
        np.testing.assert_allclose(dense(part, args[position]), grads[position], rtol=1e-12, atol=1e-14)
