"""Every pattern of ones and missing axes: a gradient has its operand's shape, and the right sums in it."""

import numpy as np
from ad.programs import program
from hypothesis import given, settings
from hypothesis import strategies as st
from rules.harness import check_forward, check_reverse, symbols_of

from symgrad.ad.accumulate import unbroadcast
from symgrad.ad.reverse import reverse
from symgrad.ir.build import Builder, call, where
from symgrad.ir.core import Block, Function, Value
from symgrad.ir.dims import symbol
from symgrad.ir.evaluate import run
from symgrad.ir.types import ArrayType
from symgrad.ir.verify import verify

SIZES = {"a": 2, "b": 3, "c": 4}


@st.composite
def operand_shapes(draw):
    """Two shapes that broadcast: tails of (a, b, c) with some axes ones; the extents named or known."""
    names = ("a", "b", "c")
    return [
        tuple(draw(st.sampled_from([n, 1, SIZES[n]])) for n in names[3 - draw(st.integers(0, 3)) :])
        for _ in range(2)
    ]


def consistent(shapes):
    """A known extent in one operand must be known in the other: named and known ones do not meet."""
    known = {k for s in shapes for k, d in zip(reversed("abc"), reversed(s), strict=False) if d == SIZES[k]}
    fix = lambda k, d: SIZES[k] if d != 1 and k in known else d
    return [tuple(fix(k, d) for k, d in zip("abc"[3 - len(s) :], s, strict=True)) for s in shapes]


def typed(shape):
    return ArrayType("float64", tuple(symbol(d) if isinstance(d, str) else d for d in shape))


def sample(rng, shape):
    return rng.uniform(0.5, 2.0, size=tuple(SIZES.get(d, d) for d in shape))


@settings(max_examples=150)
@given(
    shapes=operand_shapes(), name=st.sampled_from(["add", "subtract", "multiply", "divide", "power", "hypot"])
)
def test_binary(shapes, name):
    rng = np.random.default_rng(7)
    shapes = consistent(shapes)
    f = program(lambda x, y: call(name, x, y), *map(typed, shapes))
    args = [np.asarray(sample(rng, s)) for s in shapes]
    check_reverse(f, args, rng, rtol=1e-7)
    check_forward(f, args, rng, rtol=1e-7)


@settings(max_examples=60)
@given(shapes=operand_shapes())
def test_where(shapes):
    rng = np.random.default_rng(8)
    shapes = consistent(shapes)
    f = program(lambda x, y: where(x > 1.2, x * x, y), *map(typed, shapes))
    args = [np.asarray(sample(rng, s)) for s in shapes]
    check_reverse(f, args, rng, rtol=1e-7)
    check_forward(f, args, rng, rtol=1e-7)


@settings(max_examples=100)
@given(shapes=operand_shapes())
def test_unbroadcast_is_the_sum_over_what_was_repeated(shapes):
    rng = np.random.default_rng(9)
    big = tuple("abc")
    small = shapes[0]
    small = tuple(k if d != 1 else 1 for k, d in zip("abc"[3 - len(small) :], small, strict=True))
    g = Value(typed(big), "g")
    builder = Builder()
    out = unbroadcast(builder.ref(g), typed(small))
    f = verify(Function("f", Block((g,), tuple(builder.eqns), (out.arg,), symbols_of([g]))))
    x = sample(rng, big)
    wide = np.broadcast_to(np.empty(tuple(SIZES.get(d, d) for d in small)), x.shape)
    repeated = tuple(i for i in range(3) if wide.strides[i] == 0)
    expected = x.sum(axis=repeated, keepdims=True).reshape(tuple(SIZES.get(d, d) for d in small))
    np.testing.assert_allclose(run(f, x)[0], expected, rtol=1e-14)
    assert len(builder.eqns) <= 2


def test_no_sum_where_nothing_was_repeated():
    f = program(lambda x, y: x * y, typed(("a", "b")), typed(("a", "b")))
    assert [e.op.name for e in reverse(f, (0, 1), "vjp").eqns] == ["multiply"] * 3


def test_the_bias_of_a_layer():
    """(n, m) against (m,): one sum over axis 0."""
    f = program(lambda x, y: x + y, typed(("a", "b")), typed(("b",)))
    derived = reverse(f, (1,), "vjp")
    assert [(e.op.name, e.attrs) for e in derived.eqns[1:]] == [("sum", {"axis": (0,), "keepdims": False})]
    assert derived.eqns[-1].out.hint == "dy"
