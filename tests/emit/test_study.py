"""The study text, line by line: what is nested, what is named, what is written in place."""

import numpy as np
import pytest
from emit.building import at, body_of, function, named

from symgrad.backends.numpy import compile
from symgrad.emit.module import join, pair
from symgrad.emit.study import study
from symgrad.ir import build as b
from symgrad.ir import evaluate
from symgrad.ir.build import Ref, apply
from symgrad.ir.core import At, AtArg, Const, Function, Gather, Span, Value, full_span
from symgrad.ir.dims import product, symbol
from symgrad.ir.ops import OPS
from symgrad.ir.types import ArrayType

n, m = symbol("n"), symbol("m")


def lines(f: Function) -> list[str]:
    return body_of(study(f))


def full(x: Ref, value: float) -> Ref:
    return b.Ref(x.builder.full(value, x.type), x.builder)


def two_layers(x: Ref, y: Ref, w1: Ref, w2: Ref) -> tuple[Ref, ...]:
    one, two, three = (
        "h = 1 / (1 + np.exp(-x.dot(w1)))",
        "y_pred = h.dot(w2)",
        "loss = np.square(y_pred - y).sum()",
    )
    at(x, 1, one)
    h = named("h", b.sigmoid(x @ w1), note="sigmoid, from 1 / (1 + np.exp(-x.dot(w1)))")
    at(x, 2, two)
    y_pred = named("y_pred", h @ w2)
    at(x, 3, three)
    diff = y_pred - y
    loss = named("loss", b.sum(b.square(diff), (0, 1)))
    at(x, 3, three, "bwd")
    dy_pred = named("dy_pred", 2.0 * diff)
    at(x, 2, two, "bwd")
    dh = named("dh", dy_pred @ w2.mT)
    dw2 = named("dw2", h.mT @ dy_pred)
    at(x, 1, one, "bwd")
    dw1 = named("dw1", x.mT @ (dh * h * (1.0 - h)))
    return loss, dw1, dw2


TWO_LAYERS = """\
import numpy as np
from symgrad.runtime import sigmoid


def f(x, y, w1, w2):
    h = sigmoid(x @ w1)  # sigmoid, from 1 / (1 + np.exp(-x.dot(w1)))
    y_pred = h @ w2
    diff = y_pred - y
    loss = np.sum(np.square(diff))

    # loss = np.square(y_pred - y).sum()
    dy_pred = 2.0 * diff
    # y_pred = h.dot(w2)
    dh = dy_pred @ w2.T
    dw2 = h.T @ dy_pred
    # h = 1 / (1 + np.exp(-x.dot(w1)))
    dw1 = x.T @ (dh * h * (1 - h))
    return loss, (dw1, dw2)
"""


def test_the_two_layer_network() -> None:
    f = function(two_layers, x="n,k", y="n,m", w1="k,h", w2="h,m")
    assert study(f, returns=(0, (1, 2))) == TWO_LAYERS


def test_a_value_that_is_read_twice_has_a_name() -> None:
    assert lines(function(lambda x: (lambda e: e * e)(b.exp(x)), x="n")) == ["e = np.exp(x)", "return e * e"]


def test_what_costs_nothing_is_written_again() -> None:
    def body(x: Ref, y: Ref) -> Ref:
        turned, minus, first = x.mT, -y, b.getitem(x, (At(0), full_span(m)))
        return (turned @ minus) + (turned @ minus) * first + first

    assert lines(function(body, x="n,m", y="n")) == ["return x.T @ -y + (x.T @ -y) * x[0] + x[0]"]


def test_nothing_is_nested_across_phases() -> None:
    def body(x: Ref) -> Ref:
        part = b.exp(x)
        at(x, 1, "y = np.exp(x)", "bwd")
        return named("dx", part * 2.0)

    assert lines(function(body, x="n")) == [
        "e = np.exp(x)",
        "",
        "# y = np.exp(x)",
        "dx = e * 2.0",
        "return dx",
    ]


def test_long_expressions_are_split() -> None:
    def body(*xs: Ref) -> Ref:
        total = xs[0] * 0.5
        for x in (*xs, *xs, *xs):
            total = total + b.exp(x * x)
        return named("total_of_everything", total)

    text = study(function(body, **{f"a_rather_long_name_{i}": "n" for i in range(5)}))
    assert all(len(line) <= 100 for line in text.splitlines())
    assert len(text.splitlines()) > 8


def test_casts_are_left_to_numpy_where_it_makes_them() -> None:
    def body(x: Ref, s: Ref, i: Ref, c: Ref) -> tuple[Ref, ...]:
        return (
            x * b.cast(i, "float64"),
            s * b.cast(i, "float32"),
            b.sum(b.cast(c, "int64"), (0,)),
            b.cast(i, "float64") / b.cast(i, "float64"),
            b.exp(b.cast(i, "float64")),
            b.cast(x, "float32"),
            b.cast(x, "float32") * s,
        )

    f = function(body, x="n", s="float32:n", i="int64:n", c="bool:n")
    returned = "return x * i, out, np.sum(c), i / i, np.exp(i), x.astype(np.float32), out2"
    assert body_of(study(f))[-1] == returned
    assert "out = s * i.astype(np.float32)" in body_of(study(f))


def test_extents_are_fetched_where_they_are_needed_twice() -> None:
    def once(x: Ref) -> Ref:
        count = b.cast(apply_extent(x, n), "float64")
        return b.sum(x, (0,)) / count

    assert lines(function(once, x="n")) == ["return np.sum(x) / x.shape[0]"]

    def twice(x: Ref) -> Ref:
        count = b.cast(apply_extent(x, n * m), "float64")
        return b.sum(x, (0, 1)) / count * b.cast(apply_extent(x, n + m), "float64")

    assert lines(function(twice, x="n,m")) == ["n, m = x.shape", "return np.sum(x) / (m * n) * (m + n)"]


def apply_extent(x: Ref, dim: object) -> Ref:

    return b.Ref(x.builder.emit(OPS["extent"], (), {"dim": dim}), x.builder)


def test_slices_are_written_as_a_person_writes_them() -> None:
    def body(x: Ref) -> tuple[Ref, ...]:
        spans = [
            Span(1, 1, n - 2),
            Span(0, 2, (n + 1) // 2),
            Span(n - 1, -1, n),
            Span(n - 3, 1, 3),
            Span(1, 1, n - 1),
            Span(0, 1, 2),
            Span(3, -1, 3),
            Span(2, 1, m),
            Span(m, -1, m),
        ]
        return tuple(b.getitem(x, (s,)) for s in spans)

    out = ["x[1:-1]", "x[::2]", "x[::-1]", "x[-3:]", "x[1:]", "x[:2]", "x[3:0:-1]", "x[2:m + 2]", "x[m:0:-1]"]
    text = study(function(lambda x, y: body(x), x="n", y="m"))
    assert text.splitlines()[-1] == f"    return {', '.join(out)}"


def test_a_stop_that_may_be_minus_one_is_not_printed() -> None:
    f = function(lambda x, y: b.getitem(x, (Span(4, -1, m),)), x="n", y="m")
    assert lines(f) == ["return x[4::-1][:y.shape[0]]"]
    x = np.arange(7.0)
    for size in (1, 3, 5):
        args = x, np.zeros(size)
        np.testing.assert_array_equal(compile(study(f), "f")(*args), evaluate.run(f, *args)[0])


def add_at(base: Ref, g: Ref | float, *operands: Ref, index: object, name: str = "add_at") -> Ref:
    return b.call(name, base, g, *operands, index=index)


def test_adjoints_accumulate_in_place_in_fresh_memory() -> None:
    def body(x: Ref, g: Ref, i: Ref) -> Ref:
        at(x, 1, "y = x[i]", "bwd")
        dx = named("dx", full(x, 0.0))
        dx = named("dx", add_at(dx, g, index=(Span(1, 1, n - 1),)))
        dx = named("dx", add_at(dx, 1.0, i, index=(AtArg(),)))
        dx = named("dx", add_at(dx, g, b.cast(b.getitem(g, (full_span(n - 1),)), "int64"), index=(Gather(),)))
        return named("dx", dx + x)

    f = function(lambda x, i: body(x, b.getitem(x, (Span(1, 1, n - 1),)), i), x="n", i="int64:")
    assert lines(f) == [
        "# y = x[i]",
        "dx = np.zeros_like(x)",
        "dx[1:] += x[1:]",
        "dx[i] += 1.0",
        "np.add.at(dx, x[1:][...].astype(np.int64), x[1:])",
        "dx += x",
        "return dx",
    ]


def test_what_others_hold_is_copied_before_it_is_written() -> None:
    def body(x: Ref) -> tuple[Ref, ...]:
        y = named("y", apply("copy", x))
        y = named("y", add_at(y, 1.0, index=(At(0),), name="setitem"))
        kept = named("kept", y * 2.0)
        view = named("view", b.getitem(kept, (Span(1, 1, n - 1),)))
        written = named("kept", add_at(kept, 5.0, index=(At(1),), name="setitem"))
        return y, written, view

    f = function(body, x="n")
    assert lines(f) == [
        "y = x.copy()",
        "y[0] = 1.0",
        "kept = y * 2.0",
        "view = kept[1:]",
        "kept = kept.copy()",
        "kept[1] = 5.0",
        "return y, kept, view",
    ]
    x = np.arange(4.0)
    for got, want in zip(compile(study(f), "f")(x), evaluate.run(f, x), strict=True):
        np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(x, np.arange(4.0))


def test_versions_of_a_number_are_augmented() -> None:
    def body(x: Ref, y: Ref) -> Ref:
        at(x, 2, "b = x * y", "bwd")
        dx = named("dx", y * 3.0)
        at(x, 1, "a = x * x", "bwd")
        return named("dx", dx + x * 2.0)

    assert lines(function(body, x="", y="")) == [
        "# b = x * y",
        "dx = y * 3.0",
        "# a = x * x",
        "dx += x * 2.0",
        "return dx",
    ]


def test_a_version_that_is_read_later_keeps_its_name() -> None:
    def body(x: Ref) -> tuple[Ref, Ref]:
        at(x, 2, "b = x * y", "bwd")
        first = named("dx", x * 3.0)
        return first, named("dx", first + x)

    assert lines(function(body, x="n"))[1:] == ["dx = x * 3.0", "dx_2 = dx + x", "return dx, dx_2"]


def test_numpy_where_of_numbers_is_not_augmented_through_an_alias() -> None:
    def body(x: Ref) -> tuple[Ref, Ref]:
        at(x, 1, "y = x", "bwd")
        first = named("dx", b.where(x > 0.0, x, 0.0))
        other = named("dy", apply("copy", first))
        return named("dx", first + 1.0), other

    f = function(body, x="")
    assert compile(study(f), "f")(2.0) == (3.0, 2.0)


def test_notes_stand_behind_their_line_or_above_it() -> None:
    short = function(lambda x: named("y", b.exp(x), note="why"), x="n")
    assert lines(short)[0] == "y = np.exp(x)  # why"
    long = function(lambda x: named("y", b.exp(x), note="w" * 90), x="n")
    assert lines(long)[:2] == ["# " + "w" * 90, "y = np.exp(x)"]


def test_results_nest_as_the_caller_gets_them() -> None:
    f = function(lambda x, y: (x, y, x + y), x="", y="")
    assert study(f, returns=((0,), (1, 2))).splitlines()[-1] == "    return (x,), (y, x + y)"
    assert study(f, returns=2).splitlines()[-1] == "    return x + y"
    assert study(f, header=False).startswith("def f(x, y):")


def test_constants_as_results_have_their_dtype() -> None:
    f = function(lambda x: (x, b.Ref(Const(2.0, ArrayType("float32")), x.builder)), x="")
    assert lines(f) == ["return x, np.float32(2.0)"]


def test_docstrings_are_kept() -> None:
    f = function(lambda x: x, x="")
    doc = 'Mean of "x" \\ y.\n\nMore.'
    text = study(Function(f.name, f.body, doc=doc))
    namespace: dict[str, object] = {}
    exec(text, namespace)
    assert namespace["f"].__doc__.splitlines()[0] == 'Mean of "x" \\ y.'  # type: ignore[attr-defined]


def test_forward_and_backward_as_the_lectures_write_them() -> None:
    def fwd(x: Ref, w: Ref) -> tuple[Ref, ...]:
        out = named("out", b.sigmoid(x * w))
        return out, w, out

    def bwd(w: Ref, out: Ref, dout: Ref) -> Ref:
        return named("dx", dout * out * (1.0 - out) * w)

    first, second = function(fwd, x="", w=""), function(bwd, w="", out="", dout="")
    first = Function("neuron_forward", first.body)
    second = Function("neuron_backward", second.body)
    assert pair(first, second, ((0, (1, 2)), 0)) == (
        "import numpy as np\nfrom symgrad.runtime import sigmoid\n\n\n"
        "def neuron_forward(x, w):\n    out = sigmoid(x * w)\n    return out, (w, out)\n\n\n"
        "def neuron_backward(dout, cache):\n    w, out = cache\n"
        "    dx = dout * out * (1 - out) * w\n    return dx\n"
    )
    namespace: dict[str, object] = {}
    exec(join((first, second), (None, None)), namespace)
    assert {"neuron_forward", "neuron_backward"} <= set(namespace)


def test_three_thousand_lines_take_no_quadratic_time() -> None:
    def body(x: Ref) -> Ref:
        y = x
        for i in range(3000):
            at(x, i, f"y = y * {i}")
            y = named("y", y * 0.5 + b.sin(y))
        return y

    text = study(function(body, x=""))
    assert len(text.splitlines()) > 3000


@pytest.mark.parametrize("value", [0.0, 1.0, 2.5, -0.0])
def test_filled_arrays(value: float) -> None:
    f = function(lambda x, s: (full(x, value), full(s, value)), x="n,m", s="float32:n,3")
    x, s = np.ones((4, 2)), np.ones((4, 3), np.float32)
    got = compile(study(f), "f")(x, s)
    for g, w in zip(got, evaluate.run(f, x, s), strict=True):
        np.testing.assert_array_equal(g, w)
        assert g.dtype == w.dtype
        np.testing.assert_array_equal(np.signbit(g), np.signbit(w))


def test_reshapes_let_numpy_find_the_free_extent() -> None:
    def body(x: Ref) -> tuple[Ref, ...]:
        flat = b.reshape(x, (product((n, m)),))
        return flat, b.reshape(flat, (n, m)), b.reshape(x, (n, m, 1))

    f = function(body, x="n,m")
    assert lines(f)[-1].startswith("return ")
    x = np.arange(6.0).reshape(2, 3)
    for got, want in zip(compile(study(f), "f")(x), evaluate.run(f, x), strict=True):
        np.testing.assert_array_equal(got, want)


def test_a_parameter_without_a_hint_has_a_name() -> None:
    x = Value(ArrayType("float64"))
    from symgrad.ir.core import Block

    assert (
        study(Function("f", Block((x,), (), (x,)))) == "import numpy as np\n\n\ndef f(arg):\n    return arg\n"
    )


def test_arrays_to_be_filled() -> None:
    def body(x: Ref) -> Ref:
        y = b.Ref(x.builder.emit(OPS["empty"], (), {"shape": (n, m), "dtype": "float64"}, "y"), x.builder)
        y = named("y", add_at(y, x, index=(full_span(n), Span(0, 1, m)), name="setitem"))
        return named("y", add_at(y, 2.0, index=(At(0), At(m - 1)), name="setitem"))

    assert lines(function(body, x="n,m")) == [
        "y = np.empty(x.shape)",
        "y[...] = x",
        "y[0, -1] = 2.0",
        "return y",
    ]
