"""The cross-entropy of a sigmoid and of a softmax: stable values, adjoints that collapse to y - t, p - t."""

import numpy as np
import pytest
from opt.building import assert_same, extent, lines, named, ops, program, v
from scipy import special

from symgrad.ad.reverse import reverse
from symgrad.ir import evaluate
from symgrad.ir.build import arange, cast, exp, getitem, log, transpose
from symgrad.ir.core import At, Gather
from symgrad.ir.verify import verify
from symgrad.opt import simplify
from symgrad.opt.group import group


def prob(z):
    return named(1.0 / (1.0 + exp(-z)), "y")


# fmt: off
NEGATED = [
    lambda z, t: -(t * log(prob(z)) + (1.0 - t) * log(1.0 - prob(z))),
    lambda z, t: -t * log(prob(z)) - (1.0 - t) * log(1.0 - prob(z)),
    lambda z, t: -(log(prob(z)) * t) - log(1.0 - prob(z)) * (1.0 - t),
    lambda z, t: -((1.0 - t) * log(1.0 - prob(z)) + t * log(prob(z))),
    lambda z, t: t * -log(prob(z)) + (1.0 - t) * -log(1.0 - prob(z)),
    lambda z, t: t * v.softplus(-z) + (1.0 - t) * v.softplus(z),
    lambda z, t: t * v.log1p(exp(-z)) + (1.0 - t) * v.log1p(exp(z)),
]
# fmt: on


def _settled(derivative):
    return verify(simplify(verify(derivative), "study"))


@pytest.mark.parametrize("form", NEGATED)
def test_binary_cross_entropy(form):
    f = program(form, z="n", t="n")
    g = group(f)
    assert "sigmoid_cross_entropy" in ops(g)
    assert not {"log", "log_sigmoid", "divide"} & set(ops(g))
    assert_same(f, g, moderate=True, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("form", NEGATED[:4])
def test_its_adjoint_is_the_difference(form):
    gradient = _settled(reverse(group(program(form, z="", t="")), (0,), "grad"))
    assert lines(gradient) == ["y = sigmoid(z)", "dz = subtract(y, t)", "return dz"]


@pytest.mark.parametrize("t", [0.0, 1.0, 0.3])
def test_saturated_predictions(t):
    z = np.array([-1000.0, -40.0, -1.0, 0.0, 1.0, 40.0, 1000.0])
    both = _settled(reverse(group(program(NEGATED[0], z="n", t="")), (0,), "vjp"))
    g = np.random.default_rng(0).normal(size=z.shape)
    value, dz = evaluate.run(both, z, t, g)
    expected = t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z)
    np.testing.assert_allclose(value, expected, rtol=1e-14, atol=0)
    np.testing.assert_allclose(dz, g * (special.expit(z) - t), rtol=1e-14, atol=1e-16)


def test_the_likelihood_and_its_mean():
    def likelihood(z, t):
        y = prob(z)
        return t * log(y) + (1.0 - t) * log(1.0 - y)

    assert lines(group(program(likelihood, z="", t=""))) == [
        "y = sigmoid(z)",
        "t_1 = sigmoid_cross_entropy(z, t)",
        "t_2 = negative(t_1)",
        "return t_2",
    ]
    mean = lambda z, t: -v.mean(likelihood(z, t))
    gradient = _settled(reverse(group(program(mean, z="n", t="n")), (0,), "grad"))
    assert lines(gradient) == [
        "y = sigmoid(z)",
        "t_1 = extent(dim=n)",
        "t_2 = cast(t_1, dtype=float64)",
        "t_3 = subtract(y, t)",
        "dz = divide(t_3, t_2)",
        "return dz",
    ]


@pytest.mark.parametrize(
    "form",
    [
        lambda z, t: -v.sum(t * log(prob(z))) - v.sum((1.0 - t) * log(1.0 - prob(z))),
        lambda z, t: -(t @ log(prob(z)) + (1.0 - t) @ log(1.0 - prob(z))),
    ],
)
def test_sums_and_dot_products_of_the_halves(form):
    f = program(form, z="n", t="n")
    g = group(f)
    assert [o for o in ops(g) if o in ("log_sigmoid", "matmul", "sigmoid_cross_entropy")] == [
        "sigmoid_cross_entropy"
    ]
    assert_same(f, g, moderate=True, rtol=1e-8, atol=1e-10)


def test_single_rows_times_columns():
    turn = lambda a: transpose(a, (1, 0))
    f = program(
        lambda z, t: -(t @ turn(log(prob(z))) + (1.0 - t) @ turn(log(1.0 - prob(z)))), z="1, n", t="1, n"
    )
    assert "sigmoid_cross_entropy" in ops(group(f))
    assert_same(f, group(f), moderate=True, rtol=1e-8, atol=1e-10)


def test_integer_labels_of_a_sigmoid():
    f = program(
        lambda z, t: -(cast(t, "float64") * log(prob(z)) + cast(1 - t, "float64") * log(1.0 - prob(z))),
        z="n",
        t="int64: n",
    )
    assert "sigmoid_cross_entropy" in ops(group(f))
    assert_same(f, group(f), moderate=True, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    "form",
    [
        lambda z, t: t * log(prob(z)) - (1.0 - t) * log(1.0 - prob(z)),
        lambda z, t: t * log(prob(z)) + t * log(1.0 - prob(z)),
        lambda z, t: t * log(prob(z)) + (2.0 - t) * log(1.0 - prob(z)),
        lambda z, t: t * log(prob(z)) + (1.0 - t) * log(prob(z)),
    ],
)
def test_other_sums_stay_sums_of_stable_logarithms(form):
    f = program(form, z="n", t="n")
    assert "sigmoid_cross_entropy" not in ops(group(f))
    assert "log_sigmoid" in ops(group(f))
    assert_same(f, group(f), moderate=True, rtol=1e-8, atol=1e-10)


def naive_softmax(z):
    return named(exp(z) / v.sum(exp(z), 1, True), "p")


def labels_loss(z, y):
    rows = arange(z, z.shape[0])
    return -v.mean(log(getitem(naive_softmax(z), (Gather(), Gather()), rows, y)))


def onehot_loss(z, t):
    return -v.sum(t * log(naive_softmax(z))) / extent(z.builder, z.shape[0])


def test_integer_labels_of_a_softmax():
    gradient = _settled(reverse(group(program(labels_loss, z="n, m", y="int64: n")), (0,), "grad"))
    assert lines(gradient) == [
        "t = iota(shape=(n,))",
        "p = softmax(z, axis=(1,))",
        "t_1 = extent(dim=n)",
        "t_2 = cast(t_1, dtype=float64)",
        "t_3 = divide(-1.0, t_2)",
        "t_4 = divide(p, t_2)",
        "dz = add_at(t_4, t_3, t, y, index=(Gather(), Gather()))",
        "return dz",
    ]


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_softmax_losses(scale):
    rng = np.random.default_rng(5)
    z, y = rng.uniform(-scale, scale, size=(6, 4)), rng.integers(0, 4, size=6)
    onehot = np.eye(4)[y]
    expected = -np.mean(special.log_softmax(z, axis=1)[np.arange(6), y])
    dz = (special.softmax(z, axis=1) - onehot) / 6
    for loss, label, text in ((labels_loss, y, "int64: n"), (onehot_loss, onehot, "n, m")):
        name = "y" if label is y else "t"
        both = _settled(reverse(group(program(loss, z="n, m", **{name: text})), (0,), "value_and_grad"))
        assert not {"exp", "divide_by_p"} & set(ops(both))
        value, gradient = evaluate.run(both, z, label)
        np.testing.assert_allclose(value, expected, rtol=1e-12, atol=0)
        np.testing.assert_allclose(gradient, dz, rtol=1e-10, atol=1e-16)


def test_onehot_labels_of_a_softmax():
    gradient = _settled(reverse(group(program(onehot_loss, z="n, m", t="n, m")), (0,), "grad"))
    assert lines(gradient) == [
        "p = softmax(z, axis=(1,))",
        "t_1 = extent(dim=n)",
        "t_2 = cast(t_1, dtype=float64)",
        "t_3 = sum(t, axis=(1,), keepdims=True)",
        "t_4 = multiply(p, t_3)",
        "t_5 = subtract(t_4, t)",
        "dz = divide(t_5, t_2)",
        "return dz",
    ]


def test_one_label_of_a_vector():
    def loss(f):
        p = named(exp(f) / v.sum(exp(f)), "p")
        return -log(getitem(p, (At(2),)))

    gradient = _settled(reverse(group(program(loss, f="m")), (0,), "grad"))
    f = np.array([1000.0, -1000.0, 0.0])
    np.testing.assert_allclose(evaluate.run(gradient, f)[0], [1.0, 0.0, -1.0], rtol=1e-15, atol=0)
    assert set(ops(gradient)) == {"softmax", "add_at"}, lines(gradient)
