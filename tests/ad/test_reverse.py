"""Reverse mode: the slide's statements in the slide's order, the three modes, and the corners of each."""

from dataclasses import replace

import numpy as np
import pytest
from ad.programs import SCALAR, array, gradient, named, nth, program, vector
from steps import steps

from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.errors import Loc, NoRule, NotDifferentiableError
from symgrad.ir.build import Builder, call, cast, getitem, sigmoid
from symgrad.ir.build import sum as total
from symgrad.ir.core import At, Block, Const, Function, Value
from symgrad.ir.evaluate import run
from symgrad.ir.ops import op
from symgrad.ir.text import show
from symgrad.ir.types import ArrayType
from symgrad.ir.verify import verify

N = vector("n")


def slide(x, y):
    """Lecture 5: f(x, y) = (x + sigmoid(y)) / (sigmoid(x) + (x + y)**2), staged."""
    sigy = named(sigmoid(y), "sigy")
    num = named(x + sigy, "num")
    sigx = named(sigmoid(x), "sigx")
    xpy = named(x + y, "xpy")
    xpysqr = named(xpy * xpy, "xpysqr")
    den = named(sigx + xpysqr, "den")
    invden = named(1.0 / den, "invden")
    return named(num * invden, "f")


def statements(f):
    """The named statements of the backward pass, in order, with the names of what they read."""
    return [
        f"{e.out.hint} = {e.op.name}({', '.join(getattr(a, 'hint', '') or '.' for a in e.args)})"
        for e in f.eqns
        if e.phase == "bwd" and e.out.hint
    ]


def test_the_slide():
    f = program(slide, SCALAR, SCALAR)
    derived = verify(reverse(f, (0, 1), "value_and_grad"))
    assert statements(derived) == [
        "dnum = copy(invden)",
        "dinvden = copy(num)",
        "dden = multiply(dinvden, .)",
        "dsigx = copy(dden)",
        "dxpysqr = copy(dden)",
        "dxpy = multiply(dxpysqr, .)",
        "dx = copy(dxpy)",
        "dy = copy(dxpy)",
        "dx = add(dx, .)",
        "dx = add(dx, dnum)",
        "dsigy = copy(dnum)",
        "dy = add(dy, .)",
    ]
    value, dx, dy = run(derived, 3.0, -4.0)
    s = lambda t: 1 / (1 + np.exp(-t))
    num, den = 3 + s(-4), s(3) + 1
    np.testing.assert_allclose(value, num / den, rtol=1e-15)
    np.testing.assert_allclose(dx, 1 / den - num / den**2 * (s(3) * (1 - s(3)) - 2), rtol=1e-14)
    np.testing.assert_allclose(dy, s(-4) * (1 - s(-4)) / den - num / den**2 * -2, rtol=1e-14)


def test_the_primal_is_untouched_and_comes_first():
    f = program(slide, SCALAR, SCALAR)
    for mode in ("grad", "value_and_grad", "vjp"):
        derived = reverse(f, (0, 1), mode)
        assert derived.eqns[: len(f.eqns)] == f.eqns
        assert all(e.phase == "bwd" for e in derived.eqns[len(f.eqns) :])


def test_modes():
    f = program(lambda x, y: (named(x * y, "z"), x + 1.0), SCALAR, SCALAR)
    assert run(reverse(f, (0, 1), "grad"), 2.0, 5.0) == (5.0, 2.0)
    assert run(reverse(f, (1,), "value_and_grad"), 2.0, 5.0) == (10.0, 3.0, 2.0)
    derived = reverse(f, (0, 1), "vjp")
    assert [p.hint for p in derived.params] == ["x", "y", "dz", "dout"]
    assert run(derived, 2.0, 5.0, 10.0, 100.0) == (10.0, 3.0, 150.0, 20.0)


def test_wrt_keeps_its_order_and_may_repeat():
    f = program(lambda x, y: x * y, SCALAR, SCALAR)
    assert run(reverse(f, (1, 0, 1), "grad"), 2.0, 5.0) == (2.0, 5.0, 2.0)


def test_a_repeated_operand_contributes_once():
    for body, slope in ((lambda x: x * x, 6.0), (lambda x: x + x, 2.0), (lambda x: x / x, 0.0)):
        f = program(lambda x, body=body: named(body(x), "y"), SCALAR)
        derived = verify(reverse(f, (0,), "grad"))
        assert [e.out.hint for e in derived.eqns if e.out.hint] == ["y", "dx"]
        assert run(derived, 3.0) == (slope,)
        assert run(verify(forward(f, (0,))), 3.0, 10.0)[1] == 10.0 * slope


def test_statements_keep_the_place_of_what_they_differentiate():
    loc = Loc("f.py", 3, 5, 9, "y = x * x")
    x = Value(SCALAR, "x")
    b = Builder()
    b.loc = loc
    y = b.emit(op.multiply, (x, x), hint="y")
    f = Function("f", Block((x,), tuple(b.eqns), (y,)))
    assert {e.loc for e in reverse(f, (0,), "grad").eqns} == {loc}


def test_a_gradient_that_is_zero_has_the_type_of_its_param():
    f = program(lambda x, y, z: (x * 2.0, z), SCALAR, N, ArrayType("float32", (2, 1)))
    grads = run(verify(reverse(f, (0, 1, 2), "grad")), 1.0, np.ones(3), np.ones((2, 1), "float32"))
    assert grads[0] == 2.0
    assert grads[1].shape == (3,) and grads[1].dtype == np.float64 and not grads[1].any()
    assert grads[2].shape == (2, 1) and grads[2].dtype == np.float32 and not grads[2].any()


def test_results_that_are_params_constants_or_the_same_twice():
    f = program(lambda x, y: (x, x, x.builder.ref(Const(3.0, SCALAR)), x * y), SCALAR, SCALAR)
    assert run(verify(reverse(f, (0, 1), "grad")), 2.0, 5.0) == (1.0, 0.0)
    derived = verify(reverse(f, (0, 1), "vjp"))
    assert run(derived, 2.0, 5.0, 1.0, 10.0, 99.0, 100.0)[4:] == (511.0, 200.0)


def test_a_constant_function():
    f = program(lambda x: x.builder.ref(Const(3.0, SCALAR)), N)
    (dx,) = run(verify(reverse(f, (0,), "grad")), np.ones(4))
    assert dx.shape == (4,) and not dx.any()


def test_a_result_of_one_element_counts_as_a_scalar():
    f = program(lambda x: x * x, ArrayType("float64", (1, 1)))
    (dx,) = gradient(f, np.array([[3.0]]))
    assert dx.shape == (1, 1) and dx[0, 0] == 6.0


def test_an_array_result_is_refused():
    with pytest.raises(NotDifferentiableError, match=r"returns float64\[n\]; a gradient is of one float"):
        reverse(program(lambda x: x * x, N), (0,), "grad")


def test_an_integer_param_is_refused():
    f = program(lambda x, y: x * cast(y, "float64"), SCALAR, ArrayType("int64"))
    with pytest.raises(NotDifferentiableError, match="y of f is int64: it has no derivative"):
        reverse(f, (0, 1), "grad")
    assert run(reverse(f, (0,), "grad"), 2.0, 3) == (3.0,)


def test_an_integer_result_is_passed_through():
    f = program(lambda x: (x * x, call("cast", x, dtype="int64")), SCALAR)
    assert run(reverse(f, (0,), "value_and_grad"), 2.5) == (6.25, 2, 5.0)
    assert len(reverse(f, (0,), "vjp").params) == 2


def test_no_rule_names_the_statement():
    x = Value(SCALAR, "x")
    b = Builder()
    b.loc = Loc("model.py", 12, 9, 25, "y = riddle(x)")
    y = b.emit(replace(op.sin, name="riddle"), (x,))
    f = Function("f", Block((x,), tuple(b.eqns), (y,)))
    with pytest.raises(NoRule, match=r"model.py:12:9: no derivative rule for .*riddle"):
        reverse(f, (0,), "grad")


def test_a_cast_cotangent_has_its_primals_dtype():
    f = program(lambda x: total(cast(x, "float64") * 2.0, (0,)), vector("n", dtype="float32"))
    (dx,) = gradient(f, np.ones(3, "float32"))
    assert dx.dtype == np.float32 and list(dx) == [2.0, 2.0, 2.0]


def test_reading_elements_adds_to_one_array():
    """dx = zeros; dx[0] += ...; dx[1] += ...: one array of zeros however many reads."""
    f = program(lambda x: getitem(x, (At(0),)) * getitem(x, (At(1),)) + total(x, (0,)), N)
    derived = verify(reverse(f, (0,), "grad"))
    names = [e.op.name for e in derived.eqns if e.phase == "bwd"]
    assert names.count("add_at") == 2 and "add" not in names
    assert list(run(derived, array(2.0, 3.0, 4.0))[0]) == [4.0, 3.0, 1.0]


def test_same_input_same_program():
    texts = {show(reverse(program(slide, SCALAR, SCALAR), (0, 1), "grad")) for _ in range(3)}
    assert len(texts) == 1


def test_third_derivatives():
    f = program(lambda x: call("sin", x) * x * x, SCALAR)
    x = 0.7
    expected = 6 * x * -np.sin(x) + 6 * np.cos(x) - x * x * np.cos(x)
    np.testing.assert_allclose(run(nth(f, 3), x)[0], expected, rtol=1e-13)


def test_the_work_is_linear_in_the_program():
    def chain(count):
        def body(x):
            y = x
            for k in range(count):
                y = named(call("sin", y) * x, f"y{k}") if k % 2 else y + x
            return y

        f = program(body, SCALAR)
        return steps(lambda: verify(reverse(f, (0,), "grad")))

    assert chain(1600) < 1.1 * 16 * chain(100)
