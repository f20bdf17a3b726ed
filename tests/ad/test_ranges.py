"""What is known of values: enough to leave guards out, never so much that one is missing."""

import math

import numpy as np
import pytest
from ad.programs import SCALAR, program
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.ad.ranges import extend
from symgrad.ir.build import absolute, call, exp, reshape, sqrt, where
from symgrad.ir.build import sum as total
from symgrad.ir.core import Value
from symgrad.ir.evaluate import run
from symgrad.ir.ops import op


def mean_square(x):
    """Over an extent that is known only by name."""
    count = x.builder.ref(x.builder.emit(op.extent, (), {"dim": 3}))
    return total(reshape(x * x, (1,)), (0,)) / call("cast", count, dtype="float64")


def length(x):
    """A vector times itself."""
    v = reshape(x, (1,))
    return call("matmul", v, v)


def range_of(body):
    f = program(body, SCALAR, SCALAR)
    (out,) = f.results
    assert isinstance(out, Value)
    return extend({}, f.eqns)[out], f


@pytest.mark.parametrize(
    ("body", "lo", "hi", "finite"),
    [
        (lambda x, y: x * x, 0.0, math.inf, True),
        (lambda x, y: x * y, -math.inf, math.inf, True),
        (lambda x, y: sqrt(x * x + 1e-8), 1e-4, math.inf, True),
        (lambda x, y: sqrt(x), 0.0, math.inf, False),
        (lambda x, y: call("sqrt", length(x) + 0.01), 0.1, math.inf, True),
        (lambda x, y: exp(-(x * x)), 0.0, 1.0, True),
        (lambda x, y: exp(x), 0.0, math.inf, False),
        (lambda x, y: 1.0 / (1.0 + exp(-x)), 0.0, 1.0, False),
        (lambda x, y: x / y, -math.inf, math.inf, False),
        (lambda x, y: x / 2.0, -math.inf, math.inf, True),
        (lambda x, y: 3.0 - absolute(x), -math.inf, 3.0, True),
        (lambda x, y: call("log", 1.0 + x * x), 0.0, math.inf, True),
        (lambda x, y: call("log", x), -math.inf, math.inf, False),
        (lambda x, y: where(x > 0.0, call("log", x), 0.0), -math.inf, math.inf, True),
        (lambda x, y: call("clip", x, 0.1, 0.9), 0.1, 0.9, True),
        (lambda x, y: call("maximum", x, 1e-12), 1e-12, math.inf, True),
        (lambda x, y: mean_square(x) + 1e-5, 1e-5, math.inf, True),
        (lambda x, y: x**2.0, 0.0, math.inf, True),
        (lambda x, y: x**-2.0, 0.0, math.inf, False),
        (lambda x, y: x**3.0, -math.inf, math.inf, True),
        (lambda x, y: x**0.5, -math.inf, math.inf, False),
    ],
)
def test_known(body, lo, hi, finite):
    found, _ = range_of(body)
    np.testing.assert_allclose((found.lo, found.hi), (lo, hi), rtol=1e-12)
    assert found.finite is finite


UNARY = [
    "negative",
    "exp",
    "square",
    "absolute",
    "sqrt",
    "tanh",
    "relu",
    "cosh",
    "log",
    "expm1",
    "reciprocal",
    "sinh",
]
BINARY = ["add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "hypot"]


@st.composite
def expressions(draw):
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from(UNARY + BINARY), st.integers(0, 9), st.integers(0, 9)),
            min_size=1,
            max_size=8,
        )
    )
    constants = draw(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, -1.0, 3.0]), min_size=2, max_size=2))

    def body(x, y):
        pool = [x, y, *constants]
        for name, i, j in steps:
            a, b = pool[i % len(pool)], pool[j % len(pool)]
            if name in UNARY:
                a = a if not isinstance(a, float) else x
                pool.append(call(name, a))
            else:
                b = b if not (isinstance(a, float) and isinstance(b, float)) else y
                pool.append(call(name, a, b))
        return tuple(p for p in pool[4:] if isinstance(p.arg, Value))

    return body


@settings(max_examples=200)
@given(
    body=expressions(),
    x=st.sampled_from([-3.0, -1.0, 0.0, 0.5, 2.0]),
    y=st.sampled_from([-2.0, 0.0, 1.0, 1.5]),
)
def test_sound(body, x, y):
    """Every value lies in its range, and is finite where that is claimed (products that overflow aside)."""
    f = program(body, SCALAR, SCALAR)
    known = extend({}, f.eqns)
    for result, value in zip(f.results, run(f, x, y), strict=True):
        if isinstance(result, Value) and result in known and not math.isnan(value):
            found = known[result]
            slack = 1e-9 * max(1.0, abs(value)) if math.isfinite(value) else 0.0
            assert found.lo - slack <= value <= found.hi + slack
    for result, value in zip(f.results, run(f, x, y), strict=True):
        if isinstance(result, Value) and result in known and math.isnan(value):
            assert not known[result].finite
