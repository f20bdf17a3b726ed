"""Selections are made once, at the end; guards against 0 * inf go where the selection makes them idle."""

import numpy as np
import pytest
from opt.building import lines, named, ops, program, select, v

from symgrad.ad.reverse import reverse
from symgrad.ir import evaluate
from symgrad.ir.build import equal, exp, isfinite, log, logical_and, logical_not, sin, sqrt, where
from symgrad.ir.verify import verify
from symgrad.opt import simplify
from symgrad.opt.group import group

# fmt: off
RULES = [
    (lambda c, d: 2.0 * select(c, d, 0.0), ["t = where(c, d, 0.0)", "t_1 = multiply(2.0, t)"]),
    (lambda c, d: select(c, 1.0, 0.0) * d, ["t = where(c, d, 0.0)"]),
    (lambda c, d: select(c, 0.0, 1.0) * d, ["t = where(c, 0.0, d)"]),
    (lambda c, d: d * select(c, 3.0, 0.0), ["t = multiply(3.0, d)", "t_1 = where(c, t, 0.0)"]),
    (lambda c, d: select(c, exp(d), 0.0) * sin(d),
     ["t = exp(d)", "t_1 = sin(d)", "t_2 = multiply(t, t_1)", "t_3 = where(c, t_2, 0.0)"]),
    (lambda c, d: select(c, 1.0, 0.0) / d, ["t = divide(1.0, d)", "t_1 = where(c, t, 0.0)"]),
    (lambda c, d: -select(c, 1.0, 0.0), ["t = where(c, -1.0, 0.0)"]),
    (lambda c, d: 0.5 * select(c, 1.0, select(d > 0.0, 4.0, 0.0)),
     ["t = greater(d, 0.0)", "t_1 = where(t, 2.0, 0.0)", "t_2 = where(c, 0.5, t_1)"]),
    (lambda c, d: select(c, 0.0, 1.0) + select(c, 0.01, 0.0), ["t = where(c, 0.01, 1.0)"]),
    (lambda c, d: select(c, 0.0, 1.0) - select(c, 0.01, 0.0), ["t = where(c, -0.01, 1.0)"]),
    (lambda c, d: select(c, exp(d), 0.0) + select(c, 0.0, d), ["t = exp(d)", "t_1 = where(c, t, d)"]),
    (lambda c, d: select(equal(select(c, 1.0, 0.0), 0.0), d, 2.0), ["t = where(c, 2.0, d)"]),
    (lambda c, d: select(d > 0.0, select(c, 0.0, 1.0), 0.0) * d,
     ["t = greater(d, 0.0)", "t_1 = where(t, d, 0.0)", "t_2 = where(c, 0.0, t_1)"]),
]
# fmt: on


@pytest.mark.parametrize(("form", "after"), RULES)
def test_rule(form, after):
    f = program(form, phase="bwd", c="bool: n", d="n")
    g = verify(simplify(f, "study"))
    assert lines(g)[:-1] == after
    args = np.array([True, False, True, False]), np.array([1.5, -2.0, -0.5, 0.25])
    np.testing.assert_allclose(evaluate.run(g, *args)[0], evaluate.run(f, *args)[0], rtol=1e-15, atol=0)


@pytest.mark.parametrize("form", [form for form, _ in RULES[:-1]])
def test_the_users_selections_keep_their_form(form):
    f = program(form, c="bool: n", d="n")
    args = np.array([True, False, True, False]), np.array([np.inf, np.nan, -0.5, 0.0])
    np.testing.assert_array_equal(evaluate.run(simplify(f, "study"), *args)[0], evaluate.run(f, *args)[0])


def test_a_selection_that_is_read_twice_stays():
    def body(c, d):
        g = named(select(c, exp(d), 0.0), "g")
        return g * sin(d), g

    f = program(body, phase="bwd", c="bool: n", d="n")
    assert ops(simplify(f, "study")) == ops(f)


def test_an_idle_guard_goes():
    def body(c, s):
        g = select(c, 1.0, 0.0)
        off = logical_and(equal(g, 0.0), logical_not(isfinite(s)))
        return g / where(off, 1.0, s)

    f = program(body, phase="bwd", c="bool: n", s="n")
    assert lines(simplify(f, "study"))[:-1] == ["t = divide(1.0, s)", "t_1 = where(c, t, 0.0)"]


# fmt: off
ACTIVATIONS = {
    "leaky": (lambda x, a: where(x < 0.0, 0.01 * x, x), ["t = less(x, 0.0)", "dx = where(t, 0.01, 1.0)"]),
    "elu": (lambda x, a: where(x > 0.0, x, a * (exp(x) - 1.0)),
            ["t = greater(x, 0.0)", "t_1 = exp(x)", "t_2 = multiply(a, t_1)", "dx = where(t, 1.0, t_2)"]),
    "root": (lambda x, a: where(x > 0.0, sqrt(x), 0.0),
             ["t = greater(x, 0.0)", "t_1 = sqrt(x)", "t_2 = divide(0.5, t_1)", "dx = where(t, t_2, 0.0)"]),
    "log": (lambda x, a: where(x > 1.0, log(x), x * 0.0),
            ["t = greater(x, 1.0)", "t_1 = divide(1.0, x)", "dx = where(t, t_1, 0.0)"]),
    "sqnl": (lambda x, a: where(x > 2.0, a * 1.0, where(x > 0.0, x - 0.25 * x * x, x + 0.25 * x * x)), None),
}
# fmt: on


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_derivative_of_an_activation(name):
    form, after = ACTIVATIONS[name]
    raw = reverse(group(program(form, x="", a="")), (0,), "grad")
    g = verify(simplify(raw, "study"))
    if after:
        assert lines(g)[:-1] == after
    assert len(g.eqns) < len(raw.eqns)
    for x in (-2.0, -0.5, 0.0, 0.3, 1.0, 1.7, 5.0):
        np.testing.assert_allclose(
            evaluate.run(g, x, 0.7), evaluate.run(raw, x, 0.7), rtol=1e-14, atol=1e-16, err_msg=f"at {x}"
        )


def test_masked_singular_points_stay_zero():
    f = program(lambda x, a: v.sum(where(x > 0.0, sqrt(x) + log(x), 0.0)), x="n", a="")
    g = verify(simplify(reverse(f, (0,), "grad"), "study"))
    (dx,) = evaluate.run(g, np.array([0.0, -1.0, 4.0]), 0.0)
    np.testing.assert_allclose(dx, [0.0, 0.0, 0.5], rtol=1e-15, atol=0)
