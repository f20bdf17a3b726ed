"""Each local identity: the equations before and after, equal values at special points, and what must stay."""

import numpy as np
import pytest
from opt.building import array_type, assert_same, extent, lines, named, ops, program, v

from symgrad.ir import evaluate
from symgrad.ir.build import Ref, arange, broadcast_to, cast, exp, filled, getitem, reshape, transpose, where
from symgrad.ir.core import At, AtArg, Const, Gather, Span, full_span
from symgrad.ir.dims import symbol
from symgrad.opt import simplify

N, M = symbol("n"), symbol("m")

# fmt: off
# What a statement of a derivative becomes. Values agree to rounding, NaN for NaN.
IDENTITIES = [
    (lambda x, y: 1.0 * x + y * 1.0, ["t = add(x, y)"]),
    (lambda x, y: (x + 0.0) - 0.0, []),
    (lambda x, y: 0.0 - x, ["t = negative(x)"]),
    (lambda x, y: v.negative(-x), []),
    (lambda x, y: x / 1.0, []),
    (lambda x, y: x / -1.0, ["t = negative(x)"]),
    (lambda x, y: x * -1.0, ["t = negative(x)"]),
    (lambda x, y: x + -y, ["t = subtract(x, y)"]),
    (lambda x, y: -x + y, ["t = subtract(y, x)"]),
    (lambda x, y: x - -y, ["t = add(x, y)"]),
    (lambda x, y: -(x - y), ["t = subtract(y, x)"]),
    (lambda x, y: where(v.equal(-x, 0.0), y, x), ["t = equal(x, 0.0)", "t_1 = where(t, y, x)"]),
    (lambda x, y: v.maximum(x / y, -(x * x) / y),
     ["t = divide(x, y)", "t_1 = negative(t)", "t_2 = multiply(t_1, x)", "t_3 = maximum(t, t_2)"]),
    (lambda x, y: 3.0 / (6.0 * x), ["t = divide(0.5, x)"]),
    (lambda x, y: 3.0 * y / (6.0 * x), ["t = multiply(0.5, y)", "t_1 = divide(t, x)"]),
    (lambda x, y: broadcast_to(v.sum(y, axis=(0,)), (N,)) / 6.0,
     ["t = sum(y, axis=(0,), keepdims=False)", "t_1 = divide(t, 6.0)",
      "t_2 = broadcast_to(t_1, shape=(n,))"]),
    (lambda x, y: x + x, ["t = multiply(2.0, x)"]),
    (lambda x, y: x**1.0, []),
    (lambda x, y: 2.0 * x ** (2.0 - 1.0), ["t = multiply(2.0, x)"]),
    (lambda x, y: x**-1.0, ["t = divide(1.0, x)"]),
    (lambda x, y: y * x**-2.0, ["t = power(x, 2.0)", "t_1 = divide(y, t)"]),
    (lambda x, y: v.square(-x), ["t = square(x)"]),
    (lambda x, y: v.absolute(v.absolute(x)), ["t = absolute(x)"]),
    (lambda x, y: v.maximum(x, x), []),
    # products
    (lambda x, y: x * (1.0 / y), ["t = divide(x, y)"]),
    (lambda x, y: v.reciprocal(y) * x, ["t = divide(x, y)"]),
    (lambda x, y: _twice_divided(x, y),
     ["t = divide(1.0, y)", "t_1 = multiply(x, t)", "t_2 = multiply(t_1, t)", "t_3 = add(t, t_2)"]),
    (lambda x, y: x / v.reciprocal(y), ["t = multiply(x, y)"]),
    (lambda x, y: (-x) * y, ["t = negative(x)", "t_1 = multiply(t, y)"]),
    (lambda x, y: (-x) * -y, ["t = multiply(x, y)"]),
    (lambda x, y: y * (-x / y), ["t = negative(y)", "t_1 = multiply(t, x)", "t_2 = divide(t_1, y)"]),
    (lambda x, y: x * 3.0, ["t = multiply(3.0, x)"]),
    (lambda x, y: 3.0 * (2.0 * x), ["t = multiply(6.0, x)"]),
    (lambda x, y: (2.0 * x) * 0.5, []),
    (lambda x, y: 2.0 * (x / 2.0), []),
    (lambda x, y: (3.0 * x) / 2.0, ["t = multiply(1.5, x)"]),
    (lambda x, y: x * (2.0 * y), ["t = multiply(2.0, x)", "t_1 = multiply(t, y)"]),
    (lambda x, y: -(2.0 * x), ["t = multiply(-2.0, x)"]),
    (lambda x, y: x * (0.5 / y), ["t = multiply(0.5, x)", "t_1 = divide(t, y)"]),
    (lambda x, y: y + -(x * y), ["t = multiply(x, y)", "t_1 = subtract(y, t)"]),
    (lambda x, y: x * (y * exp(x)), ["t = exp(x)", "t_1 = multiply(x, y)", "t_2 = multiply(t_1, t)"]),
    # selection
    (lambda x, y: where(x > y, y, y), []),
    (lambda x, y: where(v.logical_not(x > y), x, y), ["t = greater(x, y)", "t_1 = where(t, y, x)"]),
    (lambda x, y: where(x > y, where(x > y, x, 0.0), y), ["t = greater(x, y)", "t_1 = where(t, x, y)"]),
    (lambda x, y: where(x > y, x, where(x > y, 0.0, y)), ["t = greater(x, y)", "t_1 = where(t, x, y)"]),
    # shapes
    (lambda x, y: reshape(reshape(x, (N, 1)), (N,)), []),
    (lambda x, y: broadcast_to(reshape(x, (1, N)), (N, N)), ["t = broadcast_to(x, shape=(n, n))"]),
    (lambda x, y: getitem(x, (full_span(N),)), []),
    (lambda x, y: x * broadcast_to(v.sum(y), (N,)),
     ["t = sum(y, axis=(0,), keepdims=False)", "t_1 = multiply(x, t)"]),
    (lambda x, y: x * filled(x, 2.0, "float64", (N,)), ["t = multiply(2.0, x)"]),
    (lambda x, y: v.sum(v.sum(transpose(x * reshape(y, (N, 1)), (1, 0)), 0)),
     ["t = reshape(y, shape=(n, 1))", "t_1 = multiply(x, t)", "t_2 = transpose(t_1, perm=(1, 0))",
      "t_3 = sum(t_2, axis=(0, 1), keepdims=False)"]),
    (lambda x, y: reshape(-v.sum(x * y, 0, True), ()),
     ["t = multiply(x, y)", "t_1 = sum(t, axis=(0,), keepdims=False)", "t_2 = negative(t_1)"]),
    (lambda x, y: v.sum(-x), ["t = sum(x, axis=(0,), keepdims=False)", "t_1 = negative(t)"]),
    # rows
    (lambda x, y: exp(v.log_softmax(x, axis=(0,))), ["t = softmax(x, axis=(0,))"]),
    (lambda x, y: exp(x - v.logsumexp(x, axis=(0,), keepdims=True)), ["t = softmax(x, axis=(0,))"]),
    (lambda x, y: exp(v.log_sigmoid(x)), ["t = sigmoid(x)"]),
]
# fmt: on


def _twice_divided(x, y):
    z = 1.0 / y
    return z + x * z / y


def _body(function):
    return lines(function)[:-1]


@pytest.mark.parametrize(("form", "after"), IDENTITIES)
def test_identity(form, after):
    f = program(form, phase="bwd", x="n", y="n")
    g = simplify(f, "study")
    assert _body(g) == after
    rows = "softmax" in str(ops(f)) or "logsumexp" in ops(f)  # of infinite scores these are NaN altogether
    assert_same(f, g, rtol=1e-13, atol=1e-15, moderate=rows)
    assert simplify(g, "study") is g or lines(simplify(g, "study")) == lines(g)


KEEPS_ITS_FORM = [form for form, _ in IDENTITIES]


@pytest.mark.parametrize("form", KEEPS_ITS_FORM)
def test_the_users_own_statements_keep_their_bits(form):
    f = program(form, x="n", y="n")
    assert_same(f, simplify(f, "study"), rtol=0)


@pytest.mark.parametrize("form", KEEPS_ITS_FORM)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_types_are_kept(form, dtype):
    def body(x, y):
        return cast(form(x, y), dtype)

    f = program(body, phase="bwd", x="n", y="n")
    for level in ("study", "kernel"):
        assert simplify(f, level).results[0].type == f.results[0].type


@pytest.mark.parametrize(
    "form",
    [
        lambda x, y: 0.0 * x,  # NaN and infinity
        lambda x, y: x - x,
        lambda x, y: x / x,
        lambda x, y: 0.0 / x,
        lambda x, y: x**0.5,  # -inf ** 0.5 is inf
        lambda x, y: v.log(exp(x)),
        lambda x, y: v.sqrt(v.square(x)),
        lambda x, y: x * x,
        lambda x, y: v.maximum(x, y),
    ],
)
def test_what_must_stay(form):
    f = program(form, phase="bwd", x="n", y="n")
    assert simplify(f, "study") is f


def test_scalars_are_multiplied_before_arrays():
    f = program(lambda a, b, x: a * (b * x), phase="bwd", a="", b="", x="n")
    assert _body(simplify(f, "study")) == ["t = multiply(a, b)", "t_1 = multiply(t, x)"]
    f = program(lambda a, b, x: (x * a) * b, phase="bwd", a="", b="", x="n")
    assert _body(simplify(f, "study")) == ["t = multiply(b, a)", "t_1 = multiply(t, x)"]
    f = program(lambda n, x: (1.0 / n) * (2.0 * x), phase="bwd", n="", x="m")
    assert _body(simplify(f, "study")) == ["t = divide(2.0, n)", "t_1 = multiply(t, x)"]
    f = program(lambda n, x: (1.0 / n) * x, phase="bwd", n="", x="m")
    assert _body(simplify(f, "study")) == ["t = divide(x, n)"]


def test_sums_of_what_was_spread():
    f = program(lambda g: v.sum(broadcast_to(g, (N, 5)), 1), phase="bwd", g="n, 1")
    assert _body(simplify(f, "study")) == ["t = reshape(g, shape=(n,))", "t_1 = multiply(5.0, t)"]
    f = program(lambda x, g: v.sum(broadcast_to(g, (N, M)), 0), phase="bwd", x="n, m", g="m")
    assert _body(simplify(f, "study")) == [
        "t = extent(dim=n)",
        "t_1 = cast(t, dtype=float64)",
        "t_2 = multiply(g, t_1)",
    ]
    assert_same(f, simplify(f, "study"), rtol=1e-14)
    f = program(lambda x: v.sum(filled(x, 1.0, "float64", (N, 3))), phase="bwd", x="n")
    assert_same(f, simplify(f, "study"), rtol=1e-14)
    assert "sum" not in ops(simplify(f, "study"))


def test_axes_of_one_element_are_not_summed():
    f = program(lambda x: v.sum(x, 0), phase="bwd", x="1, n")
    assert _body(simplify(f, "study")) == ["t = reshape(x, shape=(n,))"]
    assert simplify(program(lambda x: v.max(x, 0, True), x="1, n"), "study").eqns == ()


def test_transposed_products():
    turn = lambda a: transpose(a, (1, 0))
    f = program(lambda x, g: turn(turn(x) @ g), phase="bwd", x="n, m", g="n, k")
    assert _body(simplify(f, "study")) == ["t = transpose(g, perm=(1, 0))", "t_1 = matmul(t, x)"]
    assert_same(f, simplify(f, "study"), rtol=1e-12, atol=1e-12)
    f = program(lambda x: turn(turn(x)), x="n, m")
    assert _body(simplify(f, "study")) == []
    f = program(lambda x: transpose(transpose(x, (1, 2, 0)), (1, 2, 0)), x="n, m, k")
    assert _body(simplify(f, "study")) == ["t = transpose(x, perm=(2, 0, 1))"]


def test_constants_fold_where_that_reads_no_worse():
    f = program(lambda x: x * (v.sqrt(filled(x, 4.0, "float64", ())) / 8.0), x="n")
    assert _body(simplify(f, "study")) == ["t = multiply(x, 0.25)"]
    third = program(lambda x: x + filled(x, 1.0, "float64", ()) / 3.0, x="n")
    assert simplify(third, "study").eqns == third.eqns == simplify(third, "study").eqns


def test_casts():
    f = program(lambda x: cast(cast(x, "float64"), "float32"), x="float32: n")
    assert _body(simplify(f, "study")) == []
    f = program(lambda x: cast(cast(x, "float32"), "float64"), x="n")  # rounds on the way
    assert simplify(f, "study") is f
    f = program(lambda x: cast(cast(x, "int64"), "float64"), x="bool: n")
    assert _body(simplify(f, "study")) == ["t = cast(x, dtype=float64)"]
    tenth = program(lambda x: x * cast(filled(x, 0.1, "float32", ()), "float64"), x="n")
    assert_same(tenth, simplify(tenth, "study"), rtol=0)


ROWS = (Gather(), Gather())


def _zeros(x):
    return filled(x, 0.0, "float64", x.shape)


SCATTERED = [
    (
        lambda x, y, g: v.add_at(_zeros(x), g, arange(x, N), y, index=ROWS) + x,
        ["t = iota(shape=(n,))", "t_1 = add_at(x, g, t, y, index=(Gather(), Gather()))"],
    ),
    (
        lambda x, y, g: x - v.add_at(_zeros(x), g, arange(x, N), y, index=ROWS),
        [
            "t = iota(shape=(n,))",
            "t_1 = negative(g)",
            "t_2 = add_at(x, t_1, t, y, index=(Gather(), Gather()))",
        ],
    ),
    (
        lambda x, y, g: v.sum(v.add_at(_zeros(x), g, arange(x, N), y, index=ROWS), 1, True),
        ["t = reshape(g, shape=(n, 1))"],
    ),
    (
        lambda x, y, g: v.sum(v.add_at(_zeros(x), g, arange(x, N), y, index=ROWS)),
        ["t = sum(g, axis=(0,), keepdims=False)"],
    ),
    (
        lambda x, y, g: v.sum(v.add_at(_zeros(x), 2.0, index=(At(1), At(0)))),
        [],
    ),
]


@pytest.mark.parametrize(("form", "after"), SCATTERED)
def test_scattered_values(form, after):
    f = program(form, phase="bwd", x="n, m", y="int64: n", g="n")
    g = simplify(f, "study")
    assert _body(g) == after
    rng = np.random.default_rng(0)
    args = rng.normal(size=(4, 3)), np.array([2, 0, 0, 1]), rng.normal(size=4)
    np.testing.assert_allclose(evaluate.run(g, *args)[0], evaluate.run(f, *args)[0], rtol=1e-13, atol=1e-14)


def _added(x, g, *positions):
    for k, position in enumerate(positions):
        x = v.add_at(x, getitem(g, (At(k),)), index=(At(position),))
    return x


@pytest.mark.parametrize(
    ("positions", "level", "writes"),
    [((2, 2), "study", 1), ((2, 0, 2), "study", 3), ((2, 0, 2), "kernel", 2), ((1, 0, 2, 1, 0), "kernel", 3)],
)
def test_an_element_is_written_once(positions, level, writes):
    f = program(lambda x, g: _added(x, g, *positions), phase="bwd", x="3", g="5")
    g = simplify(f, level)
    assert ops(g).count("add_at") == writes
    args = np.array([0.3, 0.7, -1.0]), np.arange(1.0, 6.0)
    np.testing.assert_allclose(evaluate.run(g, *args)[0], evaluate.run(f, *args)[0], rtol=1e-14)


def test_but_not_across_a_write_of_what_is_added():
    """The first summand is an element that is overwritten before the second one is added."""

    def body(x, y):
        first = v.add_at(x, getitem(y, (At(0),)), index=(At(1),))
        z = v.setitem(y, 5.0, index=(At(0),))
        return v.add_at(first, getitem(z, (At(1),)), index=(At(1),)) * z

    f = program(body, phase="bwd", x="3", y="3")
    assert ops(simplify(f, "study")).count("add_at") == 2


def test_columns_hit_twice_are_not_one_a_column():
    def columns(x, y, g):
        return v.sum(v.add_at(_zeros(x), g, y, arange(x, N), index=ROWS), 1)

    f = program(columns, phase="bwd", x="n, n", y="int64: n", g="n")
    assert "sum" in ops(simplify(f, "study"))


def test_positions_are_checked_still():
    f = program(lambda x, i: getitem(_zeros(x), (AtArg(),), i), x="n", i="int64:")
    assert "getitem" in ops(simplify(f, "study"))
    f = program(lambda x: getitem(_zeros(x), (Span(0, 1, 2),)), x="5")
    assert _body(simplify(f, "study")) == ["t = full(0.0, shape=(2,))"]


def test_a_name_is_not_dissolved_in_the_study_text():
    def body(x, y):
        minus = named(-x, "minus")
        return y + minus

    f = program(body, phase="bwd", x="n", y="n")
    assert _body(simplify(f, "study")) == ["minus = negative(x)", "t = add(y, minus)"]
    assert _body(simplify(f, "kernel")) == ["t = subtract(y, x)"]


def test_the_seed_vanishes():
    def body(x):
        dloss = Ref(Const(1.0, array_type("")), x.builder)
        dmean = dloss / extent(x.builder, N)
        return named(broadcast_to(reshape(dmean, (1,)), (N,)) * (2.0 * x), "dx")

    assert _body(simplify(program(body, phase="bwd", x="n"), "study")) == [
        "t = extent(dim=n)",
        "t_1 = cast(t, dtype=float64)",
        "t_2 = divide(2.0, t_1)",
        "dx = multiply(t_2, x)",
    ]
