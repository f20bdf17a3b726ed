"""Which loops a function becomes: what shares a nest, what needs an array, what is a view."""

from __future__ import annotations

import re

import numpy as np
import pytest
from backends.helpers import agree, arguments, function, python
from steps import steps

from symgrad.backends.loops import kernel
from symgrad.errors import Loc
from symgrad.ir import build
from symgrad.ir.build import (
    Ref,
    apply,
    call,
    cast,
    exp,
    getitem,
    iota,
    log,
    reshape,
    softmax,
    square,
    transpose,
    where,
)
from symgrad.ir.core import At, AtArg, Function, Gather, NewAxis, Span
from symgrad.ir.dims import symbol as extent

SIZES = {"n": 4, "m": 3, "k": 5, "b": 2}


def check(f: Function, **sizes: int) -> str:
    """The kernel's text, after it has computed what the reference does."""
    return agree(f, arguments(f, SIZES | sizes, seed=3))


def loops(text: str) -> list[str]:
    """The `for` lines with their depth: `0 i n`."""
    found = re.findall(r"^( +)for (\w+) in range\((.*)\):", text, re.MULTILINE)
    return [f"{len(space) // 4 - 1} {var} {size}" for space, var, size in found]


def allocations(text: str) -> list[str]:
    return re.findall(r"np\.(?:empty|zeros|full)\(.*?\)+$", text, re.MULTILINE)


def total(x: Ref) -> Ref:
    return build.sum(x, tuple(range(x.ndim)))


def test_elementwise_chain_is_one_nest_without_temporaries() -> None:
    text = check(function(lambda x, y: exp(x) * y + exp(-x), x="n,m", y="m"))
    assert loops(text) == ["0 i n", "1 j m"]
    assert allocations(text) == ["np.empty((n, m))"]


def test_chain_and_its_sums_share_one_nest() -> None:
    def f(x: Ref) -> tuple[Ref, ...]:
        e = exp(x)
        return total(e), build.sum(e, (0,)), build.sum(e, (1,))

    text = check(function(f, x="n,m"))
    assert loops(text) == ["0 i n", "1 j m"]
    assert text.count("exp(") == 1


def test_softmax_cross_entropy_and_its_adjoint_are_one_loop_over_rows() -> None:
    def f(x: Ref, y: Ref) -> tuple[Ref, ...]:
        rows = iota(x.builder, x.shape[0])
        lse = apply("logsumexp", x, axis=(1,), keepdims=False)
        loss = build.sum(lse - getitem(x, (Gather(), Gather()), rows, y), (0,))
        p = softmax(x, axis=(1,)) * 0.25
        return loss, call("add_at", p, -0.25, rows, y, index=(Gather(), Gather()))

    text = check(function(f, x="n,m", y="int64:n"))
    assert loops(text) == ["0 i n", "1 j m", "1 j m", "1 j m"]
    assert allocations(text) == ["np.empty((n, m))"]
    assert text.count("exp(") == 1


def test_row_that_two_inner_loops_share_is_a_row() -> None:
    def f(x: Ref) -> Ref:
        e = exp(x)
        return build.sum(log(e) * exp(build.reshape(build.sum(e, (1,)), (x.shape[0], 1))), (1,))

    text = check(function(f, x="n,m"))
    assert loops(text) == ["0 i n", "1 j m", "1 j m"]
    assert "np.empty(m)" in allocations(text)


def test_two_layer_network_keeps_blas_and_writes_in_place() -> None:
    def f(x: Ref, y: Ref, w1: Ref, w2: Ref) -> tuple[Ref, ...]:
        h = build.sigmoid(x @ w1)
        diff = h @ w2 - y
        dy = 2.0 * diff
        da = (dy @ w2.mT) * h * (1.0 - h)
        return total(square(diff)), x.mT @ da, h.mT @ dy

    text = check(function(f, x="n,k", y="n,b", w1="k,m", w2="m,b"))
    assert text.count("np.dot(") == 5
    assert allocations(text) == []  # every array is what np.dot returned
    assert loops(text) == ["0 i n", "1 j m", "0 i n", "1 j b", "0 i n", "1 j m"]


def test_independent_loops_over_different_arrays_stay_apart() -> None:
    text = check(function(lambda x, y: (exp(x), exp(y)), x="n", y="n"))
    assert loops(text) == ["0 i n", "0 i n"]


def test_a_statement_waits_for_a_group_that_will_have_its_arrays() -> None:
    def f(a: Ref, p: Ref, q: Ref, x: Ref, y: Ref) -> tuple[Ref, ...]:
        x, y = x + a @ p, exp(y + q @ a)  # the exponential opens a loop of its own
        return a @ x, reshape(y, (y.shape[0], 1)) * a  # which the second of these shares, and so the first

    assert loops(check(function(f, a="n,n", p="n", q="n", x="n", y="n"))) == ["0 i n", "1 j n"] * 2


def test_expensive_value_moves_to_its_one_reader() -> None:
    def f(x: Ref) -> Ref:
        return exp(x) * total(x)

    text = check(function(f, x="n"))
    assert allocations(text) == ["np.empty(n)"]


def test_cheap_value_is_computed_again_and_a_dear_one_stored() -> None:
    def f(x: Ref, w: Ref) -> tuple[Ref, ...]:
        h = call("tanh", x @ w)
        g = h @ w
        return g * (1.0 - h * h), where(call("greater", h, 0.0), g, 0.0)

    text = check(function(f, x="n,n", w="n,n"))
    assert text.count("tanh(") == 1


def test_transposed_operand_is_read_along_its_rows() -> None:
    text = check(function(lambda w, v: w.mT @ v, w="n,m", v="n"))
    assert loops(text) == ["0 i n", "1 j m"]
    assert "total[j] += w[i, j] * v_i" in text


def test_views_are_coordinates() -> None:
    def f(x: Ref) -> tuple[Ref, ...]:
        n = x.shape[0]
        assert not isinstance(n, int)
        reversed_ = getitem(x, (Span(n - 1, -1, n), At(0)))
        inner = getitem(x, (Span(1, 1, n - 2), Span(0, 2, 2), NewAxis()))
        return reversed_ * 2.0, inner * 2.0, transpose(x, (1, 0)), build.broadcast_to(x, (2, n, 4))

    text = check(function(f, x="n,4"))
    assert "x[n - 1 - i, 0]" in text
    assert "x[i + 1, 2 * j]" in text


def test_results_have_memory_of_their_own() -> None:
    def f(x: Ref) -> tuple[Ref, ...]:
        y = x * 2.0
        return y, y, x, build.reshape(y, (6,)), transpose(y, (1, 0)), getitem(x, (At(0), At(1)))

    f_ = function(f, x="2,3")
    check(f_)
    got = python(kernel(f_))(np.ones((2, 3)))
    arrays = [g for g in got if np.ndim(g)]
    assert not any(np.shares_memory(a, b) for k, a in enumerate(arrays) for b in arrays[:k])


def test_write_is_in_place_only_where_nobody_sees_it() -> None:
    def in_place(x: Ref) -> Ref:
        return call("setitem", exp(x), 0.0, index=(At(1),))

    def seen(x: Ref) -> tuple[Ref, ...]:
        e = exp(x)
        return call("setitem", e, 0.0, index=(At(1),)), e

    assert len(allocations(check(function(in_place, x="n")))) == 1
    assert len(allocations(check(function(seen, x="n")))) == 2
    check(function(lambda x: call("setitem", x, 0.0, index=(At(1),)), x="n"))


def test_read_before_the_write_happens_before_it() -> None:
    def f(x: Ref) -> tuple[Ref, ...]:
        e = exp(x)
        twice = e * 2.0
        e2 = call("add_at", e, e * 3.0, index=(Span(0, 1, e.shape[0]),))
        return twice + e2, e2

    check(function(f, x="n"))


def test_scatter_adds_repeats_and_checks_its_indices() -> None:
    def f(x: Ref, k: Ref) -> Ref:
        return call("add_at", Ref(x.builder.full(0.0, x.type), x.builder), x, k, index=(Gather(),))

    text = kernel(function(f, x="n", k="int64:n"))
    run = python(text)
    np.testing.assert_array_equal(run(np.array([1.0, 2.0, 3.0]), np.array([0, 0, -1])), [3.0, 0.0, 3.0])
    for bad in (3, -4):
        with pytest.raises(IndexError):
            run(np.ones(3), np.array([0, bad, 1]))


def test_scalar_index_is_checked_and_wraps() -> None:
    f = function(lambda x, k: getitem(x, (AtArg(), Span(0, 1, x.shape[1])), k) * 2.0, x="n,m", k="int64:")
    run = python(kernel(f))
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(run(x, -1), x[-1] * 2)
    with pytest.raises(IndexError):
        run(x, 2)


# fmt: off
RANK_PAIRS = [
    ("n", "n"), ("n,m", "m"), ("n", "n,m"), ("n,k", "k,m"), ("b,n,k", "b,k,m"), ("b,n,k", "k,m"),
    ("k", "b,k,m"), ("b,n,k", "k"), ("1,n,k", "b,k,m"), ("b,1,k", "k,1"), ("2,3", "3,2"), ("n,1", "1,m"),
]
# fmt: on


@pytest.mark.parametrize(("a", "b"), RANK_PAIRS)
def test_matmul_of_every_rank_pair(a: str, b: str) -> None:
    check(function(lambda x, y: x @ y, x=a, y=b))
    check(function(lambda x, y: exp(x) @ (y * 2.0), x=a, y=b))


def test_blas_operands_that_are_not_whole_arrays_are_copied() -> None:
    def f(x: Ref, y: Ref) -> Ref:
        part = getitem(x, (Span(0, 2, 2), Span(0, 1, x.shape[1])))
        return part @ y

    text = check(function(f, x="4,k", y="k,m"))
    assert text.count("np.dot(") == 1


@pytest.mark.parametrize("dtype", ["float32", "int64", "int32", "bool"])
def test_dtypes_stay_what_they_are(dtype: str) -> None:
    def f(x: Ref) -> tuple[Ref, ...]:
        y = call("maximum", x, x)
        wide = x if dtype in ("float32", "int64") else cast(x, "int64")
        top = apply("max", x, axis=(0,), keepdims=True)
        return y, build.sum(wide, (0,)), cast(x, "float64"), call("add", x, x), top

    check(function(f, x=f"{dtype}:n"))


def test_single_precision_text_has_no_double_constants() -> None:
    text = check(function(lambda x: where(call("greater", x, 0.5), x * 0.1, 1.0 / x), x="float32:n"))
    assert re.findall(r"(?<!float32\()\b\d+\.\d+", text) == []


def test_sum_of_single_precision_is_accurate() -> None:
    x = np.full(100_000, 0.1, dtype=np.float32)
    got = python(kernel(function(lambda x: build.sum(x, (0,)), x="float32:n")))(x)
    assert got == np.float32(np.sum(x, dtype=np.float64))


def test_small_integers_wrap_as_numpy_ones() -> None:
    f = function(lambda x: call("greater", call("add", x, x), x), x="uint8:n")
    x = np.array([100, 200], dtype=np.uint8)
    np.testing.assert_array_equal(python(kernel(f))(x), x + x > x)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("op", ["sum", "prod", "max", "min", "any", "all", "norm", "logsumexp"])
def test_reductions_over_all_axes(op: str, axis: tuple[int, ...], keepdims: bool) -> None:
    def turned(x: Ref) -> Ref:
        return apply(op, transpose(exp(x), (2, 0, 1)), axis=axis, keepdims=keepdims)

    check(function(lambda x: apply(op, x, axis=axis, keepdims=keepdims), x="n,m,b"))
    check(function(turned, x="n,1,m"))


@pytest.mark.parametrize("op", ["argmax", "argmin", "max", "min"])
def test_extremes_see_nan(op: str) -> None:
    f = function(lambda x: apply(op, x, axis=(1,), keepdims=False), x="n,m")
    x = np.array([[1.0, np.nan, 3.0], [np.nan, 5.0, np.nan], [-np.inf, -np.inf, -np.inf], [2.0, 2.0, 1.0]])
    np.testing.assert_array_equal(python(kernel(f))(x), getattr(np, op)(x, axis=1))


def test_maximum_and_its_kin_see_nan_and_infinities() -> None:
    def f(x: Ref, y: Ref) -> tuple[Ref, ...]:
        names = ["maximum", "minimum", "logaddexp", "hypot", "arctan2", "floor_divide", "remainder", "fmod"]
        two = [call(name, x, y) for name in names]
        ones = ["sign", "relu", "softplus", "log_sigmoid", "sigmoid", "rint", "sinc", "isinf", "isfinite"]
        return (*two, *(call(name, x) for name in ones), call("maximum", x, 0.0), call("clip", x, -1.0, 1.0))

    special = [0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan, 1e-300, 1000.0, -1000.0]
    x, y = (a.ravel() for a in np.meshgrid(special, special))
    agree(function(f, x="n", y="n"), [x, y])


def test_maximum_of_nothing_is_an_error() -> None:
    run = python(kernel(function(lambda x: apply("max", x, axis=(0,), keepdims=False), x="n")))
    with pytest.raises(ValueError, match="empty"):
        run(np.empty(0))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_empty_and_tiny_arrays(n: int) -> None:
    def f(x: Ref, w: Ref) -> tuple[Ref, ...]:
        return exp(x), build.sum(x, (0,)), build.sum(x, (1,)), x @ w, apply("cumsum", x, axis=0)

    check(function(f, x="n,m", w="m,k"), n=n)


def test_concatenate_writes_each_piece_to_its_place() -> None:
    def f(x: Ref, y: Ref) -> Ref:
        return call("concatenate", exp(x), y, log(exp(y)), axis=1)

    assert allocations(check(function(f, x="n,m", y="n,k"))) == ["np.empty((n, 2 * k + m))"]


def test_running_sums_along_each_axis() -> None:
    for axis in (0, 1, 2):
        for name in ("cumsum", "cumprod"):
            check(function(lambda x: apply(name, exp(x), axis=axis) * 2.0, x="n,m,b"))  # noqa: B023


def test_disagreeing_shapes_are_named() -> None:
    run = python(kernel(function(lambda x, w: x @ w, x="n,k", w="k,m")))
    with pytest.raises(ValueError, match="axis 0 of `w` does not have the length of axis 1 of `x`"):
        run(np.ones((2, 3)), np.ones((4, 2)))


def test_names_of_the_user_survive_clashes() -> None:
    def f(i: Ref, n: Ref, exp_: Ref, plus: Ref) -> Ref:
        return exp(i) * n + exp_ * plus

    text = check(function(f, i="k", n="k", exp="k", plus="k"))
    assert "for j in range" in text


def test_statements_are_echoed_once() -> None:
    def f(x: Ref) -> tuple[Ref, ...]:
        x.builder.loc = Loc("model.py", 3, 1, 9, "y = np.exp(x)")
        y = exp(x)
        x.builder.phase = "bwd"
        return total(y), y * 2.0

    text = kernel(function(f, x="n"))
    assert text.count("# y = np.exp(x)\n") == 1
    assert text.count("# adjoint of y = np.exp(x)\n") == 1


def test_nested_returns() -> None:
    f = function(lambda x: (total(x), x * 2.0, x * 3.0), x="n")
    assert kernel(f, returns=(0, (1, 2))).rstrip().endswith("return total, (prod, prod2)")
    assert kernel(f, returns=(0, (1,))).rstrip().endswith("return total, (prod,)")


def test_scheduling_is_linear_in_the_program() -> None:
    def work(length: int) -> int:
        def f(x: Ref) -> Ref:
            y = x
            for k in range(length):
                y = exp(-y) if k % 3 else y * x + 0.5
            return y

        text: list[str] = []
        spent = steps(lambda: text.append(kernel(function(f, x="n,m"))))
        assert loops(text[0]) == ["0 i n", "1 j m"]
        return spent

    assert work(1600) < 1.1 * 16 * work(100)


def test_extents_in_texts_are_parenthesised() -> None:
    n = extent("n")
    f = function(lambda x: call("concatenate", *[getitem(x, (Span(0, 2, (n + 1) // 2),))] * 3, axis=0), x="n")
    check(f)
    assert str(2 * ((n + 1) // 2)) == "2 * ((n + 1) // 2)"
