"""The conventions at kinks, as values: both modes, and where the next derivative is taken as well."""

import numpy as np
import pytest
from ad.programs import SCALAR, array, gradient, nth, program, tangent, vector

import symgrad as sg
from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.ir.build import absolute, apply, call, where
from symgrad.ir.build import sum as total
from symgrad.ir.core import At
from symgrad.ir.evaluate import run

N = vector("n")


def scalar(name, *consts):
    return program(lambda x: call(name, x, *consts), SCALAR)


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (scalar("relu"), 0.0, 0.0),
        (scalar("absolute"), 0.0, 0.0),
        (scalar("maximum", 0.0), 0.0, 0.0),
        (scalar("maximum", 1.0), 1.0, 0.5),
        (scalar("minimum", 0.0), 0.0, 0.5),
        (program(lambda x: call("maximum", 0.0, x), SCALAR), 0.0, 0.0),
        (scalar("clip", -1.0, 1.0), 1.0, 1.0),
        (scalar("clip", -1.0, 1.0), -1.0, 1.0),
        (scalar("clip", -1.0, 1.0), 1.0001, 0.0),
        (scalar("sign"), 0.0, 0.0),
        (scalar("floor"), 0.5, 0.0),
        (scalar("rint"), 0.5, 0.0),
        (scalar("power", 0.0), 0.0, 0.0),
        (scalar("power", 1.0), 0.0, 1.0),
        (scalar("power", 2.0), 0.0, 0.0),
        (scalar("power", 0.5), 0.0, np.inf),
        (scalar("sqrt"), 0.0, np.inf),
        (scalar("sinc"), 0.0, 0.0),
        (program(lambda y: call("power", 0.0, y), SCALAR), 2.0, 0.0),
        (program(lambda y: call("power", 0.0, y), SCALAR), 0.0, 0.0),
        (program(lambda y: call("power", 2.0, y), SCALAR), 3.0, 8 * np.log(2)),
        (program(lambda x: call("hypot", x, 0.0), SCALAR), 0.0, 0.0),
        (program(lambda x: call("arctan2", x, 0.0), SCALAR), 0.0, 0.0),
        (program(lambda x: call("xlogy", 0.0, x), SCALAR), 0.0, 0.0),
        (scalar("stop_gradient"), 2.0, 0.0),
        (program(lambda x: call("copysign", x, 1.0), SCALAR), 0.0, 0.0),
    ],
)
def test_slope(f, x, slope):
    np.testing.assert_allclose(gradient(f, x)[0], slope, rtol=1e-15, atol=0)
    np.testing.assert_allclose(tangent(f, [x], [1.0])[0], slope, rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_ties_split_equally(name):
    f = program(lambda x, y: total(call(name, x, y), (0,)), N, N)
    assert [list(g) for g in gradient(f, array(1, 2, 3), array(1, 0, 5))] in (
        [[0.5, 1.0, 0.0], [0.5, 0.0, 1.0]],
        [[0.5, 0.0, 1.0], [0.5, 1.0, 0.0]],
    )
    assert tangent(f, [array(1.0), array(1.0)], [array(3.0), array(5.0)]) == (4.0,)


@pytest.mark.parametrize("name", ["max", "min"])
def test_extrema_share_among_ties(name):
    f = program(lambda x: apply(name, x, axis=(0,), keepdims=False), N)
    (g,) = gradient(f, array(2.0, 2.0, 2.0, 2.0))
    assert list(g) == [0.25] * 4
    assert tangent(f, [array(2.0, 2.0)], [array(1.0, 5.0)]) == (3.0,)


def test_norm_at_zero():
    f = program(lambda x: apply("norm", x, axis=(0,), keepdims=False), N)
    assert list(gradient(f, np.zeros(3))[0]) == [0.0, 0.0, 0.0]
    assert tangent(f, [np.zeros(3)], [array(1.0, 2.0, 3.0)]) == (0.0,)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ((2.0, 3.0, 4.0), (12.0, 8.0, 6.0)),
        ((2.0, 0.0, 4.0), (0.0, 8.0, 0.0)),
        ((0.0, 0.0, 4.0), (0.0, 0.0, 0.0)),
        ((), ()),
        ((0.0,), (1.0,)),
    ],
)
def test_prod_with_zeros(x, expected):
    f = program(lambda x: apply("prod", x, axis=(0,), keepdims=False), N)
    assert list(gradient(f, np.array(x))[0]) == list(expected)


def test_prod_with_zeros_again():
    """The Hessian of a product of four with two zeros: only the pair of zeros has an entry."""
    f = program(lambda x: apply("prod", x, axis=(0,), keepdims=False), N)
    h = forward(reverse(f, (0,), "grad"), (0,))
    x = array(2.0, 0.0, 3.0, 0.0)
    rows = [run(h, x, row)[1] for row in np.eye(4)]
    expected = np.zeros((4, 4))
    expected[1, 3] = expected[3, 1] = 6.0
    np.testing.assert_array_equal(rows, expected)
    hr = reverse(reverse(f, (0,), "grad"), (0,), "vjp")
    np.testing.assert_array_equal([run(hr, x, row)[1] for row in np.eye(4)], expected)


MASKED = {
    "sqrt": (lambda x: call("sqrt", x), 0.0),
    "sqrt of a negative number": (lambda x: call("sqrt", x), -1.0),
    "log": (lambda x: call("log", x), 0.0),
    "log of a negative number": (lambda x: call("log", x), -2.0),
    "reciprocal": (lambda x: call("reciprocal", x), 0.0),
    "division": (lambda x: 1.0 / x, 0.0),
    "0 / 0": (lambda x: (x * x) / x, 0.0),
    "power": (lambda x: x**0.5, 0.0),
    "power of a negative number": (lambda x: x**1.5, -1.0),
    "negative power": (lambda x: x**-1.0, 0.0),
    "x log x": (lambda x: x * call("log", x), 0.0),
    "x sqrt x": (lambda x: x * call("sqrt", x), -3.0),
    "arccosh": (lambda x: call("arccosh", x + 1.0), 0.0),
    "arcsin": (lambda x: call("arcsin", x - 1.0), 0.0),
    "arctanh": (lambda x: call("arctanh", x - 1.0), 0.0),
    "log1p": (lambda x: call("log1p", x), -1.0),
    "gammaln": (lambda x: call("gammaln", x), 0.0),
    "cbrt": (lambda x: call("cbrt", x), 0.0),
    "overflow": (lambda x: call("exp", -1000.0 * x), -1.0),
    "cosh": (lambda x: call("cosh", -1000.0 * x), -1.0),
}


@pytest.mark.parametrize("name", MASKED)
def test_a_masked_singularity_contributes_zero(name):
    """where(x > 0, f(x), 0) where f has no slope: exactly 0, in both modes and three times over."""
    inner, at = MASKED[name]
    f = program(lambda x: where(x > 0.0, inner(x), 0.0), SCALAR)
    for order in (1, 2) if name == "gammaln" else (1, 2, 3):
        assert run(nth(f, order), at) == (0.0,)
    assert tangent(f, [at], [1.0]) == (0.0,)
    g = program(lambda x, y: total(where(x > 0.0, y * inner(x), 0.0), (0,)), N, N)
    dx, dy = gradient(g, array(at, 0.7), array(2.0, 3.0))
    assert dx[0] == dy[0] == 0.0
    assert dx[1] != 0.0 and np.isfinite(dx[1])


def test_a_product_by_zero_hides_a_branch_point():
    """0 * sqrt(0) and sqrt(r)**2 are flat there; their neighbours are not disturbed, now or the next time."""
    f = program(lambda x, y: y * call("sqrt", x), SCALAR, SCALAR)
    assert gradient(f, 0.0, 0.0) == (0.0, 0.0)
    assert gradient(f, 0.0, 2.0)[0] == np.inf
    mixed = program(lambda x, y: (y * call("sqrt", x)) * 3.0, SCALAR, SCALAR)
    by_x = reverse(mixed, (0,), "grad")
    assert run(reverse(by_x, (1,), "grad"), 4.0, 0.0) == (0.75,)  # the guard does not hide d2f/dx dy
    radius = program(lambda x, y: call("square", call("sqrt", x * x + y * y)), SCALAR, SCALAR)
    assert gradient(radius, 0.0, 0.0) == (0.0, 0.0)
    np.testing.assert_allclose(gradient(radius, 3.0, 4.0), (6.0, 8.0), rtol=1e-15)


def test_unread_elements_contribute_zero():
    f = program(lambda x: apply("getitem", call("sqrt", x), index=(At(1),)), N)
    assert list(gradient(f, array(0.0, 4.0, -1.0))[0]) == [0.0, 0.25, 0.0]


def test_a_zero_tangent_moves_nothing():
    f = program(lambda x: call("sqrt", x), N)
    assert list(tangent(f, [array(0.0, 4.0)], [array(0.0, 1.0)])[0]) == [0.0, 0.25]


@pytest.mark.parametrize(
    "body",
    [
        lambda x, y: x / y,
        lambda x, y: call("relu", x / (1.0 + y * y)),
        lambda x, y: call("relu", x) * call("exp", -(y * y)),
        lambda x, y: where(x > 0.0, x / call("sqrt", y * y + 1e-8), 0.0),
        lambda x, y: call("log", 1.0 + call("exp", x)),
        lambda x, y: where(x > 0.0, x**2.0, y**3.0),
        lambda x, y: call("relu", x * y) * absolute(x),
    ],
)
def test_regular_programs_have_no_guards(body):
    """What the ranges settle, or what no selection can hide, costs nothing."""
    derived = reverse(program(lambda x, y: total(body(x, y), (0,)), N, N), (0, 1), "grad")
    assert not [e for e in derived.eqns if e.op.name in ("isfinite", "logical_and", "equal")]


def test_notes_tell_the_convention():
    f = reverse(program(lambda x: absolute(x), SCALAR), (0,), "grad")
    assert [e.note for e in f.eqns if e.note] == ["0 at x = 0"]
    unnamed = reverse(program(lambda x: absolute(x * 2.0), SCALAR), (0,), "grad")
    assert [e.note for e in unnamed.eqns if e.note] == ["0 at 0"]


def _quotients(x, d):
    return np.sum(np.where(d > 0, x / d, 0.0))


def _products(x, w):
    return np.sum(np.where(np.isfinite(w), x * w, 0.0))


D = np.array([2.0, 0.0, -0.0, np.nan, np.inf, 5e-324, 1e-310, -1.0])
W = np.array([2.0, np.inf, -np.inf, np.nan, 0.0, 1e300, 1e-310, -1.0])


@pytest.mark.parametrize("jit", [False, True])
def test_one_slope_alone_is_guarded_by_the_other_operand(jit):
    """By x alone, x / d asks d and x * w asks w: the result itself is not needed, and may overflow."""
    x = np.array([1.0, 0.0, -1.0, 1.0, 1.0, 1.0, 1e300, 3.0])
    with np.errstate(all="ignore"):
        dx = sg.grad(_quotients, jit=jit)(x, D)
        np.testing.assert_array_equal(dx, np.where(D > 0, 1.0 / D, 0.0))
        dx = sg.grad(_products, jit=jit)(x, W)
        np.testing.assert_array_equal(dx, np.where(np.isfinite(W), W, 0.0))
        dw = sg.grad(_products, 1, jit=jit)(x, W)
        np.testing.assert_array_equal(dw, np.where(np.isfinite(W), x, 0.0))
        _, moved = sg.jvp(_quotients, (x, D), (np.ones(8) * (D > 0), None), jit=jit)
        np.testing.assert_array_equal(moved, np.sum(np.where(D > 0, 1.0 / D, 0.0)))


def test_a_guard_keeps_no_product_alive():
    def covariance(data):
        data = data - np.mean(data, axis=0)
        cov = np.zeros((data.shape[1], data.shape[1]))
        for i in range(data.shape[1]):
            cov[i, i:] = data[:, i] @ data[:, i:] / (data.shape[0] - 1.0)
        return np.sum(cov)

    text = sg.grad(covariance, jit=False).source_for(np.ones((4, 3)))
    code = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert not any("cov[" in line and "dcov" not in line for line in code)
    assert sum("for i in " in line for line in code) == 1
