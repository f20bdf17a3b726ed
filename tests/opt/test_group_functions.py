"""Every way in which people write a sigmoid and its kin, and what must not be taken for one."""

import math

import mpmath
import numpy as np
import pytest
from opt.building import array_type, assert_same, lines, named, ops, program, statement, v

from symgrad.ad.reverse import reverse
from symgrad.ir import evaluate
from symgrad.ir.build import cast, exp, where
from symgrad.ir.verify import verify
from symgrad.opt import simplify
from symgrad.opt.group import group

POINTS = np.array([-1000.0, -300.0, -40.0, -3.0, -0.5, -1e-3, 0.0, 1e-3, 0.7, 5.5, 40.0, 300.0, 1000.0])


def sig(x):
    return 1 / (1 + mpmath.exp(-x))


# fmt: off
FORMS = {
    "sigmoid": (lambda x: sig(x), lambda x: sig(x) * (1 - sig(x)), [
        lambda x: 1.0 / (1.0 + exp(-x)),
        lambda x: 1.0 / (exp(-x) + 1.0),
        lambda x: v.reciprocal(1.0 + exp(-x)),
        lambda x: (1.0 + exp(-x)) ** -1.0,
        lambda x: exp(x) / (1.0 + exp(x)),
        lambda x: exp(x) / (exp(x) + 1.0),
        lambda x: 1.0 / (1.0 + math.e ** -x),
        lambda x: 1.0 / (1.0 + exp(-1.0 * x)),
        lambda x: 0.5 * (1.0 + v.tanh(x / 2.0)),
        lambda x: (v.tanh(0.5 * x) + 1.0) * 0.5,
        lambda x: (1.0 + v.tanh(x * 0.5)) / 2.0,
        lambda x: 0.5 + 0.5 * v.tanh(0.5 * x),
        lambda x: 0.5 * v.tanh(0.5 * x) + 0.5,
        lambda x: where(x >= 0.0, 1.0 / (1.0 + exp(-x)), exp(x) / (1.0 + exp(x))),
        lambda x: exp(named(x * 1.0, "a")) / (exp(x * 1.0) + 1.0),
    ]),
    "log_sigmoid": (lambda x: mpmath.log(sig(x)), lambda x: 1 - sig(x), [
        lambda x: v.log(1.0 / (1.0 + exp(-x))),
        lambda x: -v.log(1.0 + exp(-x)),
        lambda x: -v.log1p(exp(-x)),
        lambda x: -v.softplus(-x),
        lambda x: -v.logaddexp(0.0, -x),
        lambda x: v.log(1.0 - 1.0 / (1.0 + exp(x))),
        lambda x: v.log1p(-v.sigmoid(-x)),
    ]),
    "softplus": (lambda x: mpmath.log(1 + mpmath.exp(x)), lambda x: sig(x), [
        lambda x: v.log(1.0 + exp(x)),
        lambda x: v.log(exp(x) + 1.0),
        lambda x: v.log1p(exp(x)),
        lambda x: v.logaddexp(0.0, x),
        lambda x: v.logaddexp(x, 0.0),
        lambda x: v.maximum(x, 0.0) + v.log1p(exp(-v.absolute(x))),
    ]),
    "tanh": (lambda x: mpmath.tanh(x), lambda x: 1 - mpmath.tanh(x) ** 2, [
        lambda x: (exp(x) - exp(-x)) / (exp(x) + exp(-x)),
        lambda x: (exp(x) - exp(-x)) / (exp(-x) + exp(x)),
        lambda x: (exp(2.0 * x) - 1.0) / (exp(2.0 * x) + 1.0),
        lambda x: (1.0 - exp(-2.0 * x)) / (1.0 + exp(-2.0 * x)),
        lambda x: v.expm1(2.0 * x) / (exp(2.0 * x) + 1.0),
        lambda x: 1.0 - 2.0 / (exp(2.0 * x) + 1.0),
        lambda x: 2.0 / (1.0 + exp(-2.0 * x)) - 1.0,
        lambda x: 2.0 * v.sigmoid(2.0 * x) - 1.0,
        lambda x: v.sinh(x) / v.cosh(x),
    ]),
    "silu": (lambda x: x * sig(x), lambda x: sig(x) + x * sig(x) * (1 - sig(x)), [
        lambda x: x * (1.0 / (1.0 + exp(-x))),
        lambda x: 1.0 / (1.0 + exp(-x)) * x,
        lambda x: x / (1.0 + exp(-x)),
    ]),
    "relu": (lambda x: max(x, 0), lambda x: x > 0, [
        lambda x: v.maximum(x, 0.0),
        lambda x: v.maximum(0.0, x),
        lambda x: where(x <= 0.0, 0.0, x),
        lambda x: x * cast(x > 0.0, "float64"),
        lambda x: cast(x > 0.0, "float64") * x,
    ]),
    "absolute": (lambda x: abs(x), lambda x: mpmath.sign(x), [
        lambda x: v.sqrt(x * x),
        lambda x: v.sqrt(v.square(x)),
        lambda x: v.sqrt(x ** 2.0),
    ]),
}
# fmt: on

CASES = [
    pytest.param(form, name, value, slope, id=f"{name}-{i}")
    for name, (value, slope, forms) in FORMS.items()
    for i, form in enumerate(forms)
]


@pytest.mark.parametrize(("form", "name", "value", "slope"), CASES)
def test_every_form_is_found(form, name, value, slope):
    f = program(form, x="n")
    g = simplify(verify(group(f)), "study")
    assert [o for o in ops(g) if o != "negative"] == [name], lines(g)
    assert_same(f, g, moderate=True, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("form", "name", "value", "slope"), CASES)
def test_values_and_slopes_are_finite_and_right(form, name, value, slope):
    derivative = simplify(reverse(group(program(form, x="n")), (0,), "vjp"), "study")
    g = np.random.default_rng(1).normal(size=POINTS.shape)
    out, dx = evaluate.run(verify(derivative), POINTS, g)
    with mpmath.workdps(1000):
        points = [mpmath.mpf(p) for p in POINTS.tolist()]
        expected = np.array([float(value(p)) for p in points])
        slopes = np.array([float(slope(p)) for p in points])
    np.testing.assert_allclose(out, expected, rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(dx, g * slopes, rtol=1e-12, atol=2e-16 * abs(g).max())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", ["", "n", "n, m"])
def test_types_are_kept(dtype, shape):
    f = program(lambda x: v.log(1.0 + exp(x)), x=f"{dtype}: {shape}")
    assert group(f).results[0].type == array_type(f"{dtype}: {shape}")
    assert_same(f, group(f), moderate=True, rtol=1e-6, atol=1e-6)


def test_the_operand_keeps_its_form():
    def neuron(w, x, b):
        return 1.0 / (1.0 + exp(-(w * x + b)))

    assert lines(group(program(neuron, w="", x="", b=""))) == [
        "t = multiply(w, x)",
        "t_1 = add(t, b)",
        "t_2 = sigmoid(t_1)",
        "return t_2",
    ]
    differences = program(lambda x, y: 1.0 / (1.0 + exp(x - y)), x="", y="")
    assert lines(group(differences)) == ["t = subtract(y, x)", "t_1 = sigmoid(t)", "return t_1"]


def test_staged_by_hand():
    def staged(x):
        e = named(exp(-x), "e")
        d = named(1.0 + e, "d")
        return named(1.0 / d, "s")

    g = group(program(staged, x="n"))
    assert lines(g) == ["s = sigmoid(x)", "return s"]
    assert g.eqns[0].note == "sigmoid, from 1 / d"


def test_the_note_is_the_users_text():
    def neuron(x):
        statement(x.builder, "f = 1.0 / (1 + math.exp(-x))")
        return named(1.0 / (1.0 + exp(-x)), "f")

    assert group(program(neuron, x="")).eqns[0].note == "sigmoid, from 1.0 / (1 + math.exp(-x))"
    anonymous = group(program(lambda x: 1.0 / (1.0 + exp(-x)), x=""))
    assert anonymous.eqns[0].note == "sigmoid, from 1 / (1 + exp(-x))"


def test_a_long_text_is_cut_inside():
    def wide(x):
        for _ in range(40):
            x = x * 2.0 + 1.0
        return 1.0 / (1.0 + exp(-x))

    note = group(program(wide, x="")).eqns[-1].note
    assert note.startswith("sigmoid, from 1 / (1 + exp(-")
    assert "..." in note
    assert len(note) < 90


def test_a_sigmoid_with_a_name_stays_for_the_derivative_to_use():
    def loss(z):
        y = named(1.0 / (1.0 + exp(-z)), "y")
        return v.log(y)

    assert lines(group(program(loss, z=""))) == ["y = sigmoid(z)", "t = log_sigmoid(z)", "return t"]


def test_two_exponentials():
    f = program(lambda x, y: v.log(exp(x) + exp(y)), x="n", y="n")
    assert ops(group(f)) == ["logaddexp"]
    f = program(lambda x, y, z: v.log(exp(x) + exp(y) + exp(z)), x="n", y="n", z="")
    assert ops(group(f)) == ["logaddexp", "logaddexp"]
    assert_same(f, group(f), moderate=True, rtol=1e-13, atol=1e-13)

    def shifted(x, y):
        m = named(v.maximum(x, y), "m")
        return m + v.log(exp(x - m) + exp(y - m))

    f = program(shifted, x="n", y="n")
    assert ops(group(f)) == ["logaddexp"]
    assert_same(f, group(f), moderate=True, rtol=1e-13, atol=1e-13)
    f = program(lambda x, y: exp(x) / (exp(x) + exp(y)), x="n", y="n")
    assert ops(group(f)) == ["subtract", "sigmoid"]
    assert_same(f, group(f), moderate=True, rtol=1e-12, atol=1e-15)


def test_the_logarithm_of_a_quotient_of_two_sums():
    def soft_clipping(x):
        return v.log((1.0 + exp(2.0 * x)) / (1.0 + exp(2.0 * (x - 1.0))))

    f = program(soft_clipping, x="n")
    assert ops(group(f)).count("softplus") == 2
    assert_same(f, group(f), moderate=True, rtol=1e-12, atol=1e-14)
    (value,) = evaluate.run(group(f), np.array([-1000.0, 1000.0]))
    np.testing.assert_allclose(value, [0.0, 2.0], rtol=1e-12, atol=0)


@pytest.mark.parametrize(
    "form",
    [
        lambda x: 1.0 / (1.0 - exp(-x)),
        lambda x: 1.0 / (2.0 + exp(-x)),
        lambda x: v.log(2.0 + exp(x)),
        lambda x: v.log(1.0 - exp(x)),
        lambda x: 0.5 * (1.0 - v.tanh(x)),
        lambda x: (exp(x) - exp(-x)) / (exp(x) + exp(-2.0 * x)),
        lambda x: (exp(x) - exp(2.0 * x)) / (exp(x) + exp(2.0 * x)),
        lambda x: where(x >= 0.0, x, 0.0),  # the slope at 0 is 1 here
        lambda x: where(x > 0.0, x, 0.0),  # 0 for NaN, where relu is NaN
        lambda x: where(x < 0.0, x, 0.0),
        lambda x: x * cast(x >= 0.0, "float64"),
        lambda x: v.maximum(x, 1.0),
        lambda x: v.sqrt(x * (x + 1.0)),
        lambda x: 1.0 - v.sigmoid(x),
        lambda x: 3.0 * v.sigmoid(x) - 1.0,
    ],
)
def test_what_only_looks_alike_stays(form):
    f = program(form, x="n")
    assert ops(group(f)) == ops(f)


def test_logarithm_of_the_complement():
    f = program(lambda x: v.log(1.0 - v.sigmoid(x)), x="n")
    assert lines(group(f)) == ["t = negative(x)", "t_1 = log_sigmoid(t)", "return t_1"]
    (value,) = evaluate.run(group(f), np.array([1000.0, -1000.0]))
    np.testing.assert_allclose(value, [-1000.0, 0.0], rtol=1e-15, atol=0)
