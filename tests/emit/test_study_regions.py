"""The study text of random loops and branches, and of their derivatives, computes what the graph means."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from region_strategies import region_programs
from strategies import Program

from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.backends.numpy import compile
from symgrad.emit.study import study
from symgrad.ir import evaluate
from symgrad.ir.core import Function
from symgrad.ir.text import show
from symgrad.opt import simplify

BUDGET = settings(
    max_examples=120,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def check(function: Function, *args: object) -> None:
    text = study(function)
    assert text == study(function)
    before = [np.copy(a) for a in args]
    expected = evaluate.run(function, *args)
    failed = f"{show(function)}\n{text}"
    try:
        got = compile(text, function.name)(*args)
    except Exception as error:
        raise AssertionError(failed) from error
    for g, e in zip(got if isinstance(got, tuple) else (got,), expected, strict=True):
        assert np.shape(g) == np.shape(e), failed
        np.testing.assert_allclose(g, e, rtol=1e-13, atol=1e-13, err_msg=failed)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=f"an argument was written\n{text}")


def tangents(program: Program) -> list[object]:
    rng = np.random.default_rng(5)
    return [rng.normal(size=np.shape(a))[()] for a in program.args]


@BUDGET
@given(region_programs())
def test_text_computes_the_graph(program: Program) -> None:
    check(program.function, *program.args)


@BUDGET
@given(region_programs())
def test_text_of_the_simplified_graph(program: Program) -> None:
    check(simplify(program.function, "study"), *program.args)


@BUDGET
@given(region_programs())
def test_text_of_the_adjoint(program: Program) -> None:
    check(reverse(program.function, (0, 2), "value_and_grad"), *program.args)


@BUDGET
@given(region_programs())
def test_text_of_the_simplified_adjoint(program: Program) -> None:
    check(simplify(reverse(program.function, (0, 2), "value_and_grad"), "study"), *program.args)


@BUDGET
@given(region_programs(depth=1))
def test_text_of_tangents(program: Program) -> None:
    x, _, a, _ = tangents(program)
    check(forward(program.function, (0, 2)), *program.args, x, a)
    adjoint = reverse(program.function, (0, 2), "value_and_grad")
    check(simplify(forward(adjoint, (0, 2)), "study"), *program.args, x, a)
