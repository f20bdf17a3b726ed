"""Every row: reverse, forward, and again over both, against differences; float32 beside float64."""

import numpy as np
import pytest
from rules.harness import (
    Case,
    check_directions,
    check_forward,
    check_reverse,
    floats,
    function_of,
    samples,
)
from rules.rows import ROWS

from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.ir.core import Function
from symgrad.ir.evaluate import run

RUNS = [
    pytest.param(case, shapes, attrs, id=f"{case}-{shapes}-{' '.join(map(str, attrs.values()))}")
    for case in ROWS
    for shapes in case.shapes
    for attrs in case.attrs
]


def prepared(
    case: Case, shapes: tuple[tuple[int, ...], ...], attrs: dict[str, object], rng: np.random.Generator
) -> tuple[Function, list[np.ndarray]]:
    args = samples(case, shapes, rng)
    return function_of(case.op, args, attrs, case.named), args


@pytest.mark.parametrize(("case", "shapes", "attrs"), RUNS)
def test_first_order(case, shapes, attrs, rng):
    f, args = prepared(case, shapes, attrs, rng)
    check_reverse(f, args, rng, rtol=2e-8)
    check_forward(f, args, rng, rtol=2e-8)


@pytest.mark.parametrize(("case", "shapes", "attrs"), [r for r in RUNS if r.values[0].order > 1])
def test_second_order(case, shapes, attrs, rng):
    """Both modes over the vjp program, its cotangent one more operand; and reverse over forward."""
    f, args = prepared(case, shapes, attrs, rng)
    first = reverse(f, floats(args), "vjp")
    args.append(rng.normal(size=np.shape(run(f, *args)[0])))
    check_directions(first, args, rng, rtol=1e-7)
    check_forward(first, args, rng, rtol=1e-7)
    check_directions(forward(f, floats(args[:-1])), [*args[:-1], *_like(args[:-1], rng)], rng, rtol=1e-7)


def _like(args: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    return [rng.normal(size=np.shape(args[i])) for i in floats(args)]


@pytest.mark.parametrize(("case", "shapes", "attrs"), RUNS)
def test_float32_stays_float32(case, shapes, attrs, rng):
    f, args = prepared(case, shapes, attrs, rng)
    short = [a.astype("float32") if a.dtype.kind == "f" else a for a in args]
    attrs = {"dtype": "float32"} if "dtype" in attrs else attrs
    g = function_of(case.op, short, attrs, case.named)
    cotangent = rng.normal(size=np.shape(run(f, *args)[0]))
    long_grads = run(reverse(f, floats(args), "vjp"), *args, cotangent)[1:]
    short_grads = run(reverse(g, floats(args), "vjp"), *short, cotangent.astype("float32"))[1:]
    for a, b in zip(long_grads, short_grads, strict=True):
        assert np.asarray(b).dtype == np.float32
        np.testing.assert_allclose(b, a, rtol=2e-3, atol=2e-4)
